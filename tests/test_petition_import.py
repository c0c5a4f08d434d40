"""A petition from a plain text, in whatever charset, passes `check` as a draft and says what the text said."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition_tree import done, in_english

from magazine.desk import check
from magazine.desk.petition.imported import decoded, taken_apart
from magazine.site.markup import without_comments

__all__ = ["in_english"]
PLAIN = """Открытое письмо

Кому: Жогорку Кенеш

Мы, граждане Кыргызстана, просим
вас не вводить наказание за нашу
работу. Биз суранабыз: ң, ө, ү.

МЫ ТРЕБУЕМ

1. Уважать наши права
   и достоинство.
2) Остановить произвол.
   - не относится

Цена *не* меняется_никогда_ <b>.
"""
WITHOUT_KYRGYZ = PLAIN.replace("ң, ө, ү", "просим")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    return tmp_path / "content"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        WITHOUT_KYRGYZ.encode("cp1251"),
        WITHOUT_KYRGYZ.replace("\n", "\r\n").encode("cp1251"),
    ],
)
def test_any_usual_charset_becomes_a_draft_that_passes(data: bytes, content: Path, tmp_path: Path) -> None:
    file = tmp_path / "plea.txt"
    file.write_bytes(data)
    assert done(content, "import", name=str(file)) == 0
    text = (content / "petitions/otkrytoe-pismo/ru.md").read_text(encoding="utf-8")
    assert text.startswith("Title: Открытое письмо\nDate: ")
    assert "\nTo: Жогорку Кенеш\nStatus: draft\n" in text
    assert "Мы, граждане Кыргызстана, просим вас не вводить наказание за нашу работу." in text
    assert "## Мы требуем\n\n1. Уважать наши права и достоинство.\n2. Остановить произвол." in text
    assert r"\*не\* меняется\_никогда\_ \<b>." in text
    assert [one.text() for one in check.checked(content) if one.is_grave and not one.in_draft] == []
    (content / "petitions/otkrytoe-pismo/ru.md").write_text(text.replace("Status: draft\n", ""), "utf-8")
    assert [one.text() for one in check.checked(content) if one.stops] == []


def test_name_language_and_recipients_can_be_said(content: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Ачык кат\n\nБиз суранабыз.\n", "utf-8")
    assert done(content, "import", name=str(file), slug="kat", language="ky", recipient="Өкмөт; Кеңеш") == 0
    assert "\nTo: Өкмөт; Кеңеш\n" in (content / "petitions/kat/ky.md").read_text(encoding="utf-8")


def test_nothing_is_written_over(content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Письмо\n\nТекст.\n", "utf-8")
    assert done(content, "import", name=str(file), slug="a") == 0
    before = (content / "petitions/a/ru.md").read_bytes()
    file.write_text("Письмо\n\nДругой.\n", "utf-8")
    assert done(content, "import", name=str(file), slug="a") == 1
    assert done(content, "import", name=str(file), slug="a", language="en") == 1
    assert done(content, "import", name=str(file), slug="../x") == 1
    assert (content / "petitions/a/ru.md").read_bytes() == before
    assert [path.name for path in (content / "petitions").iterdir()] == ["a"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n", "Одно название".encode(), b"x" * 300_000])
def test_what_holds_no_petition_is_told(data: bytes, content: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(data)
    assert done(content, "import", name=str(file)) == 1
    assert done(content, "import", name=str(tmp_path / "none.txt")) == 1
    assert done(content, "import", name="") == 1
    assert list(content.iterdir()) == []


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    text = taken_apart(decoded(data))
    assert "\n" not in text.title
    assert without_comments("\n\n".join(text.blocks)) is not None


@given(
    st.lists(st.text(st.sampled_from("абвгҢңөү ,;"), min_size=3, max_size=60).map(str.strip).filter(len), min_size=2)
)
def test_no_word_is_lost(lines: list[str]) -> None:
    text = taken_apart("\n\n".join(lines))
    said = " ".join([text.title, *text.blocks]).replace("## ", "").casefold().split()
    wanted = " ".join(lines).casefold().split()
    assert [word.rstrip(".:") for word in said] == [word.rstrip(".:") for word in wanted]
