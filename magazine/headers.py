"""One source file: ``Key: value`` headers, a blank line, a Markdown body.

The form is Python-Markdown's ``meta``: a value goes on in lines indented by four spaces, and fences
of ``---`` around the headers are tolerated. What is wrong is told with its line, nothing is dropped.
"""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader, FileIO
from pathlib import Path

from magazine.problems import Report, closest

# Python-Markdown needs time in the square of some hostile texts, and no page may be that heavy anyway
MAX_SOURCE_BYTES, MAX_ANSWER_BYTES = 100_000, 16_000
BYTES_PER_MARK, COSTLY_MARKS = 100, "<`\\"
MAX_UNCLOSED, PAIRS = 50, (("[", "]"), ("(", ")"))
MAX_DIGITS = 12
# what a translator puts into words besides the body
TRANSLATED = ("title", "discreet", "note", "summary", "alt", "caption", "to")
HEADER = re.compile(r"[ ]{0,3}(?P<name>[A-Za-z][A-Za-z0-9_-]*):[ \t]*(?P<value>.*)")
CONTINUED = re.compile(r"(?: {4,}|\t)(?P<value>.*\S.*)")
# Unicode's format controls (UAX 9 and zero-width signs) but for the soft hyphen
FORMAT = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
INVISIBLE = re.compile(f"[{FORMAT}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Header:
    """A header's value and the line it stands in."""

    value: str
    line: int


@dataclass(frozen=True)
class Source:
    """A source file: its headers by lower-case name, its body, the line the body begins at."""

    path: Path
    headers: Mapping[str, Header]
    body: str
    body_line: int

    def text(self, name: str) -> str:
        """The value of a header, or an empty string."""
        header = self.headers.get(name)
        return header.value if header else ""

    def line(self, name: str) -> int:
        """The line of a header, or 0."""
        header = self.headers.get(name)
        return header.line if header else 0

    def words(self, name: str, separator: str = ",") -> tuple[str, ...]:
        """The values of a list header in their order, each once."""
        found = (part.strip() for part in self.text(name).split(separator))
        return tuple(dict.fromkeys(part for part in found if part))

    def number(self, name: str, report: Report, part: str = "") -> int | None:
        """The whole number of a header, or of a part of it; tells if it is none."""
        value = part or self.text(name)
        digits = re.sub(r"[\s\u00a0\u202f]", "", value)
        if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS:
            return int(digits)
        if value:
            report.add("header-number", self.path, self.line(name), name=name.title(), value=shown(value))
        return None

    def moment(self, name: str, report: Report) -> dt.datetime | None:
        """The ISO 8601 day (with or without a time) of a header; tells if it is none."""
        value = self.text(name)
        if not value:
            return None
        if re.fullmatch(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", value, re.ASCII):
            try:
                return dt.datetime.fromisoformat(value)
            except ValueError:
                pass
        report.add("date-bad", self.path, self.line(name), name=name.title(), value=shown(value))
        return None

    def choice(self, name: str, known: Iterable[str], default: str, report: Report, code: str = "value-unknown") -> str:
        """One of the known words; tells if it is another one."""
        value = self.text(name).casefold()
        names = tuple(known)
        if not value:
            return default
        if value not in names:
            report.add(
                code, self.path, self.line(name), name=name.title(), value=shown(value),
                known=", ".join(names), guess=closest(value, names),
            )  # fmt: skip
        return value

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change when a translator would have to look again."""
        parts = [self.text(name) for name in TRANSLATED]
        folded = "\n".join(" ".join(part.split()) for part in [*parts, self.body])
        return hashlib.sha256(folded.encode()).hexdigest()[:12]


def read(root: Path, path: Path, report: Report, limit: int = MAX_SOURCE_BYTES) -> Source | None:
    """The source at ``root / path``; None, told to the report, if it is no readable text."""
    try:
        # of thousands, where every call of the system counts; buffered, since some systems give a file in parts
        with BufferedReader(FileIO(f"{root}/{path}")) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            report.add("source-long", path, size=(root / path).stat().st_size, limit=limit)
            return None
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        report.add("source-not-utf8", path, line)
        return None
    except OSError as error:
        report.add("file-unreadable", path, reason=error.strerror or type(error).__name__)
        return None
    source = parse(path, text, report)
    if mark := costly_mark(source.body, limit // BYTES_PER_MARK):
        line = source.body_line + source.body.count("\n", 0, source.body.find(mark))
        report.add("source-odd", path, line, mark=mark)
        return None
    return source


def parse(path: Path, text: str, report: Report) -> Source:
    """The headers and the body of a text."""
    # not str.splitlines, which also breaks at U+2028 and form feeds
    text = _visible(text.replace("\r\n", "\n").replace("\r", "\n"), path, report)
    lines = _lines(text)
    headers: dict[str, Header] = {}
    last, is_fenced = "", False
    for number, place, line in lines:
        if number == 1 and line.strip() == "---":
            is_fenced = True
        elif not line.strip() or (is_fenced and line.strip() == "---"):
            break
        elif match := HEADER.fullmatch(line):
            last = match["name"].lower()
            if last in headers:
                report.add("header-twice", path, number, name=match["name"], first=headers[last].line)
            else:
                headers[last] = Header(match["value"].strip(), number)
        elif last and (match := CONTINUED.fullmatch(line)):
            headers[last] = Header(f"{headers[last].value} {match['value'].strip()}".strip(), headers[last].line)
        else:
            report.add("header-bad", path, number, value=shown(line.strip()))
            return Source(path, headers, text[place:].rstrip(), number)
    for number, place, line in lines:
        if line.strip():
            return Source(path, headers, text[place:].rstrip(), number)
    return Source(path, headers, "", text.count("\n") + 2)


def check_names(source: Source, known: Iterable[str], report: Report) -> None:
    """Tell every header that is not known; one that looks like a slip of the pen stops the build."""
    names = {name.lower(): name for name in known}
    for name, header in source.headers.items():
        if name in names:
            continue
        guess = closest(name, names)
        if guess:
            report.add("header-misspelt", source.path, header.line, name=name.title(), guess=names[guess])
        else:
            report.add("header-unknown", source.path, header.line, name=name.title(), known=", ".join(names.values()))


def costly_mark(body: str, limit: int) -> str:
    """A sign that stands in a body more than ``limit`` times, or is not closed; empty if there is none."""
    # to find a sign is far quicker than to count it
    for mark in COSTLY_MARKS:
        if mark in body and body.count(mark) > limit:
            return mark
    for opening, closing in PAIRS:
        if opening in body and body.count(opening) - body.count(closing) > MAX_UNCLOSED:
            return opening
    return ""


def shown(value: str, length: int = 60) -> str:
    """A value as it may stand in a message: short, in one line."""
    flat = " ".join(value.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Each line with its number and the place it begins at."""
    number, place = 1, 0
    while place <= len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        yield number, place, text[place:end]
        number, place = number + 1, end + 1


def _visible(text: str, path: Path, report: Report) -> str:
    """The text without invisible controls, each line with some told, and with every letter in one part."""
    if not text.replace("\n", "").isprintable():
        lines = text.split("\n")
        for place in [place for place, line in enumerate(lines) if INVISIBLE.search(line)]:
            report.add("control-characters", path, place + 1)
            lines[place] = INVISIBLE.sub("", lines[place])
        text = "\n".join(lines)
    return unicodedata.normalize("NFC", text)
