"""A mail box on a server, over TLS and through a proxy where one is set: read, and nothing is marked as seen.

The server learns no more than that its user looks: mails that are known are asked for again like all others, and of
each only the beginning.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import urllib.parse
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from imap_tools import MailBox
from imap_tools.errors import (
    ImapToolsError,
    MailboxExpungeError,
    MailboxFlagError,
    MailboxFolderSelectError,
    MailboxLoginError,
)  # fmt: skip
from imap_tools.utils import check_command_status
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.sync import Proxy

from magazine.desk.mail.boxes import BoxError, Letter
from magazine.desk.mail.mime import READ
from magazine.messages import say

VARIABLE, SETTING = "MAGAZINE_IMAP", "MAIL_IMAP"
PORT, FOLDER = 993, "INBOX"
TIMEOUT = 60  # seconds
AT_ONCE = 200  # mails in one request to remove
SLACK = 64 * 1024  # bytes that a server may send beyond what was asked for
FAILURES = (imaplib.IMAP4.error, ImapToolsError, ProxyError, ProxyConnectionError, ProxyTimeoutError, OSError)


@dataclass(frozen=True)
class Account:
    """Where a mail box is."""

    host: str
    port: int
    user: str
    folder: str


def account(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Account:
    """The account that the environment names, or else the settings. Raises BoxError."""
    address = environment.get(VARIABLE) or str(settings.get(SETTING) or "")
    example = "imaps://editors@mail.example.org/INBOX"
    if not address:
        raise BoxError(say("No mail box is named. Write it into %(setting)s in pelicanconf.py, or better into the "
                           "variable %(variable)s, which nobody else reads: %(example)s",
                           setting=SETTING, variable=VARIABLE, example=example))  # fmt: skip
    try:
        parts = urllib.parse.urlsplit(address)
        port, host, user = parts.port or PORT, parts.hostname or "", urllib.parse.unquote(parts.username or "")
    except ValueError:
        parts, port, host, user = urllib.parse.urlsplit(""), PORT, "", ""
    if parts.scheme != "imaps" or not host or not user:
        raise BoxError(say("The mail box has to be named like this: %(example)s. Only imaps:// is taken: without TLS "
                           "everybody on the way reads the mail and the password.", example=example))  # fmt: skip
    if parts.password is not None:
        raise BoxError(say("A password stands in the address of the mail box. Take it out, and change it at your "
                           "provider: you will be asked for it, and it is kept nowhere."))  # fmt: skip
    return Account(host, port, user, urllib.parse.unquote(parts.path.strip("/")) or FOLDER)


@contextlib.contextmanager
def opened(where: Account, password: str, proxy: str, *, removes: bool) -> Iterator[Imap]:
    """The mail box, open to be read alone unless mails are to be removed. Raises BoxError."""
    with _telling(say("The mail server %(host)s cannot be reached", host=where.host)):
        box = _MailBox(where, proxy)
    try:
        with _telling(say("The mail server %(host)s does not open the mail box", host=where.host)):
            login = box.login if (where.user + password).isascii() else box.login_utf8
            login(where.user, password, initial_folder=None)
            box.folder.set(where.folder, readonly=not removes)
            identifiers = tuple(box.uids())
        yield Imap(box, where.host, identifiers)
    finally:
        with contextlib.suppress(*FAILURES):
            box.logout()


@dataclass(frozen=True)
class Imap:
    """Mails on a server, by their unique identifiers."""

    box: MailBox
    host: str
    identifiers: tuple[str, ...]

    @property
    def steps(self) -> int:
        """One for each mail."""
        return len(self.identifiers)

    def letters(self, step: Callable[[], None]) -> Iterator[Letter]:
        """All mails, one at a time. Raises BoxError."""
        for identifier in self.identifiers:
            with self._telling():
                _, found = self.box.client.uid("FETCH", identifier, f"(BODY.PEEK[]<0.{READ + 1}>)")
            data = next((part[1] for part in found or () if isinstance(part, tuple)), None)
            if data is not None:  # else somebody has removed it meanwhile
                yield Letter(data[:READ], identifier, len(data) <= READ)
            step()

    def remove(self, places: Collection[object]) -> int:
        """Remove mails, and no others that are marked to be removed where the server can do that. Raises BoxError."""
        chosen = [identifier for identifier in self.identifiers if identifier in places]
        client = self.box.client
        with self._telling():  # asked again: before the login a server tells less
            can_choose = b"UIDPLUS" in b" ".join(client.capability()[1]).upper().split()  # RFC 4315
        for start in range(0, len(chosen), AT_ONCE):
            part = chosen[start : start + AT_ONCE]
            with self._telling():
                if can_choose:
                    check_command_status(client.uid("STORE", ",".join(part), "+FLAGS", r"(\Deleted)"), MailboxFlagError)
                    check_command_status(client.uid("EXPUNGE", ",".join(part)), MailboxExpungeError)
                else:
                    self.box.delete(part)
        return len(chosen)

    def _telling(self) -> AbstractContextManager[None]:
        return _telling(say("The mail server %(host)s broke off; what is sealed stays, so run the command again",
                            host=self.host))  # fmt: skip


class _Client(imaplib.IMAP4_SSL):
    """imaplib's client behind a proxy, which takes no more from a server than was asked for."""

    def __init__(self, where: Account, proxy: str) -> None:
        self.proxy = proxy
        super().__init__(where.host, where.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        if self.proxy:
            through = Proxy.from_url(self.proxy.replace("socks5h://", "socks5://", 1), rdns=True)
            plain: socket.socket = through.connect(self.host, self.port, timeout=timeout)
        else:
            plain = socket.create_connection((self.host, self.port), timeout)
        secured: ssl.SSLSocket = self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        return secured

    def read(self, size: int) -> bytes:
        if size > READ + SLACK:
            raise self.abort("more than was asked for")
        return super().read(size)


class _MailBox(MailBox):
    def __init__(self, where: Account, proxy: str) -> None:
        self._where, self._proxy = where, proxy
        super().__init__(where.host, where.port, timeout=TIMEOUT)

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return _Client(self._where, self._proxy)


@contextlib.contextmanager
def _telling(sentence: str) -> Iterator[None]:
    """Whatever fails becomes a BoxError with this sentence and a short reason.

    A server's own words are not repeated: they may hold anything.
    """
    try:
        yield
    except (*FAILURES, ValueError) as error:
        if isinstance(error, MailboxLoginError):
            reason = say("it does not accept this name and password")
        elif isinstance(error, MailboxFolderSelectError):
            reason = say("there is no such folder")
        elif isinstance(error, ssl.SSLCertVerificationError):
            reason = error.verify_message
        else:
            reason = getattr(error, "strerror", None) or type(error).__name__
        raise BoxError(f"{sentence}: {reason}.") from error
