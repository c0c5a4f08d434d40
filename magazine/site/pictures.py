"""The variants of a picture: JPEG baseline and WebP, two widths, and a large JPEG behind a link.

Variants are made of clean pixels only and remembered in the cache folder by the hash of source and recipe.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, __version__

from magazine import photos
from magazine.library import PICTURE_SUFFIXES
from magazine.problems import Report
from magazine.records import Entry, Library
from magazine.site import addresses
from magazine.slugs import slug_of

WIDTHS = (320, 640)
LARGE_WIDTH = 1280
# a story with its lead picture has to stay below 60 KB on the widest phone
BUDGETS = {320: 18_000, 640: 36_000, LARGE_WIDTH: 200_000}
QUALITIES = (78, 70, 62, 54, 46, 38, 30, 22, 14, 7)
RECIPE = f"1 {WIDTHS} {LARGE_WIDTH} {BUDGETS} {QUALITIES} {__version__}"


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
    """Makes pictures on demand, each once a build. ``output`` is the root of the whole site."""

    content: Path
    cache: Path
    output: Path
    made: dict[tuple[str, str], Picture] = field(default_factory=dict)

    def picture(self, entry: Entry, name: str) -> Picture:
        """The variants of a picture beside an entry. Raises photos.PictureError."""
        if (entry.key, name) not in self.made:
            self.made[entry.key, name] = self._make(entry, name)
        return self.made[entry.key, name]

    def _make(self, entry: Entry, name: str) -> Picture:
        source = self.content / entry.key / name
        pixels: list[Image.Image] = []
        digest = hashlib.sha256(f"{RECIPE}\n".encode() + source.read_bytes()).hexdigest()[:32]
        shape = self.cache / f"{digest}.size"
        if not shape.exists():
            pixels.append(photos.pixels(source))
            _write(shape, f"{pixels[0].width} {pixels[0].height}".encode())
        full_width, full_height = (int(part) for part in shape.read_text().split())
        base = f"{addresses.of_pictures(entry)}/{_stem(entry, name)}"

        def variant(width: int, suffix: str, label: str) -> Variant:
            width = min(width, full_width)
            height = max(1, round(full_height * width / full_width))
            kept = self.cache / f"{digest}-{label}.{suffix}"
            if not kept.exists():
                if not pixels:
                    pixels.append(photos.pixels(source))
                _write(kept, _encoded(pixels[0], (width, height), suffix, BUDGETS[int(label)]))
            data = kept.read_bytes()
            address = f"{base}-{label}.{suffix}"
            _write(self.output / address, data)
            return Variant(address, width, height, len(data))

        shown = [width for width in WIDTHS if width == WIDTHS[0] or full_width > WIDTHS[0]]
        return Picture(
            jpeg=tuple(variant(width, "jpg", str(width)) for width in shown),
            webp=tuple(variant(width, "webp", str(width)) for width in shown),
            large=variant(LARGE_WIDTH, "jpg", str(LARGE_WIDTH)) if full_width > WIDTHS[-1] else None,
        )


def inspect_pictures(held: Library, report: Report) -> None:
    """Tell every picture that is none, or that still carries a place or a name."""
    paths = [Path(entry.key) / name for entry in held.entries.values() for name in entry.pictures]
    paths += [extra.path for extra in held.extras if extra.path.suffix.lower() in PICTURE_SUFFIXES]
    for path in paths:
        try:
            found = photos.inspect(held.root / path)
        except photos.PictureError as error:
            report.add("picture-bad", path, reason=str(error))
            continue
        if found.private:
            report.add("picture-private", path, found=", ".join(found.private), file=_as_typed(held.root / path))
        if found.technical:
            report.add("picture-technical", path, found=", ".join(found.technical), file=_as_typed(held.root / path))


def _as_typed(path: Path) -> str:
    """The path as an editor would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _encoded(image: Image.Image, size: tuple[int, int], suffix: str, budget: int) -> bytes:
    """The best quality that stays within the budget, else the smallest there is."""
    scaled = image.resize(size, Image.Resampling.LANCZOS)
    data = b""
    for quality in QUALITIES:
        stream = io.BytesIO()
        if suffix == "webp":
            scaled.save(stream, "WEBP", quality=quality, method=6)
        else:
            scaled.save(stream, "JPEG", quality=quality, optimize=True, progressive=False)
        data = stream.getvalue()
        if len(data) <= budget:
            break
    return data


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


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(data)
    partial.replace(path)
