"""What phones and programs bring is opened: upright, in the right colours, or with a sentence that says why not."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageSequence

from magazine import colours
from magazine.desk import camera
from magazine.photos import PictureError

REPOSITORY = Path(__file__).resolve().parent.parent
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


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def saved(image: Image.Image, form: str = "HEIF", **how: Any) -> bytes:
    pillow_heif.register_heif_opener()
    stream = io.BytesIO()
    image.save(stream, form, **how)
    return stream.getvalue()


def marked() -> Image.Image:
    """Upright it is red at the upper left and blue at the lower right."""
    image = Image.new("RGB", (96, 64), "white")
    image.paste("red", (0, 0, 32, 32))
    image.paste("blue", (64, 32, 96, 64))
    return image


def shot(tmp_path: Path, data: bytes, name: str = "shot.heic") -> camera.Shot:
    (tmp_path / name).write_bytes(data)
    return camera.opened(tmp_path / name)


def tones(image: Image.Image, x: int = 8, y: int = 8) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def refused(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(PictureError, match=r"\w") as caught:
        shot(tmp_path, data)
    return str(caught.value)


# HEIC and AVIF


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("form", ["HEIF", "AVIF"])
def test_it_is_turned_upright_once(form: str, orientation: int, tmp_path: Path) -> None:
    """Phones write how to turn it twice: for readers of HEIC, and in the Exif data for all others."""
    turn = TURNS[orientation]
    lying = marked() if turn is None else marked().transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = saved(lying, form, exif=exif.tobytes(), quality=95)
    assert (b"irot" in data or b"imir" in data) == (orientation > 1)
    image = shot(tmp_path, data).image
    assert image.size == (96, 64)
    red, blue = tones(image), tones(image, 88, 56)
    assert red[0] > 200 > 100 > red[2]
    assert blue[2] > 200 > 100 > blue[0]


def test_nothing_but_pixels_is_left(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "CanaryOsh72"
    data = saved(marked(), exif=exif.tobytes(), xmp=b"<x>CanaryOsh72</x>", icc_profile=colours.display_p3())
    assert data.count(b"CanaryOsh72") == 2
    image = shot(tmp_path, data).image
    assert (image.mode, image.info) == ("RGB", {})
    assert not image.getexif()


P3_RED = (234, 51, 35)  # where a phone's screen shows the red of the web


def test_colours_of_a_phone_are_kept(tmp_path: Path) -> None:
    flat = Image.new("RGB", (64, 64), P3_RED)
    for how in (
        {"icc_profile": colours.display_p3()},
        {"nclx_profile": {
            "color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6, "full_range_flag": 1,
        }},
    ):  # fmt: skip
        red = tones(shot(tmp_path, saved(flat, quality=95, **how)).image)
        assert red[0] > 250
        assert max(red[1:]) < 12


def test_without_a_profile_colours_are_those_of_the_web(tmp_path: Path) -> None:
    red = tones(shot(tmp_path, saved(Image.new("RGB", (64, 64), P3_RED), quality=95)).image)
    assert max(abs(a - b) for a, b in zip(red, P3_RED, strict=True)) <= 3


def test_ten_bits_are_read(tmp_path: Path) -> None:
    deep = struct.pack("<3H", 40_000, 20_000, 10_000) * 64 * 64
    stream = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (64, 64), deep).save(stream, quality=95)
    assert pillow_heif.open_heif(stream.getvalue()).info["bit_depth"] == 10
    found = tones(shot(tmp_path, stream.getvalue()).image)
    assert max(abs(a - b) for a, b in zip(found, (156, 78, 39), strict=True)) <= 4


@pytest.mark.parametrize(
    ("image", "grey"),
    [
        (Image.new("L", (64, 64), 100), 100),
        (Image.new("RGBA", (64, 64), (255, 0, 0, 0)), 255),
        (Image.new("I;16", (64, 64), 100 * 257), 100),
    ],
    ids=["grey", "see-through", "16 bits of grey"],
)
def test_other_kinds_of_pixels(image: Image.Image, grey: int, tmp_path: Path) -> None:
    assert max(abs(tone - grey) for tone in tones(shot(tmp_path, saved(image, quality=95)).image)) <= 2


def test_of_several_pictures_the_main_one_is_taken(tmp_path: Path) -> None:
    file = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "red"))
    file.add_from_pillow(Image.new("RGB", (96, 64), "blue"))
    stream = io.BytesIO()
    file.save(stream, primary_index=1)
    assert shot(tmp_path, stream.getvalue()).image.size == (96, 64)


def test_where_the_library_is_not_there_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(marked())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert refused(tmp_path, data).startswith("HEIC pictures cannot be opened on this computer; save it as JPEG")
    assert shot(tmp_path, saved(marked(), "JPEG")).image.size == (96, 64)


def test_no_other_command_loads_it() -> None:
    code = (
        "import sys; import magazine.desk.photo, magazine.desk.check, magazine.site.build, magazine.site.run\n"
        "print('pillow_heif' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=True)
    assert told.stdout.strip() == b"False"


# Hostile and damaged files


def with_size(data: bytes, width: int, height: int) -> bytes:
    """A HEIC file that claims another size."""
    place = data.index(b"ispe") + 8
    return data[:place] + struct.pack(">II", width, height) + data[place + 8 :]


HEIC = saved(marked())
NOISE = saved(Image.effect_noise((256, 256), 90).convert("RGB"), quality=90)


@pytest.mark.parametrize("width", [8_000, 20_000])
def test_a_picture_of_too_many_pixels_is_not_opened(width: int, tmp_path: Path) -> None:
    many = "it has more than 60 million pixels"
    assert refused(tmp_path, with_size(HEIC, width, width)) == many
    assert refused(tmp_path, png(8, 2, bytes(1000), size=width)) == many


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (8_000, 8_000), (0xFFFFFFFF, 0xFFFFFFFF), (0, 0)])
def test_a_size_that_is_a_lie_is_a_sentence(width: int, height: int, tmp_path: Path) -> None:
    assert refused(tmp_path, with_size(HEIC, width, height))


MEASURED = """
import re, sys
from pathlib import Path
from magazine.desk import camera
try:
    camera.opened(Path(sys.argv[1]))
except camera.PictureError as error:
    print(error)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.fixture(scope="module")
def flat() -> bytes:
    """Few bytes that are many pixels."""
    return saved(Image.new("RGB", (1600, 1600), "red"), quality=10)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the peak of a process")
@pytest.mark.parametrize("lie", [(60_000, 60_000), (7_000, 8_000), (64, 64)])
def test_a_bomb_takes_little_memory(lie: tuple[int, int], flat: bytes, tmp_path: Path) -> None:
    """Whether it says to be larger than it is, or smaller."""
    (tmp_path / "bomb.heic").write_bytes(with_size(flat, *lie))
    command = [sys.executable, "-c", MEASURED, tmp_path / "bomb.heic"]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, encoding="utf-8")
    sentence, peak = told.stdout.strip().splitlines()
    assert sentence
    assert int(peak) < 120


@pytest.mark.parametrize("data", [HEIC, NOISE, saved(marked(), "AVIF")], ids=["plain", "noisy", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_a_sentence(data: bytes, share: float, tmp_path: Path) -> None:
    assert refused(tmp_path, data[: int(len(data) * share)]).startswith("the file is damaged or was not copied")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(HEIC) - 1), value=st.integers(0, 255))
def test_damage_is_a_picture_or_a_sentence(place: int, value: int, tmp_path: Path) -> None:
    damaged = HEIC[:place] + bytes((value,)) + HEIC[place + 1 :]
    try:
        told = shot(tmp_path, damaged).image.mode
    except PictureError as error:
        told = str(error)
    assert told
    assert "\n" not in told


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", saved(marked(), "GIF"), saved(marked(), "TIFF"), b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
     b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0\0\0\x14ftyp"],
    ids=["nothing", "a text", "a GIF", "a TIFF", "a film", "a drawing", "a head"],
)  # fmt: skip
def test_what_is_no_picture_of_ours_is_a_sentence(data: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, data) == "it is no JPEG, PNG, WebP, HEIC or AVIF picture"


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "endless.heic").open("wb") as file:
        file.truncate(camera.MAX_BYTES + 1)
    with pytest.raises(PictureError, match="larger than 100 MB"):
        camera.opened(tmp_path / "endless.heic")


# PNG and JPEG


def png(
    depth: int, colour: int, rows: bytes, *extra: tuple[bytes, bytes], interlaced: bool = False, size: int = 8
) -> bytes:
    """A square PNG from its filtered rows: what Pillow cannot write."""
    head = struct.pack(">IIBBBBB", size, size, depth, colour, 0, 0, interlaced)
    chunks = ((b"IHDR", head), *extra, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


# PNG, third edition, 8.1: first column and row of each pass, and its steps
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
INTERLACED = b"".join(
    b"\0" + bytes(20 * y + x for x in range(x0, 8, dx)) for x0, y0, dx, dy in ADAM7 for y in range(y0, 8, dy)
)


def test_an_interlaced_png(tmp_path: Path) -> None:
    image = shot(tmp_path, png(8, 0, INTERLACED, interlaced=True)).image
    assert [[tones(image, x, y)[0] for x in range(8)] for y in range(8)] == [
        [20 * y + x for x in range(8)] for y in range(8)
    ]


def deep(*values: int) -> bytes:
    return (b"\0" + struct.pack(f">{len(values)}H", *values) * 8) * 8


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (png(16, 2, deep(100 * 257, 50 * 257, 20 * 257)), (100, 50, 20)),
        (png(16, 6, deep(0, 0, 0, 0)), (255, 255, 255)),
        (png(16, 4, deep(100 * 257, 65535)), (100, 100, 100)),
        (png(16, 0, deep(100 * 257), (b"tRNS", struct.pack(">H", 7))), (100, 100, 100)),
        (png(8, 3, (b"\0" + b"\1" * 8) * 8, (b"PLTE", bytes(3) + b"\x64\x32\x14")), (100, 50, 20)),
        (png(8, 3, (b"\0" + b"\0" * 8) * 8, (b"PLTE", bytes(3)), (b"tRNS", b"\0")), (255, 255, 255)),
        (png(1, 0, (b"\0" + b"\xff") * 8), (255, 255, 255)),
    ],
    ids=["16 bits", "16 bits, see-through", "16 bits of grey and alpha", "16 bits of grey, one see-through",
         "palette", "palette, see-through", "black and white"],
)  # fmt: skip
def test_kinds_of_png(data: bytes, wanted: tuple[int, ...], tmp_path: Path) -> None:
    found = shot(tmp_path, data)
    assert found.is_exact
    assert max(abs(a - b) for a, b in zip(tones(found.image, 4, 4), wanted, strict=True)) <= 1


def test_a_jpeg_for_print(tmp_path: Path) -> None:
    found = shot(tmp_path, saved(Image.new("CMYK", (64, 64), (0, 0, 0, 155)), "JPEG", quality=95))
    assert not found.is_exact
    assert max(abs(tone - 100) for tone in tones(found.image)) <= 3


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_of_a_moving_picture_the_first_is_taken(form: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    with Image.open(io.BytesIO(data)) as image:
        assert len(list(ImageSequence.Iterator(image))) == 2
    found = shot(tmp_path, data)
    assert found.moves
    red = tones(found.image)
    assert red[0] > 240
    assert max(red[1:]) < 20
    assert not shot(tmp_path, saved(frames[0], form)).moves
