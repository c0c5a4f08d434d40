"""Lists of signatures: what stands in them for a petition, what a batch adds to them, what a signer takes out again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from magazine import headers, signatures
from magazine.desk.moderation.answer_files import next_number, with_letters
from magazine.desk.moderation.flags import known_as
from magazine.desk.moderation.shared_secret import SharedSecret
from magazine.headers import Source
from magazine.problems import Report
from magazine.signatures import LIST, MAX_LINES, MAX_LIST_BYTES, Signature

ROOM = 1000  # bytes for the head of a list
ONLINE = "online"


@dataclass
class Standing:
    """What is signed already: paths by digests of receipts, digests of contacts, names as known, days with numbers."""

    receipts: dict[str, Path] = field(default_factory=dict)
    contacts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    days: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Counted:
    """A signature that is to be counted, and its name in the queue."""

    name: str
    row: Signature


@dataclass(frozen=True)
class ListFile:
    """A list that is to be written: its name, its text, its number of signatures, and all names that it settles."""

    name: str
    text: str
    rows: int
    names: tuple[str, ...]


def standing(content: Path, paths: Iterable[Path]) -> Standing:
    """What stands in these files, whose paths are below the content folder."""
    found = Standing()
    for path in paths:
        source = read(content, path)
        if source is None:
            continue
        is_online = source.text("way").casefold() == ONLINE
        for one in signatures.signatures_in(source):
            found.receipts.setdefault(one.receipt, content / path)
            found.contacts.add(one.contact)
            if one.name:
                found.names.add(known_as(one.name))
            if is_online:
                found.days[one.date.isoformat()] += 1
    found.receipts.pop("", None)
    found.contacts.discard("")
    return found


def read(content: Path, path: Path) -> Source | None:
    """A list as it stands."""
    return headers.read(content, path, Report(), MAX_LIST_BYTES)


def planned(
    held: Standing, wanted: Iterable[Counted], secret: SharedSecret, day: str, taken: Iterable[str]
) -> tuple[list[ListFile], list[str]]:
    """The lists that a batch adds to a petition, and the names in the queue of what is counted in one already.

    Of those with the same contact the first stays; the others are a number in the first list. ``taken`` are the names
    of lists there are.
    """
    rows: list[Counted] = []
    known: list[str] = []
    dropped: list[str] = []
    receipts, contacts = set(held.receipts), set(held.contacts)
    for one in sorted(wanted, key=lambda one: (one.row.date, one.name)):
        if one.row.receipt in receipts:
            known.append(one.name)
        elif one.row.contact and one.row.contact in contacts:
            dropped.append(one.name)
        else:
            rows.append(one)
            receipts.add(one.row.receipt)
            contacts.add(one.row.contact)
    names, lists = list(taken), []
    for part in _parts(rows) if rows or not dropped else [[]]:
        text = signatures.composed((one.row for one in part), ONLINE, len(dropped))
        digest = hashlib.sha256("".join([text, *dropped]).encode()).hexdigest()
        turn, letters = 0, secret.letters_of(digest)
        while any(with_letters(letters, names)):
            turn += 1
            letters = secret.letters_of(digest, turn)
        names.append(f"{day}-{next_number(day, names)}-{letters}")
        lists.append(ListFile(names[-1], text, len(part), (*(one.name for one in part), *dropped)))
        dropped = []
    return lists, known


def without(source: Source, receipts: Iterable[str]) -> str:
    """A list without the signatures of these receipts; empty if nothing is left to be told in it."""
    gone = set(receipts)
    duplicates = source.number("duplicates", Report()) if source.text("duplicates") else 0
    rows = [one for one in signatures.signatures_in(source) if one.receipt not in gone]
    return signatures.composed(rows, source.text("way") or ONLINE, duplicates or 0) if rows or duplicates else ""


def parsed(path: Path, text: str) -> Source:
    """The list in a text that is about to be written."""
    return headers.parse(path, text, Report())


def is_list(source: Source) -> bool:
    """Whether a file in a folder of signatures is a list, and no number."""
    return source.text("kind").casefold() == LIST


def _parts(rows: Iterable[Counted]) -> Iterator[list[Counted]]:
    """The rows in parts that a list may hold."""
    part: list[Counted] = []
    size = 0
    for one in rows:
        length = len(one.row.line().encode()) + 1
        if part and (len(part) == MAX_LINES or size + length > MAX_LIST_BYTES - ROOM):
            yield part
            part, size = [], 0
        part.append(one)
        size += length
    if part:
        yield part
