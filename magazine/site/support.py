"""What the pages of a petition show of its support: names, days, ways, answers it got, words to pass on."""

from __future__ import annotations

import datetime as dt
import io
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import segno
from markupsafe import Markup

from magazine.records import Entry, Petition, Signer, Version, known_as
from magazine.region_counts import RegionCounts, merged
from magazine.signatures import WAYS

NAMES_SIZE = 200  # on one page
NEWEST_NAMES = 5  # on the page of the petition
DAILY = dt.timedelta(days=120)  # what is older is told by month
MAX_MESSAGE = 300  # letters with the address: what messengers show whole and a phone sends in five parts at most
PIXELS = 4  # of a QR code's smallest square within a page
ENDS = (".", "!", "?", "…")


@dataclass(frozen=True)
class Named:
    """A name as it is shown; ``region`` is a code, empty where too few signed there."""

    name: str
    region: str


@dataclass(frozen=True)
class NamesPage:
    """One page of names, numbered from the oldest; ``first`` is the number of its first name."""

    number: int
    names: tuple[Named, ...]
    is_last: bool

    @property
    def first(self) -> int:
        """The number of its first name."""
        return (self.number - 1) * NAMES_SIZE + 1


@dataclass(frozen=True)
class Period:
    """A day or a month, how many signed in it, and how many had signed at its end."""

    start: dt.date
    is_month: bool
    count: int
    total: int


@dataclass(frozen=True)
class Support:
    """The support of one petition; regions with fewer signers than ``threshold`` are shown as one."""

    petition: Petition
    threshold: int

    @cached_property
    def regions(self) -> RegionCounts:
        """The regions as they may be shown."""
        return merged(self.petition.regions, self.threshold)

    @cached_property
    def newest(self) -> tuple[Named, ...]:
        """The names that signed last, the newest first."""
        return tuple(map(self._named, reversed(self.petition.signers[-NEWEST_NAMES:])))

    @property
    def last_page(self) -> int:
        """How many pages of names there are."""
        return -(-len(self.petition.signers) // NAMES_SIZE)

    def pages(self) -> Iterator[NamesPage]:
        """The pages of names, the oldest first; only the last one is not full."""
        signers, last = self.petition.signers, self.last_page
        for number in range(1, last + 1):
            held = signers[(number - 1) * NAMES_SIZE : number * NAMES_SIZE]
            yield NamesPage(number, tuple(map(self._named, held)), number == last)

    @cached_property
    def ways(self) -> Mapping[str, int]:
        """How many signed in each way that was used."""
        found: Counter[str] = Counter()
        for tally in self.petition.tallies:
            found[tally.way] += tally.count
        return {way: found[way] for way in WAYS if found[way]}

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The last months by day, what is before them by month; the newest first."""
        return periods(self.petition.days)

    @cached_property
    def reached(self) -> tuple[int, ...]:
        """The goals that are reached, the smallest first."""
        return tuple(goal for goal in self.petition.goals if goal <= self.petition.signed)

    def answers(self, version: Version) -> list[tuple[str, Entry | None]]:
        """Those the petition goes to, as a version names them, each with the news that bring their newest answer."""
        answers = [(update, place) for update in self.petition.updates for place in self._answering(update)]
        newest = {place: update for update, place in reversed(answers)}
        return [(recipient, newest.get(place)) for place, recipient in enumerate(version.recipients)]

    def _answering(self, update: Entry) -> set[int]:
        """The places, among those the petition goes to, of whom some news bring an answer of; in any language."""
        told = {known_as(version.answered_by) for version in update.versions.values() if version.answered_by}
        named = (version.recipients for version in self.petition.versions.values())
        return {place for row in named for place, recipient in enumerate(row) if known_as(recipient) in told}

    def _named(self, signer: Signer) -> Named:
        return Named(signer.name, signer.region if signer.region in self.regions.shown else "")


def periods(days: Iterable[tuple[dt.date, int]]) -> tuple[Period, ...]:
    """Counts by day, which come oldest first, as periods, newest first."""
    listed = list(days)
    if not listed:
        return ()
    by_day = (listed[-1][0] - DAILY).replace(day=1)  # no month is told in two ways
    counts: Counter[tuple[dt.date, bool]] = Counter()
    for day, count in listed:
        counts[(day, False) if day >= by_day else (day.replace(day=1), True)] += count
    found, total = [], 0
    for (start, is_month), count in counts.items():
        total += count
        found.append(Period(start, is_month, count, total))
    return tuple(reversed(found))


def message(version: Version, address: str) -> str:
    """Words to pass on from phone to phone, with the address MAX_MESSAGE letters at most.

    They tell no more than what others may see, or what an editor has written for it.
    """
    made = [version.safe_title] if version.discreet else [version.title, version.summary]
    words = version.message or " ".join(part if part.endswith(ENDS) else f"{part}." for part in made if part)
    room = MAX_MESSAGE - len(address) - 1
    words = " ".join(words.replace(address, " ").split())
    if len(words) > room > 0:
        cut = textwrap.shorten(words, room, placeholder="…", break_on_hyphens=False)
        words = cut if cut != "…" else f"{words[: room - 1]}…"
    return f"{words} {address}" if room > 0 else address


@lru_cache(maxsize=64)
def qr(address: str, title: str = "") -> Markup:
    """The SVG of a QR code (ISO/IEC 18004) that leads to an address, dark on light with its quiet zone.

    With a title it is a file of its own, without one a part of a page.
    """
    drawing = io.BytesIO()
    segno.make_qr(address, error="m").save(
        drawing, kind="svg", xmldecl=False, svgns=bool(title), title=title or None, omitsize=bool(title), nl=False,
        scale=1 if title else PIXELS,
        svgclass=None, lineclass=None, light="#fff",
    )  # fmt: skip
    return Markup(drawing.getvalue().decode())  # noqa: S704 (drawn by segno, which escapes the title)
