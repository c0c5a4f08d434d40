"""A picture that can tell a place or a name stops the build; what is merely technical is told and reaches no reader."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from trees import write

from magazine.site import build

POST = "Title: А\nDate: 2026-02-03\n\n![что](a.jpg)\n"
GPS = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (42.0, 52.0, 0.0)}


def picture(*, place: bool = False, comment: str = "", **tags: str | int) -> bytes:
    """A JPEG picture that carries what is asked for."""
    exif = Image.Exif()
    for name, value in tags.items():
        exif[ExifTags.Base[name]] = value
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    stream = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(stream, "JPEG", exif=exif, comment=comment.encode())
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [picture(place=True), picture(Artist="Канарейка"), picture(Copyright="Канарейка"), picture(comment="Aigul, Osh")],
    ids=["place", "artist", "copyright", "comment"],
)
def test_what_tells_a_place_or_a_name_stops_the_build(data: bytes, tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", {"blog/post/ru.md": POST, "blog/post/a.jpg": data})
    problems = build.build(tree, tmp_path / "output")
    assert [(problem.code, problem.path, problem.stops) for problem in problems] == [
        ("picture-private", "blog/post/a.jpg", True)
    ]
    assert "tasks.py photo" in problems[0].text("en")
    assert not (tmp_path / "output").exists()


def test_what_is_technical_is_told_and_reaches_no_reader(tmp_path: Path) -> None:
    data = picture(Model="Canary 7", Orientation=6, comment="CREATOR: gd-jpeg v1.0")
    tree = write(tmp_path / "tree", {"blog/post/ru.md": POST, "blog/post/a.jpg": data})
    problems = build.build(tree, tmp_path / "output")
    assert [(problem.code, problem.stops) for problem in problems] == [("picture-technical", False)]
    made = sorted((tmp_path / "output/blog/post").iterdir())
    assert made
    for path in made:
        assert b"Canary" not in path.read_bytes()
        assert b"CREATOR" not in path.read_bytes()
        with Image.open(path) as upright:
            assert upright.height > upright.width


def test_the_photo_command_mends_it(tmp_path: Path) -> None:
    from magazine.desk import photo

    tree = write(tmp_path / "tree", {"blog/post/ru.md": POST, "blog/post/a.jpg": picture(place=True, Artist="А")})
    assert photo.run(tree / "blog/post/a.jpg") == 0
    assert build.build(tree, tmp_path / "output") == []
