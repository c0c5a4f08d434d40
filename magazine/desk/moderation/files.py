"""Files that a crash or a power cut leaves whole: the old one or the new one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def written(path: Path, data: bytes) -> None:
    """Put the data at the path, whole and on the disk; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # its name begins with a dot: nothing that reads texts looks at it
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    synced(path.parent)


def removed(path: Path) -> None:
    """Take a file away, if it is there."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        synced(path.parent)


def synced(folder: Path) -> None:
    """Let the disk know what is in a folder."""
    if os.name == "posix":  # elsewhere a folder cannot be opened, and its system does this by itself
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
