"""The folder of the last release, which is always whole: a new one takes its place by renames.

From the first rename on a swap that is cut short is finished by the next command, before it is undone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock

from magazine import cache
from magazine.messages import marked, say
from magazine.release import notes
from magazine.release.codes import Code, ReleaseError

PART, NEW, OLD, WAITING = ".part", ".new", ".old", ".waiting"

BUSY = marked("Another window is making or sending a release; waiting for it …")
NOT_OURS = marked(
    "%(folder)s holds files that are no release of this magazine. Choose another folder in PUBLISHED_PATH."
)


def beside(published: Path, ending: str) -> Path:
    """The folder where a release is made (``PART``), or where it waits for a second signature (``WAITING``)."""
    return published.with_name(published.name + ending)


@contextlib.contextmanager
def alone(published: Path) -> Iterator[None]:
    """One command at a time; the folder is healed first. Raises ReleaseError, OSError."""
    file = cache.remembered("releases", published).with_suffix(".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(file)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        print(say(BUSY), flush=True)
        lock.acquire()
    try:
        heal(published)
        yield
    finally:
        lock.release()


def heal(published: Path) -> None:
    """Finish a swap that was cut short, and remove what is half made. Raises ReleaseError, OSError."""
    if published.is_symlink() or (published.exists() and not published.is_dir()):
        raise ReleaseError(Code.UNSAFE, NOT_OURS, folder=published)
    if published.is_dir() and any(published.iterdir()) and not (published / notes.FILE).is_file():
        raise ReleaseError(Code.UNSAFE, NOT_OURS, folder=published)
    if beside(published, NEW).is_dir():
        _finish(published)
    _remove(beside(published, PART))
    _remove(beside(published, OLD))


def begun(published: Path) -> Path:
    """An empty folder for the next release."""
    part = beside(published, PART)
    _remove(part)
    part.mkdir(parents=True)
    return part


def put(part: Path, published: Path) -> None:
    """Put a whole release into its place; raises OSError."""
    settled()
    part.rename(beside(published, NEW))
    _finish(published)


def settled() -> None:
    """Wait until what was written is on the disk, where a program can ask for that."""
    if hasattr(os, "sync"):
        os.sync()


def _finish(published: Path) -> None:
    old = beside(published, OLD)
    if published.exists():
        _remove(old)
        published.rename(old)
    beside(published, NEW).rename(published)
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
