"""Pictures in the cache folder, by the hash of source and recipe: variants made of clean pixels only.

Each picture is decoded once: the same look finds what it carries beside its pixels.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from magazine import photos
from magazine.photos import Findings
from magazine.site.variants import LARGE_WIDTH, RECIPE, variants


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


def digest(path: Path) -> str:
    """The hash of a file, by which what is made of it is kept. Raises photos.PictureError."""
    return hashed(photos.read(path))


def prepared(source: Path, digest: str | None, cache: Path) -> Shapes:
    """Make sure that all variants of a picture stand in the cache; it holds no state and may run in any process.

    Without a digest it is found out, in the same reading. A cache that is damaged or cannot be written costs time only.
    Raises photos.PictureError.
    """
    return ensured(source, digest, cache)[0]


def ensured(source: Path, known: str | None, cache: Path) -> tuple[Shapes, Mapping[str, bytes]]:
    """What ``prepared`` tells, and the bytes of the variants by the ends of their names if they had to be made."""
    data = b"" if known else photos.read(source)
    shapes = _remembered(known or hashed(data), cache)
    return (shapes, {}) if shapes else made(data or photos.read(source), cache)


def made(data: bytes, cache: Path) -> tuple[Shapes, Mapping[str, bytes]]:
    """The shapes of the picture in these bytes, and its variants by the ends of their names; kept if it can be."""
    seen = photos.examined(data, LARGE_WIDTH)
    shapes: list[Shape] = []
    encoded: dict[str, bytes] = {}
    for end, image, variant in variants(seen.image, seen.size):
        encoded[end] = variant
        shapes.append(Shape(end, *image.size, len(variant), hashed(variant)))
    # of these very bytes: the source may have changed since somebody took its digest
    result = Shapes(hashed(data), seen.findings, tuple(shapes))
    body = json.dumps({"findings": asdict(result.findings), "variants": [asdict(shape) for shape in shapes]})
    try:
        for end, path in result.files(cache).items():
            _write(path, encoded[end])
        # last: where an index stands, its variants stood
        index = cache / f"{_key(result.digest)}.json"
        _write(index, f"{hashed(body.encode())}\n{body}".encode())
    except OSError:
        return replace(result, stands=False), encoded
    return result, encoded


def hashed(data: bytes) -> str:
    """A short hash of some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _key(digest: str) -> str:
    return hashed(f"{RECIPE}\n{digest}".encode())


def _remembered(digest: str, cache: Path) -> Shapes | None:
    """What the index in the cache tells of a picture; None if it is damaged, or a variant has another size."""
    try:
        checksum, _, body = (cache / f"{_key(digest)}.json").read_text("utf-8").partition("\n")
        if checksum != hashed(body.encode()):
            return None
        told = json.loads(body)
        findings = Findings(*(tuple(told["findings"][name]) for name in ("private", "technical")))
        shapes = Shapes(digest, findings, tuple(Shape(**shape) for shape in told["variants"]))
        files = shapes.files(cache)
        whole = all(files[shape.end].stat().st_size == shape.size for shape in shapes.variants)
    except (OSError, ValueError):
        return None
    return shapes if whole else None


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
