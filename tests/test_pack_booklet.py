"""The printed booklet: whole sheets, letters that come back, the same wherever it is made; a story as one file."""

import re
import shutil
from pathlib import Path

import pytest
from pack_source import made_elsewhere, source_of
from site_files import Site
from toolbox import need, run

from magazine.desk import issues
from magazine.release.packs import booklet, pages, single
from magazine.release.packs.source import Source

pytestmark = [pytest.mark.judge, pytest.mark.slow]
STORY = "magazine/2008-12/a-long-drive.html"


@pytest.fixture(scope="module")
def source(site: Site) -> Source:
    return source_of(site.root)


@pytest.fixture(scope="module")
def booklets(source: Source, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return booklet.made(source, tmp_path_factory.mktemp("booklets"))


def told(path: Path) -> dict[str, str]:
    """What pdfinfo tells."""
    lines = run(need("pdfinfo"), path).splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_newest_issue_in_each_language(booklets: list[Path]) -> None:
    assert [path.name for path in booklets] == [f"magazine-print-2008-12-{code}-42.pdf" for code in ("ru", "ky", "en")]


def test_whole_sheets_of_a5_and_nobody_named(booklets: list[Path]) -> None:
    for path in booklets:
        facts = told(path)
        assert int(facts["Pages"]) % 4 == 0
        assert re.match(r"419\.\d+ x 595\.\d+", facts["Page size"])
        assert not {"Author", "Producer", "Creator"} & facts.keys()
        assert facts["CreationDate"].startswith("Mon Dec 17 00:00:00 2012")
        assert b"/Lang" in path.read_bytes()
    assert told(booklets[0])["Title"] == "Красный зонт, № 1 · декабрь 2008"


def test_kyrgyz_letters_come_back(booklets: list[Path]) -> None:
    text = run(need("pdftotext"), booklets[1], "-")
    for word in ("күнөөлүү", "Бөлүмдүн", "Чөнтөк"):
        assert word in " ".join(text.split())
    assert "ң" in text


def test_contents_name_the_page_on_which_a_story_begins(booklets: list[Path], source: Source) -> None:
    pdf = run(need("pdftotext"), "-layout", booklets[0], "-").split("\f")
    found = dict(re.findall(r"^ *(\S.*?) {2,}(\d+)$", pdf[1], re.MULTILINE))
    assert source.library
    book = pages.book(source, source.library.issues[0], source.library.languages[0])
    assert book
    assert list(found) == [chapter.title for chapter in book.chapters]
    for title, number in found.items():
        assert title in pdf[int(number) - 1]
    assert "https://one.example.org/magazine/" in pdf[int(told(booklets[0])["Pages"]) - 1]


def test_the_same_everywhere(source: Source, booklets: list[Path], tmp_path: Path) -> None:
    made_elsewhere("magazine.release.packs.booklet", source, tmp_path / "again")
    for path in booklets:
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_one_file_needs_no_other(source: Source) -> None:
    page = single.single(source, STORY).decode()
    assert 'src="data:image/jpeg;base64,' in page
    assert 'alt="Ночь, снежные горы' in page
    assert not re.findall(r'(?:src|srcset|href)="(?!data:|https?:|mailto:|#)', page)
    assert "<form" not in page
    assert 'href="https://magazine.example.org/magazine/2008-12/the-report.html"' in page


def test_pictures_that_are_too_heavy_are_told(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "LIMIT", 100)
    page = single.single(source, STORY).decode()
    assert "base64" not in page
    assert "<em>[Ночь, снежные горы" in page


@pytest.fixture
def desk(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where the site is built already."""
    settings = issues.said() | {"OUTPUT_PATH": str(site.root)}
    monkeypatch.setattr(issues, "said", lambda: settings)
    return tmp_path / "handed"


def test_an_editor_prints_an_issue_and_hands_on_a_story(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert issues.run(issues.Wanted("2008-12", "ky", desk)) == 0
    assert issues.run(issues.Wanted("magazine/2008-12/a-long-drive", "", desk, is_story=True)) == 0
    assert sorted(path.name for path in desk.iterdir()) == [
        "2008-12-ky.pdf", "a-long-drive-en.html", "a-long-drive-ru.html",
    ]  # fmt: skip
    assert capsys.readouterr().err == ""


def test_mistakes_are_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert issues.run(issues.Wanted("2008-13", "", desk)) == 1
    assert "2008-12" in capsys.readouterr().err
    assert issues.run(issues.Wanted("a-long-drive", "ky", desk, is_story=True)) == 1
    assert "ru, en" in capsys.readouterr().err
    (desk / "2008-12-ru.pdf").write_text("my diary")
    assert issues.run(issues.Wanted("", "ru", desk)) == 1
    assert (desk / "2008-12-ru.pdf").read_text() == "my diary"


def test_without_a_site_it_says_how_to_build_one(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(issues, "said", lambda: {"PATH": "content", "OUTPUT_PATH": str(desk)})
    assert issues.run(issues.Wanted()) == 1
    assert "tasks.py build" in capsys.readouterr().err


def test_keys_stand_on_the_last_page(site: Site, tmp_path: Path) -> None:
    root = Path(shutil.copytree(site.root, tmp_path / "site"))
    (root / "keys.txt").write_text("seq 1\nactive RWexample laptop\nrevoked RWold 2012-01-01 lost\nroot RWroot\n")
    assert pages.keys(source_of(root)) == ("active RWexample laptop", "root RWroot")
