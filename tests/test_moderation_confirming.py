"""Signers are asked by mail only where that is switched on: once, discreetly, and nothing of their address is kept."""

import datetime as dt
import platform
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from moderation_desk import DAY, TODAY, Editor, git, magazine
from smtp_server import PASSWORD, SmtpServer, smtp_server
from strangers import Socks
from test_moderation_signing import FILES, OTHER, PLEA, petition, sign

from magazine.desk.moderation import codes, confirming
from magazine.desk.moderation.confirming import Asked, MailError
from magazine.desk.moderation.items import APPROVED
from magazine.desk.moderation.session import Session
from magazine.intake.submissions import CONFIRMATION, WITHDRAWAL, Submission
from magazine.signatures import PUBLIC

pytestmark = pytest.mark.slow

MIRA, AIGUL = "CANARYmira@example.org", "CANARYaigul@example.org"
INTAKE = "https://intake.example.org/"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house", FILES)


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return Editor(tmp_path / "desk")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.certificate))
        yield found


def at_work(editor: Editor, content: Path, **given: Any) -> Session:
    usual = {"CONFIRM_BY_MAIL": ("plea",), "INTAKES": (INTAKE,), "today": TODAY}
    return editor.session(content, **(usual | given))


def ask(session: Session, server: SmtpServer, proxy: str = "") -> Asked:
    where = confirming.account({**session.settings, "MAIL_SMTP": server.address}, {})
    with confirming.opened(where, PASSWORD, proxy) as connected:
        return confirming.ask(session, connected)


def body(mail: EmailMessage) -> str:
    return str(mail.get_content())


def code(mail: EmailMessage) -> str:
    found = re.search(r"https://\S+", body(mail))
    assert found
    return parse_qs(urlsplit(found[0]).query)["code"][0]


def confirmation(typed: str) -> Submission:
    return Submission(CONFIRMATION, DAY, contact=typed)


def test_who_is_asked_counts_once_she_has_answered(content: Path, editor: Editor, server: SmtpServer) -> None:
    editor.receive(sign(1, contact=MIRA), sign(2, contact=AIGUL, language="ky"), sign(3), sign(4, contact="0555000001"),
                   sign(5, contact=MIRA.upper()), sign(6, entry=OTHER, contact=MIRA))  # fmt: skip
    with at_work(editor, content) as session:
        assert session.group(PLEA).unconfirmed == 3
        assert ask(session, server) == Asked(sent=2)
        assert ask(session, server) == Asked()
        assert session.publish().counted == 2
    assert sorted(to.casefold() for to, _ in server.taken) == sorted([MIRA.casefold(), AIGUL.casefold()])
    mails = {to.casefold(): mail for to, mail in server.taken}
    editor.receive(confirmation(code(mails[MIRA.casefold()]).replace("-", " ").upper()), confirmation("0000-0000"))
    with at_work(editor, content) as session:
        assert ask(session, server) == Asked()
        assert session.items() == ()
        assert session.group(PLEA).unconfirmed == 1
        done = session.publish()
        assert (done.counted, done.duplicates) == (1, 1)
    assert petition(content).signed == 3
    assert len(server.taken) == 2


def test_the_mail_tells_little_in_the_signers_language(content: Path, editor: Editor, server: SmtpServer) -> None:
    editor.receive(sign(1, contact=MIRA, level=PUBLIC, name="Мира", language="ky"))
    with at_work(editor, content) as session:
        ask(session, server)
    ((to, mail),) = server.taken
    assert to == MIRA
    assert mail["From"] == "editors@example.org"
    assert mail["Subject"] == confirming.say("Please confirm", "ky")
    assert mail["Date"].endswith("00:00:00 +0000")
    assert mail["Message-ID"].endswith("@example.org>")
    assert body(mail).startswith(confirming.say("Somebody has put a name to a call of ours and given this address, "
                                                "probably you.", "ky"))  # fmt: skip
    assert f"{INTAKE}confirm?code={code(mail)}&" in body(mail)
    assert body(mail).count(code(mail)) == 2
    whole = mail.as_string() + body(mail)
    assert [word for word in ("Требуем", "plea", "Мира", platform.node()) if word in whole] == []
    assert f"EHLO {confirming.NOBODY}".casefold() in [line.casefold() for line in server.lines]


def test_it_goes_through_the_proxy(content: Path, editor: Editor, server: SmtpServer) -> None:
    editor.receive(sign(1, contact=MIRA))
    where = confirming.Account("mail.example.org", server.port, "editors")
    with at_work(editor, content) as session, Socks({"mail.example.org": ("127.0.0.1", server.port)}) as socks:
        with confirming.opened(where, PASSWORD, socks.address) as connected:
            assert confirming.ask(session, connected) == Asked(sent=1)
        assert socks.asked == [("mail.example.org", server.port)]
        assert b"CANARY" not in socks.sent


def test_an_address_that_is_refused_stops_nobody(content: Path, editor: Editor, server: SmtpServer) -> None:
    server.refused = {MIRA: "550 nobody", AIGUL: "451 later"}
    editor.receive(sign(1, contact=MIRA), sign(2, contact=AIGUL), sign(3, contact="third@example.org"))
    with at_work(editor, content) as session:
        assert ask(session, server) == Asked(sent=1, refused=1, later=1)
        server.refused = {}
        assert ask(session, server) == Asked(sent=1)
    assert {to for to, _ in server.taken} == {AIGUL, "third@example.org"}


def test_when_it_breaks_off_nobody_gets_a_second_mail(content: Path, editor: Editor, server: SmtpServer) -> None:
    server.dies_after = 2
    editor.receive(*(sign(number, contact=f"signer{number}@example.org") for number in range(5)))
    with at_work(editor, content) as session, pytest.raises(MailError, match="broke off"):
        ask(session, server)
    with at_work(editor, content) as session:
        assert ask(session, server) == Asked(sent=3)
    assert len({to for to, _ in server.taken}) == len(server.taken) == 5


def test_a_wrong_password_is_told(content: Path, editor: Editor, server: SmtpServer) -> None:
    editor.receive(sign(1, contact=MIRA))
    where = confirming.account({"MAIL": "a@b.example", "INTAKES": (INTAKE,), "MAIL_SMTP": server.address}, {})
    with at_work(editor, content), pytest.raises(MailError, match="does not accept"):
        confirming.opened(where, "wrong", "").__enter__()
    assert server.taken == []


@pytest.mark.parametrize("address", [
    "", "smtp://editors@mail.example.org", "smtps://mail.example.org", "smtps://a:secret@mail.example.org", "mail",
])  # fmt: skip
def test_only_an_account_with_tls_and_no_password_is_taken(address: str) -> None:
    with pytest.raises(MailError) as told:
        confirming.account({"MAIL": "a@b.example", "INTAKES": (INTAKE,), "MAIL_SMTP": address}, {})
    assert "secret" not in str(told.value)


def test_unconfirmed_ones_wait_and_are_forgotten(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, contact=MIRA), sign(2, contact=AIGUL, level=PUBLIC, name="Мира"), sign(3))
    with at_work(editor, content, KEEP_DAYS=60) as session:
        (item,) = session.items()
        session.decide(item.name, APPROVED)
        assert session.publish().counted == 1
        assert len(editor.queue.names()) == 2
    with at_work(editor, content, KEEP_DAYS=60, today=TODAY + dt.timedelta(61)) as session:
        assert session.forgotten == 2
    assert editor.queue.names() == []


def test_where_it_is_not_switched_on_nobody_waits(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, contact=MIRA))
    with at_work(editor, content, CONFIRM_BY_MAIL=()) as session:
        assert session.unasked() == {}
        assert session.publish().counted == 1


def test_who_is_counted_already_gets_no_mail(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, contact=MIRA))
    with at_work(editor, content, CONFIRM_BY_MAIL=()) as session:
        session.publish()
    editor.receive(sign(2, contact=MIRA))
    with at_work(editor, content) as session:
        assert session.unasked() == {}


def test_a_signature_that_waits_is_taken_back(content: Path, editor: Editor) -> None:
    editor.receive(sign(1, contact=MIRA), Submission(WITHDRAWAL, DAY, receipt="code 1"))
    with at_work(editor, content) as session:
        assert session.groups() == ()


def test_an_answer_for_another_editor_stays_at_the_intake(content: Path, editor: Editor, tmp_path: Path) -> None:
    from magazine.intake.spool import Spool

    editor.receive(sign(1, contact=MIRA))
    spool = Spool(tmp_path / "spool", reserve=0)
    with at_work(editor, content, INTAKES=()) as session:
        (ours,) = session.unasked()
        for typed in (ours, "abcd-efgh"):
            spool.store(session.keyring.seal(confirmation(typed).packed()), DAY)
        found = session.fetch(lambda _: None, [spool.folder])
        assert (found.new, found.left, found.failed) == (1, 1, ())
        assert session.publish().counted == 1
    assert len(spool.names()) == 1


def test_no_address_is_kept_once_it_is_counted(content: Path, editor: Editor, server: SmtpServer) -> None:
    editor.receive(sign(1, contact=MIRA))
    with at_work(editor, content) as session:
        ask(session, server)
        ring = session.keyring
    for path in editor.home.rglob("*"):
        assert path.is_dir() or b"CANARY" not in path.read_bytes()
    editor.receive(confirmation(code(server.taken[0][1])))
    with at_work(editor, content) as session:
        assert session.publish().counted == 1
    assert editor.queue.names() == []
    assert b"CANARY" not in ring.open((editor.home / "state.age").read_bytes())
    assert "CANARY" not in git(content, "grep", "-h", "", "HEAD", "--", ".")


@pytest.mark.parametrize(("text", "known"), [
    ("4kq7-m2xh", "4kq7-m2xh"), (" 4KQ7 M2XH. ", "4kq7-m2xh"), ("4kq7–m2xh", "4kq7-m2xh"), ("oilO-1111", "0110-1111"),
    ("4кq7-м2хн", "4kq7-m2xh"), ("4kq7-m2x", ""), ("4kq7-m2xh-9", ""), ("", ""), ("uuuu-uuuu", ""),
])  # fmt: skip
def test_a_code_is_known_however_it_is_typed(text: str, known: str) -> None:
    assert codes.typed(text) == known
