"""The editor's own queue: sealed files that wait to be decided."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from magazine.desk.moderation import files
from magazine.intake.sealing import Keys
from magazine.intake.spool import NAME, PART, Spool
from magazine.intake.submissions import Submission


class Queue:
    """A spool on an editor's machine. A file is named after its own digest: what comes twice is there once."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder, reserve=0)

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._spool.folder

    def put(self, submission: Submission, keys: Keys, today: dt.date) -> str:
        """Seal and keep a submission that came some other way than by an intake; its name.

        Raises FullError, OSError.
        """
        return self.keep(keys.seal(submission.packed()), today)

    def keep(self, sealed: bytes, today: dt.date) -> str:
        """The name under which a sealed file is on the disk, whole. Raises FullError, OSError."""
        name = name_of(sealed)
        if (self.folder / name).exists():
            return name
        (self.folder / f"{name}{PART}").unlink(missing_ok=True)  # of an attempt that was cut short
        return self._spool.store(sealed, today, name)

    def names(self) -> list[str]:
        """The names of all files."""
        return self._spool.names()

    def read(self, name: str) -> bytes:
        """A sealed file; raises FileNotFoundError."""
        if not NAME.fullmatch(name):
            raise FileNotFoundError(errno.ENOENT, "no such file")
        with open(f"{self.folder}{os.sep}{name}", "rb") as file:  # noqa: PTH123 (very many: Path takes its time)
            return file.read()

    def received(self, name: str) -> dt.date:
        """The day that a file was put here; raises FileNotFoundError."""
        seconds = (self.folder / name).stat().st_mtime
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date()

    def remove(self, *names: str) -> None:
        """Take files away, those that are there; the disk is asked once for all of them."""
        for name in names:
            unlinked(self.folder / name)
        if names:
            files.synced(self.folder)

    def expire(self, today: dt.date, days: int, is_kept: Callable[[str], bool]) -> int:
        """Remove what is older than so many days, but what is to be kept; how many files that were."""
        end = dt.datetime.combine(today - dt.timedelta(days), dt.time(), dt.UTC).timestamp()
        with os.scandir(self.folder) as entries:
            old = [entry.name for entry in entries if NAME.fullmatch(entry.name) and entry.stat().st_mtime < end
                   and not is_kept(entry.name)]  # fmt: skip
        self.remove(*old)
        return len(old)


def unlinked(path: Path) -> None:
    """Take one file away, if it is there."""
    path.unlink(missing_ok=True)


def name_of(sealed: bytes) -> str:
    """The name of a sealed file in a queue."""
    return f"{hashlib.sha256(sealed).hexdigest()[:32]}.age"
