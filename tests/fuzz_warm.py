"""Random edits, and after each round of them the warm build beside a cold one, file by file.

``python tests/fuzz_warm.py --seconds 600 --seed 7`` goes on until the time is over or something differs; then it
looks for the shortest list of steps that still fails and prints it with the command that repeats it.
"""

import argparse
import contextlib
import hashlib
import json
import os
import runpy
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Self

import edits

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds after which a build hangs
PRELOADED = (
    "pelican", "pelican.generators", "pelican.readers", "pelican.writers", "pelican.plugins.i18n_subsites", "docutils",
    "markdown.extensions.tables", "markdown.extensions.footnotes", "jinja2.ext", "nh3", "typogrify.filters", "sqlite3",
    "babel.messages.pofile", "babel.messages.mofile", "babel.dates", "babel.lists", "PIL.Image", "PIL.ImageOps",
    "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "concurrent.futures", "multiprocessing",
)  # fmt: skip


class Failed(AssertionError):  # noqa: N818 (a finding)
    """What must hold does not; ``kind`` is one word for it."""

    def __init__(self, kind: str, details: Iterable[str]) -> None:
        self.kind = kind
        super().__init__("\n  ".join((kind, *list(details)[:25])))


# -- what is in a folder ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """A file with the hash of its bytes and its time, or something else that stands in a folder."""

    kind: str
    digest: str = ""
    time: int = 0

    @property
    def bytes(self) -> tuple[str, str]:
        """What it is, whenever it was made."""
        return self.kind, self.digest


Nodes = dict[str, Node]


def snapshot(folder: Path) -> Nodes | None:
    """Everything below a folder by its path; None where there is no folder."""
    if not folder.is_dir():
        return None
    return {path.relative_to(folder).as_posix(): _node(path) for path in sorted(folder.rglob("*"))}


def _node(path: Path) -> Node:
    found = path.lstat()
    if stat.S_ISREG(found.st_mode):
        return Node("file", hashlib.sha256(path.read_bytes()).hexdigest(), found.st_mtime_ns)
    return Node("folder") if stat.S_ISDIR(found.st_mode) else Node("link")


def differences(expected: Nodes | None, found: Nodes | None) -> list[str]:
    """One line for each path that is not as expected."""
    if expected is None or found is None:
        return [] if expected is found else [f"the whole site is {'missing' if found is None else 'too much'}"]
    lines = [f"missing: {name}" for name in expected if name not in found]
    lines += [f"too much: {name}" for name in found if name not in expected]
    both = [name for name in expected if name in found]
    for name in both:
        wanted, there = expected[name], found[name]
        if wanted.kind != there.kind:
            lines.append(f"a {there.kind} where a {wanted.kind} should be: {name}")
        elif wanted.digest != there.digest:
            lines.append(f"differs: {name}")
    return lines


def untimely(before: Nodes | None, after: Nodes | None) -> list[str]:
    """Files with equal bytes that got another time, and files with other bytes that kept theirs."""
    both = [(name, node, after[name]) for name, node in (before or {}).items() if after and name in after]
    files = [(name, old, new) for name, old, new in both if old.kind == new.kind == "file"]
    lines = []
    for name, old, new in files:
        if (old.digest == new.digest) != (old.time == new.time):
            lines.append(f"rewritten: {name}" if old.digest == new.digest else f"time kept: {name}")
    return lines


# -- builds ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """One build: from where, to where, with which cache and environment."""

    root: Path
    content: Path
    output: Path
    cache: Path
    environment: dict[str, str]

    def variables(self) -> dict[str, str]:
        """The environment of the process."""
        own = ("MAGAZINE_", "SOURCE_DATE_EPOCH", "SITEURL", "LANG", "LC_", "TZ")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "LC_ALL": "C.UTF-8", "MAGAZINE_CACHE": str(self.cache), **self.environment}


@dataclass(frozen=True)
class Built:
    """How a build ended; ``said`` is what stood on stderr, without the paths of this very build."""

    status: int
    said: str
    seconds: float = 0.0


class Builder:
    """Builds in processes forked from one that has Pelican loaded; where nothing can fork, in fresh ones."""

    def __init__(self, folder: Path, hash_seed: str) -> None:
        self.said, self.compiled = folder / f"said-{hash_seed}", folder / f"compiled-{hash_seed}"
        self.environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        self.server: subprocess.Popen[str] | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.order: Order | None = None
        self.started = 0.0
        self.pid = 0

    def start(self, order: Order, *, fresh: bool = False, before: Sequence[str] = ()) -> None:
        """Begin a build; ``pid`` is its process and its group, ``before`` a command that runs it."""
        self.order, self.started, self.process = order, time.monotonic(), None
        if fresh or before or not hasattr(os, "fork"):
            build = ("-m", "magazine.site.build", str(order.content), str(order.output))
            command = [*before, sys.executable, *build]
            with self.said.open("wb") as said:
                self.process = subprocess.Popen(
                    command, cwd=order.root, env=order.variables(), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
                )  # fmt: skip
            self.pid = self.process.pid
            return
        if self.server is None:
            command = [sys.executable, __file__, "--serve", str(self.compiled)]
            self.server = subprocess.Popen(
                command, env=self.environment, encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        asked = {
            "root": str(order.root), "arguments": [str(order.content), str(order.output)], "said": str(self.said),
            "environment": order.variables(),
        }  # fmt: skip
        assert self.server.stdin
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        self.pid = int(self._answer())

    def wait(self) -> Built:
        """The end of the build. Raises Failed if it hangs."""
        assert self.order
        timer = _Alarm(PATIENCE, self.pid)
        with timer:
            status = self.process.wait() if self.process else int(self._answer())
        if timer.rang:
            raise Failed("hangs", [f"no end after {PATIENCE} s"])
        said = self.said.read_text(encoding="utf-8", errors="replace")
        for path, name in ((self.order.output, "OUTPUT"), (self.order.cache, "CACHE"), (self.order.root, "ROOT")):
            said = said.replace(str(path), name)
        return Built(status, said, time.monotonic() - self.started)

    def build(self, order: Order, *, fresh: bool = False, before: Sequence[str] = ()) -> Built:
        """A whole build."""
        self.start(order, fresh=fresh, before=before)
        return self.wait()

    def close(self) -> None:
        """End the loaded process."""
        if self.server:
            self.server.communicate()

    def _answer(self) -> str:
        assert self.server
        assert self.server.stdout
        return self.server.stdout.readline()


class _Alarm:
    """Kills a group of processes when its time is over."""

    def __init__(self, seconds: float, group: int) -> None:
        self.rang = False
        self.timer = threading.Timer(seconds, self._ring)
        self.group = group

    def _ring(self) -> None:
        self.rang = True
        end(self.group)

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


def end(group: int) -> None:
    """Kill what is left of a build."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def serve(compiled: Path) -> None:
    """Fork a process for each order on standard input; tell its number, then its exit status."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            __import__(name)
    _keep_compiled_templates(compiled)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
            runpy.run_module("magazine.site.build", run_name="__main__", alter_sys=True)
            return
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _keep_compiled_templates(folder: Path) -> None:
    """Compiling templates is most of a small build; Jinja keeps what it made of each source, known by its hash."""
    import jinja2

    folder.mkdir(exist_ok=True)
    made, kept = jinja2.Environment.__init__, jinja2.FileSystemBytecodeCache(str(folder))

    def environment(self: jinja2.Environment, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **{"bytecode_cache": kept, **named})

    jinja2.Environment.__init__ = environment  # type: ignore[method-assign]


def _become(order: dict[str, object]) -> None:
    """Be the process that ``python -m magazine.site.build`` would be."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    said = os.open(str(order["said"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for target, source in ((0, nothing), (1, nothing), (2, said)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    time.tzset()
    os.chdir(str(order["root"]))
    sys.path[0] = str(order["root"])
    sys.argv = ["magazine.site.build", *order["arguments"]]  # type: ignore[misc]


# -- the bench: edits, builds, comparisons ---------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """An edit or a build with the seed that decides what it does."""

    name: str
    seed: int

    def __str__(self) -> str:
        return f"{self.name}:{self.seed}"


@dataclass
class Bench:
    """A desk, its warm builds, and cold ones to compare them with.

    ``rewritten`` collects files whose time does not tell whether their bytes changed; with ``timely`` they fail.
    """

    folder: Path
    timely: bool = False
    desk: edits.Desk = field(init=False)
    rewritten: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    compared: int = 0
    usual: float = 1.0  # seconds of a warm build
    expected: list[str] = field(default_factory=list)  # what the last cold build said
    history: list[dict[str, bytes]] = field(default_factory=list)
    program: dict[str, bytes] = field(default_factory=dict)  # that of the last comparison

    def __post_init__(self) -> None:
        root = self.folder / "project"
        for name in edits.SOURCES:
            source = REPOSITORY / name
            if source.is_file():
                root.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, root / name)
            elif name != "content":
                ignored = shutil.ignore_patterns("__pycache__", ".cache", ".mypy_cache")
                shutil.copytree(source, root / name, ignore=ignored, copy_function=shutil.copy)
        edits.lay_out(root)
        self.desk = edits.Desk(root, self.folder / "site" / "output", self.folder / "cache")
        self.desk.output.parent.mkdir()
        self.desk.environment["SOURCE_DATE_EPOCH"] = "1351728000"
        self.hands = [Builder(self.folder, "1"), Builder(self.folder, "2")]
        self.history.append(self.sources())
        self.program = self.code()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self.hands:
            hand.close()

    def order(self, output: Path | None = None, cache: Path | None = None) -> Order:
        """The warm build, or one with another output or cache."""
        desk = self.desk
        return Order(desk.root, desk.content, output or desk.output, cache or desk.cache, dict(desk.environment))

    @contextlib.contextmanager
    def cold(self) -> Iterator[Order]:
        """The order of a build that remembers nothing, in folders of its own."""
        folder = Path(tempfile.mkdtemp(prefix="cold-", dir=self.folder))
        try:
            yield self.order(folder / "site" / "output", folder / "cache")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def compare(self, *, fresh: bool = False, before: Sequence[str] = (), more_lines: int = 0) -> int:
        """Build warm and cold and compare all there is; how many lines more the warm build said. Raises Failed.

        It may say ``more_lines``; ``before`` is a command that runs it.
        """
        old = snapshot(self.desk.output)
        with self.cold() as order:
            self.hands[1].start(order)
            warm = self.hands[0].build(self.order(), fresh=fresh, before=before)
            cold = self.hands[1].wait()
            self.usual = warm.seconds
            return self.judge(warm, cold, old, snapshot(order.output), more_lines)

    def judge(self, warm: Built, cold: Built, before: Nodes | None, wanted: Nodes | None, more: int = 0) -> int:
        """Compare a finished warm build with a cold one; how many lines more it said. Raises Failed."""
        self.compared += 1
        after = snapshot(self.desk.output)
        if self.code() != self.program:  # what another program remembered is told of, and built anew
            self.program, more = self.code(), more + 1
        if warm.status != cold.status:
            ends = f"{warm.status} warm, {cold.status} cold"
            raise Failed("status", [ends, f"warm: {warm.said}", f"cold: {cold.said}"])
        if warm.status not in (0, 1) or "Traceback" in warm.said:
            raise Failed("crash", [f"status {warm.status}", warm.said])
        said, expected = warm.said.splitlines(), cold.said.splitlines()
        self.expected, rest = expected, list(expected)
        extra = [line for line in said if line not in rest or rest.remove(line)]
        if rest or len(extra) > more or (not extra and said != expected):
            raise Failed("said", [f"cold: {line}" for line in expected] + [f"warm: {line}" for line in said])
        if wrong := differences(wanted if warm.status == 0 else before, after):
            raise Failed("bytes" if warm.status == 0 else "old site", [*wrong, *said])
        late = untimely(before, after)
        if late and (self.timely or warm.status != 0):
            raise Failed("times", late)
        self.rewritten += late
        if warm.status == 0:
            self.history.append(self.sources())
        return len(extra)

    def run(self, steps: Iterable[Step]) -> None:
        """Do all steps. Raises Failed; ``told`` says what was done."""
        for step in steps:
            self.do(step)

    def do(self, step: Step) -> None:
        """Do one step."""
        random = Random(step.seed)
        if step.name in edits.EDITS:
            with contextlib.suppress(IndexError):  # nothing is left to choose from
                told = edits.EDITS[step.name](self.desk, random)
                self.told.append(f"{step}: {told}" if told else f"{step}: nothing to do")
            return
        self.told.append(str(step))
        getattr(self, f"_{step.name.replace('-', '_')}")(random)
        if self.sources() != self.history[-1]:  # it could not be built: mended by what stood there before
            self.told.append("as it was before")
            self.restore(self.history[-1])
            self.compare()

    def _build(self, _: Random) -> None:
        self.compare()

    def _fresh(self, _: Random) -> None:
        self.compare(fresh=True)

    def _back(self, random: Random) -> None:
        self.restore(random.choice(self.history))
        self.compare()

    def _interrupt(self, random: Random) -> None:
        self._cut(random, signal.SIGINT, group=True)

    def _kill(self, random: Random) -> None:
        self._cut(random, signal.SIGKILL, group=random.random() < 0.5)

    def _cut(self, random: Random, sign: signal.Signals, *, group: bool) -> None:
        with self.cold() as order:
            cold = self.hands[1].build(order)
            self.cut_at([random.random() * 1.1], sign, cold, snapshot(order.output), group=group)

    def cut_at(
        self, moments: Iterable[float], sign: signal.Signals, cold: Built, wanted: Nodes | None, *, group: bool
    ) -> None:
        """A build that ends at any moment leaves the old or the new site, or the new one ready to be put in place
        where it was killed; the next build is right. Raises Failed.

        The moments are parts of a usual build's time, the group all processes of the build.
        """
        hand, groups = self.hands[0], []
        for moment in moments:
            before = snapshot(self.desk.output)
            hand.start(self.order())
            groups.append(hand.pid)
            time.sleep(moment * self.usual)
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(hand.pid, sign)
            cut = hand.wait()
            after = snapshot(self.desk.output)
            is_old, is_new = not differences(before, after), cold.status == 0 and not differences(wanted, after)
            # killed between two renames, a build leaves what is ready beside the site, and the next one puts it in
            # place; an interrupt waits for the last rename
            ready = list(self.desk.output.parent.glob(f".{self.desk.output.name}.*.ready"))
            is_between = sign == signal.SIGKILL and bool(ready)
            if not (is_old or is_new or is_between) or (cut.status == 0 and not is_new):
                raise Failed("cut", [f"{sign.name}, status {cut.status}", *differences(before, after), cut.said])
            if is_old and not is_new and (late := untimely(before, after)):
                raise Failed("times", late)
        before = snapshot(self.desk.output)
        self.judge(hand.build(self.order()), cold, before, wanted)
        for pid in groups:
            end(pid)

    def _meanwhile(self, random: Random) -> None:
        """Something changes while the build reads; the next one sees it."""
        self.hands[0].start(self.order())
        time.sleep(random.random() * self.usual)
        name = random.choice(("title", "body", "one-letter-unseen", "answer", "new-post", "style-sheet", "tally"))
        self.told.append(f"  meanwhile {edits.EDITS[name](self.desk, random)}")
        self.hands[0].wait()
        self.compare()

    def _together(self, random: Random) -> None:
        """Two builds into one folder with one cache."""
        before = snapshot(self.desk.output)
        for hand in self.hands:
            hand.start(self.order())
            time.sleep(random.choice((0, 0, 0.05, 0.5)) * self.usual)
        both = [hand.wait() for hand in self.hands]
        with self.cold() as order:
            cold = self.hands[0].build(order)
            wanted = snapshot(order.output)
            for warm in both:
                # the second one may have found the site of the first: times are another matter here
                kept = self.timely
                self.timely = False
                self.judge(warm, cold, before, wanted)
                self.timely = kept

    # -- sources as they were --

    def sources(self) -> dict[str, bytes]:
        """All sources by their path."""
        root = self.desk.root
        paths = (path for name in edits.SOURCES for path in (root / name, *(root / name).rglob("*")))
        found = (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

    def code(self) -> dict[str, bytes]:
        """The modules of the program."""
        return {path.as_posix(): path.read_bytes() for path in sorted((self.desk.root / "magazine").rglob("*.py"))}

    def restore(self, kept: dict[str, bytes]) -> None:
        """Bring sources back to what they were; what is the same is not touched."""
        now = self.sources()
        for name in now.keys() - kept.keys():
            path = self.desk.root / name
            path.unlink()
            while path.parent != self.desk.content and not any(path.parent.iterdir()):
                path = path.parent
                path.rmdir()
        for name in sorted(kept):
            if now.get(name) != kept[name]:
                edits.save(self.desk, self.desk.root / name, kept[name], Random(name))


BUILDS = ("build",) * 8 + ("kill", "interrupt", "meanwhile", "together", "back", "back", "fresh")


def sequence(random: Random, rounds: int, without: Iterable[str] = ()) -> list[Step]:
    """Rounds of one to four edits, each with a build behind it."""
    steps = []
    names = sorted(set(edits.EDITS) - edits.BREAKING - set(without))
    for _ in range(rounds):
        breaks = random.random() < 0.15
        chosen = [random.choice(sorted(edits.BREAKING))] if breaks else []
        chosen += [random.choice(names) for _ in range(random.choice((0, 1, 1, 2, 3)) + (not breaks))]
        chosen.append(random.choice([name for name in BUILDS if name not in without]))
        steps += [Step(name, random.randrange(10**6)) for name in chosen]
    return steps


def attempt(steps: list[Step], *, timely: bool) -> tuple[Failed | None, list[str], int]:
    """Do the steps on a desk of their own; how they failed, what was done, how many comparisons were made."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    try:
        with Bench(folder, timely) as bench:
            try:
                bench.compare()
                bench.run(steps)
            except Failed as failed:
                return failed, bench.told, bench.compared
            return None, bench.told, bench.compared
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shortest(steps: list[Step], failed: Failed, *, timely: bool, seconds: float) -> list[Step]:
    """A shorter list that fails in the same way, as short as the time allows."""
    until = time.monotonic() + seconds
    size = max(1, len(steps) // 2)
    while size:
        place = 0
        while place < len(steps) and time.monotonic() < until:
            fewer = steps[:place] + steps[place + size :]
            again = attempt(fewer, timely=timely)[0] if fewer else None
            if again and again.kind == failed.kind:
                steps = fewer
            else:
                place += size
        size //= 2
    return steps


def main() -> int:
    """The command; 1 if something differed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long to go on")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="where to begin")
    parser.add_argument("--rounds", type=int, default=12, help="comparisons in one sequence")
    parser.add_argument("--shrink", type=float, default=300, help="seconds to look for a shorter failing sequence")
    parser.add_argument("--no-times", action="store_true", help="let equal bytes have another time")
    parser.add_argument("--without", default="", help="edits and builds to leave out, with spaces between them")
    parser.add_argument("--replay", default="", help="steps that a failure printed")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return 0
    timely, until, seed, total = not asked.no_times, time.monotonic() + asked.seconds, asked.seed, 0
    if asked.replay:
        steps = [Step(name, int(number)) for name, number in (part.split(":") for part in asked.replay.split())]
        failed, told, _ = attempt(steps, timely=timely)
        _say(*told, str(failed or "nothing differs"))
        return 1 if failed else 0
    while time.monotonic() < until:
        steps = sequence(Random(seed), asked.rounds, asked.without.split())
        failed, told, compared = attempt(steps, timely=timely)
        total += compared
        _say(f"seed {seed}: {'FAILED' if failed else 'equal'}, {total} comparisons so far")
        if failed:
            _say(*told, str(failed), "", "looking for fewer steps …")
            done = [index for index, step in enumerate(steps) if any(line.startswith(str(step)) for line in told)]
            steps = shortest(steps[: done[-1] + 1 if done else 0], failed, timely=timely, seconds=asked.shrink)
            again, told, _ = attempt(steps, timely=timely)
            _say(*told, str(again or "it did not fail again"))
            flag = " --no-times" if asked.no_times else ""
            _say(f"python tests/fuzz_warm.py{flag} --replay '{' '.join(map(str, steps))}'")
            return 1
        seed += 1
    return 0


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
