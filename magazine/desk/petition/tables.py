"""Signatures as tables for other programs: CSV for spreadsheets, JSON for those who count."""

from __future__ import annotations

import codecs
import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from magazine.desk.petition.rows import Row, numbered
from magazine.messages import marked, say

NUMBER, COUNT, NAME, REGION, LEVEL, DAY, WAY = COLUMNS = ("number", "count", "name", "region", "level", "day", "way")
HEADS: Mapping[str, str] = {
    NUMBER: marked("Number"), COUNT: marked("Signatures"), NAME: marked("Name"), REGION: marked("Region"),
    LEVEL: marked("What may be seen"), DAY: marked("Day"), WAY: marked("How"),
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "paper": marked("on paper"), "street": marked("in the street"), "online": marked("on the web"),
    "counted": marked("only the number"), "pen-name": marked("pen name and region"),
    "public": marked("full name and region"),
}  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
TEXT = "'"  # spreadsheets take a cell that begins with it for text


def spoken(word: str, language: str) -> str:
    """A way or a level as people say it."""
    return say(WORDS[word], language) if word in WORDS else word


def csv_file(rows: Sequence[Row], language: str) -> bytes:
    """A table in UTF-8 with its mark (RFC 4180); columns in which nothing was ever collected are not there.

    No cell begins like a formula, or a spreadsheet would carry out what a signer called herself.
    """
    columns = collected(rows)
    words = {word: harmless(spoken(word, language)) for word in {word for row in rows for word in (row.level, row.way)}}
    places = {row.region: harmless(row.place(language)) for row in rows}
    cells: Mapping[str, Callable[[int, Row], object]] = {
        NUMBER: lambda first, _: first, COUNT: lambda _, row: row.count, NAME: lambda _, row: harmless(row.name),
        REGION: lambda _, row: places[row.region], LEVEL: lambda _, row: words[row.level],
        DAY: lambda _, row: row.day or "", WAY: lambda _, row: words[row.way],
    }  # fmt: skip
    chosen = [cells[column] for column in columns]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([say(HEADS[column], language) for column in columns])
    writer.writerows([cell(first, row) for cell in chosen] for first, _, row in numbered(rows))
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def json_file(head: Mapping[str, Any], rows: Sequence[Row]) -> bytes:
    """What is known of the petition, and its signatures with the codes of their regions, as JSON in UTF-8."""
    facts = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    # a line each: easier to look at, and many times quicker
    lines = ",\n".join(json.dumps(_known(first, row), ensure_ascii=False) for first, _, row in numbered(rows))
    return f'{facts},\n "signatures": [\n{lines}\n ]\n}}\n'.encode()


def collected(rows: Iterable[Row]) -> tuple[str, ...]:
    """The columns that hold anything, in their order."""
    held = {NUMBER, COUNT}
    for row in rows:
        held.update(column for column in COLUMNS[2:] if column not in held and getattr(row, column))
    return tuple(column for column in COLUMNS if column in held)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, also where it is written in wide letters."""
    if cell[:1].isalpha():
        return cell
    flat = unicodedata.normalize("NFKC", cell).lstrip(" \u00a0'\"")
    return f"{TEXT}{cell}" if flat.startswith(FORMULAS) or cell.startswith(FORMULAS) else cell


def _known(first: int, row: Row) -> Mapping[str, Any]:
    """What is known of a row, by column; nothing stands there empty."""
    day = row.day.isoformat() if row.day else ""
    values = (first, row.count, row.name, row.region, row.level, day, row.way)
    return {column: value for column, value in zip(COLUMNS, values, strict=True) if value}
