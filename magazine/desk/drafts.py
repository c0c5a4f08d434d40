"""Texts that are in no file of the site: what is wrong with them, and what a preview needs to list them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from magazine import headers
from magazine.places import NEWS
from magazine.problems import Problem, Report
from magazine.records import Library
from magazine.site import addresses


@dataclass(frozen=True)
class Draft:
    """One text by the path of its source; ``address`` is of the page that shows it, empty if none can."""

    path: str
    language: str
    title: str
    address: str
    is_broken: bool


def told(read: Report, already: Report) -> Iterator[Problem]:
    """What was told when drafts were read and looked at, too, and not ``already``."""
    return (replace(problem, in_draft=True) for problem in read.found if problem not in already.found)


def listed(held: Library, whole: Library, problems: Iterable[Problem]) -> list[Draft]:
    """The texts that are in ``whole``, the library with its drafts, alone, and drafts too broken even for that."""
    grave = {Path(problem.path) for problem in problems if problem.is_grave}
    paths = sorted({*held.drafts, *(whole.texts.keys() - held.texts.keys())})
    return [_draft(whole, Path(path), grave) for path in paths]


def _draft(whole: Library, path: Path, grave: set[Path]) -> Draft:
    entry, _ = whole.texts.get(path.as_posix(), (None, None))
    address = ""
    if entry:
        shown_on = entry if entry.has_page else whole.entries[entry.key.partition(f"/{NEWS}/")[0]]
        address = addresses.in_language(addresses.of_entry(shown_on), path.stem, whole.languages[0])
    source = headers.read(whole.root, path, Report())
    # a picture or an answer beside it stops all texts of its folder
    is_broken = entry is None or any(
        one == path or (one.parent == path.parent and one.suffix != ".md") for one in grave
    )
    return Draft(path.as_posix(), path.stem, source.text("title") if source else "", address, is_broken)
