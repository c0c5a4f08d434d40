"""The clusters that a ZIM file keeps its texts in, compressed (https://wiki.openzim.org/wiki/ZIM_file_format).

libzim compresses at one level, the slowest: for a large magazine that takes longer than the rest of a release. So it is
asked for clusters as they are, and they are compressed here.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard

HEADER = struct.Struct("<IHH16sIIQQQQIIQ")
ENTRY = struct.Struct("<HBcIII")  # kind, parameters, namespace, revision, cluster, place in the cluster
MAGIC = 0x44D495A
NO_CLUSTER = 0xFFFD  # an entry of this kind or a higher one leads to another one, or nowhere
PLAIN, ZSTANDARD, WIDE = 1, 5, 0x10  # in the first byte of a cluster: how it is compressed, whether its places are wide
NOWHERE = (1 << 64) - 1
TEXTS = ("text/", "image/svg+xml")
BEST, QUICK = 19, 9  # of zstandard's levels: the second one takes a twentieth of the time for a tenth more bytes
LARGE = 32_000_000  # bytes of clusters


class Header(NamedTuple):
    """The beginning of a file; places are in bytes from there."""

    magic: int
    major: int
    minor: int
    uuid: bytes
    entries: int
    clusters: int
    entries_at: int
    titles_at: int
    clusters_at: int
    kinds_at: int
    main: int
    layout: int
    md5_at: int


class Moved:
    """Where each place of the one file is in the other: in the same part, as far from its start."""

    def __init__(self) -> None:
        self.old, self.new = [0], [0]

    def starts(self, old: int, new: int) -> None:
        """Note where the next part starts in both."""
        self.old.append(old)
        self.new.append(new)

    def __call__(self, place: int) -> int:
        """The place in the other file."""
        part = bisect_right(self.old, place) - 1
        return place if place == NOWHERE else self.new[part] + place - self.old[part]


def compress(plain: Path, packed: Path) -> None:
    """Write a ZIM file again with its texts compressed; its MD5 is left to whoever changes it last.

    Raises ValueError where it is no ZIM file, OSError.
    """
    with plain.open("rb") as source, packed.open("wb") as target:
        header = Header(*HEADER.unpack(source.read(HEADER.size)))
        if header.magic != MAGIC:
            raise ValueError(plain.name)
        clusters = _places(source, header.clusters_at, header.clusters)
        entries = _places(source, header.entries_at, header.entries)
        rest_at = min(entries)  # they and all lists follow the last cluster
        rest = bytearray(_read(source, rest_at))
        texts = set(range(header.clusters)) - set(_other(rest, [place - rest_at for place in entries], _kinds(source)))
        starts = sorted(clusters)
        level = BEST if rest_at <= LARGE else QUICK
        moved = Moved()
        target.write(_read(source, 0, starts[0]))
        for start, end in zip(starts, [*starts[1:], rest_at], strict=True):
            moved.starts(start, target.tell())
            cluster = _read(source, start, end)
            target.write(_compressed(cluster, level) if clusters.index(start) in texts else cluster)
        moved.starts(rest_at, target.tell())
        for at, places in ((header.entries_at, entries), (header.clusters_at, clusters)):
            struct.pack_into(f"<{len(places)}Q", rest, at - rest_at, *map(moved, places))
        target.write(rest)
        target.seek(0)
        header = header._replace(
            entries_at=moved(header.entries_at),
            titles_at=moved(header.titles_at),
            clusters_at=moved(header.clusters_at),
            md5_at=moved(header.md5_at),
        )
        target.write(HEADER.pack(*header))


def _compressed(cluster: bytes, level: int) -> bytes:
    if cluster[0] & ~WIDE != PLAIN:
        return cluster
    kind = bytes([ZSTANDARD | cluster[0] & WIDE])
    return kind + zstandard.ZstdCompressor(level=level, write_checksum=False).compress(cluster[1:])


def _other(rest: bytearray, places: list[int], kinds: list[str]) -> Iterator[int]:
    """The clusters that hold anything but texts: pictures, and indexes, which are read in place."""
    for place in places:
        kind, _, _, _, cluster, _ = ENTRY.unpack_from(rest, place)
        if kind < NO_CLUSTER and not kinds[kind].startswith(TEXTS):
            yield cluster


def _kinds(source: BinaryIO) -> list[str]:
    """The MIME types, each ended by a zero and all of them by an empty one."""
    source.seek(HEADER.size)
    listed = source.read(1 << 16).partition(b"\0\0")[0]
    return listed.decode().split("\0")


def _places(source: BinaryIO, start: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}Q", _read(source, start, start + 8 * count))


def _read(source: BinaryIO, start: int, end: int = -1) -> bytes:
    source.seek(start)
    return source.read(end - start if end >= 0 else -1)
