"""Issues and stories of the built site, to be handed on: an issue as a booklet, a story as one file."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from magazine import cache
from magazine import library as shelves
from magazine.messages import say
from magazine.problems import Report, closest, did_you_mean
from magazine.records import MAGAZINE, Entry, Issue
from magazine.release import files
from magazine.release.packs import booklet, pages, single
from magazine.release.packs.source import Source
from magazine.site import fingerprints
from magazine.site.build import languages_of, said


@dataclass(frozen=True)
class Wanted:
    """What was asked for: an ``issue`` or a ``story`` (``is_story``) by name, in one language or in all."""

    name: str = ""
    language: str = ""
    output: Path | None = None
    is_story: bool = False


class HandingError(Exception):
    """Something an editor can mend; the message is for her."""


def run(wanted: Wanted, content: Path | None = None) -> int:
    """Write the files that are wanted, made of the site as it was built last; the exit status."""
    try:
        source = _source(content)
        written = _stories(wanted, source) if wanted.is_story else _booklets(wanted, source)
    except HandingError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        where, reason = error.filename or "", error.strerror or error
        print(say("%(file)s cannot be written: %(reason)s.", file=where, reason=reason), file=sys.stderr)
        return 1
    for path in written:
        print(say("Written: %(file)s", file=path))
    if not wanted.is_story:
        print(say("Print it as a booklet: on A4, on both sides, turned over the short edge. Fold it and staple it."))
    return 0


def _source(content: Path | None) -> Source:
    settings = said()
    root = (content or cache.PROJECT / settings["PATH"]).resolve()
    folder = cache.PROJECT / settings["OUTPUT_PATH"]
    if not (folder / "index.html").is_file():
        raise HandingError(say("There is no built site yet. Build it first: python3 tasks.py build"))
    if not root.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=root)
        raise HandingError(told)
    held = shelves.read(root, languages_of(settings), Report(), fingerprints.day())
    names = dict.fromkeys(_below(folder), "")
    day = max((issue.date.date() for issue in held.issues), default=dt.date(1980, 1, 1))
    mirrors = tuple(mirror.address for mirror in held.mirrors)
    site = f"{settings['SITEURL'].rstrip('/')}/" if settings["SITEURL"] else ""
    return Source(folder, names, 0, day, site, mirrors, settings["SITENAMES"], held)


def _below(folder: Path) -> list[str]:
    found = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _booklets(wanted: Wanted, source: Source) -> list[Path]:
    issues = source.library.issues if source.library else ()
    issue = _named(wanted.name.rpartition("/")[2], issues) if wanted.name else next(iter(issues), None)
    if not isinstance(issue, Issue):
        raise HandingError(say("There is no issue yet."))
    found = {language: pages.book(source, issue, language) for language in issue.versions}
    made = {language: book for language, book in found.items() if book}
    folder = _folder(wanted)
    return [
        _put(folder / f"{issue.slug}-{language}.pdf", booklet.printed(made[language], source))
        for language in _languages(wanted, made, source)
    ]


def _stories(wanted: Wanted, source: Source) -> list[Path]:
    entries = source.library.stories if source.library else ()
    story = _named(wanted.name.replace("\\", "/").strip("/").rpartition("/")[2], entries)
    folder = _folder(wanted)
    written = []
    for language in _languages(wanted, story.versions, source):
        address = pages.address_of(source, story.key, language)
        if address not in source.files:
            raise HandingError(say("There is no built site yet. Build it first: python3 tasks.py build"))
        written.append(_put(folder / f"{story.slug}-{language}.html", single.single(source, address)))
    return written


def _named(name: str, entries: Iterable[Entry]) -> Entry:
    known = {entry.slug: entry for entry in entries}
    if name in known:
        return known[name]
    guess = closest(name, known)
    told = say("There is no «%(value)s» in %(folder)s%(hint)s.", value=name, folder=MAGAZINE,
               hint=did_you_mean(guess, None) if guess else "")  # fmt: skip
    raise HandingError(told)


def _languages(wanted: Wanted, there: Iterable[str], source: Source) -> list[str]:
    known = [language for language in (source.library.languages if source.library else ()) if language in set(there)]
    if wanted.language and wanted.language not in known:
        raise HandingError(say("It is not there in «%(value)s». There is: %(known)s.",
                               value=wanted.language, known=", ".join(known) or "–"))  # fmt: skip
    return [wanted.language] if wanted.language else known


def _folder(wanted: Wanted) -> Path:
    folder = wanted.output or Path()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _put(path: Path, data: bytes) -> Path:
    if path.exists() and not path.read_bytes()[:9].startswith((b"%PDF-", b"<!DOCTYPE")):
        raise HandingError(say("%(file)s is there already and is something else. Choose another folder.", file=path))
    files.written(path, data)
    return path
