"""The gallery tells of each picture once, and holds the bytes ready."""

from pathlib import Path

import pytest
from picture_shelf import KEY, Shelf, all_of, colour, forbid, solid

from magazine import photos
from magazine.site import pictures
from magazine.site.gallery import Gallery


@pytest.mark.parametrize(
    "names",
    [["a_jpg", "a_png"], ["a_jpg", "a_jpeg", "a_webp"], ["a_jpg", "A_png"], ["a_jpg", "a_png", "a-0_jpg", "a-1_png"]],
)
def test_pictures_of_one_stem_have_addresses_of_their_own(names: list[str], tmp_path: Path) -> None:
    colours = dict(zip(names, ("red", "lime", "blue", "white"), strict=False))
    shelf = Shelf(tmp_path, **{name: solid(one) for name, one in colours.items()})
    gallery = shelf.gallery()
    made = {name: gallery.picture(shelf.entry, name.replace("_", ".")) for name in names}
    places = [one.address for picture in made.values() for one in all_of(picture)]
    assert len(set(places)) == len(places)
    wanted = {name: tuple(round(tone / 255) for tone in solid(one).getpixel((5, 5))) for name, one in colours.items()}
    assert {name: colour(shelf.files()[picture.jpeg[0].address]) for name, picture in made.items()} == wanted


def test_a_name_in_other_letters_becomes_a_plain_address(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, **{"Мой зонт (1)_png": (50, 50)})
    assert shelf.picture("Мой зонт (1).png").jpeg[0].address == "blog/a/moi-zont-1-320.jpg"


def test_a_picture_is_made_once_in_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path, photo_png=(700, 60))
    gallery = shelf.gallery()
    first = gallery.picture(shelf.entry, "photo.png")
    monkeypatch.setattr(Gallery, "_make", forbid)
    assert gallery.picture(shelf.entry, "photo.png") is first


def test_a_gallery_writes_only_to_the_cache(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(1300, 60))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    picture = gallery.picture(shelf.entry, "photo.jpg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "content"]
    assert picture == shelf.picture("photo.jpg")
    assert sorted(gallery.asked) == sorted(one.address for one in all_of(picture))
    assert {address: gallery.data(address) for address in gallery.asked} == shelf.files()


def test_what_is_known_and_kept_is_not_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_jpg=(700, 60))
    source = tmp_path / "content" / KEY / "photo.jpg"
    first, known = shelf.picture("photo.jpg"), pictures.digest(source)
    source.unlink()
    asked: list[Path] = []
    gallery = Gallery(tmp_path / "content", tmp_path / "cache", digest_of=lambda path: (asked.append(path), known)[1])
    assert gallery.picture(shelf.entry, "photo.jpg") == first
    assert gallery.digest(shelf.entry, "photo.jpg") == known
    assert asked == [source]
    assert {address: gallery.data(address) for address in gallery.asked} == shelf.files()


def test_a_picture_changed_during_the_build_is_not_mixed_with_its_old_self(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, photo_png=solid("red"))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    (address, *_) = (one.address for one in all_of(gallery.picture(shelf.entry, "photo.png")))
    gallery = Gallery(tmp_path / "content", tmp_path / "cache")
    gallery.picture(shelf.entry, "photo.png")
    solid("blue").save(tmp_path / "content" / KEY / "photo.png")
    assert colour(gallery.data(address)) == (1, 0, 0)
    next((tmp_path / "cache").glob("*-320.jpg")).unlink()
    with pytest.raises(photos.PictureError, match="changed"):
        gallery.data(address)
