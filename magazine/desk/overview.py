"""What only shows when all texts are looked at together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

from magazine import headers
from magazine.problems import Report
from magazine.records import Entry, Library, Version
from magazine.site.known_pictures import as_typed
from magazine.slugs import slug_of

# letters that a keyboard without Kyrgyz ones replaces, and one that Russians leave out
FOLDED = str.maketrans("өүңё", "оуне")
LARGE_PICTURE = 1_500  # KB


def tell(library: Library, today: dt.date, report: Report) -> None:
    """Tell it of a whole library."""
    for entry in library.entries.values():
        _future(library, entry, today, report)
        _missing(library, entry, report)
        _large_pictures(library, entry, report)
    _topics(library, report)


def _future(library: Library, entry: Entry, today: dt.date, report: Report) -> None:
    if entry.date.date() > today:
        path = entry.versions[entry.original].path
        report.add("date-future", path, _line_of(library.root, path, "date"), value=entry.date.date().isoformat())


def _missing(library: Library, entry: Entry, report: Report) -> None:
    """Which languages a text is not there in; a draft is as good as there."""
    lacking = [one for one in library.languages if one not in entry.versions]
    lacking = [one for one in lacking if not (library.root / entry.key / f"{one}.md").exists()]
    if lacking:
        files = ", ".join(f"{language}.md" for language in lacking)
        path = entry.versions[entry.original].path
        report.add("translation-missing", path, files=files)


def _large_pictures(library: Library, entry: Entry, report: Report) -> None:
    for name in entry.pictures:
        path = library.root / entry.key / name
        size = path.stat().st_size // 1000 if path.exists() else 0
        if size > LARGE_PICTURE:
            report.add("picture-large", f"{entry.key}/{name}", size=size, file=as_typed(path))


def _topics(library: Library, report: Report) -> None:
    """Topics of one language that differ only in letters that are taken for each other."""
    used: dict[tuple[str, str], dict[str, list[Version]]] = defaultdict(lambda: defaultdict(list))
    for _, version in library.texts.values():
        for tag in version.tags:
            used[version.language, tag.casefold().translate(FOLDED)][tag].append(version)
    for spelt in used.values():
        # the usual spelling, or else the one that took more care
        usual = min(spelt, key=lambda tag: (-len(spelt[tag]), tag.translate(FOLDED) == tag, tag))
        for tag, versions in spelt.items():
            for version in versions if slug_of(tag) != slug_of(usual) else ():
                line = _line_of(library.root, version.path, "tags")
                report.add("topics-alike", version.path, line, value=tag, other=usual)


def _line_of(root: Path, path: Path, name: str) -> int:
    source = headers.read(root, path, Report())
    return source.line(name) if source else 0
