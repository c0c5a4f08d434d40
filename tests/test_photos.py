"""What a picture tells beside its pixels is found, and nothing of it is left after cleaning."""

import io
import json
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin
from toolbox import need

from magazine import photos

CANARY = "CanaryOsh72"
Ifd = ExifTags.IFD
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{CANARY}</a></x:xmpmeta>'.encode()


def plain(mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (32, 24), "red")


def saved(form: str, image: Image.Image | None = None, **how: Any) -> bytes:
    stream = io.BytesIO()
    (image or plain()).save(stream, form, **how)
    return stream.getvalue()


def exif(block: int | None = None, **tags: Any) -> Image.Exif:
    """Exif data with tags by their names."""
    made = Image.Exif()
    names: type[Any] = ExifTags.GPS if block == Ifd.GPSInfo else ExifTags.Base
    target = made if block is None else made.get_ifd(block)
    target.update({getattr(names, name): value for name, value in tags.items()})
    return made


def segment(marker: int, data: bytes) -> bytes:
    """A JPEG with one more segment behind its first two bytes."""
    whole = saved("JPEG")
    return whole[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data + whole[2:]


def chunk(name: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    whole = saved("PNG")
    made = struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return whole[:33] + made + whole[33:]


def with_thumbnail() -> bytes:
    """A JPEG whose only Exif data is a small picture of what it showed before it was cut."""
    small = saved("JPEG")
    second = 8 + 2 + 12 + 4
    first = struct.pack("<HHHIII", 1, ExifTags.Base.Orientation, 3, 1, 1, second)
    place = second + 2 + 24 + 4
    entries = struct.pack("<HHHII", 2, 0x201, 4, 1, place) + struct.pack("<HHII", 0x202, 4, 1, len(small)) + bytes(4)
    return segment(0xE1, b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + entries + small)


def between_scans() -> bytes:
    """A progressive JPEG with a segment between its scans, far behind its head."""
    whole = saved("JPEG", Image.effect_noise((200, 200), 90), progressive=True)
    place = whole.rindex(b"\xff\xda")
    return whole[:place] + b"\xff\xeb" + struct.pack(">H", len(CANARY) + 2) + CANARY.encode() + whole[place:]


def text_png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    return saved("PNG", pnginfo=info)


GPS = exif(
    Ifd.GPSInfo, GPSLatitudeRef="N", GPSLatitude=(42.0, 52.0, 30.0), GPSLongitudeRef="E", GPSLongitude=(74.0, 36.0, 0.0)
)
PRIVATE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a place": ("GPS", lambda: saved("JPEG", exif=GPS)),
    "a name": ("Artist", lambda: saved("JPEG", exif=exif(Artist=CANARY))),
    "a right": ("Copyright", lambda: saved("JPEG", exif=exif(Copyright=CANARY))),
    "a description": ("ImageDescription", lambda: saved("JPEG", exif=exif(ImageDescription=CANARY))),
    "a remark": (
        "UserComment",
        lambda: saved("JPEG", exif=exif(Ifd.Exif, UserComment=b"ASCII\0\0\0" + CANARY.encode())),
    ),
    "a number of the camera": ("BodySerialNumber", lambda: saved("JPEG", exif=exif(Ifd.Exif, BodySerialNumber=CANARY))),
    "an owner": ("CameraOwnerName", lambda: saved("JPEG", exif=exif(Ifd.Exif, CameraOwnerName=CANARY))),
    "a maker's note": ("MakerNote", lambda: saved("JPEG", exif=exif(Ifd.Exif, MakerNote=CANARY.encode()))),
    "a title of Windows": ("XPTitle", lambda: saved("JPEG", exif=exif(XPTitle=CANARY.encode("utf-16-le")))),
    "XMP": ("XMP", lambda: saved("JPEG", xmp=XMP)),
    "IPTC": (
        "IPTC",
        lambda: segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02P\0\x0b" + CANARY.encode()),
    ),
    "a free comment": ("comment", lambda: saved("JPEG", comment=CANARY.encode())),
    "a comment that begins like a tool's": ("comment", lambda: saved("JPEG", comment="Optimized by Мира".encode())),
    "a text in a PNG": ("text «Author»", lambda: text_png(Author=CANARY)),
    "a place in a PNG": ("GPS", lambda: saved("PNG", exif=GPS.tobytes())),
    "XMP in a PNG": ("XMP", lambda: text_png(**{"XML:com.adobe.xmp": XMP.decode()})),
    "a place in a WebP": ("GPS", lambda: saved("WEBP", exif=GPS)),
    "a name in a WebP": ("Artist", lambda: saved("WEBP", exif=exif(Artist=CANARY))),
    "XMP in a WebP": ("XMP", lambda: saved("WEBP", xmp=XMP)),
}
NOISE = saved("JPEG", Image.effect_noise((200, 200), 90))
HIDDEN: dict[str, Callable[[], bytes]] = {  # what must be found, by whatever name
    "the thumbnail of the uncut picture": with_thumbnail,
    "a certificate of origin (C2PA)": lambda: segment(0xEB, b"JP\0\1\0\0\0\1" + CANARY.encode()),
    "another maker's segment": lambda: segment(0xEC, b"Ducky\0" + CANARY.encode()),
    "a segment between the scans": between_scans,
    "bytes behind the picture": lambda: saved("JPEG") + CANARY.encode(),
    "bytes behind a noisy picture": lambda: NOISE + CANARY.encode(),
    "bytes behind fillers": lambda: saved("JPEG")[:-2] + b"\xff\xff\xff\xd9" + CANARY.encode(),
    "an unknown chunk of a PNG": lambda: chunk(b"caNv", CANARY.encode()),
    "bytes behind a PNG": lambda: saved("PNG") + CANARY.encode(),
}
TECHNICAL: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a camera": ("Model", lambda: saved("JPEG", exif=exif(Model="X100"))),
    "a day": ("DateTimeOriginal", lambda: saved("JPEG", exif=exif(Ifd.Exif, DateTimeOriginal="2012:06:03 10:00:00"))),
    "a program": ("Software", lambda: saved("JPEG", exif=exif(Software="GIMP 2.8"))),
    "a program in a PNG": ("text «Software»", lambda: text_png(Software="GIMP 2.8")),
    "a tool's mark": (
        "comment",
        lambda: saved("JPEG", comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n"),
    ),
    "another tool's mark": ("comment", lambda: saved("JPEG", comment=b"Lavc58.54.100")),
}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "picture.jpg"
        path.write_bytes(data)
        return path

    return write


Write = Callable[[bytes], Path]


@pytest.mark.parametrize("name", PRIVATE)
def test_what_tells_a_place_or_a_person_is_private(name: str, file: Write) -> None:
    what, make = PRIVATE[name]
    assert what in photos.inspect(file(make())).private


@pytest.mark.parametrize("name", HIDDEN)
def test_what_lies_beside_is_private(name: str, file: Write) -> None:
    assert photos.inspect(file(HIDDEN[name]())).private


@pytest.mark.parametrize("name", TECHNICAL)
def test_what_tells_a_tool_or_a_time_is_technical(name: str, file: Write) -> None:
    what, make = TECHNICAL[name]
    assert photos.inspect(file(make())) == photos.Findings((), (what,))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_tells_how_to_show_it_is_nothing(form: str, file: Write) -> None:
    how = exif(Orientation=6, XResolution=72.0, YResolution=72.0, ResolutionUnit=2)
    assert photos.inspect(file(saved(form, exif=how))) == photos.Findings()
    assert photos.inspect(file(saved(form))) == photos.Findings()


# Cleaning


DIRTY = {name: make for name, (_, make) in {**PRIVATE, **TECHNICAL}.items()} | HIDDEN


@pytest.mark.parametrize("name", DIRTY)
def test_nothing_is_left_after_cleaning(name: str, file: Write, tmp_path: Path) -> None:
    target = tmp_path / "clean.jpg"
    photos.clean(file(DIRTY[name]()), target)
    assert photos.inspect(target) == photos.Findings()
    assert CANARY.encode() not in target.read_bytes()
    with Image.open(target) as image:
        assert image.format == "JPEG"
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()


@pytest.mark.parametrize("name", DIRTY)
def test_pixels_carry_nothing(name: str, file: Write) -> None:
    image = photos.pixels(file(DIRTY[name]()))
    assert (image.mode, image.info) == ("RGB", {})
    assert not image.getexif()
    assert CANARY.encode() not in saved("PNG", image)


def test_exiftool_finds_nothing_after_cleaning(tmp_path: Path) -> None:
    tool = need("exiftool")
    for number, make in enumerate(DIRTY.values()):
        (tmp_path / "dirty").write_bytes(make())
        photos.clean(tmp_path / "dirty", tmp_path / f"{number}.jpg")
    (tmp_path / "dirty").unlink()
    out = subprocess.run(
        [tool, "-json", "-G1", "-a", "-u", "-U", "-ee", tmp_path], capture_output=True, check=True
    ).stdout
    found = json.loads(out)
    assert len(found) == len(DIRTY)
    assert {tag.split(":")[0] for one in found for tag in one} == {
        "SourceFile",
        "ExifTool",
        "System",
        "File",
        "JFIF",
        "Composite",
    }
    assert not [tag for one in found for tag in one if "Comment" in tag]


# How it looks


CORNERS = {"red": (0, 0), "blue": (31, 23)}


def marked() -> Image.Image:
    """Upright it is red at the upper left and blue at the lower right."""
    image = Image.new("RGB", (32, 24), "white")
    image.paste("red", (0, 0, 8, 8))
    image.paste("blue", (24, 16, 32, 24))
    return image


TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_it_is_turned_upright(orientation: int, form: str, file: Write) -> None:
    turn = TURNS[orientation]
    lying = marked() if turn is None else marked().transpose(turn)
    how = {"lossless": True} if form == "WEBP" else {}
    image = photos.pixels(file(saved(form, lying, exif=exif(Orientation=orientation), **how)))
    assert image.size == (32, 24)
    assert [image.getpixel(place) for place in CORNERS.values()] == [(255, 0, 0), (0, 0, 255)]


def test_a_jpeg_is_turned_upright(file: Write, tmp_path: Path) -> None:
    lying = marked().transpose(Image.Transpose.ROTATE_90)
    size = photos.clean(
        file(saved("JPEG", lying, exif=exif(Orientation=6), quality=95, subsampling=0)), tmp_path / "clean.jpg"
    )
    with Image.open(tmp_path / "clean.jpg") as image:
        assert size == image.size == (32, 24)
        red, blue = (image.getpixel(place) for place in CORNERS.values())
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > 100 > red[2]
    assert blue[2] > 200 > 100 > blue[0]


@pytest.mark.parametrize(
    ("image", "how", "form"),
    [
        (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), {}, "PNG"),
        (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), {"lossless": True}, "WEBP"),
        (Image.new("LA", (4, 4), (0, 0)), {}, "PNG"),
        (Image.new("P", (4, 4), 0), {"transparency": 0}, "PNG"),
        (Image.new("L", (4, 4), 0), {"transparency": 0}, "PNG"),
        (Image.new("RGB", (4, 4), (1, 2, 3)), {"transparency": (1, 2, 3)}, "PNG"),
    ],
    ids=["RGBA", "RGBA WebP", "LA", "P", "L with one clear tone", "RGB with one clear colour"],
)
def test_what_is_clear_becomes_white(image: Image.Image, how: dict[str, Any], form: str, file: Write) -> None:
    assert photos.pixels(file(saved(form, image, **how))).getpixel((0, 0)) == (255, 255, 255)


def test_what_is_half_clear_is_mixed_with_white(file: Write) -> None:
    half = photos.pixels(file(saved("PNG", Image.new("RGBA", (4, 4), (255, 0, 0, 128))))).getpixel((0, 0))
    assert half == (255, 127, 127)


@pytest.mark.parametrize(
    ("image", "form", "grey"),
    [
        (Image.new("L", (4, 4), 100), "PNG", 100),
        (Image.new("1", (4, 4), 1), "PNG", 255),
        (Image.new("CMYK", (4, 4), (0, 0, 0, 0)), "JPEG", 255),
        (Image.new("I;16", (4, 4), 100 * 257), "PNG", 100),
    ],
    ids=["grey", "black and white", "for print", "16 bits of grey"],
)
def test_other_kinds_of_pixels_keep_their_tone(image: Image.Image, form: str, grey: int, file: Write) -> None:
    found = photos.pixels(file(saved(form, image))).getpixel((0, 0))
    assert isinstance(found, tuple)
    assert max(abs(tone - grey) for tone in found) <= 1


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_enlarged(file: Write, tmp_path: Path) -> None:
    large, small = saved("JPEG", Image.new("RGB", (2400, 1200))), saved("JPEG", Image.new("RGB", (90, 40)))
    assert photos.clean(file(large), tmp_path / "a.jpg") == (1600, 800)
    assert photos.clean(file(small), tmp_path / "b.jpg") == (90, 40)


# What is no picture


def huge_png() -> bytes:
    """A few bytes that claim to be 20,000 by 20,000 pixels."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


BROKEN = {
    "nothing": b"",
    "a text": b"not a picture",
    "a head alone": b"\x89PNG\r\n\x1a\n",
    "half a JPEG": NOISE[: len(NOISE) // 2],
    "half a PNG": saved("PNG", Image.effect_noise((200, 200), 90))[:9000],
    "half a WebP": saved("WEBP", Image.effect_noise((200, 200), 90))[:3000],
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a GIF": saved("GIF"),
    "a TIFF": saved("TIFF"),
    "a BMP": saved("BMP"),
    "a page": saved("PDF"),
    "too many pixels": huge_png(),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.filterwarnings("error")
def test_what_is_no_whole_picture_is_refused_with_a_reason(name: str, file: Write, tmp_path: Path) -> None:
    source = file(BROKEN[name])
    for use in (photos.inspect, photos.pixels, lambda path: photos.clean(path, tmp_path / "clean.jpg")):
        with pytest.raises(photos.PictureError, match=r"\w"):
            use(source)
    assert not (tmp_path / "clean.jpg").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(photos.PictureError, match=r"\w"):
        photos.inspect(tmp_path / "nothing.jpg")


@pytest.mark.parametrize("width", [1, 300, 1280])
def test_a_picture_is_examined_in_one_go(width: int, file: Write) -> None:
    """A JPEG may come smaller, but never narrower than asked; its size is that of the whole, upright."""
    lying = marked().transpose(Image.Transpose.ROTATE_90).resize((960, 1280))
    data = saved("JPEG", lying, exif=exif(Orientation=6, Artist=CANARY))
    seen = photos.examined(data, width)
    assert seen.findings == photos.inspect(file(data)) == photos.Findings(("Artist",))
    assert seen.size == photos.pixels(file(data)).size == (1280, 960)
    assert seen.image.size == {1: (160, 120), 300: (320, 240), 1280: (1280, 960)}[width]
    assert (seen.image.mode, seen.image.info) == ("RGB", {})
    step = seen.image.width // 32
    shown = [seen.image.getpixel((x * step, y * step)) for x, y in CORNERS.values()]
    assert [tuple(tone > 128 for tone in one) for one in shown if isinstance(one, tuple)] == [
        (True, False, False), (False, False, True),
    ]  # fmt: skip


def test_exif_data_that_no_program_writes_does_not_stop_it(file: Write) -> None:
    """Orientation, and a place of further data that is a word."""
    entries = struct.pack("<HHII", ExifTags.Base.Orientation, 3, 1, 6)
    entries += struct.pack("<HHI", ExifTags.Base.ExifOffset, 2, 4) + b"abc\0"
    data = segment(0xE1, b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4))
    assert photos.pixels(file(data)).size == (24, 32)


def test_exif_data_that_cannot_be_read_may_hide_anything(file: Write) -> None:
    data = segment(0xE1, b"Exif\0\0MM\0\x7f" + CANARY.encode())
    assert photos.inspect(file(data)) == photos.Findings(("Exif",))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_exif_data_that_cannot_be_read_is_told(form: str, file: Write) -> None:
    data = saved(form, exif=exif(Orientation=6).tobytes())
    head = b"MM\0*" if b"MM\0*" in data else b"II*\0"
    broken = data.replace(head, b"MM\0\x7f")
    if form == "PNG":  # with a right checksum
        at = broken.index(b"eXIf")
        size = int.from_bytes(broken[at - 4 : at], "big")
        check = struct.pack(">I", zlib.crc32(broken[at : at + 4 + size]))
        broken = broken[: at + 4 + size] + check + broken[at + 8 + size :]
    for use in (photos.inspect, photos.pixels):
        with pytest.raises(photos.PictureError, match=r"\w"):
            use(file(broken))
