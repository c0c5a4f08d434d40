"""ZIP files that come out the same on every machine (APPNOTE 6.3): plain names, one time for all, nothing of a system.

What is deflated is so by libdeflate, of which one version is pinned: zlib differs from one build to the next.
"""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import deflate

BLOCK = 1 << 18
UNIX, MODE = 3, 0o100644
HARDEST = 12
STORED, DEFLATED = 0, 8
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
VERSION = 20  # the one that knows folders and deflate


@dataclass(frozen=True)
class Packed:
    """A small file as it stands in a ZIP: its bytes, how they are packed, and what vouches for the unpacked ones."""

    data: bytes
    method: int
    checksum: int
    size: int


def packed(data: bytes) -> Packed:
    """The bytes of a file, deflated where that makes them fewer."""
    small = bytes(deflate.deflate_compress(data, HARDEST))
    method = DEFLATED if len(small) < len(data) else STORED
    return Packed(small if method == DEFLATED else data, method, zlib.crc32(data), len(data))


def stored(folder: Path, names: list[str], top: str, date: dt.date, target: Path, more: dict[str, bytes]) -> None:
    """A ZIP of files of any size, as they are, in one folder; ``more`` are files that the folder has not."""
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name in sorted([*names, *more]):
            info = ZipInfo(f"{top}/{name}", (date.year, date.month, date.day, 0, 0, 0))
            info.create_system, info.external_attr = UNIX, MODE << 16
            info.file_size = len(more[name]) if name in more else (folder / name).stat().st_size
            with archive.open(info, "w") as stream:
                if name in more:
                    stream.write(more[name])
                    continue
                with (folder / name).open("rb") as file:
                    while block := file.read(BLOCK):
                        stream.write(block)


class Writer:
    """Writes a ZIP of small files that are packed already; to be used in a ``with``, which finishes it."""

    def __init__(self, target: Path, date: dt.date) -> None:
        self.stream: BinaryIO = target.open("wb")
        self.day = (date.year - 1980) << 9 | date.month << 5 | date.day
        self.central = bytearray()
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            start = self.stream.tell()
            self.stream.write(self.central)
            end = struct.pack("<4HIIH", 0, 0, self.count, self.count, len(self.central), start, 0)
            self.stream.write(END + end)
        self.stream.close()

    def add(self, name: str, packed: Packed) -> None:
        """Write one file; its name is ASCII. Raises OverflowError where the old form of ZIP has no room."""
        if self.count == 0xFFFF or self.stream.tell() + len(packed.data) > 0xFFFFFFFF:
            raise OverflowError(name)
        letters = name.encode("ascii")
        what = struct.pack(
            "<5H3I2H", VERSION, 0, packed.method, 0, self.day, packed.checksum, len(packed.data), packed.size,
            len(letters), 0,
        )  # fmt: skip
        begin = self.stream.tell()
        self.stream.write(LOCAL + what + letters + packed.data)
        where = struct.pack("<3H2I", 0, 0, 0, MODE << 16, begin)
        self.central += CENTRAL + struct.pack("<BB", VERSION, UNIX) + what + where + letters
        self.count += 1
