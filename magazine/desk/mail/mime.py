"""A mail taken apart: its words, and the few headers that decide what becomes of it. Nothing in it is believed.

Python's parser takes time in the square of some lengths and a call for each part within a part, and a mail can be made
to have any number of them: what is beyond these limits is not given to it.
"""

from __future__ import annotations

import email.header
import email.message
import email.parser
import email.policy
import email.utils
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message

from magazine.desk.mail import flowed, hypertext
from magazine.desk.mail.charsets import decoded
from magazine.intake.submissions import UNSEEN

READ = 2 * 1024 * 1024  # bytes of a mail that are looked at: behind them are attachments
MAX_HEAD, MAX_FIELD, MAX_LINES, MAX_CONTAINERS, MAX_BOUNDARIES = 128 * 1024, 4000, 100_000, 40, 1000
HEAD_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
CONTENT_FIELD = re.compile(rb"(?:^|[\r\n])content-[a-z-]{1,40}:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE)
CONTAINER = re.compile(rb"[\r\n]*content-type:\s*(?:multipart|message)/", re.IGNORECASE)
BOUNDARY = re.compile(rb"(?:^|[\r\n])--")
FIELD_LENGTH = 1000  # letters of a field that anybody reads
ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
ENCRYPTED_TEXT = "-----BEGIN PGP MESSAGE-----"
NO_ATTACHMENTS = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")


class BrokenError(Exception):
    """A mail that is beyond the limits, or that nothing can be made of."""


class EncryptedError(Exception):
    """A mail that only its reader's own program can open."""


@dataclass(frozen=True)
class Said:
    """The words of a mail, quoted lines with > before them, and how many of its parts were left aside.

    ``forwarded`` are the mails within it. ``reaches_end`` is whether its words go on to where the reading stopped.
    """

    text: str = ""
    attachments: int = 0
    forwarded: tuple[Message, ...] = ()
    reaches_end: bool = False


def parsed(data: bytes) -> Message:
    """The parts of a mail; raises BrokenError."""
    if len(data) > READ:
        raise BrokenError("size")
    _check(data)
    return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)


def field(mail: Message, name: str) -> str:
    """A header as it is read, in one line; empty where there is none."""
    raw = next((value for known, value in mail.raw_items() if known.lower() == name.lower()), "")
    raw = " ".join(str(raw)[: 4 * FIELD_LENGTH].split())
    if not raw.isascii():
        raw = decoded(raw.encode("utf-8", "surrogateescape"))
    try:
        parts = email.header.decode_header(raw) if raw.isascii() else [(raw, None)]
    except (MessageError, ValueError):
        parts = [(raw, None)]
    words = (part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts)
    return " ".join(UNSEEN.sub("", "".join(words)).split())[:FIELD_LENGTH]


def said(mail: Message) -> Said:
    """What a mail says. Raises EncryptedError, and hypertext.LongError where a page is beyond what anybody writes."""
    leaves: list[Message] = []
    forwarded: list[Message] = []
    attached: list[Message] = []
    plain, html = _words(mail, leaves, forwarded, attached)
    text = plain if plain.strip() else hypertext.words(html)
    if ENCRYPTED_TEXT in text:
        raise EncryptedError
    last = _last_leaf(mail)
    return Said(text, len(attached), tuple(forwarded), any(last is leaf for leaf in leaves))


def _check(data: bytes) -> None:
    found = HEAD_END.search(data)
    if (found.start() if found else len(data)) > MAX_HEAD:
        raise BrokenError("head")
    if max(data.count(b"\n"), data.count(b"\r")) > MAX_LINES:
        raise BrokenError("lines")
    fields = [one[0] for one in CONTENT_FIELD.finditer(data)]
    if any(len(one) > MAX_FIELD for one in fields):
        raise BrokenError("field")
    if sum(CONTAINER.match(one) is not None for one in fields) > MAX_CONTAINERS:
        raise BrokenError("nested")
    if sum(1 for _ in BOUNDARY.finditer(data)) > MAX_BOUNDARIES:
        raise BrokenError("parts")


def _words(part: Message, leaves: list[Message], forwarded: list[Message], attached: list[Message]) -> tuple[str, str]:
    """The words of a part as plain text and as HTML, one of them empty or both saying the same."""
    kind = part.get_content_type()
    if kind in ENCRYPTED:
        raise EncryptedError
    if part.is_multipart():
        return _words_inside(part, leaves, forwarded, attached)
    if kind not in ("text/plain", "text/html") or _is_attached(part):
        if kind not in NO_ATTACHMENTS:
            attached.append(part)
        return "", ""
    leaves.append(part)
    text = _text(part)
    return ("", text) if kind == "text/html" else (text, "")


def _words_inside(
    part: Message, leaves: list[Message], forwarded: list[Message], attached: list[Message]
) -> tuple[str, str]:
    parts = [one for one in part.get_payload() if isinstance(one, Message)]
    if part.get_content_maintype() == "message":
        if part.get_content_type() == "message/rfc822":
            forwarded.extend(parts)
        return "", ""
    inside = [_words(one, leaves, forwarded, attached) for one in parts]
    if part.get_content_type() == "multipart/alternative":
        return _first(plain for plain, _ in inside), _first(html for _, html in reversed(inside))
    if any(plain.strip() for plain, _ in inside):
        said = (plain if plain.strip() else hypertext.words(html) for plain, html in inside)
        return "\n\n".join(filter(str.strip, said)), ""
    return "", "<br>".join(filter(None, (html for _, html in inside)))


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text.strip()), "")


def _last_leaf(mail: Message) -> Message:
    last = mail
    while last.is_multipart() and last.get_payload():
        inside = last.get_payload()
        if not isinstance(inside, list) or not isinstance(inside[-1], Message):
            break
        last = inside[-1]
    return last


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_parameter(part, "name"))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    text = decoded(data if isinstance(data, bytes) else b"", _parameter(part, "charset"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/plain" and _parameter(part, "format").lower() == "flowed":
        text = flowed.whole(text, without_blank=_parameter(part, "delsp").lower() == "yes")
    return UNSEEN.sub("", text)


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name)
    if value is None:
        return ""
    return str(email.utils.collapse_rfc2231_value(value))
