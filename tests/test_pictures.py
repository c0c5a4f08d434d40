"""Pictures as pages show them: small enough, in two formats, made once, the same each time."""

import datetime as dt
import errno
import io
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps, ImageStat

from magazine import photos
from magazine.problems import Report
from magazine.records import Entry, Library
from magazine.site import pictures
from magazine.site.pictures import BUDGETS, QUALITIES, SHARES, Gallery, Picture, Variant

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

    def put(self, name: str, image: Image.Image, **how: Any) -> Path:
        """One more picture, or another one of this name."""
        path = self.root / "content" / KEY / name
        image.save(path, **how)
        self.entry = replace(self.entry, pictures=tuple(sorted({*self.entry.pictures, name})))
        return path

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
    shelf = Shelf(tmp_path, photo_png=(600, 400))
    shelf.picture("photo.png")
    best = io.BytesIO()
    shown = photos.pixels(tmp_path / "content" / KEY / "photo.png").resize((320, 213), Image.Resampling.BICUBIC)
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
    monkeypatch.setattr(photos, "examined", forbid)
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
    for one in variants(picture):
        with Image.open(io.BytesIO(shelf.files()[one.address])) as image:
            wanted = whole.resize(image.size, Image.Resampling.LANCZOS)
            assert max(ImageStat.Stat(ImageChops.difference(image.convert("RGB"), wanted)).rms) < 5


@pytest.mark.parametrize("size", [(2561, 1707), (2567, 33), (5123, 19), (33, 2567)])
def test_sizes_are_those_of_the_whole_picture(size: tuple[int, int], tmp_path: Path) -> None:
    picture = Shelf(tmp_path, photo_jpg=size).picture("photo.jpg")
    for one in variants(picture):
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
    for one in variants(shelf.picture("photo.jpg")):
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
    data, chosen = pictures._encoded(saver(sizes), budget, place)
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


# The cache: damage costs time, never correctness


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[::-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def mistell(path: Path) -> None:
    """The width of a variant is told wrong."""
    path.write_bytes(path.read_bytes().replace(b'"width": 640', b'"width": 641'))


DAMAGE: list[tuple[str, Callable[[Path], object]]] = [
    (kind, harm) for kind in ("*-640.webp", "*-1280.jpg", "*.json") for harm in (shorten, spoil, empty, Path.unlink)
]


@pytest.mark.parametrize(("kind", "harm"), [*DAMAGE, ("*.json", mistell)])
def test_a_damaged_cache_is_mended(kind: str, harm: Callable[[Path], object], tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(1300, 60))
    first = shelf.gallery("one").picture(shelf.entry, "photo.jpg")
    kept = {path: path.read_bytes() for path in (tmp_path / "cache").iterdir()}
    harmed = list((tmp_path / "cache").glob(kind))
    for path in harmed:
        harm(path)
    assert len(harmed) == 1
    assert shelf.gallery("two").picture(shelf.entry, "photo.jpg") == first
    assert shelf.files("one") == shelf.files("two")
    assert {path: path.read_bytes() for path in (tmp_path / "cache").iterdir()} == kept


def test_prepared_makes_what_is_missing_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf(tmp_path, photo_jpg=(700, 60))
    source, cache = tmp_path / "content" / KEY / "photo.jpg", tmp_path / "cache"
    first = pictures.prepared(source, None, cache)
    for path in first.files(cache).values():
        assert path.exists()
        path.unlink()
        assert pictures.prepared(source, first.digest, cache) == first
        assert path.exists()
    monkeypatch.setattr(photos, "examined", forbid)
    assert pictures.prepared(source, pictures.digest(source), cache) == first


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(1300, 60), other_png=(400, 30))
    (tmp_path / "taken").write_text("a file where the folder would be")
    for cache in ("cache", "taken"):
        gallery = shelf.gallery(f"output-{cache}", cache)
        for name in ("photo.jpg", "other.png"):
            assert gallery.picture(shelf.entry, name)
        gallery.write(tmp_path / f"again-{cache}")
    assert shelf.files("output-cache") == shelf.files("output-taken") == shelf.files("again-taken") != {}
    shapes = pictures.prepared(tmp_path / "content" / KEY / "photo.jpg", None, tmp_path / "taken")
    assert not shapes.stands
    assert replace(shapes, stands=True) == pictures.prepared(
        tmp_path / "content" / KEY / "photo.jpg", None, tmp_path / "cache"
    )


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "cache" in path.parts and "1280" not in path.name:
            plain(path, data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    shelf = Shelf(tmp_path, photo_jpg=(1300, 60))
    picture = shelf.picture("photo.jpg")
    assert {one.address: one.size for one in variants(picture)} == {
        address: len(data) for address, data in shelf.files().items()
    }
    assert [path.name[-9:] for path in (tmp_path / "cache").iterdir()] == ["-1280.jpg"]


def test_a_picture_replaced_by_one_of_the_same_size_and_time_is_made_anew(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for name, tones in (("red", (1, 0, 0)), ("blue", (0, 0, 1))):
        source = shelf.put("photo.png", solid(name), compress_level=0)
        os.utime(source, (1_338_700_000, 1_338_700_000))
        assert source.stat().st_size == 3698
        shelf.gallery(name).picture(shelf.entry, "photo.png")
        assert colour(shelf.files(name)["blog/a/photo-320.jpg"]) == tones


def test_what_changed_after_its_digest_was_taken_is_not_kept_under_it(tmp_path: Path) -> None:
    Shelf(tmp_path, photo_png=solid("red"))
    source, cache = tmp_path / "content" / KEY / "photo.png", tmp_path / "cache"
    red = pictures.digest(source)
    solid("blue").save(source)
    assert pictures.prepared(source, red, cache).digest == pictures.digest(source) != red
    solid("red").save(source)
    shapes = pictures.prepared(source, red, cache)
    assert shapes.digest == red
    assert colour(shapes.files(cache)["320.jpg"].read_bytes()) == (1, 0, 0)


def test_another_recipe_or_rule_makes_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, photo_png=(30, 20))
    shelf.picture("photo.png")
    monkeypatch.setattr(pictures, "RECIPE", "another")
    monkeypatch.setattr(photos, "examined", forbid)
    with pytest.raises(AssertionError):
        shelf.picture("photo.png")


def test_builds_at_once_do_not_spoil_each_other(tmp_path: Path) -> None:
    Shelf(tmp_path, photo_jpg=noise(700, 80))
    source, cache = tmp_path / "content" / KEY / "photo.jpg", tmp_path / "cache"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = pool.starmap(pictures.prepared, [(source, None, cache)] * 8, chunksize=1)
    assert len(set(made)) == 1
    assert made[0].stands
    assert len(list(cache.iterdir())) == 1 + len(made[0].variants)
    assert {path.stat().st_size for path in made[0].files(cache).values()} == {one.size for one in made[0].variants}


# The gallery tells; whoever asked it writes


def test_a_gallery_without_output_writes_only_to_the_cache(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(1300, 60))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    picture = gallery.picture(shelf.entry, "photo.jpg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "content"]
    assert picture == shelf.picture("photo.jpg")
    told = gallery.files()
    assert list(told) == sorted(one.address for one in variants(picture))
    assert {address: path.read_bytes() for address, path in told.items()} == shelf.files()
    assert {address: gallery.data(address) for address in told} == shelf.files()
    gallery.write(tmp_path / "later")
    assert shelf.files("later") == shelf.files()


def test_what_is_known_and_kept_is_not_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(700, 60))
    source = tmp_path / "content" / KEY / "photo.jpg"
    first, known = shelf.picture("photo.jpg"), pictures.digest(source)
    source.unlink()
    asked: list[Path] = []
    gallery = Gallery(
        tmp_path / "content", tmp_path / "cache", digest_of=lambda path: (asked.append(path), known)[1]
    )
    assert gallery.picture(shelf.entry, "photo.jpg") == first
    assert gallery.digest(shelf.entry, "photo.jpg") == known
    assert asked == [source]
    gallery.write(tmp_path / "later")
    assert shelf.files("later") == shelf.files()


def test_a_picture_changed_during_the_build_is_not_mixed_with_its_old_self(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_png=solid("red"))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    (address, *_) = (one.address for one in variants(gallery.picture(shelf.entry, "photo.png")))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    gallery.picture(shelf.entry, "photo.png")
    solid("blue").save(tmp_path / "content" / KEY / "photo.png")
    assert colour(gallery.data(address)) == (1, 0, 0)
    gallery.files()[address].unlink()
    with pytest.raises(photos.PictureError, match="changed"):
        gallery.data(address)


# What is of no use any more


def test_tidying_removes_what_is_of_no_source_and_keeps_the_rest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, here_png=solid("red"), gone_png=solid("blue"))
    cache = tmp_path / "cache"
    shelf.picture("here.png")
    kept = {path.name for path in cache.iterdir()}
    shelf.picture("gone.png")
    old = f".{'0' * 32}-320.jpg.1234abcd.part"
    (cache / old).write_bytes(b"x")
    os.utime(cache / old, (0, 0))
    for name in (f"{'0' * 32}.size", f"{'1' * 32}-640.webp"):
        (cache / name).write_bytes(b"of an older recipe")
    strange = {"README.txt", f".{'0' * 32}-320.jpg.abcd1234.part"}
    for name in strange:
        (cache / name).write_bytes(b"x")
    pictures.tidy(cache, [pictures.digest(tmp_path / "content" / KEY / "here.png")])
    assert {path.name for path in cache.iterdir()} == kept | strange
    pictures.tidy(cache, [])
    assert {path.name for path in cache.iterdir()} == strange
    pictures.tidy(tmp_path / "nowhere", [])


# Inspecting


def test_what_is_prepared_tells_the_same_as_inspecting(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x013B], tag[0x0110] = "Mira", "X100"
    shelf = Shelf(tmp_path)
    source = shelf.put("photo.jpg", noise(2600, 60), exif=tag)
    for _ in ("made", "kept"):
        shapes = pictures.prepared(source, None, tmp_path / "cache")
        assert shapes.findings == photos.inspect(source) == photos.Findings(("Artist",), ("Model",))

    def remembered(path: Path) -> photos.Findings:
        if path.name == "bad.jpg":
            raise photos.PictureError("why")
        return shapes.findings

    told: dict[str, Any] = {}
    entry = replace(shelf.entry, pictures=("bad.jpg", "photo.jpg"))
    for name, inspect in (("plain", photos.inspect), ("remembered", remembered)):
        report = Report()
        held = Library(root=tmp_path / "content", languages=("ru",), entries={KEY: entry})
        pictures.inspect_pictures(held, report, inspect)
        told[name] = [(problem.code, problem.path) for problem in report.sorted()]
    assert told["plain"] == told["remembered"]
    assert [code for code, _ in told["plain"]] == ["picture-bad", "picture-private", "picture-technical"]
