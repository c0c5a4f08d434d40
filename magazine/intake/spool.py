"""The folder of sealed files: the only state an intake has. What is in it under its name is whole and on the disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from ctypes import c_double
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{32}\.age")
PART = ".part"
LIMIT = 500_000_000  # bytes in the folder
RESERVE = 20_000_000  # bytes that stay free on the disk for everybody else
RECOUNT = 100  # files
SPARED = 20_000  # bytes in the folder for each of which one more may be stored before it is counted again
ABANDONED = 3600  # seconds
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FullError(Exception):
    """There is no room for another file."""


class Spool:
    """A folder of sealed files with random names; every time that a file bears is a day.

    ``filled`` is its size in bytes, where several processes share it and one of them counts; else it counts by itself.
    """

    def __init__(
        self, folder: Path, limit: int = LIMIT, reserve: int = RESERVE, filled: c_double | None = None
    ) -> None:
        self.folder, self.limit, self.reserve = folder, limit, reserve
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._filled, self._is_counted = filled or c_double(), filled is not None
        self._stored = RECOUNT

    def store(self, sealed: bytes, day: dt.date, name: str = "") -> str:
        """The name, a random one if none is given, under which the file is on the disk, whole.

        Raises FullError, or OSError.
        """
        if self._size_about() + len(sealed) > self.limit or shutil.disk_usage(self.folder).free < self.reserve + len(
            sealed
        ):
            raise FullError
        name = name or f"{secrets.token_hex(16)}.age"
        path = f"{self.folder}{os.sep}{name}"  # of thousands in a minute: Path takes its time
        part = f"{path}{PART}"
        try:
            with open(part, "xb") as file:  # noqa: PTH123
                file.write(sealed)
                file.flush()
                _date(part, day)
                os.fsync(file.fileno())
            os.replace(part, path)  # noqa: PTH105
            self._sync()
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(part)  # noqa: PTH108
            if error.errno in NO_ROOM:
                raise FullError from error
            raise
        self._filled.value += len(sealed)
        self._stored += 1
        return name

    def names(self) -> list[str]:
        """The names of all files; being random, their order tells nothing."""
        return sorted(path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name))

    def size(self) -> int:
        """Bytes of all files."""
        total = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # renamed or removed meanwhile
                    total += entry.stat().st_size
        return total

    def count(self) -> None:
        """Tell all who share ``filled`` how much there is: others may have stored and removed in the same folder."""
        self._filled.value = self.size()
        self._stored = 0

    def read(self, name: str) -> bytes:
        """The sealed file; raises FileNotFoundError."""
        return self._path(name).read_bytes()

    def remove(self, name: str, digest: str) -> bool:
        """Remove a file that somebody else proves to hold, by its SHA-256 in hex; whether it was that one."""
        try:
            if hashlib.sha256(self.read(name)).hexdigest() != digest:
                return False
            self._path(name).unlink()
        except FileNotFoundError:
            return False
        self._sync()
        return True

    def tidy(self, today: dt.date, days: int) -> None:
        """Remove what was cut short, which nobody was thanked for, and what is older than so many days.

        The system keeps a time of each file that no program can set (``st_ctime``): all files get the same one. The
        folder's own time, which is that of the last file, becomes a day too.
        """
        for path in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                day = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
                if path.name.endswith(PART):
                    is_over = time.time() - path.stat().st_ctime > ABANDONED  # it may be in the making
                else:
                    is_over = NAME.fullmatch(path.name) is not None and (today - day).days > days
                path.unlink() if is_over else _date(path, day)
        _date(self.folder, today)

    def _size_about(self) -> float:
        # the more there is, the less do some more matter
        if not self._is_counted and self._stored >= max(RECOUNT, self._filled.value // SPARED):
            self.count()
        return self._filled.value

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(errno.ENOENT, "no such file")
        return self.folder / name

    def _sync(self) -> None:
        if os.name == "posix":  # elsewhere a folder cannot be opened, and its system does this by itself
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _date(path: Path | str, day: dt.date) -> None:
    seconds = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
    os.utime(path, (seconds, seconds))
