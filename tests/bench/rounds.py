"""The steps that start a fresh process for each build: whole builds, edits, memory, photographs, equality."""

from __future__ import annotations

import dataclasses
import shutil
import time
from pathlib import Path

from . import layouts, measure, outputs, tools
from .bench import SETTLE, Bench, BenchError, as_row
from .corpus import Corpus
from .results import Row
from .tools import MAGAZINE, Tool

EDITS = ("nothing", "body", "comment", "title", "new")
MEMORY_ROUNDS = 3
DISK_PER_PHOTOGRAPH = 4_000_000  # bytes: itself and its variants, twice


def cold(bench: Bench, corpus: Corpus) -> None:
    """Whole builds, the tools in turn."""
    for number in range(bench.options.runs):
        step, row = f"cold/{corpus.stories}/{number}", Row()
        if not bench.is_due(step):
            continue
        for tool in bench.tools(number, corpus.stories):
            site = bench.site(tool, corpus)
            what = f"whole build, {corpus.stories} stories, run {number + 1}"
            done = bench.cold(tool, site, what, sampled=tool.is_slow)
            files = [path.stat().st_size for path in (site / tool.output).rglob("*") if path.is_file()]
            row[tool.name] = {**as_row(done), "files": len(files), "bytes": sum(files)}
        bench.results.put(step, row)


def edits(bench: Bench, corpus: Corpus) -> None:
    """One edit after the other, each built by every tool in turn; slow tools at the smallest size alone."""
    steps = [(number, edit) for number in range(bench.options.runs) for edit in EDITS]
    if not any(bench.is_due(_edit_step(corpus, edit, number)) for number, edit in steps):
        return
    before = {}
    for tool in _edited_by(bench, corpus, 0):
        site = bench.site(tool, corpus)
        bench.run(tool, site, f"before the edits, {corpus.stories} stories")  # whatever was built before, or was not
        before[tool.name] = outputs.snapshot(site / tool.output)
    for number, edit in steps:
        step, row = _edit_step(corpus, edit, number), Row()
        if not bench.is_due(step):
            continue
        serial = bench.results.serial()
        time.sleep(SETTLE)
        for tool in _edited_by(bench, corpus, number):
            site = bench.site(tool, corpus)
            change(tool, corpus, site, edit, serial)
            done = bench.run(tool, site, f"{edit}, {corpus.stories} stories, run {number + 1}", sampled=tool.is_slow)
            after = outputs.snapshot(site / tool.output)
            row[tool.name] = {**as_row(done), **outputs.compared(before[tool.name], after)}
            before[tool.name] = after
        bench.results.put(step, row)


def change(tool: Tool, corpus: Corpus, site: Path, edit: str, serial: int) -> list[str]:
    """Carry out an edit in a tool's sources; the paths written. ``nothing`` writes nothing."""
    if edit == "nothing":
        return []
    if edit == "new":
        # nobody has answered it yet
        story = dataclasses.replace(corpus.story(corpus.stories + serial), comments=())
    else:
        story = corpus.edited((corpus.stories // 2 + serial) % corpus.stories, edit, serial)
    return layouts.write_story(tool.name, corpus, story, site)


def memory(bench: Bench, corpus: Corpus) -> None:
    """The peak of memory of whole builds and of builds after one edit; slow tools told theirs in the other steps."""
    for number in range(min(bench.options.runs, MEMORY_ROUNDS)):
        step, row = f"memory/{corpus.stories}/{number}", Row()
        if not bench.is_due(step):
            continue
        for tool in bench.quick_tools():
            site = bench.site(tool, corpus)
            whole = bench.cold(tool, site, f"memory, whole build, {corpus.stories} stories", sampled=True)
            change(tool, corpus, site, "body", bench.results.serial())
            again = bench.run(tool, site, f"memory, one body, {corpus.stories} stories", sampled=True)
            row[tool.name] = {"cold": whole.peak, "warm": again.peak}
        bench.results.put(step, row)


def same(bench: Bench, corpus: Corpus, suffix: str = "") -> None:
    """Whether our output after all edits is, file by file, what a build from nothing makes of the same sources."""
    step = f"same{suffix}/{corpus.stories}"
    if not bench.is_due(step) or MAGAZINE not in bench.tools():
        return
    site = bench.site(MAGAZINE, corpus, suffix)
    if not (site / "output").exists():
        return
    again, folder = site / "again", site / "cache-again"
    for made in (again, folder):
        shutil.rmtree(made, ignore_errors=True)
    words = [*tools.command(MAGAZINE, site, bench.options.tools)[:-1], str(again)]
    environment = {**tools.environment(MAGAZINE, site), "MAGAZINE_CACHE": str(folder)}
    done = measure.run(words, tools.REPOSITORY, environment, bench.options.limit)
    if done.status:
        raise BenchError(f"the build to compare with ended with {done.status}: {done.said}")
    warm = outputs.snapshot(site / "output")
    different = outputs.differences(warm, outputs.snapshot(again))
    bench.tell(f"{len(different)} of {len(warm)} files differ from a build from nothing, {corpus.stories} stories")
    bench.results.put(step, {"files": len(warm), "different": len(different), "paths": different[: outputs.SHOWN]})
    shutil.rmtree(again)
    shutil.rmtree(folder, ignore_errors=True)


def photographs(bench: Bench) -> None:
    """A corpus full of photographs, built by us from nothing and after one comment."""
    corpus = Corpus(bench.options.photograph_stories, bench.options.photographs)
    step = f"photographs/{corpus.stories}/{corpus.photographs}"
    if not bench.is_due(step) or MAGAZINE not in bench.tools():
        return
    bench.options.work.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(bench.options.work).free < corpus.photographs * DISK_PER_PHOTOGRAPH:
        gigabytes = corpus.photographs * DISK_PER_PHOTOGRAPH / 1e9
        raise BenchError(f"{corpus.photographs} photographs need {gigabytes:.0f} GB in {bench.options.work}")
    site = bench.site(MAGAZINE, corpus)
    whole = bench.cold(MAGAZINE, site, f"whole build, {corpus.photographs} photographs", sampled=True)
    comments = []
    for _ in range(bench.options.runs):
        time.sleep(SETTLE)
        change(MAGAZINE, corpus, site, "comment", bench.results.serial())
        comments.append(as_row(bench.run(MAGAZINE, site, f"comment, {corpus.photographs} photographs")))
    bench.results.put(step, {"cold": as_row(whole), "comments": comments})


def _edited_by(bench: Bench, corpus: Corpus, number: int) -> list[Tool]:
    is_smallest = corpus.stories == bench.smallest
    return [tool for tool in bench.tools(number, corpus.stories) if is_smallest or not tool.is_slow]


def _edit_step(corpus: Corpus, edit: str, number: int) -> str:
    return f"edits/{corpus.stories}/{edit}/{number}"
