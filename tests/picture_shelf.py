"""Pictures for tests, and galleries that share one cache."""

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from magazine.records import Entry
from magazine.site.gallery import Gallery, Picture, Variant

KEY = "blog/a"
Source = tuple[int, int] | Image.Image


def noise(width: int, height: int) -> Image.Image:
    """The hardest picture there is to make small."""
    grey = Image.effect_noise((width, height), 120)
    return Image.merge("RGB", (grey, ImageOps.mirror(grey), ImageOps.flip(grey)))


class Shelf:
    """An entry with pictures, and galleries that share one cache."""

    def __init__(self, root: Path, **sources: Source) -> None:
        self.root = root
        self.galleries: dict[str, list[Gallery]] = {}
        folder = root / "content" / KEY
        folder.mkdir(parents=True)
        names = []
        for name, source in sources.items():
            stem, _, form = name.rpartition("_")
            image = source if isinstance(source, Image.Image) else Image.linear_gradient("L").resize(source)
            image.save(folder / f"{stem}.{form}")
            names.append(f"{stem}.{form}")
        self.entry = Entry(
            key=KEY,
            section="blog",
            slug="a",
            date=dt.datetime(2012, 6, 3),
            original="ru",
            versions={},
            pictures=tuple(sorted(names)),
        )

    def put(self, name: str, image: Image.Image, **how: Any) -> Path:
        """One more picture, or another one of this name."""
        path = self.root / "content" / KEY / name
        image.save(path, **how)
        self.entry = replace(self.entry, pictures=tuple(sorted({*self.entry.pictures, name})))
        return path

    def gallery(self, site: str = "site", cache: str = "cache") -> Gallery:
        """The gallery of one more build of a site."""
        self.galleries.setdefault(site, []).append(Gallery(self.root / "content", self.root / cache))
        return self.galleries[site][-1]

    def picture(self, name: str) -> Picture:
        """A picture as one more build sees it."""
        return self.gallery().picture(self.entry, name)

    def files(self, site: str = "site") -> dict[str, bytes]:
        """What all builds of a site put there."""
        galleries = self.galleries.get(site, [])
        return {address: gallery.data(address) for gallery in galleries for address in sorted(gallery.asked)}


def all_of(picture: Picture) -> list[Variant]:
    return [*picture.jpeg, *picture.webp, *([picture.large] if picture.large else [])]


def colour(data: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(data)) as image:
        found = image.convert("RGB").getpixel((5, 5))
    assert isinstance(found, tuple)
    return tuple(round(tone / 255) for tone in found)


def solid(name: str) -> Image.Image:
    return Image.new("RGB", (40, 30), name)


def forbid(*_: object, **__: object) -> None:
    raise AssertionError("a picture was made again")
