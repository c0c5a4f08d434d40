"""The pictures of one site: what a page shows of each, at which address, and the bytes that will stand there."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magazine import photos
from magazine.records import Entry
from magazine.site import addresses, pictures
from magazine.site.pictures import Shape, Shapes
from magazine.site.variants import LARGE_WIDTH, WIDTHS
from magazine.slugs import slug_of

OFFERED = re.compile(r'<(?:source|img)\b[^>]*?\ssrcset="([^"]*)"')
NAMED = re.compile(r'<img\b[^>]*?\ssrc="([^"]*)"')


@dataclass(frozen=True)
class Variant:
    """One file: its address below the root of the site, size in pixels and bytes."""

    address: str
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Picture:
    """All variants of one picture; ``large`` is None where the source is no larger than what is shown."""

    jpeg: tuple[Variant, ...]
    webp: tuple[Variant, ...]
    large: Variant | None


@dataclass
class Gallery:
    """Tells pictures on demand, each made once, and holds the bytes of their variants ready.

    ``digest_of`` may know what ``digest`` tells of a source without reading it; ``asked`` holds, by address, the source
    and the shape of what was asked for.
    """

    content: Path
    cache: Path
    digest_of: Callable[[Path], str] | None = None
    made: dict[tuple[str, str], Picture] = field(default_factory=dict)
    asked: dict[str, tuple[Path, Shapes, Shape]] = field(default_factory=dict)
    _digests: dict[Path, str] = field(default_factory=dict, init=False, repr=False)
    _latest: tuple[str, Mapping[str, bytes]] = field(default=("", {}), init=False, repr=False)

    def picture(self, entry: Entry, name: str) -> Picture:
        """The variants of a picture beside an entry. Raises photos.PictureError."""
        if (entry.key, name) not in self.made:
            self.made[entry.key, name] = self._make(entry, name)
        return self.made[entry.key, name]

    def digest(self, entry: Entry, name: str) -> str:
        """The digest of a picture beside an entry, found out once. Raises photos.PictureError."""
        source = self.content / entry.key / name
        if source not in self._digests:
            self._digests[source] = (self.digest_of or pictures.digest)(source)
        return self._digests[source]

    def data(self, address: str) -> bytes:
        """The bytes of a variant asked for, made anew if the cache lost or spoiled them. Raises photos.PictureError."""
        source, shapes, shape = self.asked[address]
        if self._latest[0] != shapes.digest:
            with contextlib.suppress(OSError):
                kept = shapes.files(self.cache)[shape.end].read_bytes()
                if pictures.hashed(kept) == shape.checksum:
                    return kept
            anew, data = pictures.made(photos.read(source), self.cache)
            self._latest = anew.digest, data
            if anew.digest != shapes.digest:
                raise photos.PictureError(f"{source.name} was changed meanwhile")
        return self._latest[1][shape.end]

    def _make(self, entry: Entry, name: str) -> Picture:
        source = self.content / entry.key / name
        known = self.digest(entry, name) if self.digest_of else self._digests.get(source)
        shapes, data = pictures.ensured(source, known, self.cache)
        self._digests[source] = shapes.digest
        if data:
            self._latest = shapes.digest, data
        base = f"{addresses.of_pictures(entry)}/{_stem(entry, name)}"
        shown: dict[str, Variant] = {}
        for shape in shapes.variants:
            address = f"{base}-{shape.end}"
            self.asked[address] = source, shapes, shape
            shown[shape.end] = Variant(address, shape.width, shape.height, shape.size)
        return Picture(
            jpeg=tuple(shown[end] for end in (f"{width}.jpg" for width in WIDTHS) if end in shown),
            webp=tuple(shown[end] for end in (f"{width}.webp" for width in WIDTHS) if end in shown),
            large=shown.get(f"{LARGE_WIDTH}.jpg"),
        )


def only_offered(markup: str) -> list[str]:
    """The addresses that pictures offer and do not name first: programs that copy sites by their links miss them."""
    offered = [one.split()[0] for found in OFFERED.findall(markup) for one in found.split(",") if one.strip()]
    first = set(NAMED.findall(markup))
    return [address for address in dict.fromkeys(offered) if address not in first]


def _stem(entry: Entry, name: str) -> str:
    """The name of a picture's variants; a number joins it where another picture has the same."""
    taken: dict[str, str] = {}
    for other in entry.pictures:
        stem = base = slug_of(Path(other).stem)
        number = 1
        while stem in taken:
            number += 1
            stem = f"{base}-{number}"
        taken[stem] = other
    return next(stem for stem, other in taken.items() if other == name)
