"""A ``.zsync`` file: whoever has the pack of an older release fetches only what differs (format of zsync 0.6.2)."""

from __future__ import annotations

import hashlib
import struct
from functools import partial
from pathlib import Path

from magazine.release.packs.rolling import PIECE, rolling
from magazine.release.packs.source import MissingLibraryError, Source
from magazine.workers import spread

VERSION = "0.6.2"
SMALLEST_BLOCK, LARGEST_BLOCK = PIECE, 1 << 16
PORTION = 1 << 20  # bytes summed up at a time
READ = 1 << 20
RSUM, MD4 = 4, 16  # bytes of the two sums of a block, before they are cut
LEAST_RSUM, LEAST_BITS = 2, 20


def made(source: Source, pack: Path) -> Path:
    """The zsync file of a finished pack, beside it; the pack is found beside it on the web as well.

    Raises MissingLibraryError, and OSError.
    """
    del source  # the same pack has the same file in each release
    _md4(b"")
    size = pack.stat().st_size
    block = block_size(size)
    run, weak, strong = lengths(size, block)
    whole = hashlib.sha1(usedforsecurity=False)
    with pack.open("rb") as stream:
        while data := stream.read(READ):
            whole.update(data)
    head = (
        f"zsync: {VERSION}\nFilename: {pack.name}\nBlocksize: {block}\nLength: {size}\n"
        f"Hash-Lengths: {run},{weak},{strong}\nURL: {pack.name}\nSHA-1: {whole.hexdigest()}\n\n"
    )
    portions = range(0, size, PORTION)
    sums = dict(spread(partial(_sums, pack, block, weak, strong), portions, least=4))
    path = pack.with_name(pack.name + ".zsync")
    path.write_bytes(head.encode("ascii") + b"".join(sums[place] for place in portions))
    return path


def block_size(size: int) -> int:
    """Bytes in a block, a power of two: what an edit of some ten blocks costs weighs as much as all the sums."""
    block = SMALLEST_BLOCK
    while block < LARGEST_BLOCK and block * block * 4 < size:
        block *= 2
    return block


def lengths(size: int, block: int) -> tuple[int, int, int]:
    """How many blocks must follow each other to count, and how many bytes of their sums are needed for that.

    As ``zsyncmake`` reckons: chances of a false find are below one in a million, whatever the size.
    """
    run = 2 if size > block else 1
    bits, blocks = size.bit_length(), (size // block + 1).bit_length()
    weak = min(max(_up(bits + block.bit_length() - 8, run * 8), LEAST_RSUM), RSUM)
    strong = max(_up(LEAST_BITS + bits + blocks, run * 8), _up(LEAST_BITS + blocks + 8, 8))
    return run, weak, min(strong, MD4)


def _sums(pack: Path, block: int, weak: int, strong: int, place: int) -> bytes:
    """Both sums of each block of a portion of the pack; its last block is filled up with zeros."""
    with pack.open("rb") as stream:
        stream.seek(place)
        data = stream.read(PORTION)
    data += bytes(-len(data) % block)
    made = bytearray()
    for start in range(0, len(data), block):
        part = data[start : start + block]
        made += struct.pack(">2H", *rolling(part))[RSUM - weak :] + _md4(part)[:strong]
    return bytes(made)


def _md4(data: bytes) -> bytes:
    try:
        from Crypto.Hash import MD4 as Hash  # noqa: N811, PLC0415 (not on every system)
    except ImportError as error:
        raise MissingLibraryError("pycryptodome") from error
    return Hash.new(data).digest()  # noqa: S303 (what the format asks for; what is fetched is signed)


def _up(number: int, divisor: int) -> int:
    return -(-number // divisor)
