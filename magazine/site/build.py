"""A whole build: read, check, let Pelican render what changed, and put it in place only when it is whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import json
import logging
import os
import runpy
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from magazine import cache, forbidden, stamps
from magazine import library as shelves
from magazine.cache import PROJECT
from magazine.forbidden import Forbidden
from magazine.memory import Memory
from magazine.messages import say, say_number
from magazine.problems import Problem, Report
from magazine.progress import DONE, FAILED
from magazine.records import Library
from magazine.site import fingerprints
from magazine.site import output as folder
from magazine.site.ledger import Ledger
from magazine.tree import Tree
from magazine.workers import uncollected

Tell = Callable[[str], None]


def run(
    content: Path | None = None,
    output: Path | None = None,
    memory: Memory | None = None,
    changed: Iterable[str] = (),
    drafts: Collection[str] = (),
) -> int:
    """Build a site and tell how it went; the exit status, 0 only if the whole site stands."""
    tell = partial(print, flush=True)
    started = time.monotonic()
    try:
        problems = build(content, output, tell, memory, changed, drafts)
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
    place = output or Path(said()["OUTPUT_PATH"])
    tell(say("Built in %(seconds).1f s. Open %(page)s", seconds=time.monotonic() - started, page=place / "index.html"))
    return 0


def stay(content: Path, output: Path, asked: Iterable[str]) -> int:
    """Build at each line, with all in mind; ``DONE`` or ``FAILED`` is said after each build.

    A line is a JSON object: ``changed`` holds the paths below the content folder that did, none if nobody knows which,
    and ``drafts`` is as in ``build``.
    """
    memory, status = opened(content, output), 1
    for line in asked:
        status = run(content, output, memory, **json.loads(line))
        sys.stderr.flush()
        print(end=FAILED if status else DONE, flush=True)
    return status


def main(arguments: list[str]) -> int:
    """``[--stay] content output`` as a process of its own, which stays for a build at each line of input."""
    *stays, content, output = arguments
    try:
        return stay(Path(content), Path(output), sys.stdin) if stays else run(Path(content), Path(output))
    except KeyboardInterrupt:
        return 130


def build(
    content: Path | None = None,
    output: Path | None = None,
    tell: Tell = lambda _: None,
    memory: Memory | None = None,
    changed: Iterable[str] = (),
    drafts: Collection[str] = (),
) -> list[Problem]:
    """Build the tree at ``content`` into ``output``; every problem, sorted.

    A process that stays gives the ``memory`` of its last build (see ``opened``) and the paths that changed since.
    With an error among them the old output stands untouched. Raises OutputError if the folder cannot be used, and
    ValueError if ``drafts`` are to be built into any other folder than ``place_of_drafts``.
    """
    content = (content or PROJECT / said()["PATH"]).resolve()
    output = (output or PROJECT / said()["OUTPUT_PATH"]).resolve()
    if drafts and output != place_of_drafts(content):
        raise ValueError(output)
    folder.check(content, output)
    with folder.alone(cache.remembered("builds", content, output).with_suffix(".lock"), tell):
        folder.recover(output)
        kept = memory or opened(content, output)
        try:
            with uncollected():
                return _build(content, output, kept, tell, changed, drafts)
        except ChildProcessError as error:
            raise folder.OutputError(folder.ended()) from error
        except OSError as error:
            raise folder.OutputError(folder.unwritable(error, output)) from error
        finally:
            if not memory:
                kept.close()


def opened(content: Path, output: Path) -> Memory:
    """What earlier builds of this content into this output remembered; damage is told."""
    tell = partial(print, file=sys.stderr, flush=True)
    return Memory(cache.remembered("builds", content, output), fingerprints.program().hex(), tell)


def place_of_drafts(content: Path) -> Path:
    """The one folder where a site may hold drafts: in the cache, which nobody publishes."""
    return cache.remembered("drafts", content).with_suffix("").resolve()


def said() -> dict[str, Any]:
    """What ``pelicanconf.py`` says, without Pelican."""
    return {name: value for name, value in runpy.run_path(str(PROJECT / "pelicanconf.py")).items() if name.isupper()}


def languages_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages of the magazine, the main one first."""
    return (settings["DEFAULT_LANG"], *settings["I18N_SUBSITES"])


def settings(**overrides: Any) -> dict[str, Any]:
    """The settings of ``pelicanconf.py`` as Pelican reads them."""
    from pelican.settings import read_settings  # noqa: PLC0415 (slow, and not needed where nothing has changed)

    return dict(read_settings(str(PROJECT / "pelicanconf.py"), override=overrides))


def _build(
    content: Path, output: Path, memory: Memory, tell: Tell, changed: Iterable[str], drafts: Collection[str]
) -> list[Problem]:
    chosen = said()
    languages, report = languages_of(chosen), Report()
    names = forbidden.listed(chosen, content, report)
    if report.errors():
        return report.sorted()
    tell(say("Reading %(folder)s …", folder=content.name))
    today, tree, ledger = fingerprints.day(), _scanned(content, memory, changed), Ledger(output, memory)
    stamp = fingerprints.site(PROJECT / chosen["THEME"], chosen) + names.stamp
    wanted = stamps.digest(stamp, sorted(drafts))
    before = _whole(wanted, today, tree, stamps.of_files(ledger.standing))
    known: tuple[Problem, ...] | None = memory.shelf("whole").recall("site", before) if before else None
    if known is not None:
        return list(known)
    held = shelves.read(content, languages, report, today, tree, memory, _load, drafts)
    forbidden.tell_sources(names, tree, memory, report)
    staging = folder.staging(output)
    staging.mkdir()
    try:
        texts = None if report.errors() else _made(held, tree, memory, report, ledger, stamp, names, staging, tell)
        if texts is not None and not report.errors():
            folder.commit(staging, output, ledger.gone())
            after = _whole(wanted, today, tree, ledger.close())
            memory.shelf("whole").keep("site", after, tuple(report.sorted()))
            memory.save(texts)
        else:
            memory.save()
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return names.masked(report.sorted())


def _scanned(content: Path, memory: Memory, changed: Iterable[str]) -> Tree:
    before: Tree | None = memory.mind.get("tree")
    tree = shelves.scanned_again(before, changed) if before and changed else shelves.scanned(content)
    memory.mind["tree"] = tree
    return tree


def _whole(stamp: bytes, today: dt.date, tree: Tree, standing: bytes) -> bytes:
    """A stamp of all that goes in and all that came out; empty where a file cannot vouch for itself."""
    sources = b"" if tree.unread else stamps.of_files(tree.stamps())
    return stamps.digest(stamp, today, sources, standing) if sources and standing else b""


def _made(
    held: Library,
    tree: Tree,
    memory: Memory,
    report: Report,
    ledger: Ledger,
    stamp: bytes,
    names: Forbidden,
    staging: Path,
    tell: Tell,
) -> list[str] | None:
    """Make in ``staging`` what is new in the output; the keys of all texts, None if a problem stops the build."""
    from magazine.site.preparation import prepared  # noqa: PLC0415 (as above)

    chosen = settings(PATH=str(held.root), OUTPUT_PATH=str(staging), CACHE_PATH=str(cache.folder()))
    ready = prepared(chosen, held, tree, memory, report, ledger, stamp, names)
    if not ready:
        return None
    try:
        if ready.plan.count:
            count = ready.plan.count
            ready.progress.end()  # the line that comes now is not to stand behind its figure
            tell(say_number("Writing %(number)d page …", "Writing %(number)d pages …", count))
            ready.give_to(chosen, staging)
            _pelican(chosen, report)
        for address in sorted(() if report.errors() else ready.plan.keys.keys() - ledger.made.keys()):
            report.add("internal", address, reason="not written")
        ready.place_files(staging)
    finally:
        ready.progress.end()
    report.found.update(dict.fromkeys(ledger.problems()))
    return ready.bodies.keys()


def _load() -> None:
    """Load what a build needs after reading."""
    importlib.import_module("magazine.site.preparation")


def _pelican(chosen: dict[str, Any], report: Report) -> None:
    from pelican import Pelican  # noqa: PLC0415 (as above)

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
