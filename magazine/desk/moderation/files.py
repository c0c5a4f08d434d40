"""Files that a crash or a power cut leaves whole: the old one or the new one."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")


def written(path: Path, data: bytes) -> None:
    """Put the data at the path, whole and on the disk; raises OSError."""
    written_all({path: data})


def written_all(wanted: Mapping[Path, bytes]) -> None:
    """Put each of the data at its path, whole and on the disk, one after the other; raises OSError.

    All are written before the disk is waited for: it then does in one go what would else take as long for each.
    """
    parts = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}.part") for path in wanted}
    folders = {path.parent for path in wanted}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        for path, data in wanted.items():  # a name that begins with a dot is none of a text
            with parts[path].open("xb") as file:
                file.write(data)
        for part in parts.values():
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        for path, part in parts.items():
            renamed(part, path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    for folder in folders:
        synced(folder)


def renamed(part: Path, path: Path) -> None:
    """Let what is whole stand in its place."""
    part.replace(path)


def removed(path: Path) -> None:
    """Take a file away, if it is there."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        synced(path.parent)


def tidied(folder: Path) -> None:
    """Take away what was being written in a folder when that was cut short; nobody else may be writing there."""
    if folder.is_dir():
        for path in folder.iterdir():
            if PART.fullmatch(path.name):
                path.unlink(missing_ok=True)


def synced(folder: Path) -> None:
    """Let the disk know what is in a folder."""
    if os.name == "posix":  # elsewhere a folder cannot be opened, and its system does this by itself
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
