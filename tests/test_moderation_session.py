"""An editor's work on what was sent: what she sees, decides, changes and takes back; nothing of it is lost."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from moderation_desk import DAY, POST, TALE, TODAY, Editor, comment, git, magazine, named
from trees import STORY, write

from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, UndecidableError
from magazine.desk.moderation.keyring import BusyError, ModerationError
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import Keys

TARGETS = [
    "https://magazine.example.org/blog/post.html",
    "https://mirror.example.net/a/b/blog/post.html",
    "http://mirror.example.net/a/b/ky/blog/post.html?x=1#comments",
    "https://mirror.example.net/en/blog/post/",
    "https://mirror.example.net/en/blog/post",
    "https://mirror.example.net/blog/post/answers-2.html",
    "https://mirror.example.net/a/blog/old-post.html",
    "https://old.example.net/2012/05/zapis/",
    "https://old.example.net/2012/05/zapis",
    "https://old.example.net/2012/05/zapis/index.html",
]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return Editor(tmp_path / "desk")


@pytest.fixture
def session(content: Path, editor: Editor) -> Iterator[Session]:
    editor.receive(comment("Первое.", reply_to="1"), comment("Второе.", language="en"), comment("Третье.", entry=TALE))
    with editor.session(content) as opened:
        yield opened


def test_an_item_comes_with_its_story_and_its_parent(session: Session) -> None:
    first, second, third = (named(session, text) for text in ("Первое.", "Второе.", "Третье."))
    assert (first.entry, first.story, first.address) == (POST, "Рассказ", "blog/post.html")
    assert first.parent
    assert first.parent.text == "Спасибо за рассказ."
    assert (first.decision, first.author, first.is_edited) == (OPEN, "Ромашка", False)
    assert (second.story, second.parent) == ("Letter", None)
    assert (third.story, third.address) == ("Кухня", "magazine/2008-12/kitchen.html")


def test_open_items_come_first_then_held_ones_then_the_others(session: Session) -> None:
    first, second, third = session.items()
    session.decide(first.name, REFUSED)
    session.decide(second.name, HELD)
    assert [item.name for item in session.items()] == [third.name, second.name, first.name]


@pytest.mark.parametrize("target", TARGETS)
def test_a_ping_finds_its_text_on_any_mirror(content: Path, editor: Editor, target: str) -> None:
    editor.receive(comment("", kind="pingback", entry="", source="https://blog.example.net/1", target=target))
    with editor.session(content) as session:
        assert [item.entry for item in session.items()] == [POST]


@pytest.mark.parametrize(
    "target",
    ["https://magazine.example.org/", "https://magazine.example.org/blog/", "https://x.example.net/blog/posts.html",
     "https://x.example.net/blog%00/post", "http://[::1/blog/post.html", "https://x.example.net/%ff%fe"],
)  # fmt: skip
def test_a_ping_to_nothing_of_ours_belongs_to_nothing(content: Path, editor: Editor, target: str) -> None:
    editor.receive(comment("", kind="pingback", entry="", source="https://blog.example.net/1", target=target))
    with editor.session(content) as session:
        assert [item.entry for item in session.items()] == [""]


def test_what_belongs_to_nothing_is_approved_once_it_has_a_text(content: Path, editor: Editor) -> None:
    (name,) = editor.receive(comment(entry=""))
    with editor.session(content) as session:
        with pytest.raises(UndecidableError):
            session.decide(name, APPROVED)
        with pytest.raises(UndecidableError, match="nowhere"):
            session.edit(name, text="Да.", author="", entry="blog/nowhere", reply_to="")
        session.edit(name, text="Да.", author="", entry="blog/old-post", reply_to="")
        session.decide(name, APPROVED)
        assert session.item(name).entry == POST


def test_a_hidden_text_takes_no_answer(content: Path, editor: Editor) -> None:
    write(content, {"blog/hidden/ru.md": STORY.replace("Title: Рассказ", "Title: SECRET-TITLE\nStatus: draft")})
    (name,) = editor.receive(comment(entry="blog/hidden"))
    with editor.session(content) as session:
        assert (session.item(name).entry, session.item(name).story) == ("", "")
        with pytest.raises(UndecidableError):
            session.decide(name, APPROVED)


def test_a_text_that_is_published_meanwhile_is_found(content: Path, editor: Editor) -> None:
    (name,) = editor.receive(comment(entry="blog/new"))
    with editor.session(content) as session:
        assert session.item(name).entry == ""
        write(content, {"blog/new/ru.md": STORY})
        session.publish()
        assert session.item(name).entry == "blog/new"


@pytest.mark.parametrize(
    ("text", "word"),
    [("`" * 161, "`"), ("(" * 51, r"\("), ("\U0001f602" * 4100, "long")], ids=["marks", "brackets", "bytes"],
)  # fmt: skip
def test_what_would_stop_a_build_cannot_be_approved(content: Path, editor: Editor, text: str, word: str) -> None:
    (name,) = editor.receive(comment(text))
    with editor.session(content) as session, pytest.raises(UndecidableError, match=word):
        session.decide(name, APPROVED)


def test_a_forbidden_name_cannot_be_approved_and_is_redacted(
    content: Path, editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names.txt").write_text("Гульмира Тестова\n", encoding="utf-8")
    (tmp_path / "names.txt").chmod(0o600)
    monkeypatch.setenv("MAGAZINE_FORBIDDEN", str(tmp_path / "names.txt"))
    (name,) = editor.receive(comment("Это писала Гульмира Тестова из дома."))
    with editor.session(content) as session:
        with pytest.raises(UndecidableError):
            session.decide(name, APPROVED)
        session.redact(name)
        session.decide(name, APPROVED)
        assert "Тестова" not in session.item(name).text
    monkeypatch.setenv("MAGAZINE_FORBIDDEN", str(tmp_path / "gone.txt"))
    with pytest.raises(ModerationError):
        editor.session(content)


def test_words_that_are_there_already_are_flagged(content: Path, editor: Editor) -> None:
    editor.receive(comment("Одно и то же."), comment("одно  и то же", name="Мята"), comment("Спасибо за рассказ!"),
                   comment("Новое."))  # fmt: skip
    with editor.session(content) as session:
        flagged = {item.text: "duplicate" in {flag.kind for flag in item.flags} for item in session.items()}
        assert flagged == {"Одно и то же.": True, "одно  и то же": True, "Спасибо за рассказ!": True, "Новое.": False}


def test_every_step_can_be_taken_back(session: Session) -> None:
    first, second, _ = session.items()
    before = session.items()
    session.edit(first.name, text="Иначе. +996 555 123456", author="Мята", entry=TALE, reply_to="", title="Да")
    session.redact(first.name)
    session.decide(first.name, APPROVED)
    session.decide(second.name, REFUSED)
    session.decide(second.name, HELD)
    assert "555" not in session.item(first.name).text
    assert session.item(first.name).is_edited
    undone = [session.undo() for _ in range(5)]
    assert [step and step.item for step in undone] == [second.name] * 2 + [first.name] * 3
    assert session.items() == before
    assert session.undo() is None


def test_a_change_takes_the_approval_away(session: Session) -> None:
    name = session.items()[0].name
    session.decide(name, APPROVED)
    session.edit(name, text="Совсем другое.", author="", entry=POST, reply_to="")
    assert session.item(name).decision == OPEN


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"text": "а" * 6001}, "long"), ({"author": "а" * 61}, "long"), ({"text": "http://a.example.net " * 5}, "links"),
     ({"reply_to": "../../etc/passwd"}, "name"), ({"entry": "../.."}, "text")],
)  # fmt: skip
def test_what_no_answer_can_be_is_told(session: Session, changed: dict[str, str], word: str) -> None:
    item = session.items()[0]
    with pytest.raises(UndecidableError, match=word):
        session.edit(item.name, **{"text": "Да.", "author": "", "entry": POST, "reply_to": "", **changed})
    assert session.item(item.name) == item


def test_all_is_there_after_a_crash(content: Path, editor: Editor) -> None:
    names = editor.receive(comment("Первое."), comment("Второе."))
    session = editor.session(content)
    session.edit(names[0], text="Иначе.", author="", entry=POST, reply_to="")
    session.decide(names[0], APPROVED)
    session.decide(names[1], HELD)
    session._alone.release()  # as the system does when a process dies
    del session
    with editor.session(content) as again:
        assert (again.item(names[0]).text, again.item(names[0]).decision) == ("Иначе.", APPROVED)
        assert [again.undo() is not None for _ in range(4)] == [True, True, True, False]
        assert again.item(names[0]).text == "Первое."


def test_a_state_that_cannot_be_read_is_told_and_put_aside(content: Path, editor: Editor) -> None:
    (name,) = editor.receive(comment())
    with editor.session(content) as session:
        session.decide(name, APPROVED)
    for data in (b"junk", editor.keyring().seal(b"[]"), editor.keyring().seal(b'{"drafts": {"a": {"decision": "?"}}}')):
        (editor.home / "state.age").write_bytes(data)
        with editor.session(content) as session:
            assert session.item(name).decision == OPEN
            assert any("before" in sentence for sentence in session.warnings())
        assert (editor.home / "state-unreadable.age").read_bytes() == data


def test_broken_and_foreign_files_are_counted_and_told(content: Path, editor: Editor) -> None:
    foreign = Keys((str(pyrage.x25519.Identity.generate().to_public()),)).seal(b"{}")
    own = Keys((editor.public,))
    for data in (foreign, b"", b"\0" * 2000, own.seal(b"?"), own.seal(b"[1]"), own.seal(b'{"kind": "x"}'),
                 own.seal(b'{"day": 1}'), own.seal(b"[" * 100_000), own.seal(b'{"approvals": 7}')):  # fmt: skip
        editor.queue.keep(data, TODAY)
    (editor.queue.folder / "notes.txt").write_text("?", encoding="ascii")
    editor.receive(comment())
    with editor.session(content) as session:
        assert len(session.items()) == 1
        assert "9 files cannot be opened with your key" in session.warnings()[0]


def test_mail_that_is_read_twice_is_one_item(content: Path, editor: Editor) -> None:
    first, second = comment("Письмо.", origin="a" * 64), comment("Письмо!", origin="a" * 64)
    editor.receive(first, second)
    with editor.session(content) as session:
        (item,) = session.items()
        session.decide(item.name, REFUSED)
        session.publish()
    editor.receive(first)
    with editor.session(content) as session:
        assert session.items() == ()
    assert editor.queue.names() == []


def test_what_nobody_decides_is_forgotten_but_not_what_is_approved(content: Path, editor: Editor) -> None:
    old, kept = editor.receive(comment("Старое."), comment("Решённое."), today=TODAY - dt.timedelta(days=50))
    (young,) = editor.receive(comment("Молодое."))
    with editor.session(content) as session:
        session.decide(kept, APPROVED)
        session.edit(old, text="Иначе.", author="", entry=POST, reply_to="")
    with editor.session(content, today=TODAY + dt.timedelta(days=11)) as session:
        assert {item.name for item in session.items()} == {kept, young}
        assert any("forgotten" in sentence for sentence in session.warnings())
        assert old not in session.state.drafts
        assert session.undo()
        assert session.undo() is None


def test_no_answer_is_of_tomorrow(content: Path, editor: Editor) -> None:
    (name,) = editor.receive(replace(comment(), day=dt.date(9999, 12, 31)))
    with editor.session(content) as session:
        assert session.item(name).submission.day == TODAY


def test_who_takes_back_what_nobody_has_published_is_obeyed_at_once(content: Path, editor: Editor) -> None:
    editor.receive(comment("Уберите.", receipt="code-1"), comment("Останется.", receipt="code-2"))
    with editor.session(content) as session:
        session.decide(named(session, "Уберите.").name, APPROVED)
        editor.receive(comment("", kind="withdrawal", entry="", receipt="code-1"))
        session.refresh()
        assert [item.text for item in session.items()] == ["Останется."]
        assert any("taken back" in sentence for sentence in session.warnings())
        session.undo()
        assert [item.text for item in session.items()] == ["Останется."]
    assert len(editor.queue.names()) == 1


def test_who_changes_what_nobody_has_published_is_read_in_new_words(content: Path, editor: Editor) -> None:
    (name,) = editor.receive(comment("Старое.", receipt="code-1", reply_to="1"))
    with editor.session(content) as session:
        session.decide(name, APPROVED)
    editor.receive(comment("Новое.", kind="withdrawal", entry="", name="", receipt="code-1"))
    for _ in range(2):
        with editor.session(content) as session:
            (item,) = session.items()
            assert (item.text, item.author, item.entry, item.decision) == ("Новое.", "Ромашка", POST, OPEN)
            assert item.reply_to == "1"


def test_two_windows_do_not_work_on_one_queue(session: Session, content: Path, editor: Editor) -> None:
    with pytest.raises(BusyError):
        editor.session(content)


def test_who_is_not_listed_is_told(content: Path, editor: Editor, tmp_path: Path) -> None:
    with editor.session(content, editors=(Editor(tmp_path / "other").public,)) as session:
        assert editor.public in session.warnings()[0]
        with pytest.raises(ModerationError, match="EDITOR_KEYS"):
            session.publish()


def test_what_is_no_decision_is_an_error_of_the_program(session: Session) -> None:
    with pytest.raises(ValueError, match="maybe"):
        session.decide(session.items()[0].name, "maybe")
    with pytest.raises(KeyError):
        session.item("0" * 32 + ".age")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_queue_is_private(session: Session, editor: Editor, content: Path) -> None:
    assert (editor.home / "queue").stat().st_mode & 0o077 == 0
    assert git(content, "status", "--porcelain") == ""
    assert DAY.isoformat() not in "".join(path.name for path in editor.home.iterdir())
