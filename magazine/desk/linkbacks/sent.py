"""What was sent where, remembered in the editor's private folder, to the day alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from magazine.desk.linkbacks.mentions import Page
from magazine.desk.moderation import files
from magazine.intake.submissions import WEBMENTION

FILE = "linkbacks.json"
DONE, UNWANTED, FAILED, GIVEN_UP = STATES = ("done", "unwanted", "failed", "given up")
TRIES = 6
PAUSES = (1, 2, 4, 8, 16)  # days between tries


@dataclass(frozen=True, order=True)
class Sent:
    """The state of one link.

    It is ``done``, ``unwanted`` (its host takes no pings for it), ``failed`` (to be tried again from ``day``) or
    ``given up``. ``way`` is how it was told, ``text`` the stamp of our page then.
    """

    source: str
    target: str
    state: str
    way: str = ""
    text: str = ""
    tries: int = 0
    day: str = ""


@dataclass(frozen=True, order=True)
class Due:
    """A link to tell of. ``is_gone``: the page has it no more, and its host is told to look again."""

    source: str
    target: str
    text: str = ""
    tries: int = 0
    is_gone: bool = False

    def done(self, way: str) -> Sent:
        """The host knows it."""
        return Sent(self.source, self.target, DONE, way, self.text)

    def unwanted(self) -> Sent:
        """The host takes no pings for this page."""
        return Sent(self.source, self.target, UNWANTED, text=self.text)

    def failed(self, way: str, today: dt.date) -> Sent:
        """It failed once more."""
        tries = self.tries + 1
        if tries >= TRIES:
            return Sent(self.source, self.target, GIVEN_UP, way, self.text, tries)
        day = today + dt.timedelta(days=PAUSES[min(tries, len(PAUSES)) - 1])
        return Sent(self.source, self.target, FAILED, way, self.text, tries, day.isoformat())


Record = dict[tuple[str, str], Sent]


def due(pages: Iterable[Page], record: Record, today: dt.date) -> list[Due]:
    """What is to be sent now, in the order of the pages."""
    wanted, listed = [], set()
    for page in pages:
        for target in page.targets:
            listed.add((page.address, target))
            known = record.get((page.address, target))
            if known is None or _is_due(known, page, today):
                tries = known.tries if known and known.state == FAILED and known.text == page.text else 0
                wanted.append(Due(page.address, target, page.text, tries))
    for key, known in sorted(record.items()):
        is_told = known.way == WEBMENTION and known.state in (DONE, FAILED)
        if key not in listed and is_told and _day_has_come(known, today):
            wanted.append(Due(known.source, known.target, tries=known.tries, is_gone=True))
    return wanted


def read(folder: Path) -> Record:
    """What was remembered; raises OSError, and ValueError if the file is damaged."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    known = {field.name for field in fields(Sent)}
    if not isinstance(found, list) or not all(isinstance(one, dict) and set(one) <= known for one in found):
        raise ValueError(FILE)
    try:
        sent = [Sent(**one) for one in found]
        for one in found:
            _check(one)
    except TypeError as error:  # a part is missing, or is no text
        raise ValueError(FILE) from error
    return {(one.source, one.target): one for one in sent}


def write(folder: Path, record: Record) -> None:
    """Remember it, whole or not at all; raises OSError."""
    plain = [{name: value for name, value in asdict(one).items() if value} for one in sorted(record.values())]
    files.written(folder / FILE, (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())


def _check(one: dict[str, object]) -> None:
    kinds = {field.name: int if field.name == "tries" else str for field in fields(Sent)}
    if not all(isinstance(value, kinds[name]) for name, value in one.items()) or one["state"] not in STATES:
        raise ValueError(FILE)
    dt.date.fromisoformat(str(one.get("day", "0001-01-01")))


def _is_due(known: Sent, page: Page, today: dt.date) -> bool:
    if known.text != page.text:
        return known.state != DONE or known.way == WEBMENTION  # a pingback is told once only
    return known.state == FAILED and _day_has_come(known, today)


def _day_has_come(known: Sent, today: dt.date) -> bool:
    return not known.day or known.day <= today.isoformat()
