"""Which text is there in which language, and what changed in the originals since: the table itself."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from magazine import headers
from magazine import library as shelves
from magazine.desk import originals
from magazine.entries import Folder, original_of
from magazine.headers import Source
from magazine.messages import marked
from magazine.places import Place, Places
from magazine.problems import Report
from magazine.workers import spread

ORIGINAL, THERE, OLDER, DRAFT, MISSING = STATES = ("original", "there", "older", "draft", "missing")
WORDS = {
    ORIGINAL: marked("original"), THERE: marked("there"), OLDER: marked("older"), DRAFT: marked("draft"),
    MISSING: marked("missing"),
}  # fmt: skip
CONTEXT = 1  # lines around a change


@dataclass(frozen=True)
class Row:
    """One text: its title, its state in each language, and the changes that a translation has not followed."""

    key: str
    title: str
    states: Mapping[str, str]
    changes: Mapping[str, tuple[str, ...]]


def table(content: Path, languages: tuple[str, ...]) -> list[Row]:
    """All texts, drafts among them, by folder."""
    places = list(Places(shelves.scanned(content), Report()).entries())
    rows = (row for _, row in spread(partial(_row, content, languages), places))
    return sorted((row for row in rows if row), key=lambda row: row.key)


def _row(content: Path, languages: tuple[str, ...], place: Place) -> Row | None:
    report = Report()
    paths = {language: Path(place.key) / f"{language}.md" for language in languages}
    read = {one: headers.read(content, path, report) for one, path in paths.items() if (content / path).exists()}
    sources = {language: source for language, source in read.items() if source}
    if not sources:
        return None
    folder = Folder(Path(place.key), place.section, place.kind, sources, ())
    original = original_of(folder, report) or next(iter(sources))
    first = sources[original]
    states = {language: _state(sources.get(language), first) for language in languages}
    changes = {
        language: _changes(content, first, source.text("original-version").lower())
        for language, source in sources.items()
        if source is not first and _is_older(source, first)
    }
    return Row(place.key, first.text("title"), states, changes)


def _state(source: Source | None, first: Source) -> str:
    if source is None:
        return MISSING
    if source.text("status").casefold() not in ("", "published"):
        return DRAFT
    if source is first:
        return ORIGINAL
    return OLDER if _is_older(source, first) else THERE


def _is_older(source: Source, first: Source) -> bool:
    made_from = source.text("original-version").lower()
    return bool(made_from) and made_from != first.fingerprint


def _changes(content: Path, first: Source, made_from: str) -> tuple[str, ...]:
    """The lines that went and came since, as ``diff -u`` marks them; nothing if the earlier version is not known."""
    before = originals.earlier(content, first.path, made_from)
    if not before:
        return ()
    old, new = (_read_lines(source) for source in (before, first))
    return tuple(difflib.unified_diff(old, new, lineterm="", n=CONTEXT))[2:]


def _read_lines(source: Source) -> list[str]:
    heads = [f"{name.title()}: {source.text(name)}" for name in headers.TRANSLATED if source.text(name)]
    return [*heads, "", *source.body.split("\n")]
