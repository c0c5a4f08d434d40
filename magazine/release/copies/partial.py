"""The work folder beside a copy: files on their way, by their hashes, so that the next run goes on with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from magazine.messages import marked
from magazine.release import fields, files, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.copies import swapping
from magazine.release.copies.upstream import Upstream

SUFFIX = ".part"  # of the work folder, and of what is not whole in it
LOCK, PARTS, TREE, STRAYS, NEWS = "lock", "files", "tree", "added", "news.txt"
ATTEMPTS, LEAST = 100, 1 << 16  # a broken-off file is gone on with at once, if so many bytes came

BUSY = marked("Another run renews %(folder)s just now.")
NOT_OURS = marked("%(folder)s stands there and was not made by this command: move it away.")
LINK = marked("%(folder)s is a link: name the folder that it leads to.")
DIFFERENT = marked("%(name)s comes otherwise than the magazine signed it.")
TOO_LONG = marked("%(name)s is longer than %(count)d bytes.")


@dataclass(frozen=True)
class Work:
    """The work folder of a copy. Its ``tree`` becomes the next copy; ``strays`` are what nobody signed."""

    folder: Path

    @property
    def tree(self) -> Path:
        """Where the next copy is put together."""
        return self.folder / TREE

    @property
    def parts(self) -> Path:
        """Files that have come whole or in part."""
        return self.folder / PARTS

    @property
    def strays(self) -> Path:
        """Files that stood in the copy and belonged neither to the magazine nor to the partner."""
        return self.folder / STRAYS

    def fetched(self, source: Upstream, name: str, sha256: str, limit: int) -> Path | None:
        """A file of that hash, gone on with where it broke off; None if there is none.

        Raises ReleaseError: unreachable, or changed; OSError.
        """
        whole, part = self.parts / sha256, self.parts / f"{sha256}{SUFFIX}"
        if whole.is_file() and sums.of_file(whole)[0] == sha256:
            return whole
        for attempt in range(1, ATTEMPTS + 1):
            start = _size(part)
            try:
                if not _written(source, name, part, start, limit):
                    return None
            except ReleaseError as error:
                if error.code is Code.UNREACHABLE and attempt < ATTEMPTS and _size(part) >= start + LEAST:
                    continue
                raise
            if sums.of_file(part)[0] == sha256:
                part.replace(whole)
                return whole
            part.unlink()
            if not start:
                break
        raise ReleaseError(Code.CHANGED, DIFFERENT, name=name)

    def taken(self, source: Upstream, name: str, limit: int) -> tuple[str, int] | None:
        """The hash and size of a file that is kept whatever its hash; None if there is none.

        Raises ReleaseError: unreachable; OSError.
        """
        part = self.parts / f"any{SUFFIX}"
        part.unlink(missing_ok=True)
        try:
            if not _written(source, name, part, 0, limit):
                return None
            sha256, size = sums.of_file(part)
            part.replace(self.parts / sha256)
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def kept(self, data: bytes) -> tuple[str, int]:
        """The hash and size of some bytes, which are kept as if they had come; raises OSError."""
        sha256, size = sums.of_blocks([data])
        files.written(self.parts / sha256, data)
        return sha256, size

    def news(self, place: str, signature: bytes) -> str:
        """The tag by which a mirror named its signature, if that is the one that stands here."""
        try:
            found = (self.folder / NEWS).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError):
            return ""
        return found[2] if found[:2] == [place, sums.of_blocks([signature])[0]] and len(found) == 4 else ""

    def keep_news(self, place: str, signature: bytes, tag: str) -> None:
        """Remember the tag of a mirror's signature; raises OSError."""
        files.written(self.folder / NEWS, f"{place}\n{sums.of_blocks([signature])[0]}\n{tag}\n".encode())

    def cleared(self) -> None:
        """Remove what the next run does not need; raises OSError."""
        swapping.removed(self.tree)
        swapping.removed(self.parts)


@contextmanager
def opened(folder: Path) -> Iterator[Work]:
    """The work folder of a copy, for one run at a time; what a power cut left is put right.

    Raises ReleaseError where another run is on, or something else stands there; OSError.
    """
    place = folder.with_name(f"{folder.name}{SUFFIX}")
    for one in (folder, place):
        if one.is_symlink() or getattr(one, "is_junction", bool)():
            raise ReleaseError(Code.UNSAFE, LINK, folder=one)
    if place.exists() and not (place.is_dir() and all(map(_is_ours, place.iterdir()))):
        raise ReleaseError(Code.USAGE, NOT_OURS, folder=place)
    place.mkdir(exist_ok=True, mode=0o700)
    lock = FileLock(place / LOCK)
    try:
        held = lock.acquire(blocking=False)
    except Timeout:
        raise ReleaseError(Code.USAGE, BUSY, folder=folder) from None
    with held:
        swapping.recovered(folder, place)
        for one in (place / PARTS, place / TREE):
            if one.is_symlink():
                one.unlink()
        (place / PARTS).mkdir(exist_ok=True)
        yield Work(place)


def _written(source: Upstream, name: str, part: Path, start: int, limit: int) -> bool:
    """Write a file from where it broke off; whether there is one."""
    found = source.blocks(name, limit, start)
    if found is None:
        return False
    begins, blocks = found
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(part, flags, 0o644), "wb") as file:
        file.seek(begins)
        file.truncate()
        for block in blocks:
            file.write(block)
            if file.tell() > limit:
                raise fields.malformed(TOO_LONG, name=name, count=limit)
        file.flush()
        os.fsync(file.fileno())
    return True


def _is_ours(path: Path) -> bool:
    """Whether a run, or one that was cut short, has put it there."""
    return path.name in {LOCK, PARTS, TREE, STRAYS, NEWS, swapping.OLD} or path.name.startswith(f".{NEWS}.")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
