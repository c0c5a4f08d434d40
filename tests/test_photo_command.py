"""The command that cleans a picture on its way in."""

import json
import subprocess
from pathlib import Path

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageDraw, PngImagePlugin
from toolbox import need

from magazine import colours, photos
from magazine.desk import photo
from magazine.messages import LANGUAGES

pytestmark = pytest.mark.slow


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
    dirty(story / "Мост.webp", "WEBP")
    assert photo.run(story / "Зонт.png", story) == photo.run(story / "Мост.webp", story) == 0
    assert sorted(path.name for path in story.iterdir()) == ["most.jpg", "zont.png"]


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


# What it brings


CANARY = "CanaryOsh72"


def from_a_phone(path: Path) -> Path:
    """A HEIC picture that lies on its side, with the place, a name and a phone's colours."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = CANARY
    place = {1: "N", 2: (42.0, 52.0, 30.0), 3: "E", 4: (74.0, 36.0, 0.0)}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    image = Image.new("RGB", (120, 80), (234, 51, 35)).transpose(Image.Transpose.ROTATE_90)
    pillow_heif.register_heif_opener()
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{CANARY}</a></x:xmpmeta>'.encode()
    image.save(path, "HEIF", exif=exif.tobytes(), xmp=xmp, icc_profile=colours.display_p3(), quality=95)
    return path


def screenshot(path: Path, **how: object) -> Path:
    """Lines and words in few colours."""
    image = Image.new("RGB", (600, 400), "white")
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.text((10, 20 * line), "Чат: привет, как ты?", "black" if line % 2 else (180, 20, 40))
        draw.rectangle((300, 20 * line, 300 + 12 * line, 20 * line + 9), (20, 90, 60))
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    image.save(path, "PNG", pnginfo=info, **how)
    return path


def test_a_picture_from_a_phone_is_cleaned_into_a_story(
    tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert photo.run(from_a_phone(tmp_path / "Красный зонт.HEIC"), story) == 0
    with Image.open(story / "krasnyi-zont.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (120, 80))
        red = image.getpixel((60, 40))
    assert isinstance(red, tuple)
    assert red[0] > 250
    assert max(red[1:]) < 15
    assert capsys.readouterr().out.endswith("](krasnyi-zont.jpg)\n")


@pytest.mark.judge
def test_exiftool_finds_what_a_phone_wrote_and_nothing_of_it_afterwards(tmp_path: Path, story: Path) -> None:
    tool = need("exiftool")
    sources = [from_a_phone(tmp_path / "a.heic"), screenshot(tmp_path / "b.png"), dirty(tmp_path / "c.webp", "WEBP")]
    for source in sources:
        assert photo.run(source, story) == 0

    def seen(*files: Path) -> list[dict[str, object]]:
        command = [tool, "-json", "-G1", "-a", "-u", "-U", "-ee", *files]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    phone, *_ = before = seen(*sources)
    assert phone["QuickTime:Rotation"] == 270
    assert {"GPS:GPSLatitude", "IFD0:Artist"} <= set(phone)
    assert "PNG:Author" in before[1]
    after = seen(*sorted(story.iterdir()))
    assert len(after) == 3
    groups = {tag.split(":")[0] for one in after for tag in one}
    assert groups == {"SourceFile", "ExifTool", "System", "File", "JFIF", "PNG", "Composite"}
    shown = {"ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace", "Palette"}
    assert {tag[4:] for one in after for tag in one if tag.startswith("PNG:")} <= shown
    assert not any(CANARY.encode() in path.read_bytes() for path in story.iterdir())


def test_a_screenshot_stays_exact(tmp_path: Path, story: Path) -> None:
    source = screenshot(tmp_path / "Чат.png")
    assert photo.run(source, story) == 0
    with Image.open(source) as before, Image.open(story / "chat.png") as after:
        assert after.convert("RGB").tobytes() == before.tobytes()
        assert after.mode == "P"
    assert photos.inspect(story / "chat.png") == photos.Findings()


def test_a_photograph_in_a_png_becomes_a_jpeg(tmp_path: Path, story: Path) -> None:
    Image.effect_noise((400, 300), 60).convert("RGB").save(tmp_path / "b.png")
    assert photo.run(tmp_path / "b.png", story) == 0
    assert [path.name for path in story.iterdir()] == ["b.jpg"]


def test_what_was_rubbed_out_cannot_be_brought_back(tmp_path: Path, story: Path) -> None:
    """A face made see-through is still in the file: any program shows it again."""
    image = Image.new("RGBA", (60, 60), (200, 30, 30, 255))
    image.paste((10, 220, 40, 0), (20, 20, 40, 40))
    image.save(tmp_path / "a.png")
    assert photo.run(tmp_path / "a.png", story) == 0
    with Image.open(story / "a.png") as after:
        assert after.convert("RGBA").getcolors() == [(400, (255, 255, 255, 255)), (3200, (200, 30, 30, 255))]


def test_of_a_moving_picture_it_says_that_it_stands_still(
    tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert photo.run(tmp_path / "a.png", story) == 0
    assert "Only its first frame was taken" in capsys.readouterr().out
    assert photos.inspect(story / "a.png") == photos.Findings()
    with Image.open(story / "a.png") as image:
        assert not getattr(image, "is_animated", False)


# Its name


TELLING = (
    "IMG_1234", "DSC00017", "PXL_20260103_101010123", "WhatsApp Image 2026-01-03 at 10.10.10", "20260103_101010",
    "Screenshot_2026-01-03-10-10-10", "Снимок экрана 2026-01-03 101010", "IMG-20260103-WA0007", "photo_2026-01-03",
    "зонт 0700000000", "3F2504E0-4F89-11D3-9A0C-0305E82C3301", "12", "image0",
)  # fmt: skip
PLAIN = ("зонт", "foto", "zont-2012", "winter road 2", "imago", "photographers")


@pytest.mark.parametrize("name", TELLING)
def test_a_name_that_a_device_gave_is_not_published(
    name: str, tmp_path: Path, story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert photo.run(dirty(tmp_path / f"{name}.jpg"), story) == 0
    assert [path.name for path in story.iterdir()] == ["photo.jpg"]
    out = capsys.readouterr().out
    assert f"«{name}.jpg» could tell" in out
    assert out.endswith("](photo.jpg)\n")


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_an_editor_gave_stays(name: str, tmp_path: Path, story: Path) -> None:
    assert photo.run(dirty(tmp_path / f"{name}.jpg"), story) == 0
    assert [path.stem for path in story.iterdir()] == [photo.slug_of(name)]


def test_a_name_that_stands_in_a_text_already_stays(story: Path) -> None:
    dirty(story / "img-1234.jpg")
    assert photo.run(story / "img-1234.jpg") == 0
    assert [path.name for path in story.iterdir()] == ["img-1234.jpg"]


def test_pictures_of_two_kinds_have_two_names(tmp_path: Path, story: Path) -> None:
    """What the site makes of them is called by the name without its end."""
    assert photo.run(dirty(tmp_path / "zont.jpg"), story) == photo.run(screenshot(tmp_path / "zont.png"), story) == 0
    assert sorted(path.name for path in story.iterdir()) == ["zont-2.png", "zont.jpg"]


def test_a_disk_that_fails_leaves_the_picture_that_was_there(
    story: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dirty(story / "zont.jpg").read_bytes()

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert photo.run(story / "zont.jpg") == 1
    assert [path.name for path in story.iterdir()] == ["zont.jpg"]
    assert (story / "zont.jpg").read_bytes() == before
    assert "No space left" in capsys.readouterr().err
