"""Signatures: counted together by petition, nothing above a level anywhere, nobody twice, nobody missing."""

import datetime as dt
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from moderation_desk import DAY, TODAY, Editor, comment, git, magazine, texts
from trees import write

from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, Item, UndecidableError
from magazine.desk.moderation.session import Session
from magazine.desk.moderation.shared_secret import SharedSecret, normalised
from magazine.desk.moderation.signing import LATE, RUN, USUAL, is_late, runs
from magazine.intake.submissions import SIGNATURE, WITHDRAWAL, Submission
from magazine.records import Petition
from magazine.signatures import COUNTED, PEN_NAME, PUBLIC

pytestmark = pytest.mark.slow

PLEA, OTHER = "petitions/plea", "petitions/other"
PETITION = "Title: Требуем\nAuthor: Ромашка\nDate: 2012-10-01\nTo: Парламент\nSummary: Коротко.\n"
FILES = {
    f"{PLEA}/ru.md": f"{PETITION}Deadline: 2012-12-31\n\nТекст.\n",
    f"{OTHER}/ru.md": f"{PETITION}State: closed\n\nТекст.\n",
}


def sign(number: object, **given: Any) -> Submission:
    return Submission(**{"kind": SIGNATURE, "day": DAY, "entry": PLEA, "receipt": f"code {number}", "level": COUNTED,
                         **given})  # fmt: skip


def named(session: Session, author: str) -> Item:
    return next(item for item in session.items() if item.author == author)


def petition(content: Path, key: str = PLEA) -> Petition:
    found = texts(content).entries[key]
    assert isinstance(found, Petition)
    return found


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house", FILES)


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return Editor(tmp_path / "desk")


def lists(content: Path, key: str = PLEA) -> list[str]:
    return sorted(path.read_text("utf-8") for path in (content / key / "signatures").glob("*.md"))


def test_what_shows_nothing_is_counted_without_a_decision(content: Path, editor: Editor) -> None:
    editor.receive(*(sign(number) for number in range(5)))
    with editor.session(content) as session:
        assert session.items() == ()
        (group,) = session.groups()
        assert (group.name, group.title, group.counted(), group.shown) == (PLEA, "Требуем", 5, 0)
        done = session.publish()
        assert (done.counted, done.duplicates, session.groups()) == (5, 0, ())
        assert done.commit == git(content, "rev-parse", "HEAD").strip()
    assert petition(content).signed == 5
    assert petition(content).days == ((DAY, 5),)
    assert editor.queue.names() == []
    assert git(content, "show", "--no-patch", "--format=%an %s").split() == ["editors", "Answers", TODAY.isoformat()]


def test_a_row_holds_digests_and_a_file_no_order_of_coming(content: Path, editor: Editor) -> None:
    editor.receive(*(sign(number, contact=f"a{number}@example.org") for number in range(5)))
    with editor.session(content) as session:
        assert session.secret
        codes = {session.secret.receipt(f"code {number}") for number in range(5)}
        contacts = {session.secret.contact(PLEA, f"A{number}@Example.org ") for number in range(5)}
        session.publish()
    (text,) = lists(content)
    head, _, body = text.partition("\n\n")
    assert head == "Kind: signatures\nDate: 2012-11-30\nWay: online"
    rows = [line.split() for line in body.splitlines()]
    assert {row[2] for row in rows} == codes
    assert {row[3] for row in rows} == contacts
    assert [row[2] for row in rows] == sorted(codes)


def test_a_name_and_a_reason_are_items_and_nothing_above_the_level_is_kept(content: Path, editor: Editor) -> None:
    editor.receive(
        sign(1, level=PUBLIC, name="Мира Полная", region="osh"), sign(2, level=PEN_NAME, name="Ромашка", region="chuy"),
        sign(3, text="Мне страшно.", contact="0555 000 001"),
        sign(4, level=PUBLIC, name="Айгүл", text="Ради дочери.", region="naryn"),
    )  # fmt: skip
    with editor.session(content) as session:
        assert [group.counted() for group in session.groups()] == [0]
        assert session.groups()[0].shown == session.groups()[0].open == 4
        assert session.publish().counted == 0
        for item in session.items():
            session.decide(item.name, APPROVED)
        assert session.publish().counted == 4
    held = petition(content)
    assert {(signer.name, signer.region, signer.level) for signer in held.signers} == {
        ("Мира Полная", "osh", PUBLIC), ("Ромашка", "chuy", PEN_NAME), ("Айгүл", "naryn", PUBLIC)}  # fmt: skip
    assert {(answer.author, answer.text, answer.kind) for answer in held.answers} == {
        ("", "Мне страшно.", "comment"), ("Айгүл", "Ради дочери.", "comment")}  # fmt: skip
    assert held.signed == 4
    kept = git(content, "grep", "-h", "", "HEAD", "--", PLEA)
    assert not {"000 001", "555000001"} & {kept[start : start + size] for size in (7, 9) for start in range(len(kept))}


def test_a_level_is_lowered_by_one_key_and_never_raised(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, level=PUBLIC, name="Мира", region="osh", text="Слова."), sign(2, text="Только слова."))
    with editor.session(content) as session:
        mira = named(session, "Мира")
        session.lower(mira.name)
        assert session.item(mira.name).decision == APPROVED
        session.edit(mira.name, text="", author="Мира", entry=PLEA, reply_to="")
        assert session.item(mira.name).author == ""
        undone = session.undo()
        assert undone
        assert undone.item == mira.name
        assert named(session, "Мира").level == PUBLIC
        session.lower(mira.name)
        other = next(item for item in session.items() if item.text)
        session.edit(other.name, text=other.text, author="Имя", entry=OTHER, reply_to="")
        session.decide(other.name, APPROVED)
        assert session.publish().counted == 2
    held = petition(content)
    assert (held.signed, held.signers) == (2, ())
    assert [(answer.author, answer.text) for answer in held.answers] == [("", "Только слова.")]
    assert "Мира" not in git(content, "grep", "-h", "", "HEAD", "--", ".")
    assert "Имя" not in git(content, "grep", "-h", "", "HEAD", "--", ".")


def test_who_edits_the_name_away_lowers_the_level(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, level=PUBLIC, name="Мира", region="osh"))
    with editor.session(content) as session:
        (item,) = session.items()
        session.edit(item.name, text="", author="", entry=PLEA, reply_to="")
        assert session.item(item.name).level == COUNTED
        assert session.item(item.name).region == ""
        session.decide(item.name, APPROVED)
        session.publish()
    assert "osh" not in lists(content)[0]


@pytest.mark.parametrize("decision", [HELD, REFUSED])
def test_a_group_is_held_or_refused_with_one_step_and_back(content: Path, editor: Editor, decision: str) -> None:
    editor.receive(*(sign(number) for number in range(4)))
    with editor.session(content) as session:
        session.choose(PLEA, (USUAL,), decision)
        assert session.group(PLEA).counted() == 0
        session.undo()
        assert session.group(PLEA).counted() == 4
        session.choose(PLEA, (USUAL,), decision)
    with editor.session(content) as session:
        assert session.group(PLEA).counted(decision) == 4
        done = session.publish()
        assert (done.counted, done.refused) == (0, 4 if decision == REFUSED else 0)
        assert len(session.groups()) == (1 if decision == HELD else 0)
    assert petition(content).signed == 0


def test_who_comes_after_a_refusal_is_held_not_deleted(content: Path, editor: Editor) -> None:
    editor.receive(*(sign(number) for number in range(4)))
    with editor.session(content) as session:
        session.choose(PLEA, (USUAL,), REFUSED)
        editor.receive(sign(9))
        session.refresh()
        assert session.group(PLEA).counted(HELD) == 5
        done = session.publish()
        assert (done.refused, done.counted) == (0, 0)
    assert len(editor.queue.names()) == 5


def test_after_a_refusal_is_done_the_next_ones_count_again(content: Path, editor: Editor) -> None:
    editor.receive(sign(1))
    with editor.session(content) as session:
        session.choose(PLEA, (USUAL,), REFUSED)
        session.publish()
        editor.receive(sign(2))
        session.refresh()
        assert session.publish().counted == 1


def test_a_strange_day_is_told_and_held_alone(content: Path, editor: Editor) -> None:
    days = [DAY - dt.timedelta(number) for number in range(1, 6)]
    editor.receive(*(sign((day, number), day=day) for day in days for number in range(3)),
                   *(sign(number) for number in range(60)))  # fmt: skip
    with editor.session(content) as session:
        (run,) = session.group(PLEA).runs
        assert (run.day, run.count, run.usual) == (DAY, 60, 3)
        assert session.group(PLEA).counted() == 75
        session.choose(PLEA, (RUN,), HELD)
        assert session.publish().counted == 15
        assert session.group(PLEA).counted(HELD) == 60
    assert petition(content).signed == 15


@pytest.mark.parametrize(("days", "strange"), [
    ({}, 0), ({1: 900}, 0), ({1: 5, 2: 900}, 0), ({1: 5, 2: 4, 3: 6, 4: 40}, 0), ({1: 5, 2: 4, 3: 6, 4: 60}, 1),
    ({1: 30, 2: 40, 3: 50, 4: 60}, 0), ({1: 1, 2: 1, 3: 1, 4: 70, 5: 80}, 2),
])  # fmt: skip
def test_what_is_usual_is_known_from_other_days(days: dict[int, int], strange: int) -> None:
    assert len(runs({dt.date(2012, 11, day): count for day, count in days.items()})) == strange


def test_late_ones_count_only_when_the_editor_says_so(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, entry=OTHER), sign(2, entry=OTHER), sign(3, entry=OTHER, level=PUBLIC, name="Мира"))
    with editor.session(content) as session:
        group = session.group(OTHER)
        assert (len(group.parts[LATE].names), group.counted(), group.unflagged) == (2, 0, 0)
        assert session.approve_unflagged(OTHER) == 0
        assert session.publish().counted == 0
        session.choose(OTHER, (LATE,), APPROVED)
        session.decide(named(session, "Мира").name, APPROVED)
        assert session.publish().counted == 3
    assert petition(content, OTHER).signed == 3


def test_who_signed_before_the_deadline_is_not_late() -> None:
    written = dt.datetime.combine(DAY, dt.time())
    closed = Petition(key=PLEA, section="petitions", slug="plea", date=written, original="ru", versions={},
                      state="closed", deadline=DAY)  # fmt: skip
    assert not is_late(closed, DAY)
    assert is_late(closed, TODAY)
    assert is_late(None, DAY)


def test_a_petition_that_is_gone_counts_nothing_and_loses_nothing(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, entry="petitions/gone"), sign(2, entry="petitions/gone", level=PUBLIC, name="Мира"))
    with editor.session(content) as session:
        assert not session.group("petitions/gone").is_known
        with pytest.raises(UndecidableError):
            session.choose("petitions/gone", (LATE,), APPROVED)
        with pytest.raises(UndecidableError):
            session.decide(named(session, "Мира").name, APPROVED)
        session.publish()
    assert len(editor.queue.names()) == 2


def test_one_contact_counts_once_in_the_batch_and_after(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, contact="mira@example.org", day=DAY - dt.timedelta(1)),
                   sign(2, contact=" MIRA@example.ORG"),
                   sign(3, contact="0555 000 001"), sign(4, contact="+996 (555) 000-001"), sign(5),
                   sign(6))  # fmt: skip
    with editor.session(content) as session:
        assert session.group(PLEA).doubles == 2
        done = session.publish()
        assert (done.counted, done.duplicates) == (4, 2)
    editor.receive(sign(7, contact="Mira@example.org"), sign(8, entry=OTHER, contact="mira@example.org"),
                   sign(9, level=PUBLIC, name="Мира", text="Слова.", contact="mira@example.org"))  # fmt: skip
    with editor.session(content) as session:
        assert session.group(PLEA).doubles == 2
        session.choose(OTHER, (LATE,), APPROVED)
        session.decide(named(session, "Мира").name, APPROVED)
        done = session.publish()
        assert (done.counted, done.duplicates) == (1, 2)
    held = petition(content)
    assert (held.signed, held.duplicates, held.signers) == (4, 4, ())
    assert [answer.text for answer in held.answers] == ["Слова."]
    assert petition(content, OTHER).signed == 1


@pytest.mark.parametrize(("first", "second"), [
    ("0555 123 456", "+996555123456"), ("Mira@Example.org", "mira@example.org"), ("@Mira_K", "@mira k"),
])  # fmt: skip
def test_a_contact_is_known_however_it_is_written(first: str, second: str) -> None:
    secret = SharedSecret(b"1" * 32, ())
    assert normalised(first) == normalised(second)
    assert secret.contact(PLEA, first) == secret.contact(PLEA, second)
    assert secret.contact(PLEA, first) != secret.contact(OTHER, first)
    assert secret.contact(PLEA, "") == ""


def test_all_unflagged_ones_are_approved_in_one_step(content: Path, editor: Editor) -> None:
    editor.receive(*(sign(number, level=PEN_NAME, name=f"Мира {number}") for number in range(20)),
                   sign(30, level=PUBLIC, name="Дважды"), sign(31, level=PUBLIC, name="дважды"),
                   sign(32, text="Звоните 0555 000 001"), comment("Слова", entry=PLEA))  # fmt: skip
    with editor.session(content) as session:
        assert session.group(PLEA).unflagged == 20
        assert session.group(PLEA).namesakes == 2
        assert session.approve_unflagged(PLEA) == 20
        undone = session.undo()
        assert undone
        assert undone.group == PLEA
        assert {item.decision for item in session.items()} == {OPEN}
        session.approve_unflagged(PLEA)
        assert session.publish().counted == 20
        assert len(session.items()) == 4


def test_a_forbidden_name_is_flagged_and_cannot_be_published(content: Path, editor: Editor, tmp_path: Path) -> None:
    editor.receive(sign(1, level=PUBLIC, name="Мира Тайная"))
    write(tmp_path, {"names.txt": "Мира Тайная\n"})
    with editor.session(content, FORBIDDEN_NAMES=str(tmp_path / "names.txt")) as session:
        (item,) = session.items()
        assert item.flags
        assert session.approve_unflagged(PLEA) == 0
        with pytest.raises(UndecidableError):
            session.decide(item.name, APPROVED)
        session.lower(item.name)
        assert session.publish().counted == 1
    assert "Тайная" not in "".join(lists(content))


def test_two_editors_do_not_meet_in_git(content: Path, editor: Editor, tmp_path: Path) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    with editor.session(content, both) as session:
        session.publish()
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", content.parent, clone], check=True, capture_output=True)
    editor.receive(*(sign(number) for number in range(3)))
    other.receive(*(sign(number) for number in range(5, 9)))
    with editor.session(content, both) as session:
        assert session.publish().counted == 3
    with other.session(clone / "content", both) as session:
        assert session.publish().counted == 4
    git(content.parent, "pull", "--quiet", "--no-rebase", "--no-edit", str(clone), "main")
    assert petition(content).signed == 7
    assert len(lists(content)) == 2


def test_what_two_editors_have_both_is_counted_once(content: Path, editor: Editor, tmp_path: Path) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    for one in (sign(1), sign("", receipt="")):
        sealed = editor.keyring(both).seal(one.packed())
        for who in (editor, other):
            who.queue.keep(sealed, TODAY)
    for who, count in ((editor, 2), (other, 0)):
        with who.session(content, both) as session:
            assert session.publish().counted == count
            assert session.groups() == ()
    assert petition(content).signed == 2


def test_who_takes_a_signature_back_that_waits_is_gone(content: Path, editor: Editor) -> None:
    editor.receive(sign(1), sign(2, level=PUBLIC, name="Мира"), sign(3),
                   *(Submission(WITHDRAWAL, DAY, receipt=f"code {number}", text=text)
                     for number, text in ((1, "Уберите"), (2, ""))))  # fmt: skip
    with editor.session(content) as session:
        assert session.taken_back == 2
        assert session.items() == ()
        assert session.publish().counted == 1
    assert petition(content).signed == 1


def test_a_counted_signature_is_taken_back_with_its_reason(content: Path, editor: Editor) -> None:
    editor.receive(*(sign(number) for number in range(4)), sign(7, level=PUBLIC, name="Мира", text="Слова."),
                   sign(8, text="Другие."))  # fmt: skip
    with editor.session(content) as session:
        for item in session.items():
            session.decide(item.name, APPROVED)
        session.publish()
    reply = next(answer.id for answer in petition(content).answers if answer.text == "Другие.")
    write(content, {f"{PLEA}/comments/x.md": f"Date: 2012-12-01\nReply-To: {reply}\n\nДа.\n"})
    editor.receive(*(Submission(WITHDRAWAL, DAY, receipt=f"code {number}") for number in (0, 2, 7, 8)),
                   Submission(WITHDRAWAL, DAY, receipt="code 3", text="Удалите"))  # fmt: skip
    with editor.session(content) as session:
        assert {item.signed for item in session.items()} == {"Требуем"}
        for item in session.items():
            session.decide(item.name, APPROVED)
        assert session.publish().withdrawn == 5
        assert session.items() == ()
    held = petition(content)
    assert (held.signed, held.signers) == (1, ())
    assert {answer.text for answer in held.answers} == {"Да.", ""}
    assert "Мира" not in git(content, "grep", "-h", "", "HEAD", "--", PLEA)


def test_the_last_one_taken_back_takes_the_list_away(content: Path, editor: Editor) -> None:
    editor.receive(sign(1))
    with editor.session(content) as session:
        session.publish()
        editor.receive(Submission(WITHDRAWAL, DAY, receipt="code 1"))
        session.refresh()
        session.decide(session.items()[0].name, APPROVED)
        session.publish()
    assert lists(content) == []
    assert git(content, "status", "--porcelain") == ""


def test_two_must_agree_on_words_but_one_counts(content: Path, editor: Editor, tmp_path: Path) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    editor.receive(sign(1), sign(2, level=PUBLIC, name="Мира"))
    with editor.session(content, both, APPROVALS=2) as session:
        session.decide(named(session, "Мира").name, APPROVED)
        done = session.publish()
        assert (done.counted, done.returned, len(done.warnings)) == (1, 0, 1)
        (sealed,) = (editor.queue.read(name) for name in editor.queue.names())
    other.queue.keep(sealed, TODAY)
    with other.session(content, both, APPROVALS=2) as session:
        (item,) = session.items()
        assert item.approved_by == (editor.public,)
        session.decide(item.name, APPROVED)
        assert session.publish().counted == 1
    assert [signer.name for signer in petition(content).signers] == ["Мира"]


def test_what_is_to_be_counted_is_never_forgotten(content: Path, editor: Editor) -> None:
    long_ago = TODAY - dt.timedelta(100)
    editor.receive(sign(1), sign(2, entry=OTHER), sign(3, level=PUBLIC, name="Мира"), today=long_ago)
    with editor.session(content, KEEP_DAYS=60) as session:
        assert session.forgotten == 2
        assert session.publish().counted == 1


def test_a_state_of_before_is_read(content: Path, editor: Editor) -> None:
    editor.receive(comment("Раз", entry=PLEA))
    with editor.session(content) as session:
        name = session.items()[0].name
        old = {"drafts": {name: {"decision": "held", "text": "Раз", "author": "", "entry": PLEA, "reply_to": "",
                                 "title": "", "looked": ""}},
               "steps": [[name, None]], "origins": [], "done": {}, "batch": []}  # fmt: skip
        (editor.home / "state.age").write_bytes(session.keyring.seal_for_self(json.dumps(old).encode()))
    with editor.session(content) as session:
        assert session.is_state_whole
        assert session.items()[0].decision == HELD
        session.undo()
        assert session.items()[0].decision == OPEN


def test_nothing_lies_in_clear_on_the_desk(content: Path, editor: Editor) -> None:
    editor.receive(sign("CANARY", contact="CANARY@example.org"),
                   sign(2, level=PUBLIC, name="CANARYNAME", text="CANARY"),
                   sign(3, name="CANARYABOVE", region="osh", text="CANARYABOVE"))  # fmt: skip
    with editor.session(content) as session:
        session.approve_unflagged(PLEA)
        session.undo()
        session.lower(named(session, "CANARYNAME").name)
        session.publish()
    for folder, _, names in os.walk(editor.home):
        for name in names:
            assert b"CANARY" not in (Path(folder) / name).read_bytes()
    assert "CANARY" not in git(content, "grep", "-h", "", "HEAD", "--", ".")
    shown = subprocess.run(["git", "-C", content, "log", "-p", "--text", "--all"], check=True, capture_output=True)
    assert b"CANARY" not in shown.stdout
