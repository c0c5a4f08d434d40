"""A ``.zsync`` file (zsync 0.6.2): whoever has the pack of an older release fetches only what differs.

It names each block of the pack by a weak sum, which can be rolled through any other file, and by some bytes of an MD4.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from Crypto.Hash import MD4

from magazine.release.packs.source import Source
from magazine.workers import spread

SUFFIX = ".zsync"
SMALL, LARGE, MUCH = 2048, 4096, 100_000_000  # bytes of a block, and from how large a pack on it is a larger one
PART = 1 << 21  # bytes that one process takes at a time
IN_A_ROW = 2  # blocks that must follow each other to be believed


@dataclass(frozen=True)
class _Lengths:
    """How many bytes of both sums are needed for blocks to be told apart."""

    weak: int
    strong: int


def made(source: Source, pack: Path) -> Path:
    """The zsync file of a finished pack, beside it, which it calls by its name alone."""
    del source
    size = pack.stat().st_size
    block = LARGE if size > MUCH else SMALL
    lengths = _lengths(size, block)
    sums = _Sums(pack, block, lengths)
    parts = dict(spread(sums, range(0, size, PART), least=2))
    with pack.open("rb") as file:
        whole = hashlib.file_digest(file, "sha1").hexdigest()  # what the format has; the release vouches by SHA-256
    head = (
        f"zsync: 0.6.2\nFilename: {pack.name}\nBlocksize: {block}\nLength: {size}\n"
        f"Hash-Lengths: {IN_A_ROW},{lengths.weak},{lengths.strong}\nURL: {pack.name}\nSHA-1: {whole}\n\n"
    )
    target = pack.with_name(pack.name + SUFFIX)
    target.write_bytes(head.encode() + b"".join(parts[start] for start in sorted(parts)))
    return target


@dataclass(frozen=True)
class _Sums:
    """The sums of all blocks of a part of a file; done by several processes."""

    path: Path
    block: int
    lengths: _Lengths

    def __call__(self, start: int) -> bytes:
        return b"".join(self._sums(start))

    def _sums(self, start: int) -> Iterator[bytes]:
        weights = range(self.block, 0, -1)
        with self.path.open("rb") as file:
            file.seek(start)
            data = file.read(PART)
        for place in range(0, len(data), self.block):
            block = data[place : place + self.block].ljust(self.block, b"\0")
            weak = struct.pack(">HH", sum(block) & 0xFFFF, sum(map(mul, block, weights)) & 0xFFFF)
            strong = MD4.new(block).digest()  # noqa: S303 (what the format has)
            yield weak[4 - self.lengths.weak :] + strong[: self.lengths.strong]


def _lengths(size: int, block: int) -> _Lengths:
    """As zsyncmake reckons them: false matches shall be rarer than one in a million files."""
    bits, blocks = math.log2(max(size, 1)), math.log2(1 + size / block)
    weak = math.ceil((bits + math.log2(block) - 8.6) / IN_A_ROW / 8)
    strong = max(math.ceil((20 + bits + blocks) / IN_A_ROW / 8), math.ceil((7.9 + 20 + blocks) / 8))
    return _Lengths(min(4, max(2, weak)), min(16, max(3, strong)))
