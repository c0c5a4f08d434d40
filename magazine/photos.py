"""Inspecting and cleaning pictures: what a file carries beside its pixels, and the pixels alone."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, ImageChops, ImageOps, UnidentifiedImageError

from magazine.colours import in_srgb
from magazine.containers import strange_parts

# JPEG is decoded for these three only: every further decoder is a further way in
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 60_000_000
CLEAN_WIDTH, CLEAN_QUALITY = 1600, 88
PALETTE = 256  # colours that fit into a byte
LYING = range(5, 9)  # Exif 2.32, 4.6.4 A: the orientations whose rows stand upright

# Exif 2.32: tags that tell how to show the picture, and nothing of where, when or who
PLAIN_TAGS = {
    ExifTags.Base.Orientation, ExifTags.Base.XResolution, ExifTags.Base.YResolution, ExifTags.Base.ResolutionUnit,
    ExifTags.Base.YCbCrPositioning, ExifTags.Base.ExifOffset, ExifTags.Base.ExifVersion, ExifTags.Base.ColorSpace,
    ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight, ExifTags.Base.ComponentsConfiguration,
    ExifTags.Base.FlashPixVersion, ExifTags.Base.ImageWidth, ExifTags.Base.ImageLength,
}  # fmt: skip
# ... that name a place or a person, or can: free text, serial numbers, what a maker hides in a note of its own
PRIVATE_TAGS = {
    ExifTags.Base.GPSInfo, ExifTags.Base.Artist, ExifTags.Base.Copyright, ExifTags.Base.ImageDescription,
    ExifTags.Base.UserComment, ExifTags.Base.CameraOwnerName, ExifTags.Base.BodySerialNumber,
    ExifTags.Base.LensSerialNumber, ExifTags.Base.ImageUniqueID, ExifTags.Base.MakerNote, ExifTags.Base.HostComputer,
    ExifTags.Base.DocumentName, ExifTags.Base.PageName, ExifTags.Base.XPTitle, ExifTags.Base.XPComment,
    ExifTags.Base.XPAuthor, ExifTags.Base.XPKeywords, ExifTags.Base.XPSubject, 0xC4A5, 0x02BC, 0x83BB, 0x8649,
}  # fmt: skip
TOOLS = "CREATOR: gd-jpeg|Lavc|File written by Adobe|Created with GIMP|Optimized by|LEAD Technologies"
TOOL_MARK = re.compile(rf"({TOOLS})[\x20-\x7e]*")
BLOCKS = {"xmp": "XMP", "XML:com.adobe.xmp": "XMP", "photoshop": "IPTC"}


@dataclass(frozen=True)
class Findings:
    """What a picture file carries: ``private`` may tell a place or a person, ``technical`` does not."""

    private: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examined:
    """What one decoding tells: findings, the upright size of the whole picture, and its pixels, if need be reduced."""

    findings: Findings
    size: tuple[int, int]
    image: Image.Image


class PictureError(Exception):
    """The file is no picture that can be read; the message says why."""


class TooLargeError(PictureError):
    """The picture has more pixels than are ever opened; the message tells how many."""


def inspect(path: Path) -> Findings:
    """What the file carries beside its pixels. Raises PictureError."""
    return measured(path)[0]


def measured(path: Path) -> tuple[Findings, int]:
    """What the file carries beside its pixels, and the width of the upright picture. Raises PictureError."""
    data = read(path)
    image, (width, _) = _opened(data, 1)
    return _findings(image, data), width


def examined(data: bytes, width: int) -> Examined:
    """The picture in the bytes of a file, in one decoding; ``width`` is what its pixels are needed for.

    Raises PictureError.
    """
    image, size = _opened(data, width)
    return Examined(_findings(image, data), size, upright(image))


def texts(data: bytes) -> list[str]:
    """The words that Pillow reads in a picture's metadata, compressed ones too; none where it can read nothing."""
    damage = (OSError, SyntaxError, ValueError, EOFError, MemoryError, LookupError, Image.DecompressionBombError)
    values: list[object] = []
    with contextlib.suppress(*damage):
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        values += [*image.info.values(), *getattr(image, "text", {}).values()]
        exif = image.getexif()
        values += exif.values()
        for part in ExifTags.IFD:
            with contextlib.suppress(*damage):  # a part that is missing or damaged hides no other
                values += exif.get_ifd(part).values()
    return [value for value in values if isinstance(value, str)]


def pixels(path: Path) -> Image.Image:
    """The picture as an upright RGB image that carries nothing but its pixels. Raises PictureError."""
    return upright(whole(read(path)))


def whole(data: bytes, formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """The picture in the bytes of a file as it stands there, with its pixels loaded. Raises PictureError."""
    return _opened(data, None, formats)[0]


def upright(image: Image.Image) -> Image.Image:
    """A new RGB picture that carries nothing but pixels: turned as its Exif data says, in sRGB, on white."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits of grey
        image.info.pop("transparency", None)  # one tone of 65,536
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "P") or "transparency" in image.info:
        # what is see-through can be brought back by anybody: a face that was rubbed out, for one
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    if profile:
        image = in_srgb(image, profile)
    # pixels are copied into a new image: everything else the file brought stays behind
    bare = Image.new("RGB", image.size)
    bare.paste(image if image.mode == "RGB" else image.convert("RGB"))
    bare.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(bare, in_place=True)
    bare.getexif().clear()
    return bare


def checked_size(width: int, height: int) -> None:
    """Raises TooLargeError if a picture of this size is larger than any that is opened."""
    if width * height > MAX_PIXELS:
        raise TooLargeError(f"{width} × {height}")


def read(path: Path) -> bytes:
    """The bytes of a file. Raises PictureError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(error.strerror or str(error)) from error


def clean(source: Path, target: Path) -> tuple[int, int]:
    """Write the picture upright, at most 1,600 pixels wide, without any metadata; its new width and height.

    Raises PictureError if the source is no picture.
    """
    image = shrunk(pixels(source))
    target.write_bytes(as_jpeg(image))
    return image.size


def shrunk(image: Image.Image) -> Image.Image:
    """The picture, at most 1,600 pixels wide and high."""
    image.thumbnail((CLEAN_WIDTH, CLEAN_WIDTH), Image.Resampling.LANCZOS)
    return image


def as_jpeg(image: Image.Image) -> bytes:
    """A JPEG as good as a source has to be."""
    result = io.BytesIO()
    image.save(result, "JPEG", quality=CLEAN_QUALITY, optimize=True)
    return result.getvalue()


def as_png(image: Image.Image) -> bytes:
    """A PNG that loses nothing, with a palette where the colours are few."""
    result = io.BytesIO()
    if image.getcolors(PALETTE):
        few = image.quantize(PALETTE, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        if not ImageChops.difference(few.convert("RGB"), image).getbbox():
            image = few
    image.save(result, "PNG", optimize=True)
    return result.getvalue()


def _opened(
    data: bytes, width: int | None = None, formats: tuple[str, ...] = FORMATS
) -> tuple[Image.Image, tuple[int, int]]:
    """The picture with its pixels loaded, a JPEG reduced while ``width`` is left of it; the upright size of the whole.

    A reduced JPEG is read to its end all the same, so that one that is cut off is found. Raises PictureError.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        size = image.size
        checked_size(*size)
        if width and image.format == "JPEG":
            image.draft(None, (1, width) if _lies(image) else (width, 1))
        image.load()
        return image, size[::-1] if _lies(image) else size
    except Image.DecompressionBombError as error:
        raise TooLargeError(type(error).__name__) from error
    except UnidentifiedImageError as error:
        raise PictureError(type(error).__name__) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise PictureError(getattr(error, "strerror", None) or str(error) or type(error).__name__) from error


def _lies(image: Image.Image) -> bool:
    return image.getexif().get(ExifTags.Base.Orientation) in LYING


def _findings(image: Image.Image, data: bytes) -> Findings:
    private, technical = _exif_names(image)
    private |= strange_parts(data)
    private.update(what for name, what in BLOCKS.items() if image.info.get(name))
    if comment := image.info.get("comment"):
        text = comment.decode("latin-1") if isinstance(comment, bytes) else str(comment)
        (technical if TOOL_MARK.fullmatch(text.strip("\0 \r\n")) else private).add("comment")
    for name in getattr(image, "text", {}):
        (technical if name == "Software" else private).add(f"text «{name}»")
    return Findings(tuple(sorted(private)), tuple(sorted(technical)))


def _exif_names(image: Image.Image) -> tuple[set[str], set[str]]:
    private: set[str] = set()
    technical: set[str] = set()
    exif = image.getexif()
    if image.info.get("exif") and not exif:  # whatever it is, Pillow cannot read it
        private.add("Exif")
    for block in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in block.items():
            if tag in PLAIN_TAGS or value in ("", b"", None):
                continue
            name = ExifTags.TAGS.get(tag, f"tag {tag}")
            if tag == ExifTags.Base.GPSInfo:
                name = "GPS"
            (private if tag in PRIVATE_TAGS else technical).add(name)
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        private.add("GPS")
    if exif.get_ifd(ExifTags.IFD.IFD1):  # the picture as it was before it was cut
        private.add("thumbnail")
    return private, technical
