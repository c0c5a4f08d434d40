"""The files that answers become, as ``magazine.answers`` reads them, and their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from magazine import headers
from magazine.answers import REMOVED
from magazine.headers import Source
from magazine.intake.submissions import COMMENT, SIGNATURE, Submission
from magazine.messages import say
from magazine.problems import Report

KEPT = ("Date", "Lang", "Kind", "Reply-To", "Receipt")  # of one that was taken back
ORDER = ("Author", "Date", "Lang", "Reply-To", "Kind", "Source", "Title", "Receipt")
NUMBERED = re.compile(r"\d{4}-\d\d-\d\d-(\d{1,6})(?:-[a-z]+)?")


def composed(sent: Submission, receipt: str, parent: str) -> str:
    """The file of an approved answer. ``receipt`` is the digest of its code, ``parent`` what it replies to, if any."""
    return _file({
        "Author": sent.name, "Date": sent.day.isoformat(), "Lang": sent.language, "Reply-To": parent,
        "Kind": "" if sent.kind in (COMMENT, SIGNATURE) else sent.kind, "Source": sent.source, "Title": sent.title,
        "Receipt": receipt,
    }, sent.text)  # fmt: skip


def changed(source: Source, sent: Submission) -> str:
    """The file of an answer with the words that its writer wants now; all else stays."""
    given = {name: source.text(name.lower()) for name in ORDER}
    return _file({**given, "Author": sent.name}, sent.text)


def tombstone(source: Source) -> str:
    """The file of an answer that was taken back: it only holds what replies to it in its place."""
    given = {name: source.text(name.lower()) for name in KEPT}
    return _file({**given, "Status": REMOVED}, "")


def unreadable(sent: Submission) -> str:
    """Why a file of these words would not be read as it was written; empty if it would."""
    text, report = composed(sent, "0" * 32, ""), Report()
    if len(text.encode()) > headers.MAX_ANSWER_BYTES:
        return say("This is too long.")
    source = headers.parse(Path("1.md"), text, report)
    if mark := headers.costly_mark(source.body, headers.MAX_ANSWER_BYTES // headers.BYTES_PER_MARK):
        return say("The sign %(mark)s stands in it too often, or is not closed.", mark=mark)
    if source.body != _plain(sent.text) or source.text("author") != _plain(sent.name) or report.found:
        return say("No answer can be like this.")
    return ""


def next_number(day: str, names: Collection[str]) -> int:
    """The next running number of a day among the answers to a text."""
    numbers = (match[1] for name in names if name.startswith(day) and (match := NUMBERED.fullmatch(name)))
    return max(map(int, numbers), default=0) + 1


def with_letters(letters: str, names: Collection[str]) -> Iterator[str]:
    """The names that end in these letters."""
    return (name for name in names if name.endswith(f"-{letters}"))


def _file(given: Mapping[str, str], body: str) -> str:
    lines = [f"{name}: {_plain(value)}" for name, value in given.items() if value]
    return "\n".join([*lines, "", _plain(body)]).rstrip() + "\n"


def _plain(text: str) -> str:
    """The text as reading gives it back: what was cleaned may hold letters that have come together since."""
    return unicodedata.normalize("NFC", text).strip()
