"""``SHA256SUMS.txt``: every file of a release with its hash, as GNU's ``sha256sum`` writes and checks it.

A list is refused as a whole when one of its names could leave the folder, or be two files on one system and one file
on another.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from magazine.messages import marked
from magazine.release import fields
from magazine.release.codes import Code, ReleaseError
from magazine.release.fields import malformed
from magazine.slugs import DEVICES

SUMS, NOTE, KEYS, PACKS = "SHA256SUMS.txt", "release.txt", "keys.txt", "releases/"
# what vouches for the list cannot stand in it; nobody else's file may take such a name
OWN = re.compile(rf"{SUMS}|{NOTE}(?:(?:\.[2-9])?\.(?:minisig|sig))?|{KEYS}(?:\.minisig|\.sig)?")
OWN_IN_ANY_CASE = re.compile(OWN.pattern, re.IGNORECASE)
REPOSITORY = ".git"  # of a partner who has a clone
RESERVED_FOLDERS = (REPOSITORY, "releases")
LIMIT = 32_000_000  # bytes of a list
BLOCK = 1 << 18
MAX_PATH, MAX_PART = 200, 120
LINE = re.compile(rb"([0-9a-f]{64})  ([^\n]+)")
SAFE = re.compile(r"[A-Za-z0-9_.+@=,()][A-Za-z0-9_.+@=,() -]*")
WINDOWS = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | DEVICES

BAD_LINE = marked("%(file)s, line %(line)d: this is not a hash, two spaces and a name.")
UNSORTED = marked("%(file)s, line %(line)d: the names are not in the order of their bytes.")
EMPTY = marked("%(file)s names no file.")
UNSAFE = marked("%(file)s, line %(line)d: the name %(name)s is not safe on every system (%(reason)s).")
UNSAFE_FILE = marked("%(name)s: this name is not safe on every system (%(reason)s).")
NO_FILE = marked("%(name)s is no plain file: links and devices are not followed.")

RESERVED = marked("it is a name of the release's own files")
OUTSIDE = marked("it leaves its folder")
LETTERS = marked("its signs do not belong into a name")
LONG = marked("it is too long")
DEVICE = marked("Windows has no such names")
TWICE = marked("it stands there twice")
CASE = marked("another name differs in capital letters alone")
BOTH = marked("it is a file and a folder")

Sums = Mapping[str, str]  # the hash of each file by its path below the folder, with slashes


def of_folder(folder: Path) -> dict[str, str]:
    """The hashes of all files below a folder that belong into the list, in its order.

    Raises ReleaseError for a name that is not safe, a link or a device, and OSError.
    """
    names = sorted(name for name in listed(folder) if not is_own(name))
    for name, reason in unsafe(names):
        raise ReleaseError(Code.UNSAFE, UNSAFE_FILE, name=shown(name), reason=reason)
    return {name: of_file(folder / name)[0] for name in names}


def listed(folder: Path) -> Iterator[str]:
    """The paths of all files below a folder, of whatever name.

    Raises ReleaseError for a link or device, and OSError.
    """
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(folder / below) as found:
            for one in found:
                name = f"{below}{one.name}"
                is_link = one.is_symlink() or getattr(one, "is_junction", bool)()  # which Windows has
                if is_link or not (one.is_dir() or one.is_file(follow_symlinks=False)):
                    raise ReleaseError(Code.UNSAFE, NO_FILE, name=shown(name))
                if not one.is_dir():
                    yield name
                elif name != REPOSITORY:
                    pending.append(f"{name}/")


def is_own(name: str) -> bool:
    """Whether a file vouches for the list, or is a pack, and so does not stand in it."""
    return name.startswith(PACKS) or OWN.fullmatch(name) is not None


def of_file(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file and its size, read block by block.

    Raises ReleaseError for a link or device, and OSError.
    """
    with opened(path) as stream:
        return of_blocks(iter(lambda: stream.read(BLOCK), b""))


def opened(path: Path) -> BinaryIO:
    """A plain file, opened for reading; a link is not followed. Raises ReleaseError, OSError."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise ReleaseError(Code.UNSAFE, NO_FILE, name=shown(path.name))
    stream = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise ReleaseError(Code.UNSAFE, NO_FILE, name=shown(path.name))
    return stream


def of_blocks(blocks: Iterable[bytes]) -> tuple[str, int]:
    """The SHA-256 of some blocks and their size."""
    hashed, size = hashlib.sha256(), 0
    for block in blocks:
        hashed.update(block)
        size += len(block)
    return hashed.hexdigest(), size


def composed(sums: Sums) -> bytes:
    """The text of the list; raises ReleaseError for what ``parsed`` would refuse."""
    data = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    parsed(data)
    return data


def parsed(data: bytes) -> dict[str, str]:
    """The hashes by path; raises ReleaseError: malformed, or a name that is not safe."""
    if len(data) > LIMIT:
        raise malformed(fields.TOO_LONG, file=SUMS, count=LIMIT)
    if not data:
        raise malformed(EMPTY, file=SUMS)
    if not data.endswith(b"\n"):
        raise malformed(fields.NO_TEXT, file=SUMS)
    found: list[tuple[str, str]] = []
    for number, line in enumerate(data[:-1].split(b"\n"), start=1):
        parts = LINE.fullmatch(line)
        if not parts:
            raise malformed(BAD_LINE, file=SUMS, line=number)
        found.append((parts[2].decode("utf-8", "backslashreplace"), parts[1].decode()))
    names = [name for name, _ in found]
    for name, reason in unsafe(names):
        raise ReleaseError(Code.UNSAFE, UNSAFE, file=SUMS, line=names.index(name) + 1, name=shown(name), reason=reason)
    for number, (before, name) in enumerate(itertools.pairwise(names), start=2):
        if before > name:
            raise malformed(UNSORTED, file=SUMS, line=number)
    return dict(found)


def unsafe(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names that no system should be given, each with the reason, a marked sentence."""
    spellings: dict[str, str] = {}  # of each file and folder, by its name on a system that knows no small letters
    files: set[str] = set()
    for name in names:
        reason = why_unsafe(name)
        folded = name.casefold()
        if not reason and folded in files:
            reason = TWICE if spellings[folded] == name else CASE
        if not reason and folded in spellings:
            reason = BOTH
        for above in _folders(name):
            if not reason and above.casefold() in files:
                reason = BOTH
            if not reason and spellings.setdefault(above.casefold(), above) != above:
                reason = CASE
        if reason:
            yield name, reason
        spellings.setdefault(folded, name)
        files.add(folded)


def why_unsafe(name: str) -> str:
    """Why a path may not stand in a list, a marked sentence; empty if it may."""
    first = name.partition("/")[0].casefold()
    if first in RESERVED_FOLDERS or OWN_IN_ANY_CASE.fullmatch(first):
        return RESERVED
    if len(name) > MAX_PATH:
        return LONG
    return next(filter(None, map(_why_unsafe, name.split("/"))), "")


def shown(name: str) -> str:
    """A stranger's file name as it can be shown: on one line, not too long."""
    return ascii(name)[1:-1][:120]


def _folders(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _why_unsafe(part: str) -> str:
    if part in ("", ".", ".."):
        return OUTSIDE
    if len(part) > MAX_PART:
        return LONG
    if part.endswith((".", " ")) or part.casefold().partition(".")[0].rstrip() in WINDOWS:
        return DEVICE
    return "" if SAFE.fullmatch(part) else LETTERS
