"""A copy of the project that is edited, and how a file of it is changed.

An edit is a function of a desk and a seeded ``Random``; it chooses by its seed what it changes and tells it in a
sentence, or returns "" where there was nothing to change. Whether the tree can still be built afterwards is no concern
of an edit: what cannot be built must fail warm as it fails cold.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

LANGUAGES = ("ru", "ky", "en")
WORDS = ("зонт", "улица", "голос", '"письмо"', "дождь", "и в доме", "№ 7", "чай -- вода", "road", "жол", "...")


@dataclass
class Desk:
    """A copy of the project that is edited, the folder it is built to, and what the builder's shell sets."""

    root: Path
    output: Path
    cache: Path
    environment: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def content(self) -> Path:
        """The folder of the texts."""
        return self.root / "content"

    def texts(self, pattern: str = "**/*.md") -> list[Path]:
        """The sources that are no answers and no tallies."""
        found = (path for path in self.content.glob(pattern) if path.stem in LANGUAGES)
        return sorted(found)

    def entries(self, *patterns: str) -> list[Path]:
        """The folders of stories, posts, petitions, news and pages, or of those that are named."""
        chosen = patterns or ("magazine/*/*", "blog/*", "petitions/*", "petitions/*/updates/*", "pages/*")
        found = {path for pattern in chosen for path in self.content.glob(pattern) if any(path.glob("??.md"))}
        return sorted(found)

    def shown(self, path: Path) -> str:
        """The path as it may stand in a sentence."""
        bases = (self.root, self.output.parent, self.cache.parent)
        return next(path.relative_to(base) for base in bases if path.is_relative_to(base)).as_posix()


Edit = Callable[[Desk, Random], str]
EDITS: dict[str, Edit] = {}
BREAKING: set[str] = set()  # edits after which a build should fail, or may


def edit(function: Edit) -> Edit:
    """Register an edit under its own name."""
    EDITS[function.__name__.replace("_", "-")] = function
    return function


def breaking(function: Edit) -> Edit:
    """Register an edit that leaves, or may leave, a tree that cannot be built."""
    BREAKING.add(function.__name__.replace("_", "-"))
    return edit(function)


def save(desk: Desk, path: Path, data: str | bytes, random: Random) -> str:
    """Save as some program would: in place or by a rename, its time kept, set back, ahead or cut to the second."""
    way = random.choice(("in place", "in place", "by a rename", "time kept", "time back", "time ahead", "whole second"))
    before = path.stat() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(f".{path.name}.tmp") if way == "by a rename" else path
    target.write_bytes(data if isinstance(data, bytes) else data.encode())
    target.replace(path)
    now = path.stat().st_mtime_ns
    if path.suffix == ".py":
        # Python itself tells a changed module by its size and second
        stamp = (now // 10**9 - 10**6 + 2 * next(desk.numbers)) * 10**9
    elif way == "time kept" and before:
        stamp = before.st_mtime_ns
    else:
        stamp = {"time back": 10**18, "time ahead": 2 * 10**18, "whole second": now // 10**9 * 10**9}.get(way, now)
    os.utime(path, ns=(stamp, stamp))
    return f"{desk.shown(path)} ({way})"


def with_header(text: str, name: str, value: str) -> str:
    """The source with a header set, or left out where the value is empty."""
    head, gap, body = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.lower().startswith(f"{name.lower()}:")]
    return "\n".join([*lines, f"{name}: {value}"] if value else lines) + gap + body


def set_header(desk: Desk, random: Random, paths: list[Path], name: str, value: str) -> str:
    """Set a header in one of these sources."""
    if not paths:
        return ""
    path = random.choice(paths)
    return f"{name}: «{value}» in {save(desk, path, with_header(read(path), name, value), random)}"


def change(desk: Desk, random: Random, paths: list[Path], change: Callable[[str], str]) -> str:
    """Change one of these texts."""
    if not paths:
        return ""
    path = random.choice(paths)
    return save(desk, path, change(read(path)), random)


def add(desk: Desk, random: Random, paths: list[Path], more: str) -> str:
    """Write more at the end of one of these texts."""
    return change(desk, random, paths, lambda text: f"{text}\n{more}\n")


def read(path: Path) -> str:
    """A text with its line ends as they are."""
    return path.read_bytes().decode()


def sentence(random: Random) -> str:
    """Some words and a number."""
    return " ".join(random.choice(WORDS) for _ in range(random.randint(2, 6))) + f" {random.randrange(1000)}"


def dated(desk: Desk, *patterns: str) -> list[Path]:
    """The sources with a date of their own."""
    sources = (path for folder in desk.entries(*patterns) for path in sorted(folder.glob("??.md")))
    return [path for path in sources if "\nDate:" in read(path)]


def rename(desk: Desk, path: Path, name: str) -> str:
    """Give a file or folder another name, if it is free."""
    return "" if path.with_name(name).exists() else move(desk, path, path.with_name(name))


def move(desk: Desk, path: Path, target: Path) -> str:
    """Put a file or folder somewhere else."""
    told = f"{desk.shown(path)} is now {desk.shown(target)}"
    path.rename(target)
    return told


def remove(desk: Desk, path: Path) -> str:
    """Remove a file or a folder."""
    told = f"without {desk.shown(path)}"
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return told
