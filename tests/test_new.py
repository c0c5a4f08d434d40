"""`new` makes a folder and headers that `check` finds nothing wrong with, and never writes over anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from trees import ISSUE, STORY, TRANSLATION, write

from magazine import cache
from magazine.desk import check, new
from magazine.desk.new import NewError, Wanted


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write(tmp_path, {"magazine/2008-12/ru.md": ISSUE, "blog/post/ru.md": STORY})


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("story", "2008-12/kitchen", "magazine/2008-12/kitchen/ru.md"),
        ("issue", "2009-06", "magazine/2009-06/ru.md"),
        ("post", "kitchen", "blog/kitchen/ru.md"),
        ("petition", "kitchen", "petitions/kitchen/ru.md"),
        ("page", "kitchen", "pages/kitchen/ru.md"),
    ],
)
def test_what_is_made_is_a_draft_without_a_mistake(kind: str, name: str, expected: str, content: Path) -> None:
    made = new.make(Wanted(kind, name, "На кухне"), content)
    assert made == content / expected
    text = made.read_text(encoding="utf-8")
    assert text.startswith("Title: На кухне\n")
    assert "\nStatus: draft\n" in text
    assert [one.text() for one in check.checked(content) if one.code != "translation-missing"] == []


def test_it_is_published_when_the_text_is_there_and_the_line_is_gone(content: Path) -> None:
    made = new.make(Wanted("post", "kitchen", "На кухне"), content)
    text = made.read_text(encoding="utf-8").replace("Status: draft\n", "") + "\nМы варим суп.\n"
    made.write_text(text, encoding="utf-8")
    assert [one.text() for one in check.checked(content) if one.stops] == []


def test_a_translation_knows_the_version_it_was_made_from(content: Path) -> None:
    made = new.make(Wanted("translation", "post", "Letter", "en"), content)
    assert made == content / "blog/post/en.md"
    assert "\nТекст.\n" in made.read_text(encoding="utf-8")
    made.write_text(made.read_text(encoding="utf-8").replace("Status: draft\n", ""), encoding="utf-8")
    assert "version-older" not in {one.code for one in check.checked(content)}
    write(content, {"blog/post/ru.md": STORY.replace("Текст.", "Другой текст.")})
    assert "version-older" in {one.code for one in check.checked(content)}


@pytest.mark.parametrize("name", ["post", "blog/post", "blog/post/"])
def test_the_one_language_that_is_missing_needs_no_word(name: str, content: Path) -> None:
    write(content, {"blog/post/en.md": TRANSLATION})
    assert new.make(Wanted("translation", name, "Кат"), content) == content / "blog/post/ky.md"


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (Wanted("poem", "a", "A"), "poem"),
        (Wanted("post", "post", "A"), "blog/post"),
        (Wanted("page", "post", "A"), "blog/post"),
        (Wanted("post", "Пост", "A"), "Пост"),
        (Wanted("post", "../../etc", "A"), "etc"),
        (Wanted("story", "../2008-12/etc", "A"), "2008-12"),
        (Wanted("post", "con", "A"), "con"),
        (Wanted("story", "2010-01/a", "A"), "2008-12"),
        (Wanted("post", "a", "A", "kg"), "kg"),
        (Wanted("translation", "pots", "A", "en"), "post"),
        (Wanted("translation", "post", "A", "ru"), "ru"),
        (Wanted("translation", "post", "A", "de"), "de"),
        (Wanted("post"), "--title"),
    ],
)
def test_what_cannot_be_made_is_told(wanted: Wanted, word: str, content: Path) -> None:
    before = sorted(content.rglob("*"))
    with pytest.raises(NewError, match=word):
        new.make(wanted, content)
    assert sorted(content.rglob("*")) == before


def test_nothing_is_written_over(content: Path) -> None:
    write(content, {"blog/kitchen/notes.txt": "?", "blog/kitchen/ru.md": ""})
    with pytest.raises((NewError, OSError)):
        new.make(Wanted("post", "kitchen", "A"), content)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there is no terminal to type at")
def test_what_was_not_said_is_asked_for(content: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "tasks.py", "new", "story", "--content", str(content)]
    environment = {**os.environ, "MAGAZINE_LANG": "ru"}
    process = subprocess.Popen(
        command, cwd=cache.PROJECT, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.write(ours, "На кухне\n\n\n".encode())
    said, _ = process.communicate(timeout=60)
    for end in (ours, theirs):
        os.close(end)
    assert process.returncode == 0, said.decode()
    assert "Название: " in said.decode()
    assert (content / "magazine/2008-12/na-kukhne/ru.md").exists(), said.decode()
