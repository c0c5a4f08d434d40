"""Pictures are made once, the same each time, and kept with what they tell; a damaged cache costs time only."""

import errno
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from picture_shelf import KEY, Shelf, all_of, colour, forbid, noise, solid
from PIL import Image

from magazine import photos
from magazine.site import pictures


def test_what_lies_in_the_cache_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, photo_png=(700, 60))
    first = shelf.gallery("one").picture(shelf.entry, "photo.png")
    monkeypatch.setattr(photos, "examined", forbid)
    assert shelf.gallery("two").picture(shelf.entry, "photo.png") == first
    assert shelf.files("one") == shelf.files("two")


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
    assert shelf.files("output-cache") == shelf.files("output-taken") != {}
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
    assert {one.address: one.size for one in all_of(picture)} == {
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


def test_what_is_prepared_tells_the_same_as_inspecting(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x013B], tag[0x0110] = "Mira", "X100"
    shelf = Shelf(tmp_path)
    source = shelf.put("photo.jpg", noise(2600, 60), exif=tag)
    for _ in ("made", "kept"):
        shapes = pictures.prepared(source, None, tmp_path / "cache")
        assert shapes.findings == photos.inspect(source) == photos.Findings(("Artist",), ("Model",))
