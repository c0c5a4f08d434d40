"""ZIP archives: all of the site, stored, and its texts alone, small enough for messengers."""

from __future__ import annotations

from pathlib import Path

from magazine.release.packs.source import Source


def made(source: Source, folder: Path) -> list[Path]:
    """The finished packs, in a folder that is there."""
    raise NotImplementedError(source, folder)
