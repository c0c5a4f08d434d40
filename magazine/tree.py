"""The files below a folder and what the system knows of each, taken down in one walk."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from magazine import stamps


@dataclass(frozen=True, slots=True)
class File:
    """A file or folder; ``stamp`` is None where it does not vouch for what the file holds."""

    name: str
    is_folder: bool
    stamp: stamps.FileStamp | None = None


@dataclass(frozen=True)
class Tree:
    """All folders below a root by their path (``""`` is the root), each with its files in order of their names."""

    root: Path
    folders: dict[str, tuple[File, ...]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # folder: why it cannot be read

    def stamp(self, *folders: str) -> bytes:
        """A stamp of the files right in these folders; empty where one of them may have changed unnoticed."""
        held = {folder: self.folders.get(folder, ()) for folder in folders}
        if any(file.stamp is None and not file.is_folder for files in held.values() for file in files):
            return b""
        return stamps.digest([(folder, [(one.name, one.stamp) for one in files]) for folder, files in held.items()])

    def stamps(self) -> dict[str, stamps.FileStamp | None]:
        """The stamps of all files by path."""
        return {
            f"{folder}/{file.name}" if folder else file.name: file.stamp
            for folder, files in self.folders.items()
            for file in files
            if not file.is_folder
        }


def scan(root: Path, ignored: Callable[[str], bool] = lambda _: False, *, ours: bool = False) -> Tree:
    """The tree below a root without the names that are ignored; ``ours`` if nobody but the program writes there."""
    tree = Tree(root)
    now = time.time_ns()
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = sorted((entry for entry in entries if not ignored(entry.name)), key=lambda entry: entry.name)
        except OSError as error:
            tree.unread[folder] = error.strerror or type(error).__name__
            continue
        files = tree.folders[folder] = tuple(_ours(entry) if ours else _file(entry, now) for entry in found)
        pending.extend(f"{folder}/{file.name}" if folder else file.name for file in files if file.is_folder)
    return tree


def _ours(entry: os.DirEntry[str]) -> File:
    """A link is none of ours: what is known of it tells nothing of what it leads to."""
    if entry.is_dir(follow_symlinks=False):
        return File(entry.name, is_folder=True)
    stamp = stamps.of_file(entry.stat(follow_symlinks=False), None)
    return File(entry.name, is_folder=False, stamp=None if entry.is_symlink() else stamp)


def _file(entry: os.DirEntry[str], now: int) -> File:
    try:
        if entry.is_dir():
            return File(entry.name, is_folder=True)
        return File(entry.name, is_folder=False, stamp=stamps.of_file(entry.stat(), now))
    except OSError:  # gone meanwhile, or a link that leads nowhere
        return File(entry.name, is_folder=False)
