"""A torrent of a pack, whose seeds are the web servers of all mirrors (BEP 3, BEP 19)."""

from __future__ import annotations

from pathlib import Path

from magazine.release.packs.source import Source


def made(source: Source, pack: Path) -> Path:
    """The torrent of a finished pack, beside it."""
    raise NotImplementedError(source, pack)
