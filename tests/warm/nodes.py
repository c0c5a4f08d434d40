"""What is in a folder, and how two of them differ."""

import hashlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class Failed(AssertionError):  # noqa: N818 (a finding)
    """What must hold does not; ``kind`` is one word for it."""

    def __init__(self, kind: str, details: Iterable[str]) -> None:
        self.kind = kind
        super().__init__("\n  ".join((kind, *list(details)[:25])))


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
