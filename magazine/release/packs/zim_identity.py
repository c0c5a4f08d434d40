"""What tells one build of a ZIM file from another, made to depend on the release alone.

The UUID of the file, those of its search indexes and its MD5 are all that differs from build to build.
"""

from __future__ import annotations

import hashlib
import mmap
import uuid
from pathlib import Path

MAGIC = b"\x5a\x49\x4d\x04"
UUID_AT, MD5_AT = 8, 72  # in the header, https://wiki.openzim.org/wiki/ZIM_file_format
GLASS = b"\x0f\x0dXapian Glass"  # begins an index; its version and UUID follow
GLASS_UUID = len(GLASS) + 2
PIECE = 1 << 20


def settle(path: Path, origin: bytes) -> None:
    """Write UUIDs made of the origin (16 bytes or more), and the MD5 of what is then there.

    Raises ValueError where it is no ZIM file.
    """
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as data:
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError(path.name)
        md5_at = int.from_bytes(data[MD5_AT : MD5_AT + 8], "little")
        places = [UUID_AT]
        at = data.find(GLASS)
        while at >= 0:
            places.append(at + GLASS_UUID)
            at = data.find(GLASS, at + 1)
        for number, place in enumerate(places):
            data[place : place + 16] = uuid.uuid5(uuid.UUID(bytes=origin[:16]), str(number)).bytes
        md5 = hashlib.md5(usedforsecurity=False)
        for start in range(0, md5_at, PIECE):
            md5.update(data[start : min(start + PIECE, md5_at)])
        data[md5_at : md5_at + 16] = md5.digest()
