"""What Pelican calls while it builds: each handler is a function of this module, so it is connected once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import Generator
from pelican.readers import Readers

from magazine import forbidden
from magazine import library as shelves
from magazine.forbidden import Forbidden
from magazine.memory import Memory
from magazine.problems import Report
from magazine.site import fingerprints
from magazine.site.generator import PageGenerator
from magazine.site.preparation import Prepared, prepared
from magazine.site.reader import SourceReader
from magazine.site.writer import PageWriter, Press

LOGGER = logging.getLogger(__name__)

# the settings that templates may name
SAID_BY_THEME = (
    "SITENAME", "SUBTITLES", "CANONICAL", "ONION", "MAIL", "INTAKES", "FORM_SALT", "EXIT_ADDRESSES", "LICENCE",
    "LICENCE_ADDRESS",
)  # fmt: skip


def start(pelican: Pelican) -> None:
    """Give a subsite its edition and the list of its sources; on ``initialized``, once a language."""
    settings = pelican.settings
    if "PREPARED" not in settings:  # a plain `pelican` without our build command
        _prepare(settings)
    ready: Prepared = settings["PREPARED"]
    language = settings["DEFAULT_LANG"]
    edition = settings["EDITION"] = ready.editions[language]
    said = {name: settings[name] for name in SAID_BY_THEME}
    settings["JINJA_GLOBALS"] = {**settings["JINJA_GLOBALS"], **said, "edition": edition, "_": edition.gettext}
    settings["ARTICLE_PATHS"], settings["PAGE_PATHS"] = ready.plan.sources(language)


def readers(readers: Readers) -> None:
    """Our reader for Markdown; on ``readers_init``."""
    for suffix in SourceReader.file_extensions:
        readers.reader_classes[suffix] = SourceReader


def generators(pelican: Pelican) -> type[Generator]:  # noqa: ARG001
    """Our pages beside Pelican's; on ``get_generators``."""
    return PageGenerator


def writer(pelican: Pelican) -> type[PageWriter]:  # noqa: ARG001
    """Our writer; on ``get_writer``, where i18n-subsites starts the next language and returns none."""
    return PageWriter


def finish(pelican: Pelican) -> None:
    """Render the pages of all languages; on ``finalized`` of the main language, the last one."""
    settings = pelican.settings
    ready: Prepared = settings["PREPARED"]
    if settings["DEFAULT_LANG"] != ready.main:
        return
    press: Press = settings["PRESS"]
    for edition in ready.editions.values():
        edition.load_names()
    press.print(ready.progress.step)
    if not settings.get("TELLS_ITSELF", True):
        ready.place_files(press.staging)
        ready.report.found.update(dict.fromkeys(ready.ledger.problems()))
        _tell(ready.report, ready.names)


def _prepare(settings: dict[str, Any]) -> None:
    """Read and convert everything, and remember nothing. SystemExit if a problem stops the build."""
    settings["TELLS_ITSELF"] = False
    report = Report()
    languages = (settings["DEFAULT_LANG"], *settings["I18N_SUBSITES"])
    tree = shelves.scanned(Path(settings["PATH"]))
    names = forbidden.listed(settings, tree.root, report)
    if report.errors():
        _tell(report, names)
    held = shelves.read(tree.root, languages, report, fingerprints.day(), tree)
    forbidden.tell_sources(names, tree, Memory(None), report)
    ready = prepared(settings, held, tree, Memory(None), report, names=names)
    if not ready:
        _tell(report, names)
        raise SystemExit(1)
    ready.give_to(settings, Path(settings["OUTPUT_PATH"]))


def _tell(report: Report, names: Forbidden) -> None:
    """Put the problems into Pelican's log; our build command tells them itself. SystemExit if one is an error."""
    for problem in names.masked(report.sorted()):
        LOGGER.log(logging.ERROR if problem.stops else logging.WARNING, problem.text())
    if report.errors():
        raise SystemExit(1)
