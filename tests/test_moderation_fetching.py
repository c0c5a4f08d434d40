"""Fetching from intakes that work, die, lie or never end: nothing is lost, nothing is written elsewhere."""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pyrage
import pytest
from moderation_desk import POST, TODAY, Editor, answers, comment, magazine, named

from magazine.desk.moderation import fetching, intakes
from magazine.desk.moderation.items import APPROVED, REFUSED
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import Keys
from magazine.intake.spool import Spool

pytestmark = pytest.mark.slow

TOKEN = "a-token-of-the-tests"
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return magazine(tmp_path / "house")


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path / "desk")


def at_work(editor: Editor, content: Path, *addresses: str, **given: object) -> Session:
    for address in addresses:
        editor.keyring().keep_token(address, TOKEN)
    return editor.session(content, INTAKES=addresses, **given)


def quiet(_: str) -> None:
    pass


# real ones


@contextlib.contextmanager
def intake(spool: Path, *keys: str) -> Iterator[str]:
    """A real intake in a process of its own; its address."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    line = {"port": port, "spool": str(spool), "site": "https://magazine.example.org/", "keys": keys}
    code = "import sys; from magazine.intake import server; sys.exit(server.main(sys.stdin.readline()))"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "MAGAZINE_INTAKE_TOKEN": digest},
    )
    assert process.stdin
    process.stdin.write(json.dumps(line).encode() + b"\n")
    process.stdin.close()
    address = f"http://127.0.0.1:{port}/"
    try:
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), urlopen(address, timeout=5):
                break
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def test_what_a_reader_sends_is_fetched_once_and_let_go_of(content: Path, editor: Editor, tmp_path: Path) -> None:
    from magazine.intake.submissions import form_key

    with intake(tmp_path / "spool", editor.public) as address:
        fields = {"entry": form_key(POST, "ru", "umbrella"), "text": "Здравствуйте, это я."}
        with urlopen(address, urlencode(fields).encode(), timeout=10) as thanks:
            assert thanks.status == 200
        assert len(Spool(tmp_path / "spool").names()) == 1
        with at_work(editor, content, address) as session:
            done = session.fetch(quiet)
            assert (done.new, done.left, done.unopened, done.failed) == (1, 0, 0, ())
            (item,) = session.items()
            assert (item.text, item.entry) == ("Здравствуйте, это я.", POST)
            assert session.fetch(quiet) == fetching.Fetched()
            session.decide(item.name, APPROVED)
            session.publish()
    assert Spool(tmp_path / "spool").names() == []
    assert answers(content)[-1] == "Здравствуйте, это я."


def test_two_editors_pass_an_answer_on_through_an_intake(content: Path, editor: Editor, tmp_path: Path) -> None:
    other = Editor(tmp_path / "other")
    both = (editor.public, other.public)
    with intake(tmp_path / "spool", *both) as address:
        Spool(tmp_path / "spool").store(Keys(both).seal(comment("Вдвоём.").packed()), TODAY)
        for one in (editor, other):
            one.keyring(both).keep_token(address, TOKEN)
        with editor.session(content, both, APPROVALS=2, INTAKES=(address,)) as session:
            assert session.fetch(quiet).new == 1
            session.decide(named(session, "Вдвоём.").name, APPROVED)
            done = session.publish()
            assert (done.returned, done.warnings, session.items()) == (1, (), ())
            again = session.fetch(quiet)
            assert (again.new, again.left, session.items()) == (0, 1, ())
        assert len(Spool(tmp_path / "spool").names()) == 1
        with other.session(content, both, APPROVALS=2, INTAKES=(address,)) as session:
            assert session.fetch(quiet).new == 1
            (item,) = session.items()
            assert item.approved_by == (editor.public,)
            session.decide(item.name, APPROVED)
            session.publish()
    assert answers(content)[-1] == "Вдвоём."
    assert Spool(tmp_path / "spool").names() == []


def test_a_wrong_token_is_told(content: Path, editor: Editor, tmp_path: Path) -> None:
    with intake(tmp_path / "spool", editor.public) as address:
        editor.keyring().keep_token(address, "wrong")
        with editor.session(content, INTAKES=(address,)) as session:
            assert session.fetch(quiet).failed == ((address, "it does not know the token"),)


# hostile ones


class Liar(ThreadingHTTPServer):
    """Answers with whatever it was given, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Lying)
        self.answer = answer
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}/below/here/"


class Lying(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Liar)
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.headers_seen = dict(self.headers.items())  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            self.server.answer(self)

    do_DELETE = do_POST = do_GET  # noqa: N815 (the library's names)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def liar(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Liar]:
    server = Liar(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def said(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, length: int | None = None) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data) if length is None else length))
    handler.end_headers()
    handler.wfile.write(data)


def listing(*names: object, files: dict[str, bytes] | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    """An intake that lists these names and has these files."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.rpartition("/")[2]
        if name == "queue":
            said(handler, json.dumps({"names": names}).encode())
        elif name in (files or {}):
            said(handler, (files or {})[name])
        else:
            said(handler, b"", 404)

    return answer


def without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b'{"names": [' + b'"a",' * 4096)


def half(handler: BaseHTTPRequestHandler) -> None:
    said(handler, b'{"names": [', length=4000)
    handler.close_connection = True


LIES: list[tuple[Callable[[BaseHTTPRequestHandler], None], str]] = [
    (lambda handler: said(handler, b"<html>"), "no list"),
    (lambda handler: said(handler, b"[]"), "no list"),
    (lambda handler: said(handler, b'{"names": 7}'), "no list"),
    (lambda handler: said(handler, b"[" * 200_000), "no list"),
    (lambda handler: said(handler, b'"\xff"'), "no list"),
    (lambda handler: said(handler, b"", 500), "500"),
    (lambda handler: said(handler, b"", 302), "302"),
    (without_end, "no end"),
    (half, "reached"),
]


def hidden(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if ".git" not in path.parts}


@pytest.mark.parametrize(("answer", "word"), LIES, ids=[f"{number} {word}" for number, (_, word) in enumerate(LIES)])
def test_a_lying_list_is_told_and_stops_no_other(
    content: Path, editor: Editor, tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler], None], word: str
) -> None:
    name = f"{secrets.token_hex(16)}.age"
    good = listing(name, files={name: editor.keyring().seal(comment("Доброе.").packed())})
    with liar(answer) as bad, liar(good) as fair, at_work(editor, content, bad.address, fair.address) as session:
        done = session.fetch(quiet)
        assert [address for address, _ in done.failed] == [bad.address]
        assert word in done.failed[0][1]
        assert [item.text for item in session.items()] == ["Доброе."]
        assert fair.asked[-1] == f"DELETE /below/here/queue/{name}"


def test_names_that_are_no_names_are_never_asked_for(content: Path, editor: Editor, tmp_path: Path) -> None:
    lie = listing("../../../etc/passwd", "..%2f..%2fkey.age", "a" * 32, "A" * 32 + ".age", "0" * 32 + ".age\n", 7, None,
                  ["0" * 32 + ".age"], "/" + "0" * 32 + ".age", "")  # fmt: skip
    with liar(lie) as server, at_work(editor, content, server.address) as session:
        before = hidden(tmp_path)
        assert session.fetch(quiet) == fetching.Fetched()
        assert server.asked == ["GET /below/here/queue"]
    assert hidden(tmp_path) == before


def test_what_does_not_open_is_left_there_and_not_kept_here(content: Path, editor: Editor) -> None:
    whole = editor.keyring().seal(comment("Целое.").packed())
    foreign = Keys((str(pyrage.x25519.Identity.generate().to_public()),)).seal(comment().packed())
    given = [b"", b"junk", whole[:-1], whole[:60], foreign, editor.keyring().seal(b"{}")]
    files = {f"{number:032x}.age": data for number, data in enumerate(given)}
    with liar(listing(*files, files=files)) as server, at_work(editor, content, server.address) as session:
        done = session.fetch(quiet)
        assert (done.new, done.unopened, done.failed) == (0, len(given), ())
        assert [line for line in server.asked if line.startswith("DELETE")] == []
    assert editor.queue.names() == []


def test_a_file_that_is_too_large_stops_no_other(content: Path, editor: Editor) -> None:
    large, whole = "0" * 32 + ".age", "1" * 32 + ".age"
    files = {
        large: b"age-encryption.org/v1\n" + b"x" * intakes.MAX_FILE, whole: editor.keyring().seal(comment().packed()),
    }  # fmt: skip
    with liar(listing(large, whole, files=files)) as server, at_work(editor, content, server.address) as session:
        done = session.fetch(quiet)
        assert (done.new, done.unopened, done.failed) == (1, 1, ())
    assert len(editor.queue.names()) == 1


def test_one_that_drips_is_given_up(content: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intakes, "MOST", 1.0)
    monkeypatch.setattr(fetching, "MOST", 2.0)
    monkeypatch.setattr(fetching, "STALLED", 1.0)

    def body(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    def head(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    with liar(body) as one, liar(head) as other, at_work(editor, content, one.address, other.address) as session:
        started = time.monotonic()
        assert {address for address, _ in session.fetch(quiet).failed} == {one.address, other.address}
        assert time.monotonic() - started < 8


def test_a_dead_intake_is_told(content: Path, editor: Editor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        address = f"http://127.0.0.1:{found.getsockname()[1]}/"
    with at_work(editor, content, address) as session:
        assert session.fetch(quiet).failed == ((address, "it cannot be reached"),)


@pytest.mark.parametrize(
    ("address", "word"),
    [("http://intake.example.org/", "https"), ("ftp://intake.example.org/", "https"), ("intake.example.org", "https"),
     ("https://[", "no address"), ("http://abcdefghij.onion/", "PROXY"), ("https://abcdefghij.onion/", "PROXY")],
)  # fmt: skip
def test_an_address_that_would_betray_is_not_asked(content: Path, editor: Editor, address: str, word: str) -> None:
    with at_work(editor, content, address) as session:
        ((told, reason),) = session.fetch(quiet).failed
        assert told == address
        assert word in reason


def test_without_a_token_it_is_told_how_to_keep_one(content: Path, editor: Editor) -> None:
    with editor.session(content, INTAKES=("https://intake.example.org/",)) as session:
        assert "--token" in session.fetch(quiet).failed[0][1]


def test_the_proxy_is_asked_and_nobody_else_is_told_the_name(content: Path, editor: Editor) -> None:
    """A SOCKS proxy is given the onion's name to look up itself."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def answer() -> None:
            connection, _ = proxy.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"\x05\x00")
                heard.append(connection.recv(300))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = "http://abcdefghij.onion/"
        with at_work(editor, content, address, PROXY=f"socks5h://127.0.0.1:{proxy.getsockname()[1]}") as session:
            assert session.fetch(quiet).failed == ((address, "it cannot be reached"),)
        thread.join(5)
    assert b"abcdefghij.onion" in heard[0]


def test_nothing_of_this_machine_is_told(content: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    with liar(listing()) as server, at_work(editor, content, server.address) as session:
        assert session.fetch(quiet) == fetching.Fetched()
        seen: dict[str, str] = server.headers_seen  # type: ignore[attr-defined]
    assert {name.lower() for name in seen} <= {"host", "user-agent", "accept", "accept-encoding", "connection",
                                               "authorization"}  # fmt: skip
    assert seen["User-Agent"] == ""
    assert seen["Authorization"] == f"Bearer {TOKEN}"


# losing nothing


def test_a_file_stays_there_until_it_is_on_the_disk_here(
    content: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "0" * 32 + ".age"
    files = {name: editor.keyring().seal(comment("Одно.").packed())}
    with liar(listing(name, files=files)) as server, at_work(editor, content, server.address) as session:
        with monkeypatch.context() as patch:

            def full(*_: object) -> str:
                raise OSError(28, "No space left on device")

            patch.setattr(Spool, "store", full)
            assert "No space left" in session.fetch(quiet).failed[0][1]
        assert [line for line in server.asked if line.startswith("DELETE")] == []
        assert session.fetch(quiet).new == 1
        assert server.asked[-1].startswith("DELETE")
        # it lost our word and offers the file again, also after it was handled
        assert session.fetch(quiet).new == 0
        session.decide(session.items()[0].name, REFUSED)
        session.publish()
        assert session.fetch(quiet).new == 0
        assert session.items() == ()


def test_a_folder_is_fetched_from_as_an_intake_is(content: Path, editor: Editor, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "copy")
    spool.store(editor.keyring().seal(comment("Из папки.").packed()), TODAY)
    (tmp_path / "copy" / ("0" * 32 + ".age")).write_bytes(b"x" * 100_000)
    (tmp_path / "copy" / "notes.txt").write_text("?", encoding="ascii")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "copy" / ("1" * 32 + ".age"))
    with editor.session(content) as session:
        done = session.fetch(quiet, [tmp_path / "copy", tmp_path / "gone"])
        assert done.new == 1
        assert done.unopened == 1
        assert [Path(place).name for place, _ in done.failed] == ["gone"]
        assert [item.text for item in session.items()] == ["Из папки."]


def test_who_takes_back_is_left_for_the_editor_who_knows_the_answer(content: Path, editor: Editor) -> None:
    wish = editor.keyring().seal(comment("", kind="withdrawal", entry="", receipt="code").packed())
    sent = editor.keyring().seal(comment("Уберите.", receipt="code").packed())
    first, second = "0" * 32 + ".age", "f" * 32 + ".age"
    with liar(listing(first, files={first: wish})) as server, at_work(editor, content, server.address) as session:
        done = session.fetch(quiet)
        assert (done.new, done.left, session.items()) == (0, 1, ())
        assert len(server.asked) == 2
    with liar(listing(first, second, files={first: wish, second: sent})) as server:
        editor.keyring().keep_token(server.address, TOKEN)
        with editor.session(content, INTAKES=(server.address,)) as session:
            assert session.fetch(quiet).new == 2  # in whatever order they come
            assert session.items() == ()
            assert session.taken_back == 1


def test_progress_is_told(content: Path, editor: Editor) -> None:
    files = {f"{number:032x}.age": editor.keyring().seal(replace(comment(str(number))).packed()) for number in range(3)}
    told: list[str] = []
    with liar(listing(*files, files=files)) as server, at_work(editor, content, server.address) as session:
        assert session.fetch(told.append).new == 3
        assert told == [f"{server.address}: {number} of 3" for number in (1, 2, 3)]
