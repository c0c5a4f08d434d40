"""Drafts as if they were published: what the library leaves out for its ``Status: draft``."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from magazine import headers
from magazine.answers import read_answers
from magazine.entries import Folder, assembled
from magazine.headers import Source
from magazine.library import PICTURE_SUFFIXES
from magazine.places import ANSWERS, Place, Places
from magazine.problems import Report
from magazine.records import Entry, Library
from magazine.tree import Tree


def with_drafts(held: Library, tree: Tree, today: dt.date, report: Report) -> Library:
    """The library with its drafts; hidden and skipped texts, and all that stands in one, stay out.

    What is wrong with a draft goes to the report; one that is broken stays out.
    """
    places, entries = Places(tree, Report()), dict(held.entries)
    for place in places.entries():  # an issue before its stories, a petition before its news
        around = surrounding(place.key)
        sources = {} if around and around not in entries else _sources(held, places, place)
        if len(sources) > len(held.entries[place.key].versions if place.key in held.entries else ()):
            entry = _assembled(held, places, place, sources, today, report)
            if entry:
                entries[place.key] = entry
    return replace(held, entries=entries, unpublished=held.unpublished - entries.keys())


def surrounding(key: str) -> str:
    """The key of the issue that a story stands in, or of the petition that news belong to; else nothing."""
    section, slug, *inside = key.split("/")
    return f"{section}/{slug}" if inside else ""


def _sources(held: Library, places: Places, place: Place) -> dict[str, Source]:
    names = {file.name for file in places.listed(place.key)}
    paths = {one: Path(place.key) / f"{one}.md" for one in held.languages if f"{one}.md" in names}
    read = {language: headers.read(held.root, path, Report()) for language, path in paths.items()}
    return {language: _undrafted(source) for language, source in read.items() if source}


def _undrafted(source: Source) -> Source:
    if source.text("status").casefold() != "draft":
        return source
    return replace(source, headers={name: value for name, value in source.headers.items() if name != "status"})


def _assembled(
    held: Library, places: Places, place: Place, sources: dict[str, Source], today: dt.date, report: Report
) -> Entry | None:
    language = next((one for one in sources if "date" in sources[one].headers), next(iter(sources)))
    answers = read_answers(held.root, places.files(f"{place.key}/{ANSWERS}"), language, report)
    pictures = tuple(one.name for one in places.listed(place.key) if Path(one.name).suffix.lower() in PICTURE_SUFFIXES)
    folder = Folder(Path(place.key), place.section, place.kind, sources, pictures, answers, place.issue)
    entry, published = assembled(folder, report, today), held.entries.get(place.key)
    return replace(published, versions=entry.versions) if entry and published else entry
