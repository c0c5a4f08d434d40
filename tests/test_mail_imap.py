"""A box on a real server: over TLS, through a proxy, nothing marked, nothing removed that is not sealed."""

# ruff: noqa: E501 (addresses stand here as they come)

import getpass
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_server import PASSWORD, USER, MailServer, mail_server
from mails import CANARIES, KEY, SAID, as_bytes, mail, waiting
from trees import STORY, write

from magazine.desk.mail import imap, importing
from magazine.desk.mail.boxes import BoxError
from magazine.desk.mail.mime import READ

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setattr(getpass, "getpass", lambda _: PASSWORD)
    write(tmp_path / "content", {f"{KEY}/ru.md": STORY})


@pytest.fixture
def mails(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    monkeypatch.setenv("MAGAZINE_IMAP", server.address)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    bounce = mail("x", identifier="<3@example.org>")
    bounce["Auto-Submitted"] = "auto-replied"
    heavy = mail("С картинкой.", identifier="<4@example.org>")
    heavy.add_attachment(b"\0" * (READ + 1000), maintype="image", subtype="jpeg")
    server.fill(
        as_bytes(mail()), as_bytes(mail("Да.", identifier="<2@example.org>")), as_bytes(bounce), as_bytes(heavy)
    )
    return server


def run(tmp_path: Path, *, removes: bool = False) -> int:
    return importing.run("imap", tmp_path / "content", removes)


def test_it_is_read_and_nothing_is_marked(mails: MailServer, tmp_path: Path) -> None:
    before = mails.flags()
    assert run(tmp_path) == 0
    assert sorted(one.text for one in waiting(tmp_path)) == ["Да.", "С картинкой.", SAID["ru"]]
    assert mails.flags() == before
    assert not any(rb"\Seen" in flags for flags in before)
    run(tmp_path)
    assert len(waiting(tmp_path)) == 3


def test_an_empty_box_is_empty(mails: MailServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mails.fill()
    assert run(tmp_path, removes=True) == 0
    assert capsys.readouterr().out == "Mails: 0\n"


def test_with_delete_only_what_is_sealed_goes(
    mails: MailServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mails.client() as client:
        client.store("3", "+FLAGS", r"(\Deleted)")  # somebody else's mark
    assert run(tmp_path, removes=True) == 0
    assert "Removed from the mail box: 3" in capsys.readouterr().out
    with mails.client() as client:
        assert client.search(None, "ALL")[1] == [b"1"]
        assert b"auto-replied" in client.fetch("1", "(BODY.PEEK[HEADER])")[1][0][1]


def test_nothing_is_removed_where_something_could_not_be_sealed(
    mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importing.Queue, "put", full)
    assert run(tmp_path, removes=True) == 1
    assert len(mails.flags()) == 4


def test_what_fails_is_told_in_a_sentence_without_the_servers_words(
    mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _: "wrong")
    assert run(tmp_path) == 1
    assert "does not accept this name and password" in capsys.readouterr().err
    monkeypatch.setattr(getpass, "getpass", lambda _: PASSWORD)
    monkeypatch.setenv("MAGAZINE_IMAP", mails.address.replace("INBOX", "nowhere"))
    assert run(tmp_path) == 1
    assert "no such folder" in capsys.readouterr().err
    monkeypatch.setenv("MAGAZINE_IMAP", f"imaps://{USER}@localhost:1/INBOX")
    assert run(tmp_path) == 1
    assert "cannot be reached: Connection refused" in capsys.readouterr().err


def test_a_server_that_nobody_vouches_for_gets_no_password(
    mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert run(tmp_path) == 1
    assert "self-signed certificate" in capsys.readouterr().err
    monkeypatch.setenv("SSL_CERT_FILE", str(mails.certificate))
    monkeypatch.setenv("MAGAZINE_IMAP", mails.address.replace("localhost", "127.0.0.1"))
    assert run(tmp_path) == 1
    assert "not valid for '127.0.0.1'" in capsys.readouterr().err


def test_the_password_is_kept_nowhere(mails: MailServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    told = "".join(capsys.readouterr())
    assert PASSWORD not in told
    assert not [canary for canary in CANARIES if canary in told]


def test_it_goes_through_the_proxy(mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real SOCKS server, which is told the name of the mail server and not its number."""
    tool = shutil.which("microsocks")
    if not tool:
        pytest.skip("microsocks is not installed: apt-get install microsocks")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path / "log"
    with log.open("wb") as file, subprocess.Popen([tool, "-i", "127.0.0.1", "-p", str(port)], stderr=file) as proxy:
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            monkeypatch.setattr(
                importing, "said", lambda: {"PATH": "content", "THEME": "theme", "PROXY": f"socks5h://127.0.0.1:{port}"}
            )
            assert run(tmp_path) == 0
        finally:
            proxy.terminate()
    assert f"localhost:{mails.port}" in log.read_text()
    assert len(waiting(tmp_path)) == 3


def test_without_its_proxy_nothing_goes_out(
    mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for proxy in ("socks5h://127.0.0.1:1", "gopher://127.0.0.1:1", "nonsense"):
        monkeypatch.setattr(
            importing, "said", lambda proxy=proxy: {"PATH": "content", "THEME": "theme", "PROXY": proxy}
        )
        assert run(tmp_path) == 1
        assert "cannot be reached" in capsys.readouterr().err
    assert not waiting(tmp_path)


def test_a_server_that_sends_more_than_was_asked_for_is_left(
    mails: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mails.certificate, mails.certificate.with_name("key.pem"))

    def lie(listening: socket.socket) -> None:
        plain, _ = listening.accept()
        with context.wrap_socket(plain, server_side=True) as client, client.makefile("rb") as asked:
            client.sendall(b"* OK IMAP4rev1\r\n")
            for line in asked:
                tag, command = line.split()[:2]
                said = {
                    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
                    b"EXAMINE": b"* 1 EXISTS\r\n",
                    b"UID": b"* SEARCH 1\r\n"
                    if b"SEARCH" in line
                    else b"* 1 FETCH (UID 1 BODY[]<0> {999999999999}\r\n",
                }.get(command, b"")
                client.sendall(said + tag + b" OK done\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=lie, args=(listening,))
        thread.start()
        monkeypatch.setenv("MAGAZINE_IMAP", f"imaps://{USER}@localhost:{listening.getsockname()[1]}/INBOX")
        assert run(tmp_path) == 1
        thread.join(5)
    assert "broke off" in capsys.readouterr().err


# The address of a box


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("imaps://editors@mail.example.org/INBOX", ("mail.example.org", 993, "editors", "INBOX")),
        ("imaps://editors@mail.example.org", ("mail.example.org", 993, "editors", "INBOX")),
        ("imaps://editors%40example.org@mail.example.org:1993/INBOX/Ответы", ("mail.example.org", 1993, "editors@example.org", "INBOX/Ответы")),
        ("imaps://editors@example.org@mail.example.org/a%20b", ("mail.example.org", 993, "editors@example.org", "a b")),
    ],
)  # fmt: skip
def test_a_box_is_named_by_an_address(address: str, found: tuple[str, int, str, str]) -> None:
    assert imap.account({"MAIL_IMAP": address}, {}) == imap.Account(*found)
    assert imap.account({"MAIL_IMAP": "imaps://x@y.example.org/z"}, {"MAGAZINE_IMAP": address}) == imap.Account(*found)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "No mail box is named"), ("imap://a@mail.example.org", "Only imaps"), ("imaps://mail.example.org", "like this"),
        ("imaps://a@mail.example.org:x/", "like this"), ("imaps://a:secret@mail.example.org", "A password stands"),
        ("mail.example.org", "like this"), ("imaps://a@[::1", "like this"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_told(address: str, told: str) -> None:
    with pytest.raises(BoxError, match=told) as caught:
        imap.account({"MAIL_IMAP": address}, {})
    assert "secret" not in str(caught.value)
