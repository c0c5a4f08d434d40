"""Colours are what the one who took the picture saw, on every screen."""

import io

import pytest
from PIL import Image, ImageCms

from magazine import colours, photos

# the purest tones of sRGB in the numbers of Display P3, as CSS Color 4 converts them
IN_P3 = {(255, 0, 0): (234, 51, 35), (0, 255, 0): (117, 251, 76), (0, 0, 255): (0, 0, 245)}


def near(one: object, other: tuple[int, ...], by: int = 3) -> bool:
    assert isinstance(one, tuple)
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= by


@pytest.mark.parametrize("wanted", IN_P3)
def test_the_colours_of_a_phone_become_those_of_the_web(wanted: tuple[int, int, int]) -> None:
    image = colours.in_srgb(Image.new("RGB", (2, 2), IN_P3[wanted]), colours.display_p3())
    assert near(image.getpixel((0, 0)), wanted)


@pytest.mark.parametrize("grey", [0, 1, 60, 128, 254, 255])
def test_greys_stay(grey: int) -> None:
    image = colours.in_srgb(Image.new("RGB", (2, 2), (grey,) * 3), colours.display_p3())
    assert near(image.getpixel((0, 0)), (grey,) * 3, 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_kind_of_file_is_converted(form: str) -> None:
    how = {"lossless": True} if form == "WEBP" else {"quality": 100} if form == "JPEG" else {}
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), IN_P3[255, 0, 0]).save(stream, form, icc_profile=colours.display_p3(), **how)
    seen = photos.examined(stream.getvalue(), 16).image
    assert near(seen.getpixel((8, 8)), (255, 0, 0), 6)
    assert seen.info == {}


def test_the_profile_of_the_web_itself_changes_nothing() -> None:
    image = Image.new("RGB", (2, 2), (12, 200, 99))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert colours.in_srgb(image, profile) is image


@pytest.mark.parametrize(
    "profile", [b"", b"nonsense", colours.display_p3()[:200], colours.display_p3().replace(b"RGB ", b"Lab ")]
)
def test_a_profile_that_cannot_be_read_changes_nothing(profile: bytes) -> None:
    image = Image.new("RGB", (2, 2), (12, 200, 99))
    assert colours.in_srgb(image, profile).getpixel((0, 0)) == (12, 200, 99)


def test_a_profile_of_other_colours_than_the_picture_has_is_no_obstacle() -> None:
    assert colours.in_srgb(Image.new("CMYK", (2, 2), (0, 0, 0, 0)), colours.display_p3()).mode == "RGB"
