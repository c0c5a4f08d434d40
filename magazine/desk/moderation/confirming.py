"""``petition confirm``: who signed with an e-mail address is asked once, by one mail, whether it was she.

Only for petitions that CONFIRM_BY_MAIL names. The mail names neither the petition nor its signer: whoever else reads
it, or gets it by mistake, learns next to nothing. Nothing of an address is kept but a keyed digest.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
import smtplib
import socket
import ssl
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.sync import Proxy

from magazine import cache
from magazine.desk.moderation import files, keyring, shared_secret, state
from magazine.desk.moderation.batch import secret_sentence
from magazine.desk.moderation.keyring import ModerationError, NotForUsError
from magazine.desk.moderation.planning import relative
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import KeysError
from magazine.messages import say, say_number
from magazine.progress import Progress
from magazine.site.build import said

VARIABLE, SETTING, EXAMPLE = "MAGAZINE_SMTP", "MAIL_SMTP", "smtps://editors@mail.example.org"
PORT = 465  # RFC 8314, 3.3
TIMEOUT = 60  # seconds
NOBODY = "[127.0.0.1]"  # what a mail server learns of this computer's name (RFC 5321, 4.1.3)
OK, ACCEPTED, TEMPORARY = 250, (250, 251), range(400, 500)
PROXY_FAILURES = (ProxyError, ProxyConnectionError, ProxyTimeoutError)


class MailError(ModerationError):
    """Mails cannot be sent; the message is for the editor."""


@dataclass(frozen=True)
class Account:
    """Where mail is handed in."""

    host: str
    port: int
    user: str


@dataclass(frozen=True)
class Asked:
    """How many mails were sent, how many addresses were refused for good, and how many are tried again next time."""

    sent: int = 0
    refused: int = 0
    later: int = 0


def run(content: Path | None = None) -> int:
    """Send the mails that are due; the exit status."""
    settings = said()
    place = (content or cache.PROJECT / settings["PATH"]).resolve()
    try:
        where = account(settings, os.environ)
        ring = keyring.unlocked(settings, lambda: getpass.getpass(say("Passphrase of your key: ")), place)
        with Session(ring, settings, place, dt.datetime.now(dt.UTC).date()) as session:
            due = len(session.unasked())
            if not due:
                print(say("No signature waits for a mail."))
                return 0
            password = getpass.getpass(say("Password of %(user)s at %(host)s: ", user=where.user, host=where.host))
            progress = Progress(due, sys.stderr)
            with opened(where, password, str(settings.get("PROXY") or "")) as server:
                done = ask(session, server, progress.step)
            progress.end()
    except (ModerationError, KeysError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for line in told(done):
        print(line)
    return 1 if done.later else 0


def account(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Account:
    """The account that the environment names, or else the settings. Raises MailError."""
    address = environment.get(VARIABLE) or str(settings.get(SETTING) or "")
    if not address:
        raise MailError(say("Nothing is named that sends mail. Write it into %(setting)s in pelicanconf.py, or better "
                            "into the variable %(variable)s, which nobody else reads: %(example)s",
                            setting=SETTING, variable=VARIABLE, example=EXAMPLE))  # fmt: skip
    try:
        parts = urllib.parse.urlsplit(address)
        found = Account(parts.hostname or "", parts.port or PORT, urllib.parse.unquote(parts.username or ""))
    except ValueError:
        parts, found = urllib.parse.urlsplit(""), Account("", PORT, "")
    if parts.scheme != "smtps" or not found.host or not found.user:
        raise MailError(say("What sends mail has to be named like this: %(example)s. Only smtps:// is taken: without "
                            "TLS everybody on the way reads the addresses and the password.",
                            example=EXAMPLE))  # fmt: skip
    if parts.password is not None:
        raise MailError(say("A password stands in the address of what sends mail. Take it out, and change it at your "
                            "provider: you will be asked for it, and it is kept nowhere."))  # fmt: skip
    if not settings.get("MAIL") or not settings.get("INTAKES"):
        raise MailError(say("MAIL and INTAKES in pelicanconf.py have to be named: the mails come from one and lead to "
                            "the other."))  # fmt: skip
    return found


@contextmanager
def opened(where: Account, password: str, proxy: str) -> Iterator[smtplib.SMTP]:
    """The mail server, ready to take mails. Raises MailError."""
    try:
        server = _Server(where, proxy)
        try:
            server.login(where.user, password)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    except (OSError, smtplib.SMTPException, *PROXY_FAILURES) as error:
        if isinstance(error, smtplib.SMTPAuthenticationError):
            reason = say("it does not accept this name and password")
        elif isinstance(error, ssl.SSLCertVerificationError):
            reason = error.verify_message
        else:  # a server's own words are not repeated: they may hold an address
            reason = getattr(error, "strerror", None) or type(error).__name__
        raise MailError(say("The mail server %(host)s broke off: %(reason)s. What was sent is not sent again; run the "
                            "command once more for the rest.", host=where.host, reason=reason)) from None  # fmt: skip


def ask(session: Session, server: smtplib.SMTP, step: Callable[[], None] = lambda: None) -> Asked:
    """Send one mail for each address and petition that was not asked yet.

    An address is marked as asked before its mail may have been sent: rather none than two. Raises MailError,
    smtplib.SMTPException, OSError.
    """
    _keep_secret(session)
    sent = refused = later = 0
    for code, name in session.unasked().items():
        step()
        try:
            one = session.sent(name)
        except (NotForUsError, OSError):  # it went meanwhile
            continue
        message = composed(session.settings, one.contact.strip(), code, one.language)
        answer = server.mail(message["From"])[0]
        answer = server.rcpt(message["To"])[0] if answer == OK else answer
        if answer not in ACCEPTED:
            server.rset()
            if answer in TEMPORARY:
                later += 1
                continue
            refused += 1
        session.state.asked[code] = session.today.isoformat()
        state.save(session.keyring, session.state)
        if answer in ACCEPTED:
            answer = server.data(message.as_bytes(policy=SMTP))[0]
            sent += answer == OK
            refused += answer != OK
    return Asked(sent, refused, later)


def composed(settings: Mapping[str, Any], address: str, code: str, language: str) -> EmailMessage:
    """The mail in the signer's language: a link whose page has a button, and the code to be typed there."""
    link = f"{settings['INTAKES'][0].rstrip('/')}/confirm?{urllib.parse.urlencode({'code': code, 'lang': language})}"
    message = EmailMessage()
    message["From"], message["To"] = str(settings["MAIL"]), address
    message["Subject"] = say("Please confirm", language)
    # to the day and without this computer's name: all that a mail tells of who sends it
    message["Date"] = format_datetime(dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(), dt.UTC))
    message["Message-ID"] = make_msgid(domain=str(settings["MAIL"]).rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
    paragraphs = (
        say("Somebody has put a name to a call of ours and given this address, probably you.", language),
        say("If it was you, open this page and press the button there:", language) + f"\n{link}",
        say("Or type this code on that page: %(code)s", language, code=code),
        say("If it was not you, do nothing. You get no other mail, and your address is erased.", language),
    )
    message.set_content("\n\n".join(paragraphs) + "\n", charset="utf-8")
    return message


def told(done: Asked) -> list[str]:
    """What was done, for the editor."""
    lines = [say_number("%(number)d mail was sent.", "%(number)d mails were sent.", done.sent)]
    if done.refused:
        lines.append(say_number("%(number)d address takes no mail; its signature is forgotten in time.",
                                "%(number)d addresses take no mail; their signatures are forgotten in time.",
                                done.refused))  # fmt: skip
    if done.later:
        lines.append(say_number("%(number)d mail was not taken for now; run the command again later.",
                                "%(number)d mails were not taken for now; run the command again later.",
                                done.later))  # fmt: skip
    return lines


def _keep_secret(session: Session) -> None:
    """A code is of use only as long as the secret that it is made with: that is written first, and committed later."""
    if session.secret is None:
        raise MailError(secret_sentence(session.keyring, session.content))
    if renewed := shared_secret.resealed(session.keyring, session.secret):
        place = shared_secret.place(session.keyring, session.content)
        if not session.keyring.is_trial:
            session.state.batch.append(relative(session, place))
            state.save(session.keyring, session.state)
        files.written(place, renewed)
        session.reread()


class _Server(smtplib.SMTP_SSL):
    """smtplib's client behind a proxy, which asks for the host by its name."""

    def __init__(self, where: Account, proxy: str) -> None:
        self._proxy = proxy
        super().__init__(where.host, where.port, NOBODY, timeout=TIMEOUT, context=ssl.create_default_context())

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        if self._proxy:
            through = Proxy.from_url(self._proxy.replace("socks5h://", "socks5://", 1), rdns=True)
            plain: socket.socket = through.connect(host, port, timeout=timeout)
        else:
            plain = socket.create_connection((host, port), timeout)
        secured: ssl.SSLSocket = self.context.wrap_socket(plain, server_hostname=host)
        return secured
