"""The whole magazine written to an export file of WordPress: nobody is locked in."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from magazine import cache, forbidden, headers, messages
from magazine import library as shelves
from magazine.desk.check import severity_name
from magazine.desk.drafts import told
from magazine.desk.wordpress import post_html
from magazine.desk.wordpress.document import write
from magazine.desk.wordpress.exported import Exported
from magazine.memory import Memory
from magazine.messages import say, say_number
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site import fingerprints
from magazine.site.bodies import Bodies
from magazine.site.build import languages_of, said
from magazine.site.contents import Contents
from magazine.site.edition import Edition
from magazine.site.known_pictures import KnownPictures

START = b"<?xml"


class ExportError(Exception):
    """Nothing was written; the message is for the editor."""


def run(file: Path, content: Path | None = None, drafts: bool = False) -> int:
    """Write the export and say what is in it; the exit status."""
    content = content or cache.PROJECT / said()["PATH"]
    try:
        written = export(file, content.resolve(), drafts=drafts)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        reason = error.strerror or str(error)
        print(say("%(file)s cannot be written: %(reason)s.", file=file, reason=reason), file=sys.stderr)
        return 1
    print(say("Written: %(file)s", file=file))
    print(say("Texts: %(texts)d, answers: %(answers)d, pictures: %(pictures)d.", **written))
    return 0


def export(file: Path, content: Path, *, drafts: bool = False) -> Mapping[str, int]:
    """Write the export to a file, whole or not at all; how many texts, answers and pictures are in it.

    Raises ExportError if a problem would stop a build or something else would be lost, and OSError.
    """
    _check_places(file, content)
    memory = Memory(cache.remembered("exports", content), fingerprints.program().hex())
    progress = Progress(0)
    part = file.with_name(f".{file.name}.part")
    try:
        exported = _prepared(content, memory, progress, drafts=drafts)
        with part.open("wb") as stream:
            written = write(stream, exported, progress)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        progress.end()
        memory.close()
        with contextlib.suppress(OSError):
            part.unlink()
    return written


def _check_places(file: Path, content: Path) -> None:
    if not content.is_dir():
        raise ExportError(say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content))
    if file.resolve().is_relative_to(content):
        raise ExportError(say("%(file)s would lie among your texts. Choose another place.", file=file))
    if file.exists():
        with file.open("rb") as stream:
            if stream.read(len(START)) != START:
                raise ExportError(say("%(file)s is there already and is no export. Choose another name.", file=file))


def _drafts(published: Library) -> list[str]:
    """The sources that are not published yet; what is hidden or skipped stays here."""
    sources = ((path, headers.read(published.root, Path(path), Report())) for path in published.drafts)
    return [path for path, source in sources if source and source.text("status").casefold() == "draft"]


def _prepared(content: Path, memory: Memory, progress: Progress, *, drafts: bool) -> Exported:
    """Everything read and converted, as a build does it. Raises ExportError if a problem would stop the build."""
    settings, report, today, tree = said(), Report(), fingerprints.day(), shelves.scanned(content)
    names = forbidden.listed(settings, content, report)
    _refuse(report.sorted())
    published = held = shelves.read(content, languages_of(settings), report, today, tree, memory)
    forbidden.tell_sources(names, tree, memory, report)
    _refuse(names.masked(report.sorted()))
    if drafts:
        withheld, wanted = Report(), _drafts(published)
        held = shelves.read(content, published.languages, withheld, today, tree, memory, drafts=wanted)
        for problem in names.masked(sorted(told(withheld, report))):
            print(f"{severity_name(problem.severity)} {problem.text()}", file=sys.stderr)
    pictures = KnownPictures(held, tree, memory, cache.folder() / "pictures")
    pictures.tell(report, progress)
    theme = cache.PROJECT / settings["THEME"]
    catalog = partial(messages.catalog, theme / "translations", "messages")
    catalogs = {language: catalog(language) for language in held.languages}
    gallery = post_html.LargestPictures(content, cache.folder() / "pictures", digest_of=pictures.digest_of)
    bodies = Bodies(held, gallery, catalogs, memory, fingerprints.site(theme, settings))
    bodies.prepare(report, progress)
    drafted = {source for source in held.texts if source not in published.texts}
    folders = {key for key in held.entries if key not in published.entries}
    ours = [one for one in report.sorted() if one.path not in drafted and one.path.rpartition("/")[0] not in folders]
    _refuse(names.masked(ours))
    memory.save(bodies.keys())
    contents, address = Contents(held), os.environ.get("SITEURL", settings["SITEURL"])
    editions = {
        language: Edition(
            contents=contents, bodies=bodies, language=language, main=held.languages[0], site_url=address,
            catalog=catalogs[language], gallery=gallery, theme=theme,
            region_threshold=settings["REGION_THRESHOLD"],
        )
        for language in held.languages
    }  # fmt: skip
    return Exported(held, published, editions, settings["SITENAMES"][held.languages[0]])


def _refuse(problems: list[Problem]) -> None:
    errors = [problem for problem in problems if problem.stops]
    for problem in errors:
        print(f"{severity_name(problem.severity)} {problem.text()}", file=sys.stderr)
    if errors:
        told = say_number(
            "%(number)d problem is to be mended first; nothing was written.",
            "%(number)d problems are to be mended first; nothing was written.",
            len(errors),
        )
        raise ExportError(told)
