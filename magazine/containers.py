"""What a picture file holds beside its picture: the parts of a JPEG, PNG or WebP file, read byte by byte.

Pillow shows the metadata it knows; a phone, an editor or a stranger can hide more: a second picture behind the
end, an application's own segment, a chunk that no viewer shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

# ITU T.81, table B.1, without APP1 (Exif, XMP), APP2 (colour profile) and COM, which are looked into
JPEG_STANDALONE = {0x01, 0xD8, *range(0xD0, 0xD8)}
JPEG_PLAIN = {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDA, 0xE0, 0xEE, *range(0xC0, 0xC4), *range(0xC5, 0xCC), 0xCD, 0xCE, 0xCF}
JPEG_KNOWN_HEADS = {0xE1: (b"Exif\0", b"http://ns.adobe.com/xap/"), 0xE2: (b"ICC_PROFILE\0",)}
JPEG_COMMENT, JPEG_END = 0xFE, 0xD9
# a scan of megabytes is full of 255s that mark nothing: they are passed over in one search
JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
# PNG, third edition, 11: what shows the picture; text and Exif are Pillow's to tell
PNG_PLAIN = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD",
    b"hIST", b"pHYs", b"sPLT", b"tEXt", b"zTXt", b"iTXt", b"eXIf",
}  # fmt: skip
WEBP_PLAIN = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "}


def strange_parts(data: bytes) -> set[str]:
    """Names of the parts that neither show the picture nor are known metadata; empty for other kinds of files."""
    if data.startswith(b"\xff\xd8"):
        return set(_jpeg(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return set(_png(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return set(_webp(data))
    return set()


def plain_parts(data: bytes) -> list[bytes]:
    """The parts of a picture file that are not its pixels, and so may hold words; other kinds of files whole."""
    if data.startswith(b"\xff\xd8"):
        return list(_without_scans(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return list(_chunks(data, 8, "big", 4, {b"IDAT"}))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return list(_chunks(data, 12, "little", 0, {b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}))
    return [data]


def _without_scans(data: bytes) -> Iterator[bytes]:
    place = 2
    while place + 3 < len(data):
        marker = data[place + 1]
        if data[place] != 0xFF or marker in JPEG_STANDALONE or marker in (0x00, 0xFF):
            found = JPEG_MARKER.search(data, place)
            if not found:
                return
            place = found.start()
            continue
        if marker == JPEG_END:
            break
        size = max(int.from_bytes(data[place + 2 : place + 4], "big"), 2)
        yield data[place + 4 : place + 2 + size]
        place += 2 + size
    yield data[place + 2 :]


def _chunks(
    data: bytes, place: int, order: Literal["big", "little"], check: int, pixels: set[bytes]
) -> Iterator[bytes]:
    """Bodies of the chunks of a PNG (each with a checksum behind it) or WebP (each of an even length)."""
    while place + 8 <= len(data):
        head, second = data[place : place + 4], data[place + 4 : place + 8]
        size, name = (head, second) if check else (second, head)
        length = int.from_bytes(size, order)
        if name not in pixels:
            yield data[place : place + 8 + length]
        place += 8 + length + (check or length % 2)
        if name == b"IEND":
            break
    yield data[place:]


def _jpeg(data: bytes) -> Iterator[str]:
    place = 2
    while place + 1 < len(data):
        if data[place] != 0xFF:  # inside a scan
            found = JPEG_MARKER.search(data, place)
            if not found:
                return
            place = found.start()
        marker = data[place + 1]
        if marker == JPEG_END:
            yield from _behind(data[place + 2 :])
            return
        if marker in JPEG_STANDALONE or marker in (0x00, 0xFF):
            place += 1 if marker == 0xFF else 2
            continue
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        head = data[place + 4 : place + 36]
        known = marker in JPEG_PLAIN or marker == JPEG_COMMENT or head.startswith(JPEG_KNOWN_HEADS.get(marker, ()))
        if not known:
            yield "IPTC" if marker == 0xED else f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else f"{marker:02X}"
        place += 2 + max(size, 2)


def _png(data: bytes) -> Iterator[str]:
    place = 8
    while place + 8 <= len(data):
        size, name = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if name not in PNG_PLAIN:
            yield f"chunk {name.decode('latin-1')}"
        place += 12 + size
        if name == b"IEND":
            yield from _behind(data[place:])
            return


def _webp(data: bytes) -> Iterator[str]:
    end = 8 + int.from_bytes(data[4:8], "little")
    place = 12
    while place + 8 <= min(end, len(data)):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if name not in WEBP_PLAIN:
            yield f"chunk {name.decode('latin-1')}"
        place += 8 + size + size % 2
    yield from _behind(data[end:])


def _behind(rest: bytes) -> Iterator[str]:
    if rest.strip(b"\0\r\n "):
        yield "bytes behind the end"
