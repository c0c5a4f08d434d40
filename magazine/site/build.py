"""A whole build: read, check, let Pelican write beside the old site, and swap only what is whole."""

from __future__ import annotations

import atexit
import contextlib
import gzip
import io
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from magazine import library as shelves
from magazine.messages import say, say_number
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site import output as folder
from magazine.site.pictures import inspect_pictures
from magazine.site.run import build_day

PROJECT = Path(__file__).resolve().parents[2]
Tell = Callable[[str], None]


def run(content: Path | None = None, output: Path | None = None) -> int:
    """Build a site and tell how it went; the exit status, 0 only if the whole site stands."""
    tell = partial(print, flush=True)
    started = time.monotonic()
    try:
        problems = build(content, output, tell)
    except folder.OutputError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in problems:
        print(f"{_severity(problem)} {problem.text()}", file=sys.stderr)
    errors = sum(problem.stops for problem in problems)
    if errors:
        told = say_number(
            "%(number)d problem stopped the build; the old site stands unchanged.",
            "%(number)d problems stopped the build; the old site stands unchanged.",
            errors,
        )
        print(told, file=sys.stderr)
        return 1
    place = output or Path(settings()["OUTPUT_PATH"])
    tell(say("Built in %(seconds).1f s. Open %(page)s", seconds=time.monotonic() - started, page=place / "index.html"))
    return 0


def main(arguments: list[str]) -> int:
    """``content output`` as a process of its own, for the preview; the exit status."""
    try:
        return run(*(Path(argument) for argument in arguments))
    except KeyboardInterrupt:
        return 130


def build(content: Path | None = None, output: Path | None = None, tell: Tell = lambda _: None) -> list[Problem]:
    """Build the tree at ``content`` into ``output``; every problem, sorted.

    With an error among them the old output stands untouched. Raises OutputError if the folder cannot be used.
    """
    chosen = settings()
    content = (content or Path(chosen["PATH"])).resolve()
    output = (output or Path(chosen["OUTPUT_PATH"])).resolve()
    folder.check(content, output)
    folder.recover(output)
    report = Report()
    tell(say("Reading %(folder)s …", folder=content.name))
    languages = (chosen["DEFAULT_LANG"], *chosen["I18N_SUBSITES"])
    held = shelves.read(content, languages, report, build_day())
    inspect_pictures(held, report)
    if report.errors():
        return report.sorted()
    count = len(held.entries)
    tell(say_number("Writing %(number)d text in all languages …", "Writing %(number)d texts in all languages …", count))
    staging = folder.staging(output)
    progress = Progress(len(languages) * count)
    try:
        _pelican(settings(PATH=str(content), OUTPUT_PATH=str(staging), REPORT=report, PROGRESS=progress), held)
        if not report.errors():
            check_weights(staging, chosen["PAGE_BUDGET"], report)
            folder.swap(staging, output)
    except OSError as error:
        raise folder.OutputError(folder.unwritable(error, output)) from error
    finally:
        progress.end()
        shutil.rmtree(staging, ignore_errors=True)
    return report.sorted()


def settings(**overrides: Any) -> dict[str, Any]:
    """The settings of ``pelicanconf.py`` as Pelican reads them."""
    from pelican.settings import read_settings  # noqa: PLC0415

    chosen: dict[str, Any] = read_settings(str(PROJECT / "pelicanconf.py"), override=overrides)
    chosen["CACHE_PATH"] = str(_cache_folder())
    return chosen


@cache
def _cache_folder() -> Path:
    """Beside the project, or a temporary one where that cannot be written."""
    folder = PROJECT / ".cache"
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        temporary = tempfile.TemporaryDirectory(prefix="magazine-")
        atexit.register(temporary.cleanup)
        return Path(temporary.name)


def check_weights(output: Path, budget: int, report: Report) -> None:
    """Tell every page that is heavier, compressed, than a first load may be."""
    for page in sorted(output.rglob("*.html")):
        size = len(gzip.compress(page.read_bytes(), 9, mtime=0))
        if size > budget:
            report.add("page-heavy", page.relative_to(output), size=size, limit=budget)


def _pelican(chosen: dict[str, Any], held: Library) -> None:
    from pelican import Pelican  # noqa: PLC0415

    from magazine.site import run as handlers  # noqa: PLC0415

    report: Report = chosen["REPORT"]
    handlers.prepare(chosen, held)
    with _collected_log(report), contextlib.redirect_stdout(io.StringIO()):
        try:
            Pelican(chosen).run()
        except OSError:
            raise
        except Exception as error:
            if os.environ.get("MAGAZINE_DEBUG"):
                raise
            report.add("internal", "pelican", reason=f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _collected_log(report: Report) -> Iterator[None]:
    """Pelican logs an error and goes on; here it becomes a problem that stops the build."""

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            reason = record.getMessage()
            if record.exc_info and record.exc_info[1]:
                reason = f"{reason} ({record.exc_info[1]})"
            report.add("internal", "pelican", reason=" ".join(reason.split()))

    collector = Collector(logging.ERROR)
    logger = logging.getLogger("pelican")
    kept, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        logger.propagate = kept


def _severity(problem: Problem) -> str:
    return say("Error:") if problem.stops else say("Note:")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
