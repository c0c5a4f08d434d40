"""What a build left in its output: which files changed, came, went, or were written again with equal bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

SHOWN = 20


@dataclass(frozen=True)
class File:
    """One file of an output."""

    digest: str
    size: int
    written: int  # ns


Snapshot = dict[str, File]


def snapshot(output: Path) -> Snapshot:
    """Every file of an output by its path."""
    found = {}
    for path in sorted(output.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            digest = hashlib.blake2b(data, digest_size=16).hexdigest()
            found[path.relative_to(output).as_posix()] = File(digest, len(data), path.stat().st_mtime_ns)
    return found


def compared(before: Snapshot, after: Snapshot) -> dict[str, int]:
    """How many files changed, were added, removed, or rewritten though their bytes are equal."""
    both = before.keys() & after.keys()
    changed = {name for name in both if before[name].digest != after[name].digest}
    touched = {name for name in both if before[name].written != after[name].written}
    return {
        "changed": len(changed),
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "rewritten": len(touched - changed),
        "files": len(after),
        "bytes": sum(after[name].size for name in changed | (after.keys() - before.keys())),
    }


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """The paths that only one of two outputs has, or that differ in their bytes."""
    names = sorted(one.keys() | other.keys())
    return [name for name in names if name not in one or name not in other or one[name].digest != other[name].digest]
