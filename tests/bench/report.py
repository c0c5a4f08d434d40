"""The report: a table of every step in Markdown, and the plot beside it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from . import chart, figures
from .aims import aims
from .figures import Number, Series
from .resident import EDITS as SAVED
from .resident import WATCHERS
from .results import Results
from .rounds import EDITS
from .tools import HUGO, MAGAZINE, TOOLS, version

NONE = "–"
REACHED = {True: "yes", False: "**no**"}
EDIT_TITLES = dict(zip(EDITS, ("nothing changed", "a body", "a comment", "a title", "a new story"), strict=True))
INTRODUCTION = """\
# What a build costs

Written by `python3 tasks.py bench`, which anyone can run again; `bench --help` tells how to measure less of it.

![Seconds of a whole build and after one edit, for each tool](bench.svg)

One invented corpus for all tools: stories in Russian, Kyrgyz and English of 600 to 900 words, 15 % of them without one
of the languages, with up to ten comments, topics and links among them. Hugo, Eleventy, Nikola and Pelican show it in
equal plain themes; the magazine shows it in its own, with everything on. The tools run in turn. Figures are medians
over the rounds, ratios are medians of the ratios within each round: on a machine that does other work too they hold
better than seconds. CPU seconds count all processes of a build. Memory is the most that all processes of a build held
at once, with shared pages counted once (on Linux; elsewhere of the largest process).
"""
LESS_WORK = """\
## What the others leave out

* Their themes are bare. Pages have no content security policy, share card, canonical address or list of languages in
  the head, no inlined style, no way to leave, no reply form; their links begin at the root of a host, where ours are
  relative and work in any folder and from a disk.
* A story that a language lacks has no page there in their sites; ours says so and offers the languages there are.
* They write one feed for each language. The magazine writes feeds of each section and of comments too, pages of topics,
  pen names, issues and years, and a site map.
* As they are set up here they check no more than that a source can be parsed. The magazine reads every source against
  its rules, tells links and pictures that lead nowhere, and weighs every page before anything is published.
* They set quotes and dashes as English has them, or not at all; the magazine sets each language by its own rules.
* Hugo, Eleventy and Pelican as it comes keep no pages between two runs, so an edit costs them a whole build; Nikola
  keeps its tasks. Resident modes are measured apart.
* The common corpus has no pictures: the others would copy what the magazine cleans and makes in several sizes.
* Eleventy's `--incremental` ends in an error from a fresh process, so it is used by its resident mode only.
"""


def write(results: Results, docs: Path) -> None:
    """Write ``bench.md`` and ``bench.svg`` into a folder."""
    docs.mkdir(parents=True, exist_ok=True)
    parts = [INTRODUCTION, _setting(), _aims(results)]
    for stories in figures.sizes(results):
        parts += [_cold(results, stories), _edits(results, stories), _files(results, stories)]
    parts += [_resident(results), _photographs(results), LESS_WORK]
    (docs / "bench.md").write_text("\n".join(filter(None, parts)), encoding="utf-8")
    (docs / "bench.svg").write_text(_plot(results), encoding="utf-8")


def _setting() -> str:
    versions = ", ".join(f"{tool.title} {version(tool)}" for tool in TOOLS.values() if tool is not MAGAZINE)
    return f"{versions}; {version(MAGAZINE)}. {os.cpu_count()} cores, {_processor()}, {platform.system()}.\n"


def _processor() -> str:
    """The model of the processor; what the system calls it where it has no better name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _aims(results: Results) -> str:
    rows = (
        (aim.what, f"≤ {aim.limit:g} {aim.unit}", _number(aim.found), _number(aim.cpu), REACHED[aim.is_reached])
        for aim in aims(results)
    )
    return _table("What is aimed at", ("", "aim", "measured", "by CPU seconds", "reached"), rows)


def _cold(results: Results, stories: int) -> str:
    found = figures.series(results, "cold", stories)
    heads = ("", "rounds", "wall s", "CPU s", "wall ÷ Hugo", "CPU ÷ Hugo", "memory MiB", "files", "MB")
    rows = []
    for name in _named(found):
        if any((row.get(name) or {}).get("status") for row in found.rows):
            rows.append((TOOLS[name].title, "did not finish", *[NONE] * 7))
            continue
        size = found.median(name, "bytes")
        rows.append((
            TOOLS[name].title, str(len(found.values(name, "wall"))),
            _number(found.median(name, "wall")), _number(found.median(name, "cpu")),
            _number(found.ratio(name, "wall")), _number(found.ratio(name, "cpu")),
            _whole(figures.memory(results, stories, name, "cold")),
            _whole(found.median(name, "files")), _number(size / 1e6 if size else None),
        ))  # fmt: skip
    return _table(f"A whole build, {stories:,} stories × 3 languages", heads, rows)


def _edits(results: Results, stories: int) -> str:
    found = {edit: figures.series(results, "edits", stories, edit) for edit in EDITS}
    rows = [
        (TOOLS[name].title, *(_cell(found[edit], name) for edit in EDITS),
         _whole(figures.memory(results, stories, name, "warm")))
        for name in _named(found["body"])
    ]  # fmt: skip
    heads = ("", *EDIT_TITLES.values(), "memory MiB")
    table = _table(f"After one edit, a fresh process, {stories:,} × 3", heads, rows)
    return f"{table}\nWall seconds / CPU seconds (wall ÷ Hugo's, CPU ÷ Hugo's).\n" if table else ""


def _cell(found: Series, name: str) -> str:
    spent = f"{_number(found.median(name, 'wall'))} / {_number(found.median(name, 'cpu'))}"
    if name == HUGO.name:
        return spent
    return f"{spent} ({_number(found.ratio(name, 'wall'))}, {_number(found.ratio(name, 'cpu'))})"


def _files(results: Results, stories: int) -> str:
    found = {edit: figures.series(results, "edits", stories, edit) for edit in EDITS}
    rows = []
    for name in _named(found["body"]):
        cells = []
        for edit in EDITS:
            changed, added, removed = (found[edit].median(name, what) for what in ("changed", "added", "removed"))
            again = found[edit].median(name, "rewritten")
            cells.append(f"{_whole(changed)} + {_whole(added)} − {_whole(removed)}, {_whole(again)}")
        rows.append((TOOLS[name].title, *cells))
    table = _table(f"Files after one edit, {stories:,} × 3", ("", *EDIT_TITLES.values()), rows)
    explained = "Changed + new − gone, and those that were rewritten though their bytes are equal."
    return f"{table}\n{explained}\n" if table else ""


def _resident(results: Results) -> str:
    rows = []
    for stories in figures.sizes(results):
        for watcher in WATCHERS:
            kind = f"resident-{watcher.name}" if watcher.tool.is_slow else "resident"
            found = [figures.series(results, kind, stories, edit) for edit in SAVED]
            seconds = [edited.median(watcher.name, "wall") for edited in found]
            held = (results.get(f"{kind}-memory/{stories}") or {}).get(watcher.name)
            if any(seconds):
                rows.append((f"{watcher.title}, {stories:,} × 3", *map(_number, seconds), _whole(held)))
    heads = ("", "a body, s", "a comment, s", "memory MiB, afterwards")
    return _table("Resident: from saving to the page being done", heads, rows)


def _photographs(results: Results) -> str:
    rows = []
    for step, held in results.kept.items():
        if step.startswith("photographs/"):
            _, stories, count = step.split("/")
            comments = Series([{MAGAZINE.name: row} for row in held["comments"]])
            cold = held["cold"]
            rows.append((
                f"{stories} × 3, {int(count):,} photographs", f"{_number(cold['wall'])} / {_number(cold['cpu'])}",
                _whole(cold["peak"]),
                f"{_number(comments.median(MAGAZINE.name, 'wall'))} / {_number(comments.median(MAGAZINE.name, 'cpu'))}",
            ))  # fmt: skip
    heads = ("", "a whole build, wall / CPU s", "memory MiB", "one comment afterwards, wall / CPU s")
    return _table("Photographs of 12 million pixels and 3 MB, the magazine alone", heads, rows)


def _plot(results: Results) -> str:
    known = figures.sizes(results)
    small, large = (known[0], known[-1]) if known else (0, 0)

    def lines(*step: str) -> tuple[chart.Line, ...]:
        """``step`` with the size put in its second place."""
        both = [figures.series(results, step[0], stories, *step[1:]) for stories in (small, large)]
        return tuple(
            chart.Line(
                tool.title, both[0].median(tool.name, "wall"),
                both[1].median(tool.name, "wall") if large != small else None, tool is MAGAZINE,
            )
            for tool in TOOLS.values()
        )  # fmt: skip

    panels = [
        chart.Panel("A whole build", lines("cold")),
        chart.Panel("After one story changed, a fresh process", lines("edits", "body")),
    ]
    return chart.drawn(panels, f"{small:,} × 3 stories", f"{large:,} × 3 stories" if large != small else "")


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    rule = f"| --- |{' ---: |' * (len(heads) - 1)}"
    return "\n".join([f"## {title}\n", f"| {' | '.join(heads)} |", rule, *lines]) + "\n"


def _named(found: Series) -> list[str]:
    return [name for name in TOOLS if any(name in row for row in found.rows)]


def _number(value: Number) -> str:
    return NONE if value is None else f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _whole(value: Number) -> str:
    return NONE if value is None else f"{value:,.0f}"
