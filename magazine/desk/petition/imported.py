"""A petition from a plain text, as it was mailed or pasted: any usual charset, wrapped lines, numbered demands."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from magazine import headers
from magazine import library as shelves
from magazine.desk.mail import charsets
from magazine.desk.moderation import files
from magazine.desk.petition.chosen import PetitionError
from magazine.headers import INVISIBLE, MAX_SOURCE_BYTES
from magazine.messages import say
from magazine.places import Places
from magazine.problems import Report
from magazine.records import PETITIONS
from magazine.site import fingerprints
from magazine.slugs import MAX_SLUG_LENGTH, is_slug, slug_of

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
NUMBERED = re.compile(r"\s*(\d{1,3})\s?[.)]\s+(?=\S)")
BULLET = re.compile(r"\s*[-*•–—·]\s+(?=\S)")
WHOM = re.compile(r"\s*(?:Кому|Кимге|To)\s*:\s*(.+)", re.IGNORECASE)
# what Markdown would take for its own
SPECIAL = re.compile(r"([\\`*_\[\]<])")
BEGINS = re.compile(r"^(\s*)([#>+|~=-]|\d+[.)])")
ENDS = (".", ",", ";", ":", "!", "?", "…", "»", "”")
LONGEST_TITLE, LONGEST_HEADING = 120, 70


@dataclass(frozen=True)
class Wishes:
    """What the organiser chose; empty where it is made of the text."""

    slug: str
    language: str
    recipient: str = ""


@dataclass(frozen=True)
class Text:
    """A plain text taken apart: the first line, whom it is for, and its blocks as Markdown."""

    title: str
    recipients: tuple[str, ...]
    blocks: tuple[str, ...]


def imported(file: Path, content: Path, wishes: Wishes) -> Path:
    """The source that was made, a draft. Raises PetitionError and OSError."""
    if not file.name or not file.is_file():
        raise PetitionError(say("There is no file %(file)s.", file=file if file.name else "–"))
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        raise PetitionError(told)
    if file.stat().st_size > 2 * MAX_SOURCE_BYTES:
        raise PetitionError(say("This is too long."))
    text = taken_apart(decoded(file.read_bytes()))
    if not text.title or not text.blocks:
        raise PetitionError(say("%(file)s holds no petition: it needs a title in its first line, and a text below it.",
                                file=file))  # fmt: skip
    slug = wishes.slug or slug_of(text.title)[:MAX_SLUG_LENGTH].strip("-")
    path = content / PETITIONS / slug / f"{wishes.language}.md"
    _check(slug, path, content)
    to = wishes.recipient or "; ".join(text.recipients)
    lines = (f"Title: {text.title}", f"Date: {fingerprints.day()}", f"To: {to}".rstrip(), "Status: draft")
    whole = "\n".join(lines) + "\n\n" + "\n\n".join(text.blocks) + "\n"
    report = Report()
    headers.parse(Path(path.name), whole, report)
    if len(whole.encode()) > MAX_SOURCE_BYTES or report.errors():
        raise PetitionError("\n".join([say("This is too long."), *(one.text() for one in report.sorted())]))
    files.written(path, whole.encode())
    return path


def decoded(data: bytes) -> str:
    """The text of a file: by the mark it begins with, else by which letters then stand there."""
    for mark, charset in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(charset, "replace")
    return charsets.decoded(data)


def taken_apart(text: str) -> Text:
    """A plain text taken apart."""
    whole = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))
    lines = whole.replace("\u00ad", "").expandtabs(4).split("\n")
    recipients = tuple(match[1].strip() for line in lines if (match := WHOM.fullmatch(line)))
    paragraphs = list(_paragraphs([line for line in lines if not WHOM.fullmatch(line)]))
    if not paragraphs:
        return Text("", recipients, ())
    title, rest = _title(paragraphs[0])
    return Text(title, recipients, tuple(_joined([*rest, *paragraphs[1:]])))


def _title(first: str) -> tuple[str, list[str]]:
    """The title, and what of the first paragraph is none."""
    if len(first) <= LONGEST_TITLE:
        return _calm(first).strip(), []
    sentence = re.split(r"(?<=[.!?…])\s", first, maxsplit=1)[0]
    return headers.shown(sentence.rstrip("."), LONGEST_TITLE), [first]


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Wrapped lines joined; a new paragraph begins after an empty line, at an indented line, or with a number."""
    usual = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    held: list[str] = []
    is_item = False
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip()) - usual
        starts = bool(NUMBERED.match(line) or BULLET.match(line))
        is_new = starts or (indent >= 2 and not is_item and not (number and _is_indented(lines[number - 1], usual)))
        # a heading stands alone even where no line is left empty
        alone = bool(held) and len(held) == 1 and not is_item and _is_heading(held[0])
        if held and (not line.strip() or is_new or alone):
            yield _whole(held)
            held = []
        if line.strip():
            is_item = starts or (is_item and bool(held))
            held.append(line.strip())
    if held:
        yield _whole(held)


def _is_indented(line: str, usual: int) -> bool:
    return bool(line.strip()) and len(line) - len(line.lstrip()) - usual >= 2


def _whole(lines: list[str]) -> str:
    """Lines joined; a word that was cut at the end of a line is whole again."""
    text = "\n".join(lines)
    text = re.sub(r"(?<=[^\W\d_])-\n(?=[а-яёөүңa-z])", "-", text)
    return " ".join(text.split())


def _is_heading(line: str) -> bool:
    """Whether a line is one by its capitals."""
    letters = [sign for sign in line if sign.isalpha()]
    return len(letters) > 3 and len(line) <= LONGEST_HEADING and all(sign.isupper() for sign in letters)


def _joined(paragraphs: list[str]) -> Iterator[str]:
    """Blocks of Markdown: items that follow each other are one list."""
    items: list[str] = []
    kind = ""
    for text in paragraphs:
        numbered, bullet = NUMBERED.match(text), BULLET.match(text)
        now = "1" if numbered else "-" if bullet else ""
        if items and now != kind:
            yield "\n".join(items)
            items = []
        kind = now
        if numbered:
            items.append(f"{numbered[1]}. {_escaped(text[numbered.end() :])}")
        elif bullet:
            items.append(f"- {_escaped(text[bullet.end() :])}")
        elif _is_heading(text) or (text.endswith(":") and len(text) <= LONGEST_HEADING // 2):
            yield f"## {_escaped(_calm(text))}"
        else:
            yield _escaped(text)
    if items:
        yield "\n".join(items)


def _calm(text: str) -> str:
    """A heading without shouting."""
    return text.rstrip(".:").capitalize() if text.isupper() else text.rstrip(".:")


def _escaped(text: str) -> str:
    """The words as Markdown that shows just them; addresses of the web stay as they are."""
    shown = " ".join(part if "://" in part else SPECIAL.sub(r"\\\1", part) for part in text.split(" "))
    return BEGINS.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", shown)


def _check(slug: str, path: Path, content: Path) -> None:
    if not is_slug(slug):
        raise PetitionError(
            say("«%(value)s» cannot be an address. Use small Latin letters, digits and hyphens, at most %(limit)d.",
                value=slug, limit=MAX_SLUG_LENGTH)
        )  # fmt: skip
    taken = {place.slug: place.key for place in Places(shelves.scanned(content), Report()).entries()}
    if path.exists() or (slug in taken and taken[slug] != f"{PETITIONS}/{slug}"):
        raise PetitionError(say("«%(value)s» is there already: %(folder)s. Choose another name.",
                                value=slug, folder=taken.get(slug, slug)))  # fmt: skip
    if slug in taken:
        raise PetitionError(say("There is a petition «%(value)s» already. Choose another name with --name, or begin a "
                                "translation: %(command)s", value=slug,
                                command=f"python3 tasks.py new translation {slug}"))  # fmt: skip
