"""What libzim and Xapian draw by lot in a ZIM file, settled by the release, so that it comes out the same each time.

The file has a number of its own (offset 8), each search index has one behind Xapian's mark, and an MD5 of all stands at
the end.
"""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

OWN, CHECKSUM_PLACE = 8, 72  # offsets in the header of a ZIM file
LENGTH = 16  # bytes of such a number, and of an MD5
XAPIAN = b"\x0f\x0dXapian Glass"
VERSION = 2  # bytes between Xapian's mark and its number


def settle(path: Path, seed: bytes) -> None:
    """Put numbers made of the seed into the places of those that were drawn."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        data[OWN : OWN + LENGTH] = _number(seed, 0)
        place, count = data.find(XAPIAN), 1
        while place >= 0:
            start = place + len(XAPIAN) + VERSION
            data[start : start + LENGTH] = _number(seed, count)
            place, count = data.find(XAPIAN, start), count + 1
        end = int.from_bytes(data[CHECKSUM_PLACE : CHECKSUM_PLACE + 8], "little")
        hashed = hashlib.md5(usedforsecurity=False)
        for start in range(0, end, 1 << 20):
            hashed.update(data[start : min(end, start + (1 << 20))])
        data[end : end + LENGTH] = hashed.digest()


def _number(seed: bytes, count: int) -> bytes:
    """The bytes of a UUID of the fourth kind (RFC 9562)."""
    made = bytearray(hashlib.sha256(seed + bytes((count,))).digest()[:LENGTH])
    made[6], made[8] = made[6] & 0x0F | 0x40, made[8] & 0x3F | 0x80
    return bytes(made)
