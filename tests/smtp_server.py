"""A real mail server on loopback with TLS, small enough to be read whole: what it takes is a list of mails."""

import asyncio
import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

USER, PASSWORD = "editors", "correct horse"


@dataclass
class SmtpServer:
    """Where it listens, what vouches for it, what it was told, and the mails that it has taken."""

    certificate: Path
    port: int = 0
    lines: list[str] = field(default_factory=list)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)  # the address of the envelope, and the mail
    refused: dict[str, str] = field(default_factory=dict)  # answers to addresses
    dies_after: int = -1  # mails, before the answer to the last of them

    @property
    def address(self) -> str:
        """As the settings name it."""
        return f"smtps://{USER}@localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client (RFC 5321)."""

        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 mail.example.org")
        to = ""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                self.lines.append(line)
                verb, _, rest = line.partition(" ")
                if verb.upper() == "EHLO":
                    say("250-mail.example.org")
                    say("250 AUTH PLAIN")
                elif verb.upper() == "AUTH":
                    given = base64.b64decode(rest.split()[1]).decode().split("\0")
                    say("235 ok" if given[1:] == [USER, PASSWORD] else "535 no")
                elif verb.upper() == "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    say(self.refused.get(to, "250 ok"))
                elif verb.upper() == "DATA":
                    say("354 go on")
                    data = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                    mail = message_from_bytes(data, policy=default)
                    assert isinstance(mail, EmailMessage)
                    self.taken.append((to, mail))
                    if len(self.taken) == self.dies_after:
                        break
                    say("250 ok")
                elif verb.upper() == "QUIT":
                    say("221 bye")
                    break
                else:
                    say("250 ok")
        writer.close()


@contextlib.contextmanager
def smtp_server(folder: Path) -> Iterator[SmtpServer]:
    """The server, while it is needed."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:mail.example.org", "-keyout", key,
         "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = SmtpServer(certificate)
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    server.port = listening.getsockname()[1]

    def serve() -> None:
        asyncio.set_event_loop(loop)
        made = loop.run_until_complete(asyncio.start_server(server.serve, sock=listening, ssl=context))
        loop.run_forever()
        made.close()

    thread = threading.Thread(target=serve, daemon=True)  # a browser's loop may run in this one
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        listening.close()
        loop.close()
