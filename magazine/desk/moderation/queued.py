"""The editor's own queue: sealed files that wait to be decided."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

from magazine.intake.sealing import Keys
from magazine.intake.spool import PART, Spool
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
        return self._spool.read(name)

    def received(self, name: str) -> dt.date:
        """The day that a file was put here; raises FileNotFoundError."""
        seconds = (self.folder / name).stat().st_mtime
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date()

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        try:
            self._spool.remove(name, hashlib.sha256(self.read(name)).hexdigest())
        except FileNotFoundError:
            return

    def expire(self, today: dt.date, days: int, is_kept: Callable[[str], bool]) -> int:
        """Remove what is older than so many days, but what is to be kept; how many files that were."""
        old = [name for name in self.names() if not is_kept(name) and (today - self.received(name)).days > days]
        for name in old:
            self.remove(name)
        return len(old)


def name_of(sealed: bytes) -> str:
    """The name of a sealed file in a queue."""
    return f"{hashlib.sha256(sealed).hexdigest()[:32]}.age"
