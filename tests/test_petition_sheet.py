"""A sheet for signatures: one page in each language, with every letter, and nothing that tells who made it."""

from pathlib import Path

import pytest
from petition_tree import done, found, in_english, tree
from toolbox import need, run

from magazine.desk.petition.sheet import Wishes, sheet
from magazine.pdf import letters, readable
from magazine.site.build import said

__all__ = ["in_english"]
SETTINGS = {"SITEURL": "https://magazine.example.org", "MAIL": "editors@example.org"}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return tree(tmp_path / "content")


def printed(data: bytes, folder: Path) -> str:
    (folder / "a.pdf").write_bytes(data)
    return " ".join(run(need("pdftotext"), "-layout", folder / "a.pdf", "-").split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ("Нет наказанию", "Имя называть не обязательно", "паспортных данных", "Подпись")),
        ("ky", ("Жаза болбосун, өкмөт", "Атыңызды айтуу милдеттүү эмес", "паспорт маалыматын", "Кол")),
        ("en", ("Нет наказанию", "You need not give a name", "passport data", "Signature")),
    ],
)
def test_all_words_stand_on_one_page(language: str, words: tuple[str, ...], content: Path, tmp_path: Path) -> None:
    data = sheet(found(content), Wishes(language), {**said(), **SETTINGS})
    text = printed(data, tmp_path)
    assert [word for word in words if word not in text] == []
    assert "/petitions/plea.html" in text
    assert "Pages: 1" in " ".join(run(need("pdfinfo"), tmp_path / "a.pdf").split())


def test_nothing_tells_who_made_it_and_when(content: Path, tmp_path: Path) -> None:
    first, second = (sheet(found(content), Wishes("ky"), said()) for _ in range(2))
    assert first == second
    printed(first, tmp_path)
    info = run(need("pdfinfo"), tmp_path / "a.pdf")
    assert not [word for word in ("Author", "Producer", "Creator:", "ModDate", "Keywords") if word in info]
    assert "fpdf" not in first.decode("latin-1").lower()
    assert b"/Lang (ky)" in first


def test_the_code_leads_to_the_page(content: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(sheet(found(content), Wishes("ky"), {**said(), **SETTINGS}))
    run(need("pdftoppm"), "-r", "150", "-png", "-singlefile", tmp_path / "a.pdf", tmp_path / "a")
    read = run(need("zbarimg"), "-q", "--raw", tmp_path / "a.png").strip()
    assert read == "https://magazine.example.org/ky/petitions/plea.html"


def test_the_neutral_title_takes_the_place_of_the_real_one(content: Path, tmp_path: Path) -> None:
    path = content / "petitions/plea/ru.md"
    path.write_text(path.read_text(encoding="utf-8").replace("State:", "Discreet: Открытое письмо\nState:"), "utf-8")
    text = printed(sheet(found(content), Wishes("ru", is_discreet=True), said()), tmp_path)
    assert "Открытое письмо" in text
    assert "наказ" not in text


@pytest.mark.parametrize("title", ["Слово " * 30, "Достопримечательностеиспользование" * 4])
def test_the_longest_title_keeps_to_its_page(title: str, content: Path, tmp_path: Path) -> None:
    path = content / "petitions/plea/ru.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Нет наказанию", title.strip()), "utf-8")
    text = printed(sheet(found(content), Wishes("ru", bring="Кризисный центр " * 9), said()), tmp_path)
    assert "Подпись" in text
    assert run(need("pdfinfo"), tmp_path / "a.pdf").split("Pages:")[1].split()[0] == "1"


def test_letters_of_all_neighbours_are_there_and_others_become_latin() -> None:
    assert letters().issuperset("ңөүҢӨҮғқҳўҷӣӯәһіїєґğışçž№«»„“–—…")
    assert readable("Өмүр 王 😀") == "Өмүр Wang  " or readable("Өмүр 王 😀").startswith("Өмүр Wang")


def test_no_other_file_is_written_over(content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "notes.txt"
    taken.write_text("mine")
    assert done(content, "sheet", output=taken) == 1
    assert taken.read_text() == "mine"
    assert done(content, "sheet", output=content / "a.pdf") == 1
    assert done(content, "sheet", output=tmp_path / "b.pdf", language="ky") == 0
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
    assert done(content, "sheet", language="de") == 1
    assert done(content, "sheet", name="ple") == 1
    assert "did you mean «plea»?" in capsys.readouterr().err
