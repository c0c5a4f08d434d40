"""ZIP archives that are the same bytes on every machine, and change only where a file in them does (APPNOTE 6.3).

Python's ``zipfile`` packs with whatever zlib there is, and two zlibs make different bytes; here data comes ready.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

STORED, DEFLATED = 0, 8
# Data starts at whole blocks: an edit of a few bytes leaves all later files where they were, so that zsync and torrents
# find again nearly all of an older archive. The field's number is that of Android's zipalign.
BLOCK, FILLING = 512, 0xD935
DAY = (2000 - 1980) << 9 | 1 << 5 | 1  # 1 January 2000, in MS-DOS' own way
SECONDS = 24 * 60 * 60
PLAIN_FILE = 0o100644
UNIX, UTF8 = 3, 0x800
MOST_16, MOST_32 = 0xFFFF, 0xFFFFFFFF
LOCAL, CENTRAL = struct.Struct("<4s5H3L2H"), struct.Struct("<4s4B4H3L5H2L")
END, END_64, FINDER_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
NEEDED, NEEDED_64 = 20, 45


@dataclass
class Zip:
    """An archive that is being written to a stream; its table is kept until ``end``."""

    stream: BinaryIO
    place: int = 0
    count: int = 0
    table: bytearray = field(default_factory=bytearray)

    def add(self, name: str, data: bytes, mark: str, *, packed: Packed | None = None) -> None:
        """Add a file: its plain data, or what was ``packed`` of it.

        ``mark`` is a hexadecimal digest of its bytes, from which its time of day is made: one day is given to all
        files, and yet rsync and web servers see by their times which of them changed. Raises ValueError if the file has
        4 GiB or more.
        """
        body, method = (packed.data, DEFLATED) if packed else (data, STORED)
        size, crc = (packed.size, packed.crc) if packed else (len(data), zlib.crc32(data))
        if max(size, len(body)) >= MOST_32:
            raise ValueError(name)
        letters = name.encode()
        flags = 0 if name.isascii() else UTF8
        head = LOCAL.size + len(letters)
        filling = -(self.place + head + 4) % BLOCK if method == STORED else None
        extra = b"" if filling is None else struct.pack("<2H", FILLING, filling) + bytes(filling)
        facts = (time_of(mark), DAY, crc, len(body), size, len(letters))
        self._put_in_table(letters, flags, method, facts)
        self._write(LOCAL.pack(b"PK\3\4", NEEDED, flags, method, *facts, len(extra)) + letters + extra)
        self._write(body)

    def end(self) -> None:
        """Write the table of all files; nothing can be added after it."""
        start, size = self.place, len(self.table)
        self._write(self.table)
        if self.count >= MOST_16 or self.place >= MOST_32:
            whole = (self.count, self.count, size, start)
            found = self.place
            self._write(END_64.pack(b"PK\6\6", END_64.size - 12, NEEDED_64, NEEDED_64, 0, 0, *whole))
            self._write(FINDER_64.pack(b"PK\6\7", 0, found, 1))
        count = min(self.count, MOST_16)
        self._write(END.pack(b"PK\5\6", 0, 0, count, count, min(size, MOST_32), min(start, MOST_32), 0))

    def _put_in_table(self, letters: bytes, flags: int, method: int, facts: tuple[int, ...]) -> None:
        is_far = self.place >= MOST_32
        extra = struct.pack("<2HQ", 1, 8, self.place) if is_far else b""
        needed = NEEDED_64 if is_far else NEEDED
        self.table += CENTRAL.pack(
            b"PK\1\2", needed, UNIX, needed, 0, flags, method, *facts, len(extra), 0, 0, 0, PLAIN_FILE << 16,
            min(self.place, MOST_32)
        )  # fmt: skip
        self.table += letters + extra
        self.count += 1

    def _write(self, data: bytes | bytearray) -> None:
        self.stream.write(data)
        self.place += len(data)


@dataclass(frozen=True)
class Packed:
    """Deflated data, and the size and CRC-32 of what it was made of."""

    data: bytes
    size: int
    crc: int


def time_of(mark: str) -> int:
    """A time of day in MS-DOS' two seconds, the same for the same digest."""
    second = int(mark[:12], 16) % (SECONDS // 2) * 2
    return second // 3600 << 11 | second // 60 % 60 << 5 | second % 60 // 2
