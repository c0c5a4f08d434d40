"""What readers send: its fields, their limits, and how it stands inside a sealed file.

A sealed file holds UTF-8 JSON, filled up with spaces to whole steps, so that its length tells next to nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from magazine.intake import receipts
from magazine.regions import REGIONS
from magazine.signatures import COUNTED, LEVELS

COMMENT, PINGBACK, WEBMENTION, WITHDRAWAL, SIGNATURE, CONFIRMATION = KINDS = (
    "comment", "pingback", "webmention", "withdrawal", "signature", "confirmation",
)  # fmt: skip
MENTIONS = (PINGBACK, WEBMENTION)
LANGUAGES = ("ru", "ky", "en")
STEP = 1024  # bytes
MAX_NAME, MAX_TEXT, MAX_ADDRESS, MAX_LINKS, MAX_CONTACT = 60, 6000, 500, 4, 100
NO_END = dt.date.max.isoformat()  # until when a petition without a deadline is signed
ENTRY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*(?:/[a-z0-9]+(?:[-_][a-z0-9]+)*){1,3}")
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
# Unicode's format controls (UAX 9, zero-width signs, tags) and other controls but tab and line feed
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class UnfitError(ValueError):
    """A submission that cannot be taken; ``reason`` is one of REASONS, ``field`` the name of the one to mend."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


REASONS = ("empty", "long", "links", "kind", "entry", "language", "address", "receipt", "level", "region", "name")


@dataclass(frozen=True)
class Submission:
    """One thing that was sent. ``entry`` is the key of the text it belongs to, empty where its sender did not say.

    A mention has ``source``, the page elsewhere, and ``target``, the page of ours that it names. A withdrawal names
    the ``receipt`` of what shall go, or be changed into its ``text``; all else has the receipt its writer was given.
    ``origin`` is the digest by which mail that is read twice is known. ``approvals`` are the marks of editors who
    agreed, where more than one must. The day is all that is kept of the time.

    A signature has a ``level`` of ``signatures.LEVELS``, and what that allows of ``name`` and ``region``, a code of
    ``regions``; ``text`` is why. ``contact`` is how its signer can be known again, or the code of a confirmation.
    """

    kind: str
    day: dt.date
    language: str = "ru"
    entry: str = ""
    text: str = ""
    name: str = ""
    reply_to: str = ""
    title: str = ""
    source: str = ""
    target: str = ""
    receipt: str = ""
    origin: str = ""
    level: str = ""
    region: str = ""
    contact: str = ""
    approvals: tuple[str, ...] = ()

    def packed(self) -> bytes:
        """Its bytes, a whole number of steps long."""
        plain = {name: value for name, value in vars(self).items() if value}
        data = json.dumps({**plain, "day": self.day.isoformat()}, ensure_ascii=False, sort_keys=True).encode()
        return data + b" " * (-len(data) % STEP)


def unpacked(data: bytes) -> Submission:
    """The submission in a file that was opened; UnfitError or ValueError if it holds none.

    Not even a sealed file is believed: whoever knows the public keys can seal what they like.
    """
    found = json.loads(data)
    known = {field.name for field in fields(Submission)}
    if not isinstance(found, dict) or not set(found) <= known:
        raise UnfitError("kind")
    approvals = found.pop("approvals", [])
    if not all(isinstance(value, str) for value in [*found.values(), *approvals]):
        raise UnfitError("kind")
    day = dt.date.fromisoformat(found.pop("day", ""))
    return checked(Submission(day=day, approvals=tuple(approvals), **{"kind": "", **found}))


def taken(kind: str, values: Mapping[str, str], day: dt.date, receipt: str = "") -> Submission:
    """The submission of a form with the fields ``entry lang name text parent source target receipt``.

    Those of a signature are ``level region contact``, too. A comment, or the reason of a signature, that names a
    receipt on a line of its own is a wish to take that answer back, or to change it: so one can say it under any text
    and by any way. Raises UnfitError.
    """
    code, rest = receipts.named(values.get("text", "")) if kind in (COMMENT, SIGNATURE) else ("", "")
    if code:
        name = values.get("name", "") if kind == COMMENT else ""  # of a signature it may be above its level
        kind, receipt, values = WITHDRAWAL, code, {**values, "text": rest, "name": name}
    return checked(
        Submission(
            kind=kind,
            day=day,
            language=values.get("lang", "ru"),
            entry=values.get("entry", ""),
            text=values.get("text", ""),
            name=values.get("name", ""),
            reply_to=values.get("parent", ""),
            source=values.get("source", ""),
            target=values.get("target", ""),
            receipt=receipt or values.get("receipt", ""),
            level=values.get("level", ""),
            region=values.get("region", ""),
            contact=values.get("contact", ""),
        )
    )


def checked(given: Submission) -> Submission:
    """The submission with its words cleaned of what cannot be seen; raises UnfitError where a limit is not kept."""
    clean = replace(given, text=cleaned(given.text), name=line(given.name), title=line(given.title))
    if clean.level or clean.region or clean.contact or clean.kind in (SIGNATURE, CONFIRMATION):
        clean = _within_level(clean)
    _check_words(clean)
    if clean.kind not in KINDS:
        raise UnfitError("kind", "kind")
    if clean.language not in LANGUAGES:
        raise UnfitError("language", "lang")
    if clean.entry and not (len(clean.entry) <= MAX_ADDRESS and ENTRY.fullmatch(clean.entry)):
        raise UnfitError("entry", "entry")
    if clean.reply_to and not (len(clean.reply_to) <= 64 and IDENTIFIER.fullmatch(clean.reply_to)):
        raise UnfitError("entry", "parent")
    for name in ("source", "target"):
        address = getattr(clean, name)
        if (address or clean.kind in MENTIONS) and not (len(address) <= MAX_ADDRESS and WEB_ADDRESS.fullmatch(address)):
            raise UnfitError("address", name)
    if clean.kind == SIGNATURE and not clean.entry:
        raise UnfitError("entry", "entry")
    if clean.kind == WITHDRAWAL and not clean.receipt:
        raise UnfitError("receipt", "receipt")
    if len(clean.receipt) > 64 or len(clean.origin) > 64 or any(len(mark) > 200 for mark in clean.approvals):
        raise UnfitError("long", "receipt")
    return clean


def form_key(entry: str, language: str, salt: str, until: str = "") -> str:
    """What a page's form carries: its text, its language, and a word that shows that it comes from a page.

    That of an answer never runs out, for mirrors may be old. That of a signature says ``until`` which day it is taken.
    """
    place = f"{entry} {language} {until}" if until else f"{entry} {language}"
    token = hashlib.sha256(f"form:{place.replace(' ', ':')}:{salt}".encode()).hexdigest()[:8]
    return f"{place} {token}"


def cleaned(text: str) -> str:
    """The words of a text of many lines: composed (NFC), one kind of line end, nothing that cannot be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return UNSEEN.sub("", unicodedata.normalize("NFC", whole)).strip()


def line(text: str) -> str:
    """The same of a text of one line."""
    return " ".join(cleaned(text).split())


def _within_level(clean: Submission) -> Submission:
    """The submission without what its signer did not want to be kept; raises UnfitError."""
    contact = line(clean.contact)
    if len(contact) > MAX_CONTACT:
        raise UnfitError("long", "contact")
    if clean.kind == CONFIRMATION:
        return replace(clean, name="", text="", level="", region="", contact=contact)
    if clean.kind != SIGNATURE:
        return replace(clean, level="", region="", contact="")
    level = clean.level or COUNTED
    if level not in LEVELS:
        raise UnfitError("level", "level")
    if level == COUNTED:
        return replace(clean, level=level, name="", region="", contact=contact)
    if not clean.name:
        raise UnfitError("name", "name")
    if clean.region and clean.region not in REGIONS:
        raise UnfitError("region", "region")
    return replace(clean, level=level, contact=contact)


def _check_words(clean: Submission) -> None:
    if clean.kind == COMMENT and not clean.text:
        raise UnfitError("empty", "text")
    if len(clean.text) > MAX_TEXT:
        raise UnfitError("long", "text")
    if len(clean.name) > MAX_NAME:
        raise UnfitError("long", "name")
    if len(clean.title) > MAX_ADDRESS:
        raise UnfitError("long", "title")
    if len(LINK.findall(clean.text)) > MAX_LINKS or LINK.search(clean.name):
        raise UnfitError("links", "text" if not LINK.search(clean.name) else "name")
