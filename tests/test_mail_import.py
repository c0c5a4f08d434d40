"""``import-mail``: from a box to the editor's queue, once, with nothing of who wrote it."""

# ruff: noqa: E501 (mails stand here as they come)

import datetime as dt
import getpass
import io
import mailbox
import subprocess
from pathlib import Path

import pyrage
import pytest
from mails import CANARIES, KEY, SAID, TODAY, as_bytes, mail, waiting
from toolbox import need
from trees import ANSWER, STORY, write

from magazine.desk.mail import importing, taken
from magazine.desk.moderation import keyring
from magazine.desk.moderation.items import APPROVED, REFUSED
from magazine.desk.moderation.queued import Queue
from magazine.desk.moderation.session import Session
from magazine.intake.spool import FullError
from magazine.intake.submissions import WITHDRAWAL, unpacked
from magazine.messages import LANGUAGES

pytestmark = pytest.mark.slow

CODE = "4kq7-m2xh-9t4p-wz3c"
REPLY = "2026-01-03-1-abcde"
TREE = {f"{KEY}/ru.md": STORY, f"{KEY}/comments/{REPLY}.md": ANSWER}


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    write(tmp_path / "content", TREE)


def run(tmp_path: Path, place: str | Path = "box", *, removes: bool = False) -> int:
    return importing.run(str(tmp_path / place), tmp_path / "content", removes)


def deliver(tmp_path: Path, *mails: object) -> mailbox.Maildir:
    box = mailbox.Maildir(tmp_path / "box")
    for number, made in enumerate(mails):
        if not isinstance(made, bytes):
            del made["Message-ID"]
            made["Message-ID"] = f"<canary.{number}@people.example.org>"
        box.add(as_bytes(made))
    return box


def test_what_was_mailed_waits_sealed_in_the_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(tmp_path, mail(), mail("Да.", f"Re: Answer [{KEY}#{REPLY}]"), mail(f"Удалите, пожалуйста\n{CODE}", "x"))
    assert run(tmp_path) == 0
    found = waiting(tmp_path)
    assert sorted((one.kind, one.entry, one.reply_to, one.text) for one in found) == [
        ("comment", KEY, "", SAID["ru"]),
        ("comment", KEY, REPLY, "Да."),
        (WITHDRAWAL, "", "", ""),
    ]
    assert next(one.receipt for one in found if one.kind == WITHDRAWAL) == CODE
    out = capsys.readouterr().out
    assert "Mails: 3" in out
    assert "     3  sealed" in out
    assert "     1  of them ask to take an answer back" in out
    assert "Now run `moderate`." in out


def test_nothing_of_who_wrote_is_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(tmp_path, *(mail(f"{SAID['ru']} {number}") for number in range(5)))
    run(tmp_path)
    opened = b"".join(one.packed() for one in waiting(tmp_path)).decode()
    raw = b"".join(path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file())
    told = "".join(capsys.readouterr())
    for canary in CANARIES:
        assert canary not in opened
        assert canary.encode() not in raw
        assert canary not in told
    assert SAID["ru"].encode() not in raw
    assert SAID["ru"] not in told
    for path in (tmp_path / "desk/laptop/queue").iterdir():
        day = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        assert (day.hour, day.minute, day.second) == (0, 0, 0)


def test_the_box_is_left_as_it_was(tmp_path: Path) -> None:
    deliver(tmp_path, mail(), mail("Да."))
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (tmp_path / "box").rglob("*") if path.is_file()
    }
    run(tmp_path)
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}
    assert set(before) == {path for path in (tmp_path / "box").rglob("*") if path.is_file()}


def test_no_mail_is_taken_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(tmp_path, mail(), mail("Да."))
    run(tmp_path)
    assert run(tmp_path) == 0
    assert len(waiting(tmp_path)) == 2
    assert "     2  known from before" in capsys.readouterr().out
    queue = Queue(tmp_path / "desk/laptop/queue")
    for name in queue.names():  # an editor has handled them
        queue.remove(name)
    run(tmp_path)
    assert waiting(tmp_path) == []


def test_the_same_mail_from_another_box_is_known(tmp_path: Path) -> None:
    made = mail()
    deliver(tmp_path, made)
    run(tmp_path)
    made["X-Folder"] = "another"
    made.replace_header("Received", "from elsewhere")
    (tmp_path / "one.eml").write_bytes(as_bytes(made))
    run(tmp_path, "one.eml")
    assert len(waiting(tmp_path)) == 1


def test_two_mails_with_one_identifier_are_both_read(tmp_path: Path) -> None:
    """Whoever knows an identifier could keep another mail out with it."""
    box = mailbox.mbox(tmp_path / "box")
    box.add(mail("Первое."))
    box.add(mail("Второе."))
    box.add(mail("Второе."))
    box.close()
    run(tmp_path)
    assert sorted(one.text for one in waiting(tmp_path)) == ["Второе.", "Первое."]


def test_a_mail_without_an_identifier_is_taken_once(tmp_path: Path) -> None:
    made = mail()
    del made["Message-ID"]
    (tmp_path / "one.eml").write_bytes(as_bytes(made))
    run(tmp_path, "one.eml")
    run(tmp_path, "one.eml")
    assert len(waiting(tmp_path)) == 1


def test_a_digest_tells_nothing_to_who_knows_the_mail(tmp_path: Path) -> None:
    deliver(tmp_path, mail())
    run(tmp_path)
    first = waiting(tmp_path)[0].origin
    assert len(first) == 32
    for path in sorted((tmp_path / "desk").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run(tmp_path)
    assert waiting(tmp_path)[0].origin != first


def test_a_run_that_was_cut_short_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(tmp_path, *(mail(f"Слово {number}") for number in range(5)))
    put, count = Queue.put, 0

    def full(queue: Queue, *given: object) -> str:
        nonlocal count
        count += 1
        if count > 3:
            raise FullError
        return put(queue, *given)

    monkeypatch.setattr(Queue, "put", full)
    assert run(tmp_path, removes=True) == 1
    assert "no room" in capsys.readouterr().err
    assert len(waiting(tmp_path)) == 3
    assert len(mailbox.Maildir(tmp_path / "box")) == 5
    monkeypatch.setattr(Queue, "put", put)
    assert run(tmp_path) == 0
    assert len({one.text for one in waiting(tmp_path)}) == len(waiting(tmp_path)) == 5


def test_what_a_killed_run_has_sealed_is_known(tmp_path: Path) -> None:
    deliver(tmp_path, mail(), mail("Да."))
    run(tmp_path)
    keys = keyring.unlocked({}, lambda: "")
    known = taken._read(keys)
    known.digests.clear()  # it was killed before it could write them down
    known.save()
    run(tmp_path)
    assert len(waiting(tmp_path)) == 2


def test_a_damaged_file_of_what_is_known_is_told_and_put_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(tmp_path, mail())
    run(tmp_path)
    (tmp_path / "desk/laptop/mail.age").write_bytes(b"damaged")
    assert run(tmp_path) == 0
    assert "some may come twice" in capsys.readouterr().err
    assert (tmp_path / "desk/laptop/mail-unreadable.age").exists()


def test_with_delete_what_is_sealed_goes_and_all_else_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bounce = mail("x")
    bounce["Auto-Submitted"] = "auto-replied"
    deliver(tmp_path, mail(), mail("слово " * 5000), bounce, mail("Да."))
    assert run(tmp_path, removes=True) == 0
    left = mailbox.Maildir(tmp_path / "box")
    assert len(left) == 2
    out = capsys.readouterr().out
    assert "Removed from the mail box: 2" in out
    assert "Not taken, still in the mail box: 2" in out
    assert "     1  automatic replies" in out
    assert "     1  too long" in out
    assert len(waiting(tmp_path)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_report_speaks_the_editors_language(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", language)
    with_picture = mail("С картинкой", "x")
    with_picture.add_attachment(b"x", maintype="image", subtype="png")
    bounce = mail("x", "Undelivered")
    deliver(
        tmp_path, mail(), bounce, mail("\n"), mail("слово " * 2000), mail("слово " * 9000), mail("http://a.example.org " * 5),
        mail("-----BEGIN PGP MESSAGE-----"), mail(subject=f"Translation [{KEY}]"), with_picture, mail(CODE, "x"),
        mail(subject=f"I sign [{KEY}]"), b"Content-Type: multipart/mixed; boundary=" + b"x" * 5000 + b"\n\n",
    )  # fmt: skip
    assert run(tmp_path) == 1  # one is damaged
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 16
    if language != "en":
        assert not [
            line for line in out.splitlines() if any(word in line for word in ("with", "mail box", "sealed", "of them"))
        ]


def test_with_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    public = keyring.make(lambda: ("five words of mine here", "five words of mine here"), tmp_path / "content")
    other = pyrage.x25519.Identity.generate()
    said = {**importing.said(), "EDITOR_KEYS": (public, str(other.to_public()))}
    monkeypatch.setattr(importing, "said", lambda: said)
    deliver(tmp_path, mail())
    monkeypatch.setattr(getpass, "getpass", lambda _: "wrong")
    assert run(tmp_path) == 1
    assert "does not open the key" in capsys.readouterr().err
    monkeypatch.setattr(getpass, "getpass", lambda _: "five words of mine here")
    assert run(tmp_path) == 0
    (path,) = (tmp_path / "desk/queue").iterdir()
    assert unpacked(bytes(pyrage.decrypt(path.read_bytes(), [other]))).text == SAID["ru"]


@pytest.mark.parametrize("place", ["nothing", "content", "content/blog/winter-road/ru.md"])
def test_a_place_that_is_no_mail_box_is_told(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "content/blog/winter-road/ru.md").write_text("no mail\n")
    assert run(tmp_path, place) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_how_far_it_has_come_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path, *(mail(f"Слово {number}") for number in range(5)))
    monkeypatch.setenv("MAGAZINE_PROGRESS", "1")
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    run(tmp_path)
    assert "%" in stream.getvalue()


def test_debians_age_opens_what_was_sealed(tmp_path: Path) -> None:
    age = need("age")
    deliver(tmp_path, mail())
    run(tmp_path)
    (path,) = (tmp_path / "desk/laptop/queue").iterdir()
    done = subprocess.run([age, "-d", "-i", tmp_path / "desk/laptop/key.txt", path], capture_output=True, check=True)
    assert unpacked(done.stdout).text == SAID["ru"]
    assert len(done.stdout) % 1024 == 0


def test_the_days_of_the_queue_are_those_of_its_arrival(tmp_path: Path) -> None:
    """Old mail is not forgotten on the day that it comes."""
    deliver(tmp_path, mail(date="Tue, 3 Feb 2015 04:05:06 +0600"))
    run(tmp_path)
    queue = Queue(tmp_path / "desk/laptop/queue")
    (name,) = queue.names()
    assert queue.received(name) == dt.datetime.now(dt.UTC).date() >= TODAY
    assert waiting(tmp_path)[0].day == dt.date(2015, 2, 3)


def test_moderation_shows_it_and_what_is_refused_does_not_come_again(tmp_path: Path) -> None:
    deliver(tmp_path, mail("Да.", f"Re: [{KEY}#{REPLY}]"), mail("Нет.", "Привет"))
    run(tmp_path)

    def open_session() -> Session:
        keys = keyring.unlocked({}, lambda: "")
        return Session(keys, importing.said() | {"EDITOR_KEYS": ()}, tmp_path / "content", dt.date.today())

    with open_session() as session:
        known, unknown = sorted(session.items(), key=lambda item: item.text)
        assert (known.entry, known.story, known.parent.id) == (KEY, "Рассказ", REPLY)
        assert (unknown.entry, unknown.story) == ("", "")
        session.decide(known.name, APPROVED)
        session.decide(unknown.name, REFUSED)
        session.publish()
        assert session.items() == ()
    (published,) = [path for path in (tmp_path / "content" / KEY / "comments").iterdir() if path.stem != REPLY]
    assert f"Reply-To: {REPLY}" in published.read_text()
    assert "canary" not in published.read_text().lower()
    run(tmp_path)
    with open_session() as session:
        assert session.items() == ()
