"""The command that cleans a picture on its way in."""

from pathlib import Path

import pytest
from PIL import Image

from magazine import photos
from magazine.desk import photo
from magazine.messages import LANGUAGES


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def dirty(path: Path, form: str = "JPEG") -> Path:
    exif = Image.Exif()
    exif[0x013B] = "Mira"
    Image.new("RGB", (2000, 1000), "red").save(path, form, exif=exif)
    return path


@pytest.fixture
def story(tmp_path: Path) -> Path:
    folder = tmp_path / "story"
    folder.mkdir()
    return folder


def test_it_is_cleaned_into_the_folder_of_a_story(
    tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = dirty(tmp_path / "Мой зонт.JPG")
    before = source.read_bytes()
    assert photo.run(source, story) == 0
    assert [path.name for path in story.iterdir()] == ["moi-zont.jpg"]
    assert photos.inspect(story / "moi-zont.jpg") == photos.Findings()
    assert source.read_bytes() == before
    told, line = capsys.readouterr().out.splitlines()
    assert line == "![what the picture shows](moi-zont.jpg)"
    assert "moi-zont.jpg" in told
    assert "1600 × 800" in told


def test_it_is_cleaned_where_it_lies(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dirty(story / "zont.jpg")
    assert photo.run(story / "zont.jpg") == 0
    assert [path.name for path in story.iterdir()] == ["zont.jpg"]
    assert photos.inspect(story / "zont.jpg") == photos.Findings()
    assert capsys.readouterr().out.endswith("](zont.jpg)\n")


def test_the_dirty_one_does_not_stay_beside_the_clean_one(story: Path) -> None:
    dirty(story / "Зонт.png", "PNG")
    assert photo.run(story / "Зонт.png", story) == 0
    assert [path.name for path in story.iterdir()] == ["zont.jpg"]


def test_another_picture_of_that_name_is_not_overwritten(tmp_path: Path, story: Path) -> None:
    Image.new("RGB", (20, 10), "blue").save(story / "zont.jpg")
    before = (story / "zont.jpg").read_bytes()
    assert photo.run(dirty(tmp_path / "zont.jpg"), story) == 1 or len(list(story.iterdir())) == 2
    assert (story / "zont.jpg").read_bytes() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_to_paste_speaks_the_editors_language(
    language: str, story: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", language)
    dirty(story / "zont.jpg")
    photo.run(story / "zont.jpg")
    assert ("what the picture shows" in capsys.readouterr().out) == (language == "en")


def test_the_line_can_be_pasted(tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a (1).jpg", "a]b.jpg", "a b.jpg", "#.jpg"):
        photo.run(dirty(tmp_path / name), story)
        target = capsys.readouterr().out.strip().rpartition("(")[2].rstrip(")")
        assert (story / target).is_file()


def test_what_is_no_picture_is_told_and_left(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (story / "Зонт.jpg").write_bytes(b"not a picture")
    assert photo.run(story / "Зонт.jpg", story) == 1
    assert [path.name for path in story.iterdir()] == ["Зонт.jpg"]
    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot be cleaned" in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_told(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert photo.run(story / "nothing.jpg", story) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert photo.run(dirty(tmp_path / "zont.jpg"), tmp_path / "nowhere") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "is no folder" in err
    assert not (tmp_path / "nowhere").exists()
