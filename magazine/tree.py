"""The files below a folder and what the system knows of each, taken down in one walk."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
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
    _stamps: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def stamp(self, folder: str) -> bytes:
        """A stamp of the files right in a folder; empty where one of them may have changed unnoticed."""
        if folder not in self._stamps:
            files = self.folders.get(folder, ())
            is_sure = all(file.stamp or file.is_folder for file in files)
            held = [(file.name, file.stamp) for file in files]
            self._stamps[folder] = stamps.digest(folder, held) if is_sure else b""
        return self._stamps[folder]

    def stamps(self) -> dict[str, stamps.FileStamp | None]:
        """The stamps of all files by path."""
        return {
            f"{folder}/{file.name}" if folder else file.name: file.stamp
            for folder, files in self.folders.items()
            for file in files
            if not file.is_folder
        }


def scan(root: Path, ignored: Callable[[str], bool] = lambda _: False) -> Tree:
    """The tree below a root without the names that are ignored."""
    tree = Tree(root)
    _walk(tree, "", ignored)
    return tree


def standing(root: Path) -> dict[str, stamps.FileStamp | None]:
    """The stamps of all files below a folder where nobody but the program writes, by path; nothing if there is none.

    A link is none of its files: what is known of it tells nothing of what it leads to. Neither is a folder without
    any, whose path ends with a slash.
    """
    found: dict[str, stamps.FileStamp | None] = {}
    pending = [""] if root.is_dir() else []
    while pending:
        folder = pending.pop()
        with contextlib.suppress(OSError), os.scandir(root / folder) as scanned:
            entries = list(scanned)
            if folder and not entries:
                found[folder] = None
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{folder}{entry.name}/")
                else:
                    stamp = None if entry.is_symlink() else stamps.of_file(entry.stat(follow_symlinks=False), None)
                    found[folder + entry.name] = stamp
    return found


def renewed(tree: Tree, changed: Iterable[str], ignored: Callable[[str], bool] = lambda _: False) -> Tree:
    """The tree after changes at these paths: their folders are walked again, and those with files still too young."""
    young = (folder for folder, files in tree.folders.items() if any(not f.is_folder and not f.stamp for f in files))
    new = Tree(tree.root, dict(tree.folders), dict(tree.unread), dict(tree._stamps))  # noqa: SLF001 (of its own kind)
    for path in sorted({*young, *(path.rpartition("/")[0] for path in changed)}):
        folder = path
        while folder and not (folder in new.folders and (tree.root / folder).is_dir()):
            folder = folder.rpartition("/")[0]
        for known in [name for name in new.folders if f"{name}/".startswith(f"{folder}/" if folder else "")]:
            del new.folders[known]
            new._stamps.pop(known, None)  # noqa: SLF001
        new.unread.clear()
        _walk(new, folder, ignored)
    return new


def _walk(tree: Tree, start: str, ignored: Callable[[str], bool]) -> None:
    now = time.time_ns()
    pending = [start]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(tree.root / folder) as entries:
                found = sorted((entry for entry in entries if not ignored(entry.name)), key=lambda entry: entry.name)
        except OSError as error:
            tree.unread[folder] = error.strerror or type(error).__name__
            continue
        files = tree.folders[folder] = tuple(_file(entry, now) for entry in found)
        pending.extend(f"{folder}/{file.name}" if folder else file.name for file in files if file.is_folder)


def _file(entry: os.DirEntry[str], now: int) -> File:
    try:
        if entry.is_dir() and not (entry.is_symlink() and _leads_back(entry)):
            return File(entry.name, is_folder=True)
        return File(entry.name, is_folder=False, stamp=stamps.of_file(entry.stat(), now))
    except OSError:  # gone meanwhile, or a link that leads nowhere
        return File(entry.name, is_folder=False)


def _leads_back(link: os.DirEntry[str]) -> bool:
    """Whether a link leads to a folder that it stands in: a walk would never end."""
    here = Path(link.path).parent.resolve()
    return Path(link.path).resolve() in (here, *here.parents)
