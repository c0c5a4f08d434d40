"""Files put into ``content/``: whole or not at all, and never over what an editor has changed or taken away."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from magazine.memory import Shelf as Remembered

NEW, SAME, RENEWED, CHANGED, REMOVED = "new", "same", "renewed", "changed", "removed"
Digest = bytes


@dataclass(frozen=True)
class Placed:
    """What became of a file; ``digest`` and ``source`` are what is remembered of it."""

    path: str
    fate: str
    digest: Digest = b""
    source: Digest = b""


@dataclass(frozen=True)
class Desk:
    """A content folder and what earlier runs have put into it.

    Where nothing of that is left, the editor wants to begin anew: it is forgotten.
    """

    content: Path
    remembered: Remembered

    @classmethod
    def of(cls, content: Path, remembered: Remembered) -> Desk:
        """A content folder with what is remembered of it, if that still stands."""
        is_left = any((content / path).exists() for path in remembered.keys())  # noqa: SIM118 (it is no mapping)
        return cls(content, remembered if is_left else Remembered({}))

    def staging(self, folder: str) -> Path:
        """Where the pictures of a folder are made ready: hidden beside it, and empty."""
        path = self.content / folder
        path = path.with_name(f".{path.name}.new")
        shutil.rmtree(path, ignore_errors=True)
        return path

    def has_picture(self, path: str, source: Path) -> bool:
        """Whether a picture was made of this source, and is still as it was."""
        known = self.remembered.recall(path)
        if not known or not known[1]:
            return False
        with contextlib.suppress(OSError):
            return (digest_of((self.content / path).read_bytes()), of_file(source)) == tuple(known)
        return False

    def place(self, texts: Mapping[str, bytes], pictures: Mapping[str, tuple[Path, Path]]) -> Iterator[Placed]:
        """Put texts, and pictures that are made ready (from which source), in their places."""
        for path, (ready, source) in sorted(pictures.items()):
            if ready.exists():
                yield self._placed(path, ready.read_bytes(), of_file(source))
            else:
                known = self.remembered.recall(path)
                yield Placed(path, SAME, *known)
        for path, data in texts.items():
            yield self._placed(path, data, b"")

    def _placed(self, path: str, data: bytes, source: Digest) -> Placed:
        target, digest = self.content / path, digest_of(data)
        known = self.remembered.recall(path)
        try:
            standing = digest_of(target.read_bytes())
        except FileNotFoundError:
            if known:
                return Placed(path, REMOVED, *known)
            _write(target, data)
            return Placed(path, NEW, digest, source)
        if standing == digest:
            return Placed(path, SAME, digest, source)
        if known and standing == known[0]:
            _write(target, data)
            return Placed(path, RENEWED, digest, source)
        return Placed(path, CHANGED, *(known or ()))


def digest_of(data: bytes) -> Digest:
    """A digest of the bytes of a file."""
    return hashlib.blake2b(data, digest_size=12).digest()


def of_file(path: Path) -> Digest:
    """A digest of a file of any size. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12)).digest()


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    ready = target.with_name(f".{target.name}.new")
    with ready.open("wb") as file:
        file.write(data)
        file.flush()
    os.replace(ready, target)  # noqa: PTH105 (over what is there, on each system)
