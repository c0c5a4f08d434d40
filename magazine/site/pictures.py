"""The variants of a picture: JPEG baseline and WebP, two widths, and a large JPEG behind a link.

Variants are made of clean pixels only and kept in the cache folder by the hash of source and recipe. Each picture
is decoded once: the same look finds what it carries beside its pixels.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from PIL import Image, __version__, features
from PIL.Image import Resampling

from magazine import containers, photos
from magazine.library import PICTURE_SUFFIXES
from magazine.photos import Findings
from magazine.problems import Report
from magazine.records import Entry, Library
from magazine.site import addresses
from magazine.slugs import slug_of

WIDTHS = (320, 640)
LARGE_WIDTH = 1280
# a story with its lead picture has to stay below 60 KB on the widest phone
BUDGETS = {320: 18_000, 640: 36_000, LARGE_WIDTH: 200_000}
QUALITIES = (78, 70, 62, 54, 46, 38, 30, 22, 14, 7)
# about what is left of a file's bytes at each quality: tells the search where to look next
SHARES = (1.0, 0.82, 0.71, 0.62, 0.56, 0.49, 0.42, 0.34, 0.25, 0.14)
WEBP_SHARE = 0.72  # of the bytes of the JPEG
SURELY = 1.05  # what is expected to be this many times the budget
METHODS = {320: 5, 640: 4}  # of WebP: 6 takes more than twice as long for some hundredths of the bytes
CODECS = [features.version(name) for name in ("jpg", "libjpeg_turbo", "webp", "zlib")]
# findings are kept with the variants: other rules of what is private are another recipe
RULES = [hashlib.blake2b(Path(name).read_bytes()).hexdigest() for name in (containers.__file__, photos.__file__)]
CHOSEN = (WIDTHS, LARGE_WIDTH, BUDGETS, QUALITIES, SHARES, WEBP_SHARE, SURELY, METHODS)
RECIPE = f"2 {CHOSEN} {__version__} {CODECS} {RULES}"
KEPT_FILE = re.compile(r"([0-9a-f]{32})(?:-\d+)?\.(?:jpg|webp|json|size)")
PARTIAL_FILE = re.compile(r"\.[0-9a-f]{32}.*\.part")
ABANDONED = 3600.0  # seconds


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


@dataclass(frozen=True)
class Shape:
    """One variant in the cache: the end of its name (``640.webp``), size in pixels and bytes, and hash."""

    end: str
    width: int
    height: int
    size: int
    checksum: str


@dataclass(frozen=True)
class Shapes:
    """All that one decoding of a source tells; ``stands`` is False where the cache could not keep the variants."""

    digest: str
    findings: Findings
    variants: tuple[Shape, ...]
    stands: bool = True

    def files(self, cache: Path) -> dict[str, Path]:
        """Where the cache keeps the variants, by the ends of their names."""
        base = f"{cache}/{_key(self.digest)}"
        return {shape.end: Path(f"{base}-{shape.end}") for shape in self.variants}


@dataclass
class Gallery:
    """Tells pictures on demand, each made once. With ``output``, the root of the whole site, it writes them there.

    ``digest_of`` may know what ``digest`` tells of a source without reading it; ``asked`` holds, by address, the source
    and the shape of what was asked for.
    """

    content: Path
    cache: Path
    output: Path | None = None
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
            self._digests[source] = (self.digest_of or digest)(source)
        return self._digests[source]

    def files(self) -> Mapping[str, Path]:
        """By address, where the cache keeps each variant asked for so far; ``data`` mends one that is missing."""
        asked = sorted(self.asked.items())
        return {address: shapes.files(self.cache)[shape.end] for address, (_, shapes, shape) in asked}

    def data(self, address: str) -> bytes:
        """The bytes of a variant asked for, made anew if the cache lost or spoiled them. Raises photos.PictureError."""
        source, shapes, shape = self.asked[address]
        if self._latest[0] != shapes.digest:
            with contextlib.suppress(OSError):
                kept = shapes.files(self.cache)[shape.end].read_bytes()
                if _hash(kept) == shape.checksum:
                    return kept
            anew, data = _made(photos.read(source), self.cache)
            self._latest = anew.digest, data
            if anew.digest != shapes.digest:
                raise photos.PictureError(f"{source.name} was changed meanwhile")
        return self._latest[1][shape.end]

    def write(self, output: Path) -> None:
        """Put every variant asked for so far below ``output``. Raises OSError and photos.PictureError."""
        for address in sorted(self.asked):
            _write(output / address, self.data(address))

    def _make(self, entry: Entry, name: str) -> Picture:
        source = self.content / entry.key / name
        known = self.digest(entry, name) if self.digest_of else self._digests.get(source)
        shapes, data = _ensured(source, known, self.cache)
        self._digests[source] = shapes.digest
        if data:
            self._latest = shapes.digest, data
        base = f"{addresses.of_pictures(entry)}/{_stem(entry, name)}"
        shown: dict[str, Variant] = {}
        for shape in shapes.variants:
            address = f"{base}-{shape.end}"
            self.asked[address] = source, shapes, shape
            shown[shape.end] = Variant(address, shape.width, shape.height, shape.size)
            if self.output:
                _write(self.output / address, self.data(address))
        return Picture(
            jpeg=tuple(shown[end] for end in (f"{width}.jpg" for width in WIDTHS) if end in shown),
            webp=tuple(shown[end] for end in (f"{width}.webp" for width in WIDTHS) if end in shown),
            large=shown.get(f"{LARGE_WIDTH}.jpg"),
        )


def digest(path: Path) -> str:
    """The hash of a file, by which what is made of it is kept. Raises photos.PictureError."""
    return _hash(photos.read(path))


def prepared(source: Path, digest: str | None, cache: Path) -> Shapes:
    """Make sure that all variants of a picture stand in the cache; it holds no state and may run in any process.

    Without a digest it is found out, in the same reading. A cache that is damaged or cannot be written costs time only.
    Raises photos.PictureError.
    """
    return _ensured(source, digest, cache)[0]


def tidy(cache: Path, keep: Iterable[str]) -> None:
    """Remove from the cache what is of no source with one of these digests, of an older recipe or half written.

    Whoever still needs what is removed only makes it again.
    """
    keys = {_key(one) for one in keep}
    with contextlib.suppress(OSError):
        for path in sorted(cache.iterdir()):
            kept = KEPT_FILE.fullmatch(path.name)
            gone = kept and kept[1] not in keys
            with contextlib.suppress(OSError):
                if gone or (PARTIAL_FILE.fullmatch(path.name) and time.time() - path.stat().st_mtime > ABANDONED):
                    path.unlink()


def picture_paths(held: Library) -> list[Path]:
    """All pictures of the content, also those that no page shows, below its root."""
    paths = [Path(entry.key) / name for entry in held.entries.values() for name in entry.pictures]
    return paths + [extra.path for extra in held.extras if extra.path.suffix.lower() in PICTURE_SUFFIXES]


def inspect_pictures(held: Library, report: Report, inspect: Callable[[Path], Findings] = photos.inspect) -> None:
    """Tell every picture that is none, or that still carries a place or a name.

    ``inspect`` gives the findings of a file as photos.inspect does, and may remember them by its digest.
    """
    for path in picture_paths(held):
        try:
            found = inspect(held.root / path)
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


def _key(digest: str) -> str:
    return _hash(f"{RECIPE}\n{digest}".encode())


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _ensured(source: Path, known: str | None, cache: Path) -> tuple[Shapes, Mapping[str, bytes]]:
    """The shapes of a picture, and the bytes of its variants if they had to be made."""
    data = b"" if known else photos.read(source)
    shapes = _remembered(known or _hash(data), cache)
    return (shapes, {}) if shapes else _made(data or photos.read(source), cache)


def _remembered(digest: str, cache: Path) -> Shapes | None:
    """What the index in the cache tells of a picture; None if it is damaged, or a variant has another size."""
    try:
        checksum, _, body = (cache / f"{_key(digest)}.json").read_text("utf-8").partition("\n")
        if checksum != _hash(body.encode()):
            return None
        told = json.loads(body)
        findings = Findings(*(tuple(told["findings"][name]) for name in ("private", "technical")))
        shapes = Shapes(digest, findings, tuple(Shape(**shape) for shape in told["variants"]))
        files = shapes.files(cache)
        whole = all(files[shape.end].stat().st_size == shape.size for shape in shapes.variants)
    except (OSError, ValueError):
        return None
    return shapes if whole else None


def _made(data: bytes, cache: Path) -> tuple[Shapes, Mapping[str, bytes]]:
    """The shapes of the picture in these bytes, and its variants by the ends of their names; kept if it can be."""
    seen = photos.examined(data, LARGE_WIDTH)
    shapes: list[Shape] = []
    made: dict[str, bytes] = {}
    for end, image, encoded in _variants(seen.image, seen.size):
        made[end] = encoded
        shapes.append(Shape(end, *image.size, len(encoded), _hash(encoded)))
    # of these very bytes: the source may have changed since somebody took its digest
    result = Shapes(_hash(data), seen.findings, tuple(shapes))
    body = json.dumps({"findings": asdict(result.findings), "variants": [asdict(shape) for shape in shapes]})
    try:
        for end, path in result.files(cache).items():
            _write(path, made[end])
        # last: where an index stands, its variants stood
        index = cache / f"{_key(result.digest)}.json"
        _write(index, f"{_hash(body.encode())}\n{body}".encode())
    except OSError:
        return replace(result, stands=False), made
    return result, made


def _variants(image: Image.Image, full: tuple[int, int]) -> Iterator[tuple[str, Image.Image, bytes]]:
    """The end of the name, the scaled picture and the bytes of each variant, from the largest to the smallest.

    Each width is scaled from the one above. The first step has pixels to spare, so that a quick filter does.
    """
    full_width, full_height = full
    shown = [width for width in WIDTHS if width == WIDTHS[0] or full_width > WIDTHS[0]]
    large = [LARGE_WIDTH] if full_width > WIDTHS[-1] else []
    for label in (*large, *reversed(shown)):
        width = min(label, full_width)
        size = (width, max(1, round(full_height * width / full_width)))
        if image.size != size:
            image = image.resize(size, Resampling.HAMMING if label == LARGE_WIDTH else Resampling.BICUBIC)
        save = partial(image.save, format="JPEG", optimize=True, progressive=False)
        jpeg, place = _encoded(save, BUDGETS[label], 0)
        yield f"{label}.jpg", image, jpeg
        if label in WIDTHS:
            save = partial(image.save, format="WEBP", method=METHODS[label])
            likely = _likely(len(jpeg) * WEBP_SHARE, place, BUDGETS[label])
            yield f"{label}.webp", image, _encoded(save, BUDGETS[label], likely)[0]


def _encoded(save: Callable[..., None], budget: int, place: int) -> tuple[bytes, int]:
    """The best quality that stays within the budget, else the smallest there is, and its place among QUALITIES.

    The search starts at ``place``. A better one that is sure to be too much is not tried.
    """
    best = b""
    fails, fits = -1, len(QUALITIES)
    while True:
        stream = io.BytesIO()
        save(stream, quality=QUALITIES[place])
        data = stream.getvalue()
        if len(data) <= budget:
            best, fits = data, place
        else:
            fails = place
        sure = fits == place > 0 and len(data) * SHARES[place - 1] / SHARES[place] > budget * SURELY
        if sure or fits - fails == 1:
            return best or data, min(fits, len(QUALITIES) - 1)
        place = min(max(_likely(len(data), place, budget), fails + 1), fits - 1)


def _likely(size: float, place: int, budget: int) -> int:
    """The best quality that is likely to stay within the budget, if one gave a file of this size."""
    share = SHARES[place] * budget / size
    return next((number for number, one in enumerate(SHARES) if one <= share), len(SHARES) - 1)


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
    """Write a file so that it is whole or not there, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
