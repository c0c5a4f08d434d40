"""Where else the magazine can be read: the editors' list of mirrors, and what the last check found of each.

Both are tables in ``content/mirrors/``: ``list.csv`` is the editors', ``checked.csv`` is written by ``mirrors check``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from magazine.headers import shown
from magazine.problems import Report, closest

LISTED, CHECKED = "list.csv", "checked.csv"
KINDS = ("web", "onion", "rsync", "ipfs")  # in the order in which they are shown
STATES = ("current", "behind", "stale", "wrong key", "tampered", "unreachable")
WRONG = ("wrong key", "tampered")  # nobody is sent there from the day on which it is found
LIST_COLUMNS = ("address", "kind", "operator", "link", "country", "since")
CHECK_COLUMNS = ("address", "state", "checked", "seq", "shown")
MAX_BYTES, MAX_LINES = 1_000_000, 2_000
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
PLACE = r"(?:/[A-Za-z0-9._~%-]+)*/"
ADDRESSES = {
    "web": re.compile(
        rf"https://(?![^/]*\.onion)(?:{HOST}){PLACE}|http://(?:127\.0\.0\.1|localhost)(?::[0-9]+)?{PLACE}"
    ),
    "onion": re.compile(rf"https?://[a-z2-7]{{56}}\.onion{PLACE}"),
    "rsync": re.compile(rf"rsync://(?:{HOST}){PLACE}"),
    "ipfs": re.compile(r"ip[fn]s://[A-Za-z0-9.-]{1,100}/"),
}
LINK = re.compile(rf"https?://(?:{HOST})(?:/[^\s<>\"]*)?|mailto:[^\s<>\"]+@[^\s<>\"]+")
NAME = re.compile(r"[^=+@\t\x00-\x1f<>-][^\t\x00-\x1f<>]{0,79}")  # what begins with = would be a formula
COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166-1
SHOWN = {"yes": True, "no": False}


@dataclass(frozen=True)
class Mirror:
    """A line of ``mirrors/list.csv``, with what ``mirrors/checked.csv`` says of it.

    An ``operator`` may wish not to be named. ``state`` is one of STATES, empty where it was never looked at;
    ``checked`` is the day of the look, ``seq`` the release it had. One that is not ``shown`` has failed three times
    and has not been right three times since.
    """

    address: str
    kind: str
    operator: str = ""
    link: str = ""
    country: str = ""
    since: dt.date | None = None
    state: str = ""
    checked: dt.date | None = None
    seq: int = 0
    shown: bool = True

    @property
    def is_wrong(self) -> bool:
        """Whether something in it was not as we made it."""
        return self.state in WRONG


@dataclass(frozen=True)
class Found:
    """What a check found of one address."""

    address: str
    state: str
    checked: dt.date
    seq: int
    shown: bool


def read(listed: bytes | None, checked: bytes | None, folder: Path, report: Report) -> tuple[Mirror, ...]:
    """The mirrors of both tables, which may not be there, by kind and address; what is wrong goes to the report."""
    mirrors = _listed(listed, folder / LISTED, report) if listed is not None else {}
    for one in _checked(checked, folder / CHECKED, report) if checked is not None else ():
        if one.address in mirrors:  # one that was taken out may still have been checked
            values = {name: getattr(one, name) for name in ("state", "checked", "seq", "shown")}
            mirrors[one.address] = Mirror(**{**vars(mirrors[one.address]), **values})
    return tuple(sorted(mirrors.values(), key=lambda mirror: (KINDS.index(mirror.kind), mirror.address)))


def list_of(mirrors: Iterable[Mirror]) -> bytes:
    """The table that editors write."""
    rows = [[one.address, one.kind, one.operator, one.link, one.country, str(one.since or "")] for one in mirrors]
    return _table(LIST_COLUMNS, rows)


def checks_of(found: Iterable[Found]) -> bytes:
    """The table that a check writes, by address."""
    said = {value: word for word, value in SHOWN.items()}
    rows = [[one.address, one.state, str(one.checked), str(one.seq), said[one.shown]]
            for one in sorted(found, key=lambda one: one.address)]  # fmt: skip
    return _table(CHECK_COLUMNS, rows)


def kind_of(address: str) -> str:
    """The kind of an address; empty if it is none of a mirror."""
    return next((kind for kind in KINDS if ADDRESSES[kind].fullmatch(address)), "")


Row = Mapping[str, str]


def _listed(data: bytes, path: Path, report: Report) -> dict[str, Mirror]:
    found: dict[str, Mirror] = {}
    for line, row in _rows(data, LIST_COLUMNS, path, report):
        fit = [
            _fits(row, "kind", lambda value: value in KINDS, path, line, report, KINDS),
            _fits(row, "operator", lambda value: not value or bool(NAME.fullmatch(value)), path, line, report),
            _fits(row, "link", lambda value: not value or bool(LINK.fullmatch(value)), path, line, report),
            _fits(row, "country", lambda value: not value or bool(COUNTRY.fullmatch(value)), path, line, report),
            _fits(row, "since", lambda value: not value or _day(value) is not None, path, line, report),
        ]
        pattern = ADDRESSES.get(row["kind"])
        if pattern:
            fit.append(_fits(row, "address", _matches(pattern), path, line, report))
        if not all(fit):
            continue
        if row["address"] in found:
            report.add("mirror-twice", path, line, value=row["address"])
            continue
        since = _day(row["since"]) if row["since"] else None
        found[row["address"]] = Mirror(row["address"], row["kind"], row["operator"], row["link"], row["country"], since)
    return found


def _checked(data: bytes, path: Path, report: Report) -> list[Found]:
    found = []
    for line, row in _rows(data, CHECK_COLUMNS, path, report):
        fit = (
            _fits(row, "state", lambda value: value in STATES, path, line, report, STATES),
            _fits(row, "checked", lambda value: _day(value) is not None, path, line, report),
            _fits(row, "seq", lambda value: bool(re.fullmatch(r"[0-9]{1,9}", value)), path, line, report),
            _fits(row, "shown", lambda value: value in SHOWN, path, line, report, tuple(SHOWN)),
        )
        day = _day(row["checked"])
        if all(fit) and day:
            found.append(Found(row["address"], row["state"], day, int(row["seq"]), SHOWN[row["shown"]]))
    return found


def _rows(data: bytes, columns: tuple[str, ...], path: Path, report: Report) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table with their lines; nothing of a table whose head is not as it must be."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        report.add("source-not-utf8", path)
        return []
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        head = tuple(cell.strip() for cell in next(lines, []))
        if head != columns:
            report.add("mirror-table", path, 1, known=",".join(columns))
            return []
        rows: list[tuple[int, dict[str, str]]] = []
        for cells in lines:
            if not any(cells):
                continue
            if len(cells) != len(columns) or len(rows) == MAX_LINES:
                report.add("mirror-table", path, lines.line_num, known=",".join(columns))
                return []
            rows.append((lines.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    except csv.Error:
        report.add("mirror-table", path, lines.line_num, known=",".join(columns))
        return []
    return rows


def _fits(
    row: Row,
    name: str,
    is_fit: Callable[[str], bool],
    path: Path,
    line: int,
    report: Report,
    known: Iterable[str] = (),
) -> bool:
    """Whether a cell is as it must be; if not, that is told."""
    value = row[name]
    if is_fit(value):
        return True
    report.add("mirror-bad", path, line, name=name, value=shown(value), guess=closest(value, known))
    return False


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


def _day(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if len(value) == len("2026-01-01") else None
    except ValueError:
        return None


def _table(columns: tuple[str, ...], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([columns, *rows])
    return text.getvalue().encode()
