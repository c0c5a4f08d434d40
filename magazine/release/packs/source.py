"""What packs are made of: a site that is whole, and what the packs must know of its release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magazine.records import Library

HOME = "index.html"
NAME = "magazine"  # of all files: whoever sees one on a stick learns nothing from it


@dataclass(frozen=True)
class Source:
    """A staged site below ``folder``, which is read only, and its ``files``: their SHA-256 by path, in order.

    The release's own files and its feeds are none of them. Addresses end with a slash; ``titles`` are the magazine's by
    language. Without a ``library`` nothing is known of issues and their order.
    """

    folder: Path
    files: Mapping[str, str]
    seq: int
    date: dt.date
    site: str
    mirrors: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    library: Library | None = None

    def named(self, kind: str, suffix: str) -> str:
        """The name of a pack: ``magazine-42.zip``, or with its kind ``magazine-text-42.zip``."""
        return "-".join(filter(None, (NAME, kind, str(self.seq)))) + suffix


class MissingLibraryError(Exception):
    """A library that a pack needs is not there for this Python; the message is its name."""
