"""How a picture is made small: JPEG baseline and WebP, two widths, and a large JPEG behind a link."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PIL import Image, __version__, features
from PIL.Image import Resampling

from magazine import colours, containers, photos

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
CODECS = [features.version(name) for name in ("jpg", "libjpeg_turbo", "webp", "zlib", "littlecms2")]
# findings are kept with the variants: other rules of what is private are another recipe
RULES = [
    hashlib.blake2b(Path(name).read_bytes()).hexdigest()
    for name in (colours.__file__, containers.__file__, photos.__file__)
]
CHOSEN = (WIDTHS, LARGE_WIDTH, BUDGETS, QUALITIES, SHARES, WEBP_SHARE, SURELY, METHODS)
RECIPE = f"2 {CHOSEN} {__version__} {CODECS} {RULES}"


def variants(image: Image.Image, full: tuple[int, int]) -> Iterator[tuple[str, Image.Image, bytes]]:
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
