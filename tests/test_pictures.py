"""Pictures as pages show them: small enough, in two formats, made once, the same each time."""

import datetime as dt
import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from magazine import photos
from magazine.records import Entry
from magazine.site import pictures
from magazine.site.pictures import BUDGETS, Gallery, Picture, Variant

KEY = "blog/a"
Source = tuple[int, int] | Image.Image


def noise(width: int, height: int) -> Image.Image:
    """The hardest picture there is to make small."""
    grey = Image.effect_noise((width, height), 120)
    return Image.merge("RGB", (grey, ImageOps.mirror(grey), ImageOps.flip(grey)))


class Shelf:
    """An entry with pictures, and galleries that share one cache."""

    def __init__(self, root: Path, **sources: Source) -> None:
        self.root = root
        folder = root / "content" / KEY
        folder.mkdir(parents=True)
        names = []
        for name, source in sources.items():
            stem, _, form = name.rpartition("_")
            image = source if isinstance(source, Image.Image) else Image.linear_gradient("L").resize(source)
            image.save(folder / f"{stem}.{form}")
            names.append(f"{stem}.{form}")
        self.entry = Entry(
            key=KEY,
            section="blog",
            slug="a",
            date=dt.datetime(2012, 6, 3),
            original="ru",
            versions={},
            pictures=tuple(sorted(names)),
        )

    def gallery(self, output: str = "output", cache: str = "cache") -> Gallery:
        return Gallery(self.root / "content", self.root / cache, self.root / output)

    def picture(self, name: str) -> Picture:
        return self.gallery().picture(self.entry, name)

    def files(self, output: str = "output") -> dict[str, bytes]:
        folder = self.root / output
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def variants(picture: Picture) -> list[Variant]:
    return [*picture.jpeg, *picture.webp, *([picture.large] if picture.large else [])]


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shelf, Picture]:
    shelf = Shelf(tmp_path_factory.mktemp("hard"), photo_jpg=noise(3000, 2000))
    return shelf, shelf.picture("photo.jpg")


def test_two_widths_in_both_formats_and_a_large_one(hard: tuple[Shelf, Picture]) -> None:
    shelf, picture = hard
    assert [(one.address, one.width, one.height) for one in variants(picture)] == [
        ("blog/a/photo-320.jpg", 320, 213),
        ("blog/a/photo-640.jpg", 640, 427),
        ("blog/a/photo-320.webp", 320, 213),
        ("blog/a/photo-640.webp", 640, 427),
        ("blog/a/photo-1280.jpg", 1280, 853),
    ]
    assert set(shelf.files()) == {one.address for one in variants(picture)}


def test_each_file_is_what_is_said_of_it(hard: tuple[Shelf, Picture]) -> None:
    shelf, picture = hard
    files = shelf.files()
    for one in variants(picture):
        with Image.open(io.BytesIO(files[one.address])) as image:
            assert image.format == ("WEBP" if one.address.endswith(".webp") else "JPEG")
            assert image.size == (one.width, one.height)
            assert image.mode == "RGB"
        assert len(files[one.address]) == one.size


def test_jpegs_are_baseline(hard: tuple[Shelf, Picture]) -> None:
    """Old phones show no progressive ones. C0 marks a baseline frame (ITU-T T.81, table B.1)."""
    shelf, picture = hard
    for one in variants(picture):
        data = shelf.files()[one.address]
        if one.address.endswith(".jpg"):
            with Image.open(io.BytesIO(data)) as image:
                assert "progressive" not in image.info
            assert b"\xff\xc0\x00\x11\x08" in data


def test_even_noise_stays_within_the_budgets(hard: tuple[Shelf, Picture]) -> None:
    _, picture = hard
    over = {
        one.address: one.size
        for one in variants(picture)
        if one.size > BUDGETS[int(one.address.split("-")[-1].split(".")[0])]
    }
    assert over == {}


def test_a_plain_picture_keeps_its_quality(tmp_path: Path) -> None:
    """The first quality that fits is taken, not the last."""
    shelf = Shelf(tmp_path, photo_png=(900, 600))
    shelf.picture("photo.png")
    best = io.BytesIO()
    shown = photos.pixels(tmp_path / "content" / KEY / "photo.png").resize((320, 213), Image.Resampling.LANCZOS)
    shown.save(best, "JPEG", quality=pictures.QUALITIES[0], optimize=True)
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
    for one in variants(Shelf(tmp_path, photo_png=size).picture("photo.png")):
        assert one.width >= 1
        assert one.height >= 1


def colour(data: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(data)) as image:
        found = image.convert("RGB").getpixel((5, 5))
    assert isinstance(found, tuple)
    return tuple(round(tone / 255) for tone in found)


def solid(name: str) -> Image.Image:
    return Image.new("RGB", (40, 30), name)


@pytest.mark.parametrize(
    "names",
    [["a_jpg", "a_png"], ["a_jpg", "a_jpeg", "a_webp"], ["a_jpg", "A_png"], ["a_jpg", "a_png", "a-0_jpg", "a-1_png"]],
)
def test_pictures_of_one_stem_have_addresses_of_their_own(names: list[str], tmp_path: Path) -> None:
    colours = dict(zip(names, ("red", "lime", "blue", "white"), strict=False))
    shelf = Shelf(tmp_path, **{name: solid(one) for name, one in colours.items()})
    gallery = shelf.gallery()
    made = {name: gallery.picture(shelf.entry, name.replace("_", ".")) for name in names}
    places = [one.address for picture in made.values() for one in variants(picture)]
    assert len(set(places)) == len(places)
    wanted = {name: tuple(round(tone / 255) for tone in solid(one).getpixel((5, 5))) for name, one in colours.items()}
    assert {name: colour(shelf.files()[picture.jpeg[0].address]) for name, picture in made.items()} == wanted


def test_a_name_in_other_letters_becomes_a_plain_address(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, **{"Мой зонт (1)_png": (50, 50)})
    assert shelf.picture("Мой зонт (1).png").jpeg[0].address == "blog/a/moi-zont-1-320.jpg"


def forbid(*_: object, **__: object) -> None:
    raise AssertionError("a picture was made again")


def test_what_lies_in_the_cache_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, photo_png=(700, 60))
    first = shelf.gallery("one").picture(shelf.entry, "photo.png")
    monkeypatch.setattr(pictures, "_encoded", forbid)
    monkeypatch.setattr(photos, "pixels", forbid)
    assert shelf.gallery("two").picture(shelf.entry, "photo.png") == first
    assert shelf.files("one") == shelf.files("two")


def test_a_picture_is_made_once_in_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, photo_png=(700, 60))
    gallery = shelf.gallery()
    first = gallery.picture(shelf.entry, "photo.png")
    monkeypatch.setattr(Gallery, "_make", forbid)
    assert gallery.picture(shelf.entry, "photo.png") is first


def test_another_picture_of_the_same_name_is_made_anew(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_png=solid("red"))
    shelf.picture("photo.png")
    solid("blue").save(tmp_path / "content" / KEY / "photo.png")
    assert colour(shelf.files()["blog/a/photo-320.jpg"]) == (1, 0, 0)
    shelf.picture("photo.png")
    assert colour(shelf.files()["blog/a/photo-320.jpg"]) == (0, 0, 1)


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=noise(700, 80))
    for name in ("one", "two"):
        shelf.gallery(name, f"cache-{name}").picture(shelf.entry, "photo.jpg")
    assert shelf.files("one") == shelf.files("two") != {}


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_png=(700, 60))
    shelf.picture("photo.png")
    left = [path for folder in ("cache", "output") for path in (tmp_path / folder).rglob("*.part")]
    assert left == []


def test_what_the_source_tells_is_in_no_variant(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "CanaryMira"
    folder = tmp_path / "content" / KEY
    shelf = Shelf(tmp_path, photo_jpg=(1500, 200))
    with Image.open(folder / "photo.jpg") as image:
        image.save(folder / "photo.jpg", exif=exif, comment=b"CanaryMira")
    assert b"CanaryMira" in (folder / "photo.jpg").read_bytes()
    shelf.picture("photo.jpg")
    assert len(shelf.files()) == 5
    for data in shelf.files().values():
        assert b"CanaryMira" not in data


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    (tmp_path / "content" / KEY / "photo.jpg").write_bytes(b"not a picture")
    with pytest.raises(photos.PictureError):
        shelf.picture("photo.jpg")
    assert shelf.files() == {}
