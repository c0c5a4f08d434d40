"""Where two must agree: one approval is a mark that nobody can forge, two are a published answer."""

from dataclasses import replace
from pathlib import Path

import pytest
from moderation_desk import POST, TODAY, Editor, answers, comment, git, magazine, named

from magazine.desk.moderation.items import APPROVED, OPEN
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.session import Session
from magazine.intake.submissions import Submission, unpacked

CODE = "4kq7-m2xh-9t4p-wz3c"


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house")


@pytest.fixture
def editors(tmp_path: Path) -> tuple[Editor, Editor]:
    return Editor(tmp_path / "first"), Editor(tmp_path / "second")


def at_work(editor: Editor, content: Path, editors: tuple[Editor, ...], **given: object) -> Session:
    return editor.session(content, tuple(one.public for one in editors), APPROVALS=2, **given)


def send(editors: tuple[Editor, ...], *sent: Submission) -> None:
    """Into the queue of the first editor, sealed to all."""
    keyring = editors[0].keyring(tuple(one.public for one in editors))
    for one in sent:
        editors[0].queue.keep(keyring.seal(one.packed()), TODAY)


def hand_over(giver: Editor, taker: Editor) -> None:
    """On a stick, as a folder."""
    for name in giver.queue.names():
        taker.queue.keep(giver.queue.read(name), TODAY)
        giver.queue.remove(name)


def test_one_approval_publishes_nothing_and_two_do(content: Path, editors: tuple[Editor, Editor]) -> None:
    first, second = editors
    send(editors, comment("Ромашка пишет.", receipt=CODE))
    with at_work(first, content, editors) as session:
        (item,) = session.items()
        session.decide(item.name, APPROVED)
        done = session.publish()
        (item,) = session.items()
        assert (item.decision, item.is_approved_here, item.approved_by) == (APPROVED, True, ())
        assert "waits here for another editor" in done.warnings[0]
        assert done.files == ("../editors.age",)
        assert session.publish().returned == 0
    assert answers(content) == ["Спасибо за рассказ."]
    hand_over(first, second)
    with at_work(second, content, editors) as session:
        (item,) = session.items()
        assert (item.decision, item.is_approved_here, item.approved_by) == (OPEN, False, (first.public,))
        session.decide(item.name, APPROVED)
        done = session.publish()
        assert session.items() == ()
    assert answers(content) == ["Спасибо за рассказ.", "Ромашка пишет."]
    assert done.commit == git(content, "rev-parse", "HEAD").strip()


def test_changed_words_need_both_again(content: Path, editors: tuple[Editor, Editor]) -> None:
    first, second = editors
    send(editors, comment("Как было.", receipt=CODE, origin="f" * 64))
    with at_work(first, content, editors) as session:
        session.decide(session.items()[0].name, APPROVED)
        session.publish()
    hand_over(first, second)
    with at_work(second, content, editors) as session:
        (item,) = session.items()
        session.edit(item.name, text="Как стало.", author=item.author, entry=item.entry, reply_to="")
        assert session.item(item.name).approved_by == ()
        session.undo()
        assert session.item(item.name).approved_by == (first.public,)
        session.edit(item.name, text="Как стало.", author=item.author, entry=item.entry, reply_to="")
        session.decide(item.name, APPROVED)
        session.publish()
    assert answers(content) == ["Спасибо за рассказ."]
    hand_over(second, first)
    with at_work(first, content, editors) as session:
        (item,) = session.items()
        assert (item.text, item.approved_by) == ("Как стало.", (second.public,))
        session.decide(item.name, APPROVED)
        session.publish()
    assert answers(content) == ["Спасибо за рассказ.", "Как стало."]


def test_a_forged_mark_counts_nothing(content: Path, editors: tuple[Editor, Editor], tmp_path: Path) -> None:
    first, second = editors
    with at_work(second, content, editors) as session:
        session.publish()
        assert session.secret
        old = session.secret.mark(second.public, comment("Другие слова."))
        outsider = session.secret.mark(Editor(tmp_path / "outsider").public, comment("Слова."))
        own = session.secret.mark(first.public, comment("Слова."))
    forged = f"{second.public[:12]}:{'0' * 64}"
    send(editors, comment("Слова.", approvals=(forged, old, outsider, second.public, "", own, own)))
    with at_work(first, content, editors) as session:
        (item,) = session.items()
        assert item.approved_by == ()
        session.decide(item.name, APPROVED)
        session.publish()
        assert len(session.items()) == 1
    assert answers(content) == ["Спасибо за рассказ."]


def test_a_mark_is_bound_to_every_word_and_to_the_text_it_belongs_to(
    content: Path, editors: tuple[Editor, Editor]
) -> None:
    with at_work(editors[0], content, editors) as session:
        secret = session.secret
    assert secret
    sent = comment("Слова.", title="Да", reply_to="1")
    marked = replace(sent, approvals=(secret.mark(editors[0].public, sent),))
    every = tuple(one.public for one in editors)
    assert secret.approvers(marked, every) == (editors[0].public,)
    for change in ({"text": "Слова"}, {"name": ""}, {"title": ""}, {"reply_to": ""}, {"entry": "blog/x"},
                   {"language": "ky"}, {"kind": "withdrawal"}, {"receipt": CODE}, {"source": "http://a"}):  # fmt: skip
        assert secret.approvers(replace(marked, **change), every) == ()
    assert secret.approvers(marked, every[1:]) == ()


def test_what_takes_an_answer_back_needs_but_one(content: Path, editors: tuple[Editor, Editor]) -> None:
    first, second = editors
    send(editors, comment("Уберите.", receipt=CODE))
    for giver, taker in ((first, second), (second, first)):
        with at_work(giver, content, editors) as session:
            session.decide(named(session, "Уберите.").name, APPROVED)
            session.publish()
        hand_over(giver, taker)
    assert answers(content) == ["Спасибо за рассказ.", "Уберите."]
    send(editors, comment("Другое.", kind="withdrawal", entry="", name="", receipt=CODE))
    for giver, taker, words in ((first, second, "Уберите."), (second, first, "Другое.")):
        with at_work(giver, content, editors) as session:
            (item,) = session.items()
            assert (item.text, item.author) == ("Другое.", "Ромашка")
            session.decide(item.name, APPROVED)
            session.publish()
        assert words in answers(content)
        hand_over(giver, taker)
    send(editors, comment("", kind="withdrawal", entry="", receipt=CODE))
    with at_work(first, content, editors) as session:
        session.decide(session.items()[0].name, APPROVED)
        assert session.publish().withdrawn == 1
    assert answers(content) == ["Спасибо за рассказ."]


def test_an_editor_who_comes_is_let_in_by_one_who_was_there(
    content: Path, editors: tuple[Editor, Editor], tmp_path: Path
) -> None:
    first, second = editors
    with at_work(first, content, (first,)) as session:
        secret = session.secret
        session.publish()
    with at_work(second, content, editors) as session:
        assert any("before you" in sentence for sentence in session.warnings())
        send((second, first), comment("Слова."))
        session.refresh()
        assert len(session.items()) == 1
        with pytest.raises(ModerationError, match=r"editors\.age"):
            session.publish()
    with at_work(first, content, editors) as session:
        assert session.publish().files == ("../editors.age",)
    with at_work(second, content, editors) as session:
        assert session.warnings() == ()
        assert session.secret
        assert secret
        assert session.secret.value == secret.value
    outsider = Editor(tmp_path / "outsider")
    with at_work(outsider, content, editors) as session:
        assert session.secret is None


def test_a_file_handed_on_holds_the_words_as_they_were_approved(content: Path, editors: tuple[Editor, Editor]) -> None:
    first, second = editors
    send(editors, comment("Звоните +996 555 123456.", entry="", receipt=CODE))
    with at_work(first, content, editors) as session:
        (item,) = session.items()
        session.redact(item.name)
        words = session.item(item.name).text
        session.edit(item.name, text=words, author="Мята", entry=POST, reply_to="1")
        session.decide(item.name, APPROVED)
        session.publish()
    (name,) = first.queue.names()
    keyring = second.keyring()
    sent = unpacked(keyring.open(first.queue.read(name)))
    assert "555" not in sent.text
    assert (sent.name, sent.entry, sent.reply_to, sent.receipt, len(sent.approvals)) == ("Мята", POST, "1", CODE, 1)
    hand_over(first, second)
    with at_work(second, content, editors) as session:
        assert session.items()[0].approved_by == (first.public,)
