"""A real mail server on loopback, with TLS and one box: Debian's dovecot-imapd, run as an instance of its own.

Where it is missing its tests are skipped, and say so: no other judge needs a mail server.
"""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "editors", "correct horse"
PATHS = f"{os.environ['PATH']}:/usr/sbin"
PATIENCE = 20  # seconds until it answers
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
auth_mechanisms = plain login
disable_plaintext_auth = yes
ssl = required
ssl_cert = <{root}/certificate.pem
ssl_key = <{root}/key.pem
mail_location = maildir:{root}/box
default_internal_user = {me}
default_login_user = {me}
default_internal_group = {group}
first_valid_uid = 1
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users
}}
userdb {{
  driver = static
  args = uid={me} gid={group} home={root}
}}
"""


@dataclass(frozen=True)
class MailServer:
    """Where it listens, and the file of the certificate that vouches for it."""

    port: int
    certificate: Path
    log: Path

    @property
    def address(self) -> str:
        """As the settings name the box."""
        return f"imaps://{USER}@localhost:{self.port}/INBOX"

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4_SSL]:
        """Python's own client, logged in."""
        client = imaplib.IMAP4_SSL(
            "localhost", self.port, ssl_context=ssl.create_default_context(cafile=self.certificate)
        )
        client.login(USER, PASSWORD)
        client.select()
        try:
            yield client
        finally:
            client.logout()

    def fill(self, *mails: bytes) -> None:
        """Let these mails be all that is in the box."""
        with self.client() as client:
            if client.select()[1] != [b"0"]:
                client.store("1:*", "+FLAGS", r"(\Deleted)")
                client.expunge()
            for data in mails:
                client.append("INBOX", None, None, data)

    def flags(self) -> list[bytes]:
        """What is marked on each mail."""
        with self.client() as client:
            return [imaplib.ParseFlags(part) for part in client.fetch("1:*", "(FLAGS)")[1] if part]


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """The server, while it is needed."""
    for tool in ("dovecot", "openssl"):
        if not shutil.which(tool, path=PATHS):
            pytest.skip(f"{tool} is not installed: apt-get install dovecot-imapd openssl")
    root = Path(tempfile.mkdtemp(prefix="mail-server-"))
    account = pwd.getpwnam("nobody" if os.geteuid() == 0 else getpass.getuser())  # it refuses to serve root's mail
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    certificate, key = root / "certificate.pem", root / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    (root / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (root / "box").mkdir()
    me, group = account.pw_name, grp.getgrgid(account.pw_gid).gr_name
    (root / "dovecot.conf").write_text(CONFIGURATION.format(root=root, port=port, me=me, group=group))
    for path in (root, *root.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    command = [shutil.which("dovecot", path=PATHS), "-F", "-c", root / "dovecot.conf"]
    other = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, **other)
    try:
        made = MailServer(port, certificate, root / "log")
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with made.client():
                    break
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    pytest.fail(f"dovecot does not answer: {made.log.read_text() if made.log.exists() else ''}")
                time.sleep(0.1)
        yield made
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(root, ignore_errors=True)
