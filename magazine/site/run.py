"""What Pelican calls while it builds: each handler is a function of this module, so it is connected once."""

from __future__ import annotations

import datetime as dt
import logging
import os
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import Generator
from pelican.readers import Readers

from magazine import library as shelves
from magazine import messages
from magazine.messages import for_readers
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Issue, Library
from magazine.site.edition import Edition
from magazine.site.feeds import FeedGenerator
from magazine.site.lists import ListGenerator
from magazine.site.pictures import Gallery, inspect_pictures
from magazine.site.reader import SourceReader
from magazine.site.writer import PageWriter

LOGGER = logging.getLogger(__name__)

# a content note may be one of these words, and is then said in the language of the page
NOTES = {
    "violence": for_readers("This text tells of violence."),
    "sexual violence": for_readers("This text tells of sexual violence."),
    "police violence": for_readers("This text tells of violence by the police."),
    "discrimination": for_readers("This text tells of discrimination."),
    "death": for_readers("This text tells of a death."),
}


def start(pelican: Pelican) -> None:
    """Give a subsite its edition and the list of its sources; on ``initialized``, once a language."""
    settings = pelican.settings
    if "LIBRARY" not in settings:  # a plain `pelican` without our build command
        languages = (settings["DEFAULT_LANG"], *settings["I18N_SUBSITES"])
        report = settings["REPORT"] = Report()
        settings["TELLS_ITSELF"] = False
        prepare(settings, shelves.read(Path(settings["PATH"]), languages, report, build_day()))
        inspect_pictures(settings["LIBRARY"], report)
        if report.errors():
            _tell(report)
    language = settings["DEFAULT_LANG"]
    held: Library = settings["LIBRARY"]
    theme = Path(settings["THEME"])
    edition = Edition(
        library=held,
        language=language,
        main=held.languages[0],
        site_url=settings["ROOT_URL"],
        catalog=messages.catalog(theme / "translations", "messages", language),
        gallery=settings["GALLERY"],
        theme=theme,
        notes=NOTES,
    )
    settings["EDITION"] = edition
    settings["JINJA_GLOBALS"] = {**settings["JINJA_GLOBALS"], "edition": edition}
    settings["ARTICLE_PATHS"], settings["PAGE_PATHS"] = _sources(held, language)


def readers(readers: Readers) -> None:
    """Our reader for Markdown; on ``readers_init``."""
    for suffix in SourceReader.file_extensions:
        readers.reader_classes[suffix] = SourceReader


def generators(pelican: Pelican) -> tuple[type[Generator], ...]:  # noqa: ARG001
    """Our pages beside Pelican's; on ``get_generators``."""
    return (ListGenerator, FeedGenerator)


def writer(pelican: Pelican) -> type[PageWriter]:  # noqa: ARG001
    """Our writer; on ``get_writer``, where i18n-subsites starts the next language and returns none."""
    return PageWriter


def finish(pelican: Pelican) -> None:
    """Copy what goes to the root as it is; on ``finalized`` of the main language, the last one."""
    settings = pelican.settings
    held: Library = settings["LIBRARY"]
    if settings["DEFAULT_LANG"] != held.languages[0]:
        return
    for extra in held.extras:
        target = Path(pelican.output_path) / extra.address
        if target.exists():
            settings["REPORT"].add("extra-taken", extra.path)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((held.root / extra.path).read_bytes())
    if not settings.get("TELLS_ITSELF", True):
        _tell(settings["REPORT"])


def prepare(settings: dict[str, Any], held: Library) -> None:
    """Put into the main language's settings what all languages share; catalogs are compiled into the cache."""
    content, cache, theme = Path(settings["PATH"]), Path(settings["CACHE_PATH"]), Path(settings["THEME"])
    settings.setdefault("REPORT", Report())
    settings.setdefault("PROGRESS", Progress(len(held.entries) * len(held.languages)))
    settings["LIBRARY"] = held
    settings["GALLERY"] = Gallery(content, cache / "pictures", Path(settings["OUTPUT_PATH"]))
    settings["ROOT_URL"] = settings["SITEURL"]
    settings["I18N_GETTEXT_LOCALEDIR"] = str(cache / "translations")
    for language in held.languages:
        if language != messages.SOURCE_LANGUAGE:
            folder = cache / "translations" / language / "LC_MESSAGES"
            folder.mkdir(parents=True, exist_ok=True)
            source = theme / "translations" / language / "LC_MESSAGES" / "messages.po"
            (folder / "messages.mo").write_bytes(messages.compiled(source, language))


def build_day() -> dt.date:
    """Today, or the day that ``SOURCE_DATE_EPOCH`` names (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.datetime.now(dt.UTC).date()


def _tell(report: Report) -> None:
    """Put the problems into Pelican's log; our build command tells them itself. SystemExit if one is an error."""
    for problem in report.sorted():
        LOGGER.log(logging.ERROR if problem.stops else logging.WARNING, problem.text())
    if report.errors():
        raise SystemExit(1)


def _sources(held: Library, language: str) -> tuple[list[str], list[str]]:
    """The sources of one language: articles (stories, posts, petitions) and pages (pages, issues)."""
    articles: list[str] = []
    pages: list[str] = []
    for entry in held.entries.values():
        if language in entry.versions and entry.has_page:
            sink = pages if entry.section == "pages" or isinstance(entry, Issue) else articles
            sink.append(entry.versions[language].path.as_posix())
    return articles, pages
