"""Books for readers' phones, one for each issue and language (EPUB 3)."""

from __future__ import annotations

from pathlib import Path

from magazine.release.packs.source import Source


def made(source: Source, folder: Path) -> list[Path]:
    """The finished packs, in a folder that is there."""
    raise NotImplementedError(source, folder)
