"""The bench: a desk, its edits and warm builds, and cold ones to compare them with."""

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from warm.builder import Builder, Built, Order, end
from warm.desk import Desk, save
from warm.edits import EDITS
from warm.first_content import lay_out
from warm.nodes import Failed, Nodes, differences, snapshot, untimely

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("content", "theme", "magazine", "pelicanconf.py", "publishconf.py")


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
    desk: Desk = field(init=False)
    rewritten: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    compared: int = 0
    usual: float = 1.0  # seconds of a warm build
    expected: list[str] = field(default_factory=list)  # what the last cold build said
    history: list[dict[str, bytes]] = field(default_factory=list)
    program: dict[str, bytes] = field(default_factory=dict)  # that of the last comparison

    def __post_init__(self) -> None:
        root = self.folder / "project"
        for name in SOURCES:
            source = REPOSITORY / name
            if source.is_file():
                root.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, root / name)
            elif name != "content":
                ignored = shutil.ignore_patterns("__pycache__", ".cache", ".mypy_cache")
                shutil.copytree(source, root / name, ignore=ignored, copy_function=shutil.copy)
        lay_out(root)
        self.desk = Desk(root, self.folder / "site" / "output", self.folder / "cache")
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
        if step.name in EDITS:
            with contextlib.suppress(IndexError):  # nothing is left to choose from
                told = EDITS[step.name](self.desk, random)
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
        self.told.append(f"  meanwhile {EDITS[name](self.desk, random)}")
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
        paths = (path for name in SOURCES for path in (root / name, *(root / name).rglob("*")))
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
                save(self.desk, self.desk.root / name, kept[name], Random(name))
