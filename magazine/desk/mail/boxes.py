"""Mail boxes on this computer: a Maildir, an mbox file, a folder of .eml files. They are read, and nothing is marked.

Only plain files right in their places are read: a link leads elsewhere, and a pipe never ends.
"""

from __future__ import annotations

import contextlib
import mailbox
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from magazine.desk.mail.mime import READ
from magazine.messages import say

MAILDIR = ("new", "cur")  # what is being delivered stands in tmp
SINGLE = ".eml"
CHUNK = 1024 * 1024  # bytes
LONGEST_LINE = 64 * 1024
# RFC 4155; a line of a text that begins so has no hour and year
ENVELOPE = re.compile(rb"From [^\r\n]{0,300}\d\d?:\d\d[^\r\n]{0,40}\d{4}")
ENVELOPE_START = b"From "
PROTECTED = re.compile(rb"^>(>*From )", re.MULTILINE)


class BoxError(Exception):
    """A mail box that cannot be read; the message is for the editor."""


@dataclass(frozen=True)
class Letter:
    """The beginning of one mail. ``place`` is how its box finds it again, ``is_whole`` whether nothing is left."""

    data: bytes
    place: object
    is_whole: bool = True


class Box(Protocol):
    """Where mails lie. ``steps`` is how many times ``letters`` will tell that it has come on."""

    @property
    def steps(self) -> int:
        """About how many steps there are."""

    def letters(self, step: Callable[[], None]) -> Iterator[Letter]:
        """All mails, one at a time. Raises BoxError, OSError."""

    def remove(self, places: Collection[object]) -> int:
        """Remove mails; how many were there. Raises BoxError, OSError."""


def opened(place: Path, *, removes: bool) -> AbstractContextManager[Box]:
    """The mail box at a place, locked where mails are to be removed. Raises BoxError, OSError."""
    if place.is_dir():
        if all((place / name).is_dir() for name in MAILDIR):
            files = [file for name in MAILDIR if not (place / name).is_symlink() for file in _plain_files(place / name)]
        else:
            files = [file for file in _plain_files(place) if file.suffix.lower() == SINGLE]
            if not files:
                told = say("%(folder)s is no Maildir and has no .eml files in it.", folder=place)
                raise BoxError(told)
        return contextlib.nullcontext(Files(tuple(files)))
    if not place.is_file():
        raise BoxError(say("%(place)s is neither a mail box nor a folder of mails.", place=place))
    with place.open("rb") as file:
        start = file.read(LONGEST_LINE)
    if place.suffix.lower() == SINGLE or not start.startswith(ENVELOPE_START):
        if start and not re.match(rb"[!-9;-~]+:", start):
            raise BoxError(say("%(place)s is neither a mail box nor a folder of mails.", place=place))
        return contextlib.nullcontext(Files((place,) if start else ()))
    # Windows lets nobody replace a file that is open, so programs there hold it open instead of locking it
    return _locked(place) if removes and os.name != "nt" else contextlib.nullcontext(Mbox(place))


@dataclass(frozen=True)
class Files:
    """Mails in files of their own."""

    paths: tuple[Path, ...]

    @property
    def steps(self) -> int:
        """One for each file."""
        return len(self.paths)

    def letters(self, step: Callable[[], None]) -> Iterator[Letter]:
        """All mails; one that was moved away meanwhile, as mail programs do, comes with the next run."""
        for path in self.paths:
            with contextlib.suppress(FileNotFoundError), _open(path) as file:
                data = file.read(READ + 1)
                yield Letter(data[:READ], path, len(data) <= READ)
            step()

    def remove(self, places: Collection[object]) -> int:
        """Remove the files of these mails."""
        count = 0
        for path in self.paths:
            if path in places:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                    count += 1
        return count


@dataclass(frozen=True)
class Mbox:
    """Mails one after the other in one file; a place is where one begins and ends."""

    path: Path

    @property
    def steps(self) -> int:
        """One for each piece of the file."""
        return self.path.stat().st_size // CHUNK + 1

    def letters(self, step: Callable[[], None]) -> Iterator[Letter]:
        """All mails, read line by line and never more than the beginning of each."""
        with _open(self.path) as file:
            data, start, position, next_step = bytearray(), 0, 0, CHUNK
            is_line_start = is_after_blank = True
            while line := file.readline(LONGEST_LINE):
                if is_line_start and is_after_blank and ENVELOPE.match(line):
                    if position > start:
                        yield _letter(data, start, position)
                    data, start = bytearray(), position
                elif len(data) <= READ:
                    data += line
                is_after_blank = is_line_start and line in (b"\n", b"\r\n")
                is_line_start = line.endswith(b"\n")
                position += len(line)
                if position >= next_step:
                    step()
                    next_step += CHUNK
            if position > start:
                yield _letter(data, start, position)

    def remove(self, places: Collection[object]) -> int:
        """Write the file anew without these mails; it is replaced only when the new one is whole."""
        spans = sorted(place for place in places if isinstance(place, tuple))
        if not spans:
            return 0
        ready = self.path.with_name(f".{self.path.name}.new")
        try:
            with self.path.open("rb") as file, ready.open("wb") as kept:
                shutil.copystat(self.path, ready)
                position = 0
                for start, end in [*spans, (None, None)]:
                    _copy(file, kept, position, start)
                    position = end
                kept.flush()
                os.fsync(kept.fileno())
                if self.path.stat().st_size != file.tell():
                    raise BoxError(_in_use(self.path))
            os.replace(ready, self.path)  # noqa: PTH105 (over what is there, on each system)
        finally:
            ready.unlink(missing_ok=True)
        return len(spans)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[Mbox]:
    """The file locked as programs that deliver mail lock it, by the system and by a file beside it."""
    box = mailbox.mbox(path, create=False)
    try:
        box.lock()
        yield Mbox(path)
    except mailbox.ExternalClashError as error:
        raise BoxError(_in_use(path)) from error
    finally:
        box.close()


def _in_use(path: Path) -> str:
    return say("Another program is using %(place)s. Close it and run the command again.", place=path)


def _letter(data: bytearray, start: int, end: int) -> Letter:
    is_whole = len(data) <= READ
    return Letter(PROTECTED.sub(rb"\1", bytes(data[:READ])), (start, end), is_whole)


def _plain_files(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    return [folder / name for name in sorted(names) if not name.startswith(".")]


def _open(path: Path) -> BinaryIO:
    """The file, if it is not a link by now. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags), "rb")


def _copy(file: BinaryIO, kept: BinaryIO, start: int, end: int | None) -> None:
    file.seek(start)
    left = end - start if end is not None else None
    while left is None or left > 0:
        data = file.read(CHUNK if left is None else min(CHUNK, left))
        if not data:
            return
        kept.write(data)
        left = left if left is None else left - len(data)
