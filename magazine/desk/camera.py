"""Pictures as phones, cameras and programs bring them, opened: also those that no text shows as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from magazine import photos
from magazine.colours import display_p3
from magazine.messages import say
from magazine.photos import PictureError, TooLargeError

MAX_BYTES = 100_000_000
HEIC = "HEIC"
# the brands of ISO/IEC 23008-12, annex B, and of AVIF 1.1, 8; a general one says nothing of how pixels are packed
HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
AV1 = {b"avif", b"avis"}
GENERAL = {b"mif1", b"msf1"}
P3_PRIMARIES = 12  # ITU-T H.273, table 2: SMPTE EG 432-1


@dataclass(frozen=True)
class Shot:
    """A picture, upright, in sRGB, nothing but pixels; whether it was kept without loss, and whether it moved."""

    image: Image.Image
    is_exact: bool
    moves: bool


def opened(path: Path) -> Shot:
    """The picture in a file; of a moving one the first, of several in a file the one it names as its main one.

    Raises PictureError with a sentence for the editor.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise PictureError(error.strerror or str(error)) from error
    if size > MAX_BYTES:
        raise PictureError(say("the file is larger than %(number)d MB", number=MAX_BYTES // 1_000_000))
    data = photos.read(path)
    kind = _kind(data)
    if not kind:
        raise PictureError(say("it is no JPEG, PNG, WebP, HEIC or AVIF picture"))
    try:
        image = _heic(data) if kind == HEIC else photos.whole(data, (kind,))
        moves = kind != "JPEG" and getattr(image, "is_animated", False)  # a phone's JPEG may hold a second picture
        return Shot(photos.upright(image), kind == "PNG", moves)
    except TooLargeError as error:
        number = photos.MAX_PIXELS // 1_000_000
        raise PictureError(say("it has more than %(number)d million pixels", number=number)) from error
    except ImportError as error:
        sentence = say("HEIC pictures cannot be opened on this computer; save it as JPEG on the phone, and take that")
        raise PictureError(sentence) from error
    except (PictureError, OSError, ValueError, MemoryError) as error:
        reason = " ".join(str(error).split())  # some have lines
        raise PictureError(
            say("the file is damaged or was not copied to its end (%(reason)s)", reason=reason)
        ) from error


def _kind(data: bytes) -> str:
    """How the pixels of a file are packed, by its first bytes, whatever its name; empty if in no way of ours."""
    if data.startswith(b"\xff\xd8"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] != b"ftyp":
        return ""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[place : place + 4] for place in range(16, size, 4))}
    if brands & AV1 and data[8:12] not in HEVC:
        return "AVIF"
    return HEIC if brands & (HEVC | GENERAL) else ""


def _heic(data: bytes) -> Image.Image:
    """The main picture of a HEIC file, turned as the file says; what its Exif data says of that is for nobody."""
    # a library of some megabytes that only these files need, and that not every computer can have
    from pillow_heif import open_heif  # noqa: PLC0415

    try:
        file = open_heif(data)
        photos.checked_size(*file.size)
        image: Image.Image = file.to_pillow()
    except (RuntimeError, SyntaxError, EOFError, IndexError) as error:
        raise PictureError(str(error) or type(error).__name__) from error
    named = file.info.get("nclx_profile") or {}
    profile = file.info.get("icc_profile") or (display_p3() if named.get("color_primaries") == P3_PRIMARIES else None)
    image.info = {"icc_profile": profile} if profile else {}
    return image
