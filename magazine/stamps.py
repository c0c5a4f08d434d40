"""Stamps: short values that differ when what they stand for differs."""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Mapping
from typing import Any

# seconds: the coarsest file times there are (FAT); what was written so lately may be written again unnoticed
YOUNG = 2.0
# elsewhere the system does not tell when a file was last touched in any way (POSIX st_ctime)
TELLS_CHANGES = os.name == "posix"
FileStamp = tuple[int, int, int, int]


def digest(*parts: object) -> bytes:
    """The stamp of values that are plain, or have a whole and stable ``repr``."""
    hashed = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else _plain(part)
        hashed.update(b"%d:" % len(data))
        hashed.update(data)
    return hashed.digest()


def of_file(state: os.stat_result, now: int | None) -> FileStamp | None:
    """What the system knows of a file; None where it may change and still look the same.

    ``now`` in nanoseconds is None for files that nobody but the program writes.
    """
    newest = max(state.st_mtime_ns, state.st_ctime_ns)
    if now is not None and (not TELLS_CHANGES or newest > now - int(YOUNG * 1e9)):
        return None
    return (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def of_files(stamps: Mapping[str, FileStamp | None]) -> bytes:
    """One stamp of many files by path; empty where one of them has none."""
    return b"" if None in stamps.values() else digest(sorted(stamps.items()))


def _plain(value: Any) -> bytes:
    try:
        return marshal.dumps(value, 0)  # in this form equal values are equal bytes, and it is quicker than ``repr``
    except ValueError:
        return repr(value).encode()
