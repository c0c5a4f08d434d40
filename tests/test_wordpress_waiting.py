"""What waits for a decision in an old blog goes sealed into the queue, once, without a trace of who wrote it."""

from pathlib import Path

import pytest
from moderation_desk import Editor, texts
from wordpress_desk import imported
from wordpress_exports import comment, export, item

from magazine.desk.moderation import keyring
from magazine.desk.moderation.items import APPROVED, REFUSED
from magazine.desk.wordpress import importing
from magazine.site.build import said

BLOG = export(
    item(1, inside="".join((
        comment(1, "Первое."),
        comment(2, "Ждёт. Пишите на sosedka@mail.example.net.", approved=0, parent=1, author="Мята"),
        comment(3, "Ждёт ниже.", approved="hold", parent=2),
        comment(4, "[&#8230;] слова [&#8230;]", approved=0, type="pingback", author="Чужая запись",
                author_url="http://b.example.net/p/"),
        comment(5, "http://a.example.net " * 9, approved=0),
        comment(6, "SECRET-SPAM", approved="spam"),
    ))),
    item(2, status="draft", inside=comment(7, "К черновику.", approved=0)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """An editor whom the settings name."""
    found = Editor(tmp_path / "desk")
    chosen = {**said(), "EDITOR_KEYS": (found.public,)}
    monkeypatch.setattr(importing, "said", lambda: chosen)
    return found


def test_they_are_items_of_the_queue(editor: Editor, tmp_path: Path) -> None:
    done = imported(tmp_path, BLOG)
    assert done.status == 0
    assert "4  waiting for a decision, sealed into the queue of `moderate`" in done.said
    assert "1  waiting for a decision, but too long" in done.said
    assert "7 of 7 are accounted for (100 %)" in done.said
    assert "blog/zapis-1: 1" in done.said.split("cannot be taken over")[1]
    with editor.session(done.content) as session:
        found = {item.text: item for item in session.items()}
        assert len(found) == 4
        first, ping = found["Ждёт. Пишите на …@…."], next(one for one in found.values() if one.title)
        assert (first.entry, first.author, first.reply_to) == ("blog/zapis-1", "Мята", "1")
        assert first.submission.day.isoformat() == "2012-05-04"
        assert found["Ждёт ниже."].reply_to == "1"  # what stands between is not published
        assert found["К черновику."].entry == ""
        assert (ping.submission.kind, ping.title) == ("pingback", "Чужая запись")
        assert ping.submission.source == "http://b.example.net/p/"
        everything = " ".join(repr(one.submission) for one in found.values())
        for secret in ("people.example.org", "192.0.2.77", "SECRET", "sosedka", "reader2.example.net"):
            assert secret not in everything
        session.decide(first.name, APPROVED)
        session.decide(found["Ждёт ниже."].name, REFUSED)
        session.publish()
    said_now = [answer.text for answer in texts(done.content).entries["blog/zapis-1"].answers]
    assert said_now == ["Первое.", "Ждёт. Пишите на …@…."]


@pytest.mark.parametrize("forgets", [False, True], ids=["with its memory", "without its memory"])
def test_a_second_run_seals_nothing_again(
    editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgets: bool
) -> None:
    first = imported(tmp_path, BLOG)
    with editor.session(first.content) as session:
        session.decide(session.items()[0].name, REFUSED)
        session.publish()
        before = [item.name for item in session.items()]
    files = first.files()
    if forgets:
        monkeypatch.setattr(importing, "KIND", "imports-again")
    else:
        names = editor.queue.names()
    again = imported(tmp_path, BLOG)
    assert "4  waiting for a decision, sealed into the queue" in again.said
    if not forgets:
        assert editor.queue.names() == names
    with editor.session(first.content) as session:
        assert len(session.items()) == len(before) == 3
    assert first.files() == files


def test_without_a_key_they_are_only_counted(tmp_path: Path) -> None:
    done = imported(tmp_path, BLOG)
    assert "4  waiting for a decision, not written anywhere" in done.said
    assert "blog/zapis-1: 3" in done.said.split("that wait for a decision (look")[1]
    assert not (tmp_path / "desk").exists()


def test_on_a_trial_the_laptop_has_a_queue(tmp_path: Path) -> None:
    keyring.laptop_keys()
    done = imported(tmp_path, BLOG)
    opened = keyring.unlocked({**said(), "EDITOR_KEYS": ()}, lambda: "")
    assert "4  waiting for a decision, sealed into the queue" in done.said
    files = list((tmp_path / "desk/laptop/queue").iterdir())
    assert len(files) == 4
    assert all(b"entry" in opened.open(file.read_bytes()) for file in files)


def test_a_key_that_is_none_stops_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {**said(), "EDITOR_KEYS": ("age1nothing",)}
    monkeypatch.setattr(importing, "said", lambda: chosen)
    done = imported(tmp_path, BLOG)
    assert done.status == 1
    assert "age1nothing" in done.said


def test_nothing_of_them_is_on_the_disk_in_clear(editor: Editor, tmp_path: Path) -> None:
    done = imported(tmp_path, BLOG)
    (tmp_path / "export.xml").unlink()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert "Ждёт".encode() not in path.read_bytes(), path
    assert len(editor.queue.names()) == 4
    assert done.content.exists()
