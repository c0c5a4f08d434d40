"""«Publish»: files that read back as they were approved, one commit that tells nobody, and nothing twice or lost."""

import re
from pathlib import Path

import pytest
from moderation_desk import DAY, POST, TALE, TODAY, Editor, answers, comment, git, magazine, named, texts
from trees import STORY, write

from magazine.desk.moderation import commit, files, keyring, queued, state
from magazine.desk.moderation.items import APPROVED, HELD, REFUSED
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import Keys
from magazine.intake.spool import Spool
from magazine.site.build import said

pytestmark = pytest.mark.slow

CODE = "4kq7-m2xh-9t4p-wz3c"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return Editor(tmp_path / "desk")


def approve(session: Session, *words: str) -> None:
    for text in words:
        session.decide(named(session, text).name, APPROVED)


def written(content: Path, key: str = POST) -> list[str]:
    folder = content / key / "comments"
    return sorted(path.stem for path in folder.glob("*.md") if path.stem != "1") if folder.exists() else []


def test_approved_answers_are_files_and_one_commit(content: Path, editor: Editor) -> None:
    editor.receive(
        comment("Первое.\n\nЕщё.", reply_to="1", receipt=CODE),
        comment("Экинчи.", language="ky", name="", entry=TALE, day=TODAY),
        comment("", kind="pingback", entry="", name="Чужой блог", title="Запись", source="https://b.example.net/1",
                target="https://m.example.net/blog/post.html"),
        comment("SECRET-HELD"), comment("SECRET-REFUSED"), comment("SECRET-OPEN"),
    )  # fmt: skip
    with editor.session(content) as session:
        approve(session, "Первое.\n\nЕщё.", "Экинчи.", "")
        session.decide(named(session, "SECRET-HELD").name, HELD)
        session.decide(named(session, "SECRET-REFUSED").name, REFUSED)
        done = session.publish()
        assert {item.text: item.decision for item in session.items()} == {"SECRET-HELD": HELD, "SECRET-OPEN": "open"}
        assert session.undo() is None
    first, second = written(content)
    assert re.fullmatch(r"2012-11-30-1-[a-z]{5}", first)
    assert re.fullmatch(r"2012-11-30-2-[a-z]{5}", second)
    (other,) = written(content, TALE)
    assert re.fullmatch(r"2012-12-01-1-[a-z]{5}", other)
    assert set(done.files) == {f"{POST}/comments/{first}.md", f"{POST}/comments/{second}.md",
                               f"{TALE}/comments/{other}.md", "../editors.age"}  # fmt: skip
    assert (done.refused, done.returned, done.withdrawn, done.warnings) == (1, 0, 0, ())
    assert git(content, "rev-parse", "HEAD").strip() == done.commit
    assert git(content, "status", "--porcelain") == ""
    assert len(editor.queue.names()) == 2
    held = {answer.id: answer for answer in texts(content).entries[POST].answers}
    comments = [held[first], held[second]]
    said = next(one for one in comments if one.kind == "comment")
    assert (said.author, said.text, said.reply_to, said.date) == ("Ромашка", "Первое.\n\nЕщё.", "1", DAY)
    ping = next(one for one in comments if one.kind == "pingback")
    assert (ping.source, ping.title, ping.text) == ("https://b.example.net/1", "Запись", "")
    assert (content / TALE / f"comments/{other}.md").read_text("utf-8") == "Date: 2012-12-01\nLang: ky\n\nЭкинчи.\n"


def test_the_commit_tells_nobody_and_no_hour(
    content: Path, editor: Editor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "house/.git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    for name in ("pre-commit", "prepare-commit-msg", "post-commit", "commit-msg"):
        hook.with_name(name).write_text('#!/bin/sh\necho SECRET-HOOK >> "$1"\nexit 1\n', encoding="ascii")
        hook.with_name(name).chmod(0o755)
    for name in ("user.name", "user.email", "author.name"):
        git(content, "config", name, "SECRET-EDITOR")
    git(content, "config", "commit.gpgsign", "true")
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_DATE", "TZ"):
        monkeypatch.setenv(name, "Asia/Bishkek" if name == "TZ" else "SECRET-ENVIRONMENT")
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    editor.receive(comment("Да."))
    with editor.session(content) as session:
        approve(session, "Да.")
        session.publish()
    shown = git(content, "show", "--no-patch", "--format=raw%n%an <%ae> %ad, %cn <%ce> %cd%n%B", "--date=iso-strict")
    nobody = "editors <editors@example.org> 2012-12-01T00:00:00+00:00"
    assert f"{nobody}, {nobody}\n" in shown
    assert "SECRET" not in shown
    reflog = (tmp_path / "house/.git/logs/HEAD").read_text("utf-8").splitlines()[-1]
    assert "editors <editors@example.org> 1354320000 +0000" in reflog


def test_only_the_batch_is_committed(content: Path, editor: Editor) -> None:
    write(content, {"blog/post/ru.md": "Title: SECRET-STAGED\n", "blog/other/ru.md": STORY})
    git(content, "add", "blog/post/ru.md")
    write(content, {f"{TALE}/ru.md": "Title: SECRET-CHANGED\n"})
    git(content, "rm", "--quiet", "--cached", f"{POST}/en.md")
    before = git(content, "status", "--porcelain", "--untracked-files=all")
    git(content, "stash", "list")
    editor.receive(comment("Да.", entry=TALE))
    write(content, {f"{TALE}/ru.md": STORY + "SECRET-CHANGED\n", "blog/post/ru.md": STORY})
    with editor.session(content) as session:
        approve(session, "Да.")
        done = session.publish()
    assert done.commit
    changed = git(content, "show", "--name-only", "--format=").split()
    assert changed == ["content/" + name for name in done.files if not name.startswith("..")] + ["editors.age"]
    after = git(content, "status", "--porcelain", "--untracked-files=all")
    assert [line[3:] for line in after.splitlines()] == [line[3:] for line in before.splitlines()]
    assert "SECRET-STAGED" in git(content, "show", ":content/blog/post/ru.md")


def test_without_git_the_files_are_written_and_that_is_told(editor: Editor, tmp_path: Path) -> None:
    content = magazine(tmp_path / "house")
    (tmp_path / "house/.git").rename(tmp_path / "git")
    editor.receive(comment("Да."))
    with editor.session(content) as session:
        approve(session, "Да.")
        done = session.publish()
    assert (done.commit, len(done.warnings)) == ("", 1)
    assert "not kept in git" in done.warnings[0]
    assert answers(content) == ["Спасибо за рассказ.", "Да."]


def test_what_git_did_not_take_it_is_given_again(content: Path, editor: Editor) -> None:
    lock = content.parent / ".git/index.lock"
    lock.touch()
    editor.receive(comment("Да."), comment("", kind="withdrawal", entry="", receipt="none"))
    with editor.session(content) as session:
        approve(session, "Да.")
        done = session.publish()
        assert done.commit == ""
        assert "index.lock" in done.warnings[0]
        lock.unlink()
        assert session.publish().commit
    assert git(content, "status", "--porcelain") == ""
    assert answers(content) == ["Спасибо за рассказ.", "Да."]


def test_nothing_to_publish_is_no_commit(content: Path, editor: Editor) -> None:
    with editor.session(content) as session:
        first, second = session.publish(), session.publish()
    assert first.files == ("../editors.age",)  # so that an editor who comes is let in
    assert (second.files, second.commit, second.warnings) == ((), "", ())


# where a batch can be cut short: what it does, and for which time or with which word
STEPS = [
    "written 0", "written 1", "written 2", "written 3", "removed 0", "git add", "git commit", "git rev-parse", "save 0",
    "save 1", "queue 0", "queue 3",
]  # fmt: skip


class CutShortError(Exception):
    """As a power cut: nothing after it is done."""


def cut(monkeypatch: pytest.MonkeyPatch, where: str, *, before: bool) -> None:
    """Let the batch end just before or after a step."""
    kind, _, what = where.partition(" ")
    count = 0

    def wrapped(original):
        def step(*given, **more):
            nonlocal count
            is_here = (what in given[1]) if kind == "git" else count == int(what)
            count += 1
            if is_here and before:
                raise CutShortError
            result = original(*given, **more)
            if is_here:
                raise CutShortError
            return result

        return step

    target, name = {
        "written": (files, "renamed"), "removed": (files, "removed"), "git": (commit, "_git"),
        "save": (state, "save"), "queue": (queued, "unlinked"),
    }[kind]  # fmt: skip
    monkeypatch.setattr(target, name, wrapped(getattr(target, name)))


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("where", STEPS)
def test_a_batch_that_is_cut_short_anywhere_is_done_again(
    content: Path, editor: Editor, where: str, before: bool, tmp_path: Path
) -> None:
    write(content, {f"{POST}/comments/2.md": "Author: Мята\nDate: 2008-12-04\nReceipt: {}\n\nУберите.\n"})
    with editor.session(content) as session:
        assert session.secret
        receipt = session.secret.receipt(CODE)
        session.publish()
    write(content, {f"{POST}/comments/2.md": f"Author: Мята\nDate: 2008-12-04\nReceipt: {receipt}\n\nУберите.\n"})
    git(content, "add", ".")
    git(content, "commit", "--quiet", "-m", "Published before")
    editor.receive(comment("Одно.", receipt="a"), comment("Другое."), comment("Нет."),
                   comment("", kind="withdrawal", entry="", receipt=CODE))  # fmt: skip
    session = editor.session(content)
    approve(session, "Одно.", "Другое.", "")
    session.decide(named(session, "Нет.").name, REFUSED)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, where, before=before)
        with pytest.raises(CutShortError):
            session.publish()
    session.close()
    with editor.session(content) as again:
        again.publish()
        assert again.items() == ()
    assert sorted(answers(content)) == ["Другое.", "Одно.", "Спасибо за рассказ."]
    assert git(content, "status", "--porcelain") == ""
    assert editor.queue.names() == []
    assert [path.name for path in content.rglob(".*.part")] == []
    assert "Уберите." not in git(content, "grep", "-h", "", "HEAD", "--", ".")
    assert git(content, "log", "--format=%an").split() == ["editors", "tester", "editors", "tester"]


def test_a_second_editor_who_has_the_same_file_does_not_write_it_twice(
    content: Path, editor: Editor, tmp_path: Path
) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    for receipt in ("code", ""):
        sent = editor.keyring(both).seal(comment(f"Слово {receipt}.", receipt=receipt).packed())
        for one in (editor, other):
            one.queue.keep(sent, TODAY)
        for one in (editor, other):
            with one.session(content, both) as session:
                approve(session, f"Слово {receipt}.")
                session.publish()
    assert answers(content) == ["Спасибо за рассказ.", "Слово code.", "Слово ."]


def test_mail_that_two_editors_have_read_is_one_answer(content: Path, editor: Editor, tmp_path: Path) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    for one, words in ((editor, "Письмо."), (other, "Письмо, поправлено.")):
        one.receive(comment("Письмо.", origin="e" * 64))
        with one.session(content, both) as session:
            (item,) = session.items()
            session.edit(item.name, text=words, author="", entry=POST, reply_to="")
            session.decide(item.name, APPROVED)
            session.publish()
    assert answers(content) == ["Спасибо за рассказ.", "Письмо."]


def test_on_a_trial_an_answer_goes_its_whole_way_on_one_laptop(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "trial"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    spool = Spool(keyring.laptop_spool())
    spool.store(Keys(keyring.laptop_keys()).seal(comment("На пробу.", receipt=CODE).packed()), TODAY)
    trial = {**said(), "EDITOR_KEYS": ()}
    with Session(keyring.unlocked(trial, lambda: ""), trial, content, TODAY) as session:
        done = session.fetch(lambda _: None)
        assert (done.new, done.failed, session.warnings()) == (1, (), ())
        approve(session, "На пробу.")
        assert session.publish().commit
    assert answers(content)[-1] == "На пробу."
    assert spool.names() == []
    assert not (content.parent / "editors.age").exists()
    assert (tmp_path / "trial/laptop/editors.age").exists()
    spool.store(Keys(keyring.laptop_keys()).seal(comment("", kind="withdrawal", receipt=CODE).packed()), TODAY)
    with Session(keyring.unlocked(trial, lambda: ""), trial, content, TODAY) as session:
        assert session.fetch(lambda _: None).new == 1
        approve(session, "")
        assert session.publish().withdrawn == 1
    assert answers(content) == ["Спасибо за рассказ."]


def test_the_same_letters_lose_no_answer(content: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    from magazine.desk.moderation.shared_secret import SharedSecret

    monkeypatch.setattr(SharedSecret, "letters", lambda _self, _sent, turn=0: "abcde"[turn:] + "z" * turn)
    for number in range(3):
        editor.receive(comment(f"Слово {number}.", receipt=f"code-{number}"), comment(f"Без кода {number}."))
    with editor.session(content) as session:
        approve(session, *(item.text for item in session.items()))
        session.publish()
    assert len(answers(content)) == 7


def test_an_answer_whose_text_was_hidden_since_stays_in_the_queue(content: Path, editor: Editor) -> None:
    editor.receive(comment("Да."))
    with editor.session(content) as session:
        approve(session, "Да.")
        write(content, {f"{POST}/ru.md": STORY.replace("\n\n", "\nStatus: draft\n\n")})
        done = session.publish()
        assert len(session.items()) == 1
    assert "stays in the queue" in done.warnings[0]
    assert written(content) == []


def test_a_reply_to_what_is_gone_stands_for_itself(content: Path, editor: Editor) -> None:
    editor.receive(comment("Да.", reply_to="1"), comment("Нет.", reply_to="no-such"))
    with editor.session(content) as session:
        approve(session, "Да.", "Нет.")
        (content / POST / "comments/1.md").unlink()
        session.publish()
    assert sorted(answers(content)) == ["Да.", "Нет."]
    assert {answer.reply_to for answer in texts(content).entries[POST].answers} == {""}


# taking back and changing


@pytest.fixture
def published(content: Path, editor: Editor) -> Path:
    """The magazine with two answers whose writers have codes."""
    editor.receive(comment("Уберите SECRET.", receipt=CODE, reply_to="1"), comment("Сосед.", receipt="other"))
    with editor.session(content) as session:
        approve(session, "Уберите SECRET.", "Сосед.")
        session.publish()
    return content


def identifier(content: Path, text: str) -> str:
    return next(answer.id for answer in texts(content).entries[POST].answers if answer.text == text)


def test_an_answer_without_replies_is_taken_away(published: Path, editor: Editor) -> None:
    editor.receive(comment("", kind="withdrawal", entry="", name="", receipt=CODE))
    with editor.session(published) as session:
        (item,) = session.items()
        assert item.subject
        assert (item.subject.text, item.entry, item.story) == ("Уберите SECRET.", POST, "Рассказ")
        session.decide(item.name, APPROVED)
        done = session.publish()
    assert (done.withdrawn, len(done.files)) == (1, 1)
    assert answers(published) == ["Спасибо за рассказ.", "Сосед."]
    assert git(published, "status", "--porcelain") == ""


@pytest.mark.parametrize("together", [True, False])
def test_one_with_replies_leaves_its_place(published: Path, editor: Editor, together: bool) -> None:
    parent = identifier(published, "Уберите SECRET.")
    reply, wish = comment("Ответ.", reply_to=parent), comment("", kind="withdrawal", entry="", receipt=CODE)
    editor.receive(reply)
    with editor.session(published) as session:
        approve(session, "Ответ.")
        if not together:
            session.publish()
        editor.receive(wish)
        session.refresh()
        approve(session, "")
        session.publish()
    left = (published / POST / f"comments/{parent}.md").read_text("utf-8")
    assert "SECRET" not in left
    assert "Ромашка" not in left
    assert sorted(re.findall("^[A-Z][a-zA-Z-]+", left, re.MULTILINE)) == [
        "Date",
        "Lang",
        "Receipt",
        "Reply-To",
        "Status",
    ]
    held = {answer.id: answer for answer in texts(published).entries[POST].answers}
    assert held[parent].is_removed
    editor.receive(wish)
    with editor.session(published) as session:
        assert session.items() == ()  # asked twice, done once


def test_a_wanted_change_is_an_item_whose_words_replace_the_old_ones(published: Path, editor: Editor) -> None:
    before = identifier(published, "Уберите SECRET.")
    editor.receive(comment("Лучше так.", kind="withdrawal", entry="", name="", receipt=CODE))
    with editor.session(published) as session:
        (item,) = session.items()
        assert (item.text, item.author, item.reply_to, item.is_edited) == ("Лучше так.", "Ромашка", "1", False)
        session.edit(item.name, text="Лучше так!", author=item.author, entry=item.entry, reply_to=item.reply_to)
        session.decide(item.name, APPROVED)
        session.publish()
    after = {answer.id: answer for answer in texts(published).entries[POST].answers}[before]
    assert (after.text, after.author, after.reply_to, after.date) == ("Лучше так!", "Ромашка", "1", DAY)
    with editor.session(published) as session:
        assert session.secret
        assert session.texts.receipts[session.secret.receipt(CODE)][1] == after


def test_a_code_that_nobody_knows_can_only_be_refused(published: Path, editor: Editor) -> None:
    editor.receive(comment("", kind="withdrawal", entry="", receipt="no-such-code"))
    with editor.session(published) as session:
        (item,) = session.items()
        assert item.subject is None
        with pytest.raises(ModerationError):
            session.decide(item.name, APPROVED)
        session.decide(item.name, REFUSED)
        session.publish()
        assert session.items() == ()


def test_no_code_stands_in_the_repository(published: Path) -> None:
    for path in (published.parent).rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            assert CODE.encode() not in path.read_bytes()
    assert (published.parent / "editors.age").exists()
