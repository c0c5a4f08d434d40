"""A torrent of a pack, whose seeds are the web servers of all mirrors (BEP 3, BEP 19).

It is a torrent of the first version: aria2 and Transmission 3 do not load the second, nor both in one.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from magazine.release.packs.source import MissingLibraryError, Source

SMALLEST_PIECE, LARGEST_PIECE = 1 << 15, 1 << 22
MOST_PIECES = 1000


def made(source: Source, pack: Path) -> Path:
    """The torrent of a finished pack, beside it, without a tracker, a date or the name of a program.

    Raises MissingLibraryError, and OSError.
    """
    try:
        import torf  # noqa: PLC0415 (not on every system)
    except ImportError as error:
        raise MissingLibraryError("torf") from error
    path = pack.with_name(pack.name + ".torrent")
    torrent = torf.Torrent(
        pack, piece_size=piece_size(pack.stat().st_size), webseeds=seeds(source, pack.name), created_by=None
    )
    torrent.creation_date = None
    try:
        torrent.generate()
        path.write_bytes(torrent.dump())
    except torf.TorfError as error:
        raise OSError(str(error)) from error
    return path


def seeds(source: Source, name: str) -> list[str]:
    """Where a pack of this release lies on the site and on its mirrors, which never changes there.

    Onion addresses are none of them: hardly a torrent program reaches them, and one that tries tells of it.
    """
    addresses = dict.fromkeys((source.site, *source.mirrors))
    return [f"{address.rstrip('/')}/releases/{source.seq}/{name}" for address in addresses if _is_web(address)]


def piece_size(size: int) -> int:
    """Bytes in a piece: a power of two, so that there are some hundred pieces."""
    piece = SMALLEST_PIECE
    while piece < LARGEST_PIECE and piece * MOST_PIECES < size:
        piece *= 2
    return piece


def _is_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("https", "http") and not (parts.hostname or "").endswith(".onion")
