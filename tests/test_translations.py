"""The table of translations: every state, what changed in an original since, and the page for an editor's eyes."""

import subprocess
from pathlib import Path

import pytest
from trees import STORY, TRANSLATION, write

from magazine import cache
from magazine.desk import new, originals, translations
from magazine.desk.new import Wanted
from magazine.desk.translation_table import DRAFT, MISSING, OLDER, ORIGINAL, THERE

LANGUAGES = ("ru", "ky", "en")
POST = "blog/post/ru.md"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write(tmp_path / "content", {POST: STORY})


def git(content: Path, *words: str) -> None:
    who = ("-c", "user.name=Swallow", "-c", "user.email=swallow@example.org")
    subprocess.run(["git", "-C", str(content), *who, *words], check=True, capture_output=True)


def states(content: Path) -> dict[str, list[str]]:
    return {row.key: [row.states[one] for one in LANGUAGES] for row in translations.table(content, LANGUAGES)}


def test_every_state_is_told(content: Path) -> None:
    made = new.make(Wanted("translation", "post", "Letter", "en"), content)
    assert states(content) == {"blog/post": [ORIGINAL, MISSING, DRAFT]}
    made.write_text(made.read_text(encoding="utf-8").replace("Status: draft\n", ""), encoding="utf-8")
    assert states(content) == {"blog/post": [ORIGINAL, MISSING, THERE]}
    write(content, {POST: STORY.replace("Текст.", "Другой текст.")})
    assert states(content) == {"blog/post": [ORIGINAL, MISSING, OLDER]}


def test_drafts_and_texts_that_began_in_another_language_are_there_too(content: Path) -> None:
    new.make(Wanted("post", "kitchen", "Kitchen", "en"), content)
    write(content, {"blog/road/ky.md": STORY, "blog/road/ru.md": TRANSLATION})
    assert states(content) == {
        "blog/kitchen": [MISSING, MISSING, DRAFT],
        "blog/post": [ORIGINAL, MISSING, MISSING],
        "blog/road": [THERE, ORIGINAL, MISSING],
    }


def published(content: Path) -> None:
    made = new.make(Wanted("translation", "post", "Letter", "en"), content)
    made.write_text(made.read_text(encoding="utf-8").replace("Status: draft\n", ""), encoding="utf-8")


def changed(content: Path) -> tuple[str, ...]:
    (row,) = translations.table(content, LANGUAGES)
    return row.changes["en"]


def test_what_changed_since_is_known_where_the_translation_was_begun(content: Path) -> None:
    published(content)
    write(content, {POST: STORY.replace("Текст.", "Другой текст.")})
    assert [line for line in changed(content) if line[0] in "+-"] == ["-Текст.", "+Другой текст."]


def test_what_changed_since_is_known_from_the_history(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "put_aside", lambda *_: None)
    git(content, "init", "--quiet")
    git(content, "add", ".")
    git(content, "commit", "--quiet", "-m", "one")
    published(content)
    for words in ("Другой текст.", "Третий текст."):
        write(content, {POST: STORY.replace("Текст.", words).replace("Рассказ", "Письмо")})
        git(content, "commit", "--quiet", "-am", words)
    assert [line for line in changed(content) if line[0] in "+-"] == [
        "-Title: Рассказ", "+Title: Письмо", "-Текст.", "+Третий текст.",
    ]  # fmt: skip


def test_a_version_that_nobody_knows_is_told(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(content, {"blog/post/en.md": TRANSLATION.replace("\n\n", "\nOriginal-Version: 0123456789ab\n\n", 1)})
    assert changed(content) == ()
    assert translations.run("post", content=content) == 0
    assert "not known here" in capsys.readouterr().out


def test_the_columns_stand_below_each_other_and_are_counted(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published(content)
    assert translations.run(content=content) == 0
    assert capsys.readouterr().out.splitlines() == [
        "           ru        ky        en",
        "blog/post  original  missing   there",
        "ru: original 1",
        "ky: missing 1",
        "en: there 1",
    ]


def test_the_page_asks_nothing_of_any_network_and_runs_nothing(content: Path, tmp_path: Path) -> None:
    published(content)
    write(content, {POST: STORY.replace("Текст.", "<script>alert()</script>").replace("Рассказ", "<b>&")})
    page = tmp_path / "translations.html"
    assert translations.run(html=page, content=content) == 0
    text = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;" in text
    assert "<ins>&lt;script&gt;alert()&lt;/script&gt;</ins>" in text
    assert "default-src 'none'" in text
    assert not any(word in text for word in ("<script", "http:", "https:", "src="))


def test_a_name_that_is_not_there_is_told(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.run("nothing", content=content) == 1
    assert translations.run(content=content / "nothing") == 1
    assert "nothing" in capsys.readouterr().err
