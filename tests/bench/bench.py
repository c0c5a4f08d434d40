"""What all steps of the benchmark share: options, results so far, the tools' sites, progress."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import layouts, measure, tools
from .corpus import Corpus
from .results import Results, fingerprint
from .tools import HUGO, MAGAZINE, TOOLS, Tool

# what shapes a corpus, from the repository
SHAPING = tuple(f"tests/bench/{name}" for name in (
    "corpus.py", "prose.py", "words.json", "layouts.py", "photographs.py", "peers",
))  # fmt: skip
SETTLE = 1.1  # seconds: some tools compare times of files in whole ones


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


class NoHugoError(BenchError):
    """Hugo, which everything is compared with, cannot be had."""


@dataclass(frozen=True)
class Options:
    """What is measured, how often, and where the work is done."""

    work: Path
    tools: Path
    stories: tuple[int, ...]
    runs: int
    peer_runs: int
    only: tuple[str, ...]
    limit: float
    photographs: int = 0
    photograph_stories: int = 450

    @property
    def trash(self) -> Path:
        """What is to be removed when all is measured."""
        return self.work / "trash"


@dataclass
class Bench:
    """Options and results, and what the steps need of them."""

    options: Options
    results: Results

    def tools(self, round_number: int = 0, stories: int = 0) -> list[Tool]:
        """The tools that take part in a round: slow ones in the first few, and no tool that died at this size."""
        found = []
        for name in self.options.only:
            tool = TOOLS[name]
            is_due = round_number < (self.options.peer_runs if tool.is_slow else self.options.runs)
            if is_due and name not in self.results.kept.get("missing", {}) and not self.died(tool, stories):
                found.append(tool)
        return found

    def died(self, tool: Tool, stories: int) -> str:
        """The last words of a tool that could not build a corpus of this size, or nothing."""
        for row in self.results.rows(f"cold/{stories}"):
            if row.get(tool.name, {}).get("status"):
                return str(row[tool.name]["said"] or "no word")
        return ""

    def quick_tools(self) -> list[Tool]:
        """Those that are measured several times."""
        return [tool for tool in self.tools() if not tool.is_slow]

    @property
    def smallest(self) -> int:
        """The size at which slow tools are edited, and at which resident ones are measured."""
        return min(self.options.stories)

    def site(self, tool: Tool, corpus: Corpus, suffix: str = "") -> Path:
        """The folder of a tool with the corpus in it, laid out if it is not there yet."""
        name = f"{corpus.stories}-{corpus.photographs}" if corpus.photographs else str(corpus.stories)
        site = self.options.work / "sites" / name / f"{tool.name}{suffix}"
        stamp, wanted = site / ".laid-out", fingerprint(*SHAPING)
        if not stamp.exists() or stamp.read_text() != wanted:
            self.tell(f"writing {name} stories for {tool.title}")
            layouts.lay(tool.name, corpus, site)
            tools.link(tool, site, self.options.tools)
            stamp.write_text(wanted)
        return site

    def run(self, tool: Tool, site: Path, what: str, *, sampled: bool = False) -> measure.Run:
        """Build a site once. Raises BenchError if our own build fails: nothing after it would mean anything."""
        if hasattr(os, "sync"):
            os.sync()
        words = tools.command(tool, site, self.options.tools)
        environment, place = tools.environment(tool, site), tools.place(tool, site)
        done = measure.run(words, place, environment, self.options.limit, sampled=sampled)
        held = f", {done.peak:.0f} MiB" if done.peak else ""
        failed = f", FAILED: {done.said}" if done.status else ""
        self.tell(f"{what}: {tool.title} {done.wall:.2f} s{held}{failed}")
        if done.status and tool is MAGAZINE:
            raise BenchError(f"{what}: our own build ended with {done.status}: {done.said}")
        return done

    def cold(self, tool: Tool, site: Path, what: str, *, sampled: bool = False) -> measure.Run:
        """Build a site of which nothing is left from before."""
        tools.clean(tool, site, self.options.trash)
        return self.run(tool, site, what, sampled=sampled)

    def install(self) -> None:
        """Install what is measured; a tool that cannot be had is left out, but for Hugo. Raises NoHugoError."""
        missing = {}
        for name in self.options.only:
            if name != MAGAZINE.name and not (self.options.tools / name / "installed.txt").exists():
                self.tell(f"installing {TOOLS[name].title}")
            try:
                tools.install(TOOLS[name], self.options.tools)
            except (tools.InstallError, OSError) as error:
                if name == HUGO.name:
                    raise NoHugoError(f"Hugo cannot be installed: {error}") from error
                self.tell(f"{TOOLS[name].title} cannot be installed and is left out: {error}")
                missing[name] = str(error)
        self.results.put("missing", missing)

    def is_due(self, step: str) -> bool:
        """Whether a step is still to be done."""
        return self.results.get(step) is None

    def tell(self, words: str) -> None:
        """One line of progress."""
        print(f"[{time.strftime('%H:%M:%S')}] {words}", file=sys.stderr, flush=True)


def fresh(work: Path) -> None:
    """Forget all results and sites; what is installed stays."""
    (work / "results.json").unlink(missing_ok=True)
    shutil.rmtree(work / "sites", ignore_errors=True)


def as_row(run: measure.Run) -> dict[str, object]:
    """A run as it is kept."""
    return dataclasses.asdict(run)
