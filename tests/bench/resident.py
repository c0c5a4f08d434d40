"""Tools that stay resident: seconds from saving a story to the line that says its page is done."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import measure, rounds, tools
from .bench import Bench, BenchError
from .corpus import Corpus
from .results import Row
from .tools import ELEVENTY, HUGO, MAGAZINE, Tool

EDITS = ("body", "comment")
MORE_ROUNDS = 2  # for each of the other steps': they are short
QUIET = 1.0  # seconds without a line before the next edit
START_LIMIT, EDIT_LIMIT = 600.0, 120.0
HUGO_SERVER = (
    "{hugo}", "server", "--bind", "127.0.0.1", "--port", "{port}", "--disableLiveReload", "--appendPort=false",
)  # fmt: skip


@dataclass(frozen=True)
class Watcher:
    """How a tool is kept running, and by which lines it tells that it is ready and that a page is done."""

    name: str
    title: str
    tool: Tool
    command: tuple[str, ...]
    ready: str
    done: str
    failed: str = r"(?!)"  # by default no line means that


WATCHERS = (
    Watcher("magazine", "this magazine, `serve`", MAGAZINE,
            (MAGAZINE.command[0], "-c", tools.PREVIEW, "{site}/content", "{site}/output", "{port}"),
            r"Preview: http", r"Built in", r"stopped the build"),
    Watcher("hugo", "Hugo, `hugo server`", HUGO, HUGO_SERVER, r"Web Server is available", r"Total in"),
    Watcher("hugo-disk", "Hugo, `hugo server --renderToMemory=false`", HUGO,
            (*HUGO_SERVER, "--renderToMemory=false", "--destination", "public"),
            r"Web Server is available", r"Total in"),
    Watcher("eleventy", "Eleventy, `--watch --incremental`", ELEVENTY,
            (*ELEVENTY.command, "--watch", "--incremental"), r"Watching", r"Wrote|Copied"),
)  # fmt: skip


def resident(bench: Bench, corpus: Corpus) -> None:
    """Edits of watched sources, the quick tools in turn while all of them run; slow ones alone and after them."""
    taking_part = {tool.name for tool in bench.tools(0, corpus.stories)}
    due = [watcher for watcher in WATCHERS if watcher.tool.name in taking_part]
    quick = [watcher for watcher in due if not watcher.tool.is_slow]
    _measure(bench, corpus, quick, bench.options.runs * MORE_ROUNDS, "resident")
    for watcher in due:
        if watcher.tool.is_slow:
            try:
                _measure(bench, corpus, [watcher], bench.options.runs, f"resident-{watcher.name}")
            except BenchError as error:
                bench.tell(f"not measured: {error}")


def _measure(bench: Bench, corpus: Corpus, watchers: list[Watcher], runs: int, kind: str) -> None:
    steps = [(edit, f"{kind}/{corpus.stories}/{edit}/{number}") for number in range(runs) for edit in EDITS]
    if not watchers or not any(bench.is_due(step) for _, step in steps):
        return
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(_started(bench, corpus, watcher)) for watcher in watchers]
        for edit, step in steps:
            if bench.is_due(step):
                serial, row = bench.results.serial(), Row()
                for session in running:
                    row[session.watcher.name] = {"wall": round(session.edit(corpus, edit, serial), 3)}
                    bench.tell(f"{edit} saved: {session.watcher.title} {row[session.watcher.name]['wall']:.2f} s")
                bench.results.put(step, row)
        held = {session.watcher.name: measure.memory(session.process.pid) for session in running}
        bench.results.put(f"{kind}-memory/{corpus.stories}", held)


@dataclass
class _Session:
    watcher: Watcher
    site: Path
    process: subprocess.Popen[bytes]
    lines: list[tuple[float, str]] = field(default_factory=list)  # when each was said

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.decode("utf-8", "replace").strip()))

    def until(self, pattern: str, since: float, limit: float) -> float:
        """When a line said it, after a moment. Raises BenchError if none does in time, or one tells of a failure."""
        while time.monotonic() < since + limit:
            for at, line in self.lines:
                if at >= since and re.search(self.watcher.failed, line):
                    raise BenchError(f"{self.watcher.title} could not build: {line}")
                if at >= since and re.search(pattern, line):
                    return at
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        last = " | ".join(line for _, line in self.lines[-5:])[-400:]
        raise BenchError(f"{self.watcher.title} did not say «{pattern}» within {limit:.0f} s; its last words: {last}")

    def edit(self, corpus: Corpus, edit: str, serial: int) -> float:
        """Save an edit; the seconds until it is built."""
        # some tools look for changes twice a second: saving at any moment of that is what an editor does
        moment = QUIET + random.Random(serial).random() / 2
        while time.monotonic() - self.lines[-1][0] < moment:
            time.sleep(0.01)
        saved = time.monotonic()
        rounds.change(self.watcher.tool, corpus, self.site, edit, serial)
        return self.until(self.watcher.done, saved, EDIT_LIMIT) - saved


@contextlib.contextmanager
def _started(bench: Bench, corpus: Corpus, watcher: Watcher) -> Iterator[_Session]:
    tool = watcher.tool
    site = bench.site(tool, corpus, f"-resident-{watcher.name}")
    tools.clean(tool, site, bench.options.trash)
    words = tuple(word.replace("{port}", str(_free_port())) for word in watcher.command)
    process = subprocess.Popen(
        tools.command(tool, site, bench.options.tools, words),
        cwd=tools.place(tool, site), env=tools.environment(tool, site), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    session, started = _Session(watcher, site, process), time.monotonic()
    threading.Thread(target=session.read, daemon=True).start()
    try:
        session.until(watcher.ready, started, START_LIMIT)
        bench.tell(f"{watcher.title} is ready after {time.monotonic() - started:.1f} s")
        yield session
    finally:
        measure.end(process)
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
