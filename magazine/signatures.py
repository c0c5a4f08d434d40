"""Signatures of a petition: numbers that were counted together, and lists of single ones, in ``signatures/``.

A list holds a line for each: day, level, digest of its receipt, digest of its contact; behind them, where the signer
wants them to be seen, a name and a region. Without the editors' secret a digest leads to nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from magazine import answers
from magazine.headers import Source
from magazine.problems import Report
from magazine.records import Signer, Tally
from magazine.regions import REGIONS

# only counted; pen name and region; full name and region
COUNTED, PEN_NAME, PUBLIC = LEVELS = ("counted", "pen-name", "public")
WAYS = ("paper", "street", "online")
TALLY, LIST = KINDS = ("tally", "signatures")
HEADERS = ("Kind", "Count", "Date", "Way", "Region", "Duplicates")
MAX_LIST_BYTES, MAX_LINES = 2_000_000, 10_000
NONE = "-"
LINE = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d) (?P<level>[a-z-]+) (?P<receipt>[0-9a-f]{32}|-) (?P<contact>[0-9a-f]{16}|-)"
    r"(?: \| (?P<name>[^|]+) \| (?P<region>[a-z-]+))?"
)
TALLY_LINE = re.compile(r"(?P<date>\d{4}-\d\d-\d\d) (?P<count>\d{1,9})(?: (?P<region>[a-z-]+))?", re.ASCII)


@dataclass(frozen=True)
class Signature:
    """One signature of a list; ``receipt`` and ``contact`` are keyed digests. What is above its level is not kept."""

    date: dt.date
    level: str
    receipt: str
    contact: str = ""
    name: str = ""
    region: str = ""

    def line(self) -> str:
        """Its line in a list."""
        known = (self.date.isoformat(), self.level, self.receipt or NONE, self.contact or NONE)
        # a bar in a name would end it
        seen = [" ".join(self.name.replace("|", " ").split()) or NONE, self.region or NONE]
        return " | ".join([" ".join(known), *(seen if self.level != COUNTED else [])])


@dataclass(frozen=True)
class Tallied:
    """So many signatures of one day; ``region`` is a code, or empty."""

    date: dt.date
    count: int
    region: str = ""


@dataclass(frozen=True)
class Signed:
    """All signatures of a petition, oldest first; ``duplicates`` were sent and are not counted."""

    tallies: tuple[Tally, ...] = ()
    signers: tuple[Signer, ...] = ()
    duplicates: int = 0


def read_signatures(root: Path, files: Iterable[Path], report: Report) -> Signed:
    """The signatures of a petition from the files in their folder; what is wrong there goes to the report."""
    tallies: list[Tally] = []
    signers: list[Signer] = []
    duplicates = 0
    for source in answers.sources(root, files, HEADERS, MAX_LIST_BYTES, report):
        kind = source.choice("kind", KINDS, TALLY, report)
        way = source.choice("way", WAYS, "paper", report)
        duplicates += (source.number("duplicates", report) or 0) if source.text("duplicates") else 0
        if kind == TALLY:
            tallies += _tally(source, way, report)
            continue
        held = _lines(source, report)
        tallies += [
            Tally(source.path.stem, count, date, way, region)
            for (date, region), count in sorted(Counter((one.date, one.region) for one in held).items())
        ]
        signers += [_signer(one) for one in held if one.name]
    return Signed(
        tuple(sorted(tallies, key=lambda tally: (tally.date, tally.id, tally.region))),
        tuple(sorted(signers, key=lambda signer: (signer.date, signer.id, signer.name))),
        duplicates,
    )


def signatures_in(source: Source) -> tuple[Signature, ...]:
    """The signatures of a list; none of a tally."""
    return tuple(_lines(source, Report())) if source.text("kind").casefold() == LIST else ()


def tallies_in(source: Source) -> tuple[Tally, ...]:
    """What a tally holds; nothing of a list."""
    way = source.choice("way", WAYS, "paper", Report())
    return () if source.text("kind").casefold() == LIST else tuple(_tally(source, way, Report()))


def signature(line: str) -> Signature | None:
    """The signature of a line, without what is above its level; None if the line holds none."""
    match = LINE.fullmatch(line)
    if not match or match["level"] not in LEVELS:
        return None
    try:
        date = dt.date.fromisoformat(match["date"])
    except ValueError:
        return None
    receipt, contact = match["receipt"].strip(NONE), match["contact"].strip(NONE)
    region = "" if match["region"] in (None, NONE) else match["region"]
    if match["level"] == COUNTED or match["name"] is None:
        return Signature(date, match["level"], receipt, contact)
    if region and region not in REGIONS:
        return None
    name = "" if match["name"] == NONE else match["name"]
    return Signature(date, match["level"], receipt, contact, name, region)


def lowered(one: Signature) -> Signature:
    """The signature, only counted."""
    return replace(one, level=COUNTED, name="", region="")


def composed(signatures: Iterable[Signature], way: str = "online", duplicates: int = 0) -> str:
    """The file of a list of signatures, at most MAX_LINES of them; their order tells nothing of when they came."""
    held = sorted(signatures, key=lambda one: (one.date, one.receipt, one.name))
    newest = [f"Date: {held[-1].date}\n"] if held else []
    dropped = [f"Duplicates: {duplicates}\n"] if duplicates else []
    head = "".join((f"Kind: {LIST}\n", *newest, f"Way: {way}\n", *dropped))
    lines = "".join(f"{one.line()}\n" for one in held)
    return f"{head}\n{lines}" if held else head


def tallied(rows: Iterable[Tallied], way: str, duplicates: int = 0) -> str:
    """The file of a list whose signers are forgotten: a line for each day and region, above them the sum."""
    held = sorted(rows, key=lambda row: (row.date, row.region))
    newest = [f"Date: {held[-1].date}\n"] if held else []
    dropped = [f"Duplicates: {duplicates}\n"] if duplicates else []
    head = (f"Kind: {TALLY}\n", f"Count: {sum(row.count for row in held)}\n", *newest, f"Way: {way}\n", *dropped)
    return "".join((*head, "\n", *(f"{row.date} {row.count} {row.region}".rstrip() + "\n" for row in held)))


def _tally(source: Source, way: str, report: Report) -> list[Tally]:
    for name in ("Count", "Date"):
        if not source.text(name.lower()):
            report.add("header-missing", source.path, name=name)
    count, date = source.number("count", report), source.moment("date", report)
    if count is None or date is None:
        return []
    rows = _rows(source, report)
    if rows and sum(row.count for row in rows) == count:
        return [Tally(source.path.stem, row.count, row.date, way, row.region) for row in rows]
    if rows:
        report.add("signature-bad", source.path, source.body_line)
    return [Tally(source.path.stem, count, date.date(), way, source.text("region"))]


def _rows(source: Source, report: Report) -> list[Tallied]:
    """The lines of a tally, if it has any."""
    rows: list[Tallied] = []
    for number, line in enumerate(source.body.split("\n"), start=source.body_line):
        if not line.strip():
            continue
        match = TALLY_LINE.fullmatch(line.strip())
        try:
            date = dt.date.fromisoformat(match["date"]) if match else None
        except ValueError:
            date = None
        region = (match["region"] or "") if match else ""
        if not match or date is None or (region and region not in REGIONS):
            report.add("signature-bad", source.path, number)
            return []
        rows.append(Tallied(date, int(match["count"]), region))
    return rows


def _lines(source: Source, report: Report) -> list[Signature]:
    held: dict[str, Signature] = {}
    for number, line in enumerate(source.body.split("\n"), start=source.body_line):
        if not line.strip():
            continue
        one = signature(line.strip())
        if one is None:
            report.add("signature-bad", source.path, number)  # its words stay where they are
        elif one.receipt and one.receipt in held:
            report.add("signature-twice", source.path, number)
        else:
            held[one.receipt or f"{number}"] = one
    return list(held.values())


def _signer(one: Signature) -> Signer:
    known_by = one.receipt or hashlib.sha256(one.line().encode()).hexdigest()
    return Signer(known_by[:12], one.name, one.region, one.date, one.level)
