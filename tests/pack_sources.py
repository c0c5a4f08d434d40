"""Finished sites that packs are made of."""

import datetime as dt
from pathlib import Path

from magazine.release import sums
from magazine.release.packs.source import Source

SITE = "https://magazine.example.org/"
DATE = dt.date(2026, 11, 23)
TITLES = {"ru": "Красный зонт", "ky": "Кызыл чатыр", "en": "Red Umbrella"}


def source_of(folder: Path, seq: int = 42, **more: object) -> Source:
    """What packs are made of, for a folder with a site."""
    files = {name: sha256 for name, sha256 in sums.of_folder(folder).items() if not name.endswith("releases.xml")}
    mirrors = ("https://mirror.example.org/",)
    return Source(folder, files, seq, DATE, SITE, **{"mirrors": mirrors, "titles": TITLES, **more})  # type: ignore[arg-type]
