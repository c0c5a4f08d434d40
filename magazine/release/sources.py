"""Where a release is read from: a folder, or the address of a mirror."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from magazine.messages import marked
from magazine.release import fields, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.fields import malformed

MAX_FILE = 200_000_000  # bytes of a file whose size is not signed

UNREADABLE = marked("%(name)s cannot be read (%(what)s).")
NO_FOLDER = marked("%(name)s is no folder.")


class Source(Protocol):
    """Where the files of a release are; each question raises ReleaseError: unreachable, or not safe."""

    def text(self, name: str, limit: int) -> bytes | None:
        """A small file of at most so many bytes; None if there is none."""

    def digest(self, name: str, limit: int | None = None) -> tuple[str, int] | None:
        """The SHA-256 of a file and its size; None if there is none."""

    def names(self) -> frozenset[str] | None:
        """All files there are; None where nobody can tell."""


@dataclass(frozen=True)
class Folder:
    """A folder on this machine."""

    path: Path

    def text(self, name: str, limit: int) -> bytes | None:
        """A small file, read no further than its limit."""
        try:
            with sums.opened(self.path / name) as stream:
                data = stream.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(name, error) from error
        if len(data) > limit:
            raise malformed(fields.TOO_LONG, file=name, count=limit)
        return data

    def digest(self, name: str, limit: int | None = None) -> tuple[str, int] | None:
        """The hash of a file, which may be of any size here."""
        del limit
        try:
            return sums.of_file(self.path / name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(name, error) from error

    def names(self) -> frozenset[str] | None:
        """All files below it."""
        if not self.path.is_dir():
            raise ReleaseError(Code.UNREACHABLE, NO_FOLDER, name=self.path)
        try:
            return frozenset(sums.listed(self.path))
        except OSError as error:
            raise unreadable(str(self.path), error) from error


@dataclass(frozen=True)
class Site:
    """A mirror, of which nobody can tell what else it has."""

    fetcher: Fetcher

    def text(self, name: str, limit: int) -> bytes | None:
        """A small file."""
        return self.fetcher.whole_file(name, limit)

    def digest(self, name: str, limit: int | None = None) -> tuple[str, int] | None:
        """The hash of a file as it comes: nothing of it is kept."""
        blocks: Iterator[bytes] | None = self.fetcher.blocks(name, MAX_FILE if limit is None else limit)
        return None if blocks is None else sums.of_blocks(blocks)

    def names(self) -> frozenset[str] | None:
        """Nobody can tell."""
        return None


def unreadable(name: str, error: OSError) -> ReleaseError:
    """The error of a file that is there and cannot be read."""
    return ReleaseError(Code.UNREACHABLE, UNREADABLE, name=name, what=error.strerror or type(error).__name__)
