"""A ``.zsync`` file: whoever has the pack of an older release fetches only what differs."""

from __future__ import annotations

from pathlib import Path

from magazine.release.packs.source import Source


def made(source: Source, pack: Path) -> Path:
    """The zsync file of a finished pack, beside it."""
    raise NotImplementedError(source, pack)
