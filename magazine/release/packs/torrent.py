"""A torrent of a pack, whose seeds are the web servers of all mirrors (BEP 3, BEP 19).

It is of the first version, with one file: programs that are around cannot open hybrids, and several files would be
asked for with padding that no web server has.
"""

from __future__ import annotations

from pathlib import Path

import torf

from magazine.release.packs.source import Source

SUFFIX = ".torrent"
LEAST_PIECE, MOST_PIECE = 1 << 15, 1 << 21  # bytes


def made(source: Source, pack: Path) -> Path:
    """The torrent of a finished pack, beside it; the same pack gives the same one."""
    target = pack.with_name(pack.name + SUFFIX)
    seeds = [f"{address}releases/{source.seq}/{pack.name}" for address in (source.site, *source.mirrors)]
    torrent = torf.Torrent(
        path=pack, name=pack.name, webseeds=[seed for seed in seeds if seed.startswith(("http://", "https://"))],
        created_by=None, creation_date=None, randomize_infohash=False, piece_size=_piece(pack.stat().st_size),
    )  # fmt: skip
    torrent.generate(threads=1)
    torrent.write(target, overwrite=True)
    return target


def _piece(size: int) -> int:
    """Bytes of a piece, a power of two: about a thousand of them."""
    piece = LEAST_PIECE
    while piece < MOST_PIECE and size // piece > 1000:
        piece *= 2
    return piece
