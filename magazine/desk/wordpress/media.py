"""Pictures from a folder of uploads: found by their old names, cleaned as they enter; never from the net."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from magazine import photos
from magazine.slugs import slug_of

# what WordPress adds to names: sizes it made, the scaled-down and the turned copy. Not -e1234567890: that is a picture
# that its author has cut, perhaps to take a face out of it
MADE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)|-(?:scaled|rotated)(?=\.\w+$)")
PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|bmp|tiff?|heic|heif|avif|svg)$", re.IGNORECASE)


@dataclass(frozen=True)
class Uploads:
    """A copy of ``wp-content/uploads``; without a folder nothing is found."""

    root: Path | None
    listed: dict[Path, dict[str, str]] = field(default_factory=dict, compare=False)

    def find(self, name: str) -> Path | None:
        """The largest picture there is for a name below the folder; nothing outside of it is ever looked at."""
        for original in originals(name):
            if path := self._at(original):
                return path
        return None

    def _at(self, name: str) -> Path | None:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if self.root is None or not parts or ".." in parts or "\0" in name or "\\" in name:
            return None
        path = self.root
        for part in parts:
            found = self._names(path).get(_folded(part))
            if found is None:
                return None
            path = path / found
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
            return path if inside and path.is_file() else None
        except OSError:
            return None

    def _names(self, folder: Path) -> dict[str, str]:
        """The names in a folder, however they are spelt."""
        if folder not in self.listed:
            try:
                self.listed[folder] = {_folded(path.name): path.name for path in sorted(folder.iterdir(), reverse=True)}
            except OSError:
                self.listed[folder] = {}
        return self.listed[folder]


@dataclass
class Shelf:
    """The pictures of one entry on their way into its folder; ``folder`` is where they are made ready.

    ``is_there`` tells whether the picture of a name was made of this source before, and is still as it was.
    """

    folder: Path
    is_there: Callable[[str, Path], bool]
    names: dict[Path, str] = field(default_factory=dict)
    bad: set[Path] = field(default_factory=set)

    def put(self, source: Path) -> str:
        """The name a picture has in the entry; empty if it cannot be read."""
        if source in self.bad:
            return ""
        if source not in self.names:
            name = self._free(slug_of(source.stem))
            try:
                if not self.is_there(name, source):
                    self.folder.mkdir(parents=True, exist_ok=True)
                    photos.clean(source, self.folder / name)
            except photos.PictureError:
                self.bad.add(source)
                return ""
            self.names[source] = name
        return self.names[source]

    def _free(self, stem: str) -> str:
        taken, name, number = set(self.names.values()), f"{stem}.jpg", 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}.jpg"
        return name


def originals(name: str) -> Iterator[str]:
    """The names that a picture may have, the original's first."""
    bare = name
    while MADE.search(bare):
        bare = MADE.sub("", bare, count=1)
    stem, dot, suffix = bare.rpartition(".")
    yield from dict.fromkeys((bare, f"{stem}-scaled{dot}{suffix}", f"{stem}-rotated{dot}{suffix}", name))


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return PICTURE.search(name) is not None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
