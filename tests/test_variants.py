"""Pictures are small enough, in two formats and two widths, and as good as their budget lets them be."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_shelf import KEY, Shelf, all_of, noise
from PIL import Image, ImageChops, ImageStat

from magazine import photos
from magazine.site import pictures, variants
from magazine.site.gallery import Picture
from magazine.site.variants import BUDGETS, QUALITIES, SHARES


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shelf, Picture]:
    shelf = Shelf(tmp_path_factory.mktemp("hard"), photo_jpg=noise(3000, 2000))
    return shelf, shelf.picture("photo.jpg")


def test_two_widths_in_both_formats_and_a_large_one(hard: tuple[Shelf, Picture]) -> None:
    shelf, picture = hard
    assert [(one.address, one.width, one.height) for one in all_of(picture)] == [
        ("blog/a/photo-320.jpg", 320, 213),
        ("blog/a/photo-640.jpg", 640, 427),
        ("blog/a/photo-320.webp", 320, 213),
        ("blog/a/photo-640.webp", 640, 427),
        ("blog/a/photo-1280.jpg", 1280, 853),
    ]
    assert set(shelf.files()) == {one.address for one in all_of(picture)}


def test_each_file_is_what_is_said_of_it(hard: tuple[Shelf, Picture]) -> None:
    shelf, picture = hard
    files = shelf.files()
    for one in all_of(picture):
        with Image.open(io.BytesIO(files[one.address])) as image:
            assert image.format == ("WEBP" if one.address.endswith(".webp") else "JPEG")
            assert image.size == (one.width, one.height)
            assert image.mode == "RGB"
        assert len(files[one.address]) == one.size


def test_jpegs_are_baseline(hard: tuple[Shelf, Picture]) -> None:
    """Old phones show no progressive ones. C0 marks a baseline frame (ITU-T T.81, table B.1)."""
    shelf, picture = hard
    for one in all_of(picture):
        data = shelf.files()[one.address]
        if one.address.endswith(".jpg"):
            with Image.open(io.BytesIO(data)) as image:
                assert "progressive" not in image.info
            assert b"\xff\xc0\x00\x11\x08" in data


def test_even_noise_stays_within_the_budgets(hard: tuple[Shelf, Picture]) -> None:
    _, picture = hard
    over = {
        one.address: one.size
        for one in all_of(picture)
        if one.size > BUDGETS[int(one.address.split("-")[-1].split(".")[0])]
    }
    assert over == {}


def test_a_plain_picture_keeps_its_quality(tmp_path: Path) -> None:
    """The first quality that fits is taken, not the last."""
    shelf = Shelf(tmp_path, photo_png=(600, 400))
    shelf.picture("photo.png")
    best = io.BytesIO()
    shown = photos.pixels(tmp_path / "content" / KEY / "photo.png").resize((320, 213), Image.Resampling.BICUBIC)
    shown.save(best, "JPEG", quality=QUALITIES[0], optimize=True)
    assert shelf.files()["blog/a/photo-320.jpg"] == best.getvalue()


@pytest.mark.parametrize(
    ("width", "widths", "large"),
    [
        (100, [100], None),
        (320, [320], None),
        (321, [320, 321], None),
        (500, [320, 500], None),
        (640, [320, 640], None),
        (641, [320, 640], 641),
        (1280, [320, 640], 1280),
        (1500, [320, 640], 1280),
    ],
)
def test_a_small_picture_is_not_enlarged(width: int, widths: list[int], large: int | None, tmp_path: Path) -> None:
    picture = Shelf(tmp_path, photo_png=(width, 60)).picture("photo.png")
    assert [one.width for one in picture.jpeg] == [one.width for one in picture.webp] == widths
    assert (picture.large.width if picture.large else None) == large


@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (2000, 3), (1, 1)])
def test_odd_shapes_keep_at_least_one_pixel(size: tuple[int, int], tmp_path: Path) -> None:
    for one in all_of(Shelf(tmp_path, photo_png=size).picture("photo.png")):
        assert one.width >= 1
        assert one.height >= 1


# One decoding, as small as it may be


def test_what_is_found_and_what_is_shown_come_of_one_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    plain = photos._opened
    monkeypatch.setattr(photos, "_opened", lambda *found: opened.append(1) or plain(*found))
    Shelf(tmp_path, photo_jpg=(2600, 60))
    shapes = pictures.prepared(tmp_path / "content" / KEY / "photo.jpg", None, tmp_path / "cache")
    assert len(shapes.variants) == 5
    assert opened == [1]


def test_a_photograph_decoded_small_looks_as_one_decoded_whole(tmp_path: Path) -> None:
    drawn = Image.effect_noise((60, 45), 90).resize((2600, 1950), Image.Resampling.BICUBIC).convert("RGB")
    shelf = Shelf(tmp_path, photo_jpg=drawn)
    picture = shelf.picture("photo.jpg")
    whole = photos.pixels(tmp_path / "content" / KEY / "photo.jpg")
    for one in all_of(picture):
        with Image.open(io.BytesIO(shelf.files()[one.address])) as image:
            wanted = whole.resize(image.size, Image.Resampling.LANCZOS)
            assert max(ImageStat.Stat(ImageChops.difference(image.convert("RGB"), wanted)).rms) < 5


@pytest.mark.parametrize("size", [(2561, 1707), (2567, 33), (5123, 19), (33, 2567)])
def test_sizes_are_those_of_the_whole_picture(size: tuple[int, int], tmp_path: Path) -> None:
    picture = Shelf(tmp_path, photo_jpg=size).picture("photo.jpg")
    for one in all_of(picture):
        assert one.height == max(1, round(size[1] * one.width / size[0]))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_decoded_small_stands_upright(orientation: int, tmp_path: Path) -> None:
    """A phone's: the rows lie, and a tag says so. Upright it is red above and blue below."""
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose, of what undoes it
    drawn = Image.new("RGB", (2600, 520), "red")
    drawn.paste("blue", (0, 260, 2600, 520))
    tag = Image.Exif()
    tag[0x0112] = orientation
    shelf = Shelf(tmp_path)
    lying = drawn.transpose(Image.Transpose(turn[orientation])) if orientation > 1 else drawn
    shelf.put("photo.jpg", lying, exif=tag)
    for one in all_of(shelf.picture("photo.jpg")):
        assert one.height == one.width // 5
        with Image.open(io.BytesIO(shelf.files()[one.address])) as image:
            upper, lower = (image.convert("RGB").getpixel((9, row)) for row in (9, one.height - 9))
        assert isinstance(upper, tuple)
        assert isinstance(lower, tuple)
        assert (upper[0] > 200, upper[2] < 50, lower[0] < 50, lower[2] > 200) == (True, True, True, True)


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99])
def test_a_photograph_that_is_cut_off_is_refused(share: float, progressive: bool, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    source = shelf.put("photo.jpg", noise(2600, 300), progressive=progressive)
    data = source.read_bytes()
    source.write_bytes(data[: int(len(data) * share)])
    for use in (photos.inspect, lambda path: shelf.picture(path.name)):
        with pytest.raises(photos.PictureError, match=r"\w"):
            use(source)
    assert not (tmp_path / "cache").exists()


# The search for the quality


def saver(sizes: list[int]) -> Callable[..., None]:
    """What stands for a picture whose files have these sizes."""
    return lambda stream, quality: stream.write(bytes([quality]) * sizes[QUALITIES.index(quality)])


def found(sizes: list[int], budget: int, place: int) -> int:
    data, chosen = variants._encoded(saver(sizes), budget, place)
    assert data == bytes([QUALITIES[chosen]]) * sizes[chosen]
    return chosen


PLACES = st.integers(0, len(QUALITIES) - 1)


@given(st.integers(1_000, 900_000), st.integers(1_000, 100_000), PLACES)
def test_the_best_quality_that_fits_is_found_wherever_the_search_begins(full: int, budget: int, place: int) -> None:
    sizes = [round(full * share) for share in SHARES]
    wanted = next((number for number, size in enumerate(sizes) if size <= budget), len(sizes) - 1)
    assert found(sizes, budget, place) == wanted


@given(st.lists(st.integers(1, 100_000), min_size=len(QUALITIES), max_size=len(QUALITIES)), PLACES)
def test_what_can_fit_the_budget_fits_it_whatever_the_sizes(sizes: list[int], place: int) -> None:
    sizes.sort(reverse=True)
    chosen = found(sizes, 50_000, place)
    assert sizes[chosen] <= 50_000 or chosen == len(sizes) - 1
