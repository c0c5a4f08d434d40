"""The numbered list of signatures, as PDF: the last number in it is how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from babel.dates import format_date

from magazine.desk.petition.chosen import Chosen
from magazine.desk.petition.letter import number
from magazine.desk.petition.rows import Row, folded, numbered
from magazine.desk.petition.tables import spoken
from magazine.messages import say
from magazine.pdf import GREY, INK, PALE, RED, Paper, readable
from magazine.region_counts import RegionCounts
from magazine.signatures import COUNTED, WAYS

ROW, HEAD, GAP = 5.6, 7.0, 4.0  # mm
LABEL = 27.0  # two numbers of six digits


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in mm, how its cells are set; numbers stand at its right edge."""

    head: str
    width: float
    style: str
    size: float
    colour: tuple[int, int, int]
    to_right: bool = False
    gap: float = GAP


def names_file(chosen: Chosen, rows: Iterable[Row], language: str, shown: RegionCounts | None) -> bytes:
    """The PDF of the list; ``shown`` are the regions as everybody may see them, None in full, with days and levels."""
    petition, version = chosen.petition, chosen.petition.versions[language]
    paper = Paper(language, version.title, petition.counted_on or petition.date.date())
    paper.add_page()
    paper.paragraph(version.title, "B", 20, leading=1.16, after=1.5)
    paper.paragraph(say("List of signatures", language), "I", 13, RED, leading=1.3, after=3)
    paper.rule(RED, 0.8, after=4)
    paper.running = version.title
    _summary(paper, chosen, language, shown or RegionCounts(dict(petition.regions), 0, 0))
    if shown is None:
        paper.paragraph(say("In full, for the organisers alone. Do not copy it and do not hand it on.", language),
                        "B", 11, RED, after=4)  # fmt: skip
    _table(paper, folded(rows), language, is_full=shown is None)
    return paper.bytes()


def _summary(paper: Paper, chosen: Chosen, language: str, shown: RegionCounts) -> None:
    petition = chosen.petition
    facts = [(say("Signatures", language), number(petition.signed, language))]
    if petition.counted_on:
        facts.append((say("As of", language), format_date(petition.counted_on, "long", locale=language)))
    ways: Counter[str] = Counter()
    for tally in petition.tallies:
        ways[tally.way] += tally.count
    facts += [(spoken(way, language), number(count, language)) for way, count in ways.most_common()]
    _facts(paper, facts)
    places = [(Row(region=code).place(language), count) for code, count in shown.shown.items() if code and count]
    unsaid = shown.unsaid or shown.shown.get("", 0)
    rest = [(say("Other regions", language), shown.others), (say("Region not said", language), unsaid)]
    places.sort(key=lambda place: (-place[1], place[0]))
    listed = [*places, *((name, count) for name, count in rest if count)]
    if places or shown.others:
        paper.paragraph(say("By region", language), "B", 11, after=0.5)
        _facts(paper, [(name, number(count, language)) for name, count in listed])


def _facts(paper: Paper, facts: Sequence[tuple[str, str]]) -> None:
    for name, value in facts:
        paper.keep(5.4)
        paper.face("", 10.5, GREY)
        paper.cell(62, 5.4, paper.fitted(name, 60, "", 10.5))
        paper.face("B", 10.5, INK)
        paper.cell(0, 5.4, readable(value), new_x="LMARGIN", new_y="NEXT")
    paper.ln(3.5)


def _table(paper: Paper, rows: Iterable[Row], language: str, *, is_full: bool) -> None:
    columns = _columns(paper, language, is_full=is_full)
    bottom = paper.h - paper.b_margin
    if paper.y + HEAD + 3 * ROW > bottom:
        paper.add_page()
    held: list[tuple[str, ...]] = []
    room = _room(paper, bottom)
    for cells in _cells(rows, language, is_full=is_full):
        if len(held) == room:
            _page(paper, columns, held)
            paper.add_page()
            held, room = [], _room(paper, bottom)
        held.append(cells)
    _page(paper, columns, held)


def _room(paper: Paper, bottom: float) -> int:
    return int((bottom - paper.y - HEAD) / ROW)


def _cells(rows: Iterable[Row], language: str, *, is_full: bool) -> Iterator[tuple[str, ...]]:
    """What stands in a line: number, name, who gave none, region; in full also day and way."""
    places: dict[str, str] = {}
    said = {word: readable(spoken(word, language)) for word in (COUNTED, *WAYS)}
    for first, last, row in numbered(rows):
        label = _label(first, language) if first == last else f"{_label(first, language)}–{_label(last, language)}"
        place = places.get(row.region)
        if place is None:
            place = places[row.region] = readable(row.place(language))
        cells = (label, readable(row.name), "" if row.name else said[COUNTED], place)
        yield (*cells, row.day.isoformat() if row.day else "", said.get(row.way, row.way)) if is_full else cells


def _label(count: int, language: str) -> str:
    return str(count) if count < 10_000 else readable(number(count, language))


def _page(paper: Paper, columns: Sequence[Column], lines: Sequence[tuple[str, ...]]) -> None:
    """Set the lines of a page, column by column: letters and colours change as seldom as can be."""
    top, x = _heads(paper, columns), paper.l_margin
    for place, column in enumerate(columns):
        paper.face(column.style, column.size, column.colour)
        for turn, cells in enumerate(lines, start=1):
            cell = cells[place]
            if cell:
                start = x + column.width - paper.wide(cell, column.style, column.size) if column.to_right else x
                paper.squeezed(start, top + turn * ROW, cell, column.width, column.style, column.size)
        x += column.width + column.gap
    for turn in range(1, len(lines) + 1):
        paper.line(paper.l_margin, top + turn * ROW + 1.6, paper.w - paper.r_margin, top + turn * ROW + 1.6)
    paper.set_y(top + len(lines) * ROW + 2)


def _columns(paper: Paper, language: str, *, is_full: bool) -> tuple[Column, ...]:
    place = 38.0 if is_full else 46.0
    more = (
        Column(say("Day", language), 18, "", 8.5, GREY),
        Column(say("How", language), 19, "I", 8.5, GREY),
    )
    used = LABEL + place + 2 * GAP + (sum(column.width for column in more) + 2 * GAP if is_full else 0)
    name = paper.epw - used
    return (
        Column(say("No.", language), LABEL, "", 8.5, GREY, to_right=True),
        Column(say("Name", language), name, "", 10.5, INK, gap=-name),
        Column("", name, "I", 9.5, GREY),  # in place of a name
        Column(say("Region", language), place, "I", 9, GREY),
        *(more if is_full else ()),
    )


def _heads(paper: Paper, columns: Sequence[Column]) -> float:
    base, x = paper.y + 4, paper.l_margin
    paper.face("I", 8.5, GREY)
    for column in columns:
        wide = paper.wide(column.head, "I", 8.5)
        paper.text(x + column.width - wide if column.to_right else x, base, column.head)
        x += column.width + column.gap
    paper.set_draw_color(*INK)
    paper.set_line_width(0.3)
    paper.line(paper.l_margin, base + 1.8, paper.w - paper.r_margin, base + 1.8)
    paper.set_draw_color(*PALE)
    paper.set_line_width(0.1)
    return base + 1.6
