"""Photographs of 12 million pixels and some three megabytes, made quickly: no two of them show the same.

A few noisy pictures are drawn and encoded; every further one is such a file with another step in its
table of quantization, so that its bytes and its pixels differ and nothing has to be encoded again.
"""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image

from .corpus import Corpus, Frame

SIZE = (4000, 3000)
QUALITY = 89
BASES = 4
TABLE = b"\xff\xdb"  # what a table of quantization begins with
VARIED = 32  # steps that are varied, from the first one after the mean brightness on


def hang(corpus: Corpus, content: Path) -> None:
    """Write all photographs of a corpus beside their stories, where the magazine wants them."""
    from .layouts import folder

    bases = [_drawn(number) for number in range(BASES)] if corpus.photographs else []
    for frame in (corpus.frame(number) for number in range(corpus.stories)):
        for place in range(frame.photographs):
            path = content / folder(frame) / f"photo-{place + 1}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_varied(bases, corpus.first_photograph(frame.number) + place))


def shown(body: str, frame: Frame) -> str:
    """The body with the story's photographs, one after each of its first paragraphs."""
    blocks = body.split("\n\n")
    for place in reversed(range(frame.photographs)):
        at = 1 + place * 3 % len(blocks)
        blocks.insert(at, f"![{frame.slug} {place + 1}](photo-{place + 1}.jpg)")
    return "\n\n".join(blocks)


def _drawn(number: int) -> bytes:
    """A picture with light, shapes and grain as a camera has them, as JPEG without metadata."""
    chance = random.Random(f"photograph {number}")
    picture = _noise(chance, 12)
    for width, share in ((80, 0.35), (1000, 0.22)):
        picture = Image.blend(picture, _noise(chance, width), share)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


def _noise(chance: random.Random, width: int) -> Image.Image:
    height = width * SIZE[1] // SIZE[0]
    return Image.frombytes("RGB", (width, height), chance.randbytes(3 * width * height)).resize(SIZE)


def _varied(bases: list[bytes], number: int) -> bytes:
    data = bytearray(bases[number % BASES])
    variation = number // BASES
    first = data.index(TABLE) + 5  # marker, length, number of the table
    data[first + 1 + variation % VARIED] += 1 + variation // VARIED
    return bytes(data)
