"""The signatures of a petition as rows to be delivered: in full for the editors, reduced for everybody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from magazine import regions
from magazine.desk.petition.chosen import Chosen
from magazine.headers import Source
from magazine.records import Petition
from magazine.signatures import COUNTED, LIST, signatures_in, tallies_in

# letters that stand elsewhere in the alphabet than in Unicode
IN_ORDER = str.maketrans({"ё": "е\uffff", "ң": "н\uffff", "ө": "о\uffff", "ү": "у\uffff"})


@dataclass(frozen=True, slots=True)
class Row:
    """So many signatures of which the same is known; ``region`` is a code, or a place as it was written down."""

    count: int = 1
    name: str = ""
    region: str = ""
    level: str = ""
    day: dt.date | None = None
    way: str = ""

    def place(self, language: str) -> str:
        """The name of its region."""
        return regions.name(self.region, language) or self.region


def full(chosen: Chosen) -> tuple[Row, ...]:
    """Every signature, each alone but those that were counted together: exact regions, days, levels. No digests."""
    found = [row for source in chosen.sources() for row in _rows(source)]
    return tuple(sorted(found, key=lambda row: (row.day or dt.date.min, row.way, row.level, alphabetical(row.name))))


def reduced(petition: Petition, shown: Mapping[str, int]) -> tuple[Row, ...]:
    """What signers allowed to be seen, by name, and one last row for all who are only counted.

    A region stands beside a name where it is one of those that are ``shown``. No days: they could tell who signed when.
    """
    named = [
        Row(name=signer.name, region=signer.region if signer.region in shown else "") for signer in petition.signers
    ]
    rest = petition.signed - len(named)
    by_name = sorted(named, key=lambda row: (alphabetical(row.name), row.region))
    return (*by_name, *([Row(rest)] if rest else []))


def numbered(rows: Iterable[Row]) -> Iterator[tuple[int, int, Row]]:
    """Each row with the numbers of its first and last signature, beginning at one."""
    last = 0
    for row in rows:
        first, last = last + 1, last + row.count
        yield first, last, row


def folded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with nameless ones of a kind that follow each other made one: for people to read."""
    held: Row | None = None
    for row in rows:
        if held and not (held.name or row.name) and _kind(held) == _kind(row):
            held = Row(held.count + row.count, "", row.region, row.level, row.day, row.way)
            continue
        if held:
            yield held
        held = row
    if held:
        yield held


def alphabetical(name: str) -> str:
    """What names are put in order by: the Kyrgyz alphabet, capitals beside small letters."""
    return name.casefold().translate(IN_ORDER)


def _kind(row: Row) -> tuple[str, str, dt.date | None, str]:
    return row.region, row.level, row.day, row.way


def _rows(source: Source) -> Iterator[Row]:
    way = source.text("way").casefold() or "paper"
    if source.text("kind").casefold() == LIST:
        for one in signatures_in(source):
            yield Row(1, one.name, one.region, one.level, one.date, way)
        return
    for tally in tallies_in(source):
        yield Row(tally.count, "", regions.code_of(tally.region) or tally.region, COUNTED, tally.date, way)
