"""The processes of an intake: who comes and goes, what a slow or rude client can do, what is said of it."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from intake_server import ROOT, TOKEN, IntakeServer, form, kept, running, until

pytestmark = pytest.mark.slow

BROKEN = (
    b"GET / HTTP/1.1\r\nbad header canary\r\n\r\n",
    b"canary\r\n\r\n",
    b"GET canary HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"canary" * 9000 + b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: canary\r\n\r\n",
)


def raw(server: IntakeServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def test_workers_leave_when_idle_and_nobody_is_refused_meanwhile(tmp_path: Path) -> None:
    with running(tmp_path, environment={"MAGAZINE_INTAKE_IDLE": "1", "MAGAZINE_INTAKE_BURST": "100000",
                                        "MAGAZINE_INTAKE_RATE": "100000"}) as server:  # fmt: skip
        seen = set(server.processes())
        end, sent = time.monotonic() + 12, 0
        while time.monotonic() < end:
            assert server.post(form("a")).status == 200
            sent += 1
            seen |= set(server.processes())
            time.sleep(0.9 if sent % 3 else 1.6)
        assert len(seen) > 5
        assert len(kept(server.spool)) == sent


def test_a_worker_that_is_always_busy_leaves_too(tmp_path: Path) -> None:
    more = {"MAGAZINE_INTAKE_LIFE": "2", "MAGAZINE_INTAKE_CONNECTION_BURST": "100000",
            "MAGAZINE_INTAKE_BURST": "100000"}  # fmt: skip
    with running(tmp_path, environment=more) as server:
        first, failures, sent = set(server.processes()[1:]), [], []
        stop = threading.Event()

        def send() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            while not stop.is_set():
                try:
                    body = "&".join(f"{name}={value}" for name, value in form("a").items())
                    connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})
                    answer = connection.getresponse()
                    answer.read()
                    sent.append(answer.status)
                except (OSError, http.client.HTTPException) as error:
                    failures.append(repr(error))
                    connection.close()

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert until(lambda: not first & set(server.processes()), 20)
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []
        assert set(sent) == {200}
        assert len(kept(server.spool)) == len(sent)


def test_a_new_process_may_be_a_copy_or_a_fresh_start(tmp_path: Path) -> None:
    """Windows and macOS start workers anew and hand the socket over."""
    with running(tmp_path, start="spawn") as server:
        assert server.post(form("a")).status == 200
        assert len(kept(server.spool)) == 1


def test_a_request_that_comes_letter_by_letter_is_ended(tmp_path: Path) -> None:
    with running(tmp_path, environment={"MAGAZINE_INTAKE_REQUEST": "3"}) as server, raw(server) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n")
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() < begun + 15:
                slow.sendall(b"a")
                time.sleep(0.3)
                slow.settimeout(0.01)
                with contextlib.suppress(TimeoutError):
                    if slow.recv(1) == b"":
                        break
                slow.settimeout(20)
        assert 2 < time.monotonic() - begun < 8


def test_slow_clients_keep_nobody_else_waiting(tmp_path: Path) -> None:
    with running(tmp_path) as server, contextlib.ExitStack() as open_ones:
        for _ in range(300):
            slow = open_ones.enter_context(raw(server))
            slow.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\na=")
        begun = time.monotonic()
        assert server.post(form("a")).status == 200
        assert time.monotonic() - begun < 2


def test_too_much_is_refused_without_a_word_of_it_and_never_written(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        with raw(server) as client:
            client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n")
            said = b""
            while piece := client.recv(65536):
                said += piece
        assert said.startswith(b"HTTP/1.1 413")
        assert b'lang="ky"' in said
        for request in BROKEN:
            with raw(server) as client:
                client.sendall(request)
                with contextlib.suppress(OSError):  # it may have hung up already
                    client.shutdown(socket.SHUT_WR)
                said = b""
                with contextlib.suppress(ConnectionError):
                    while piece := client.recv(65536):
                        said += piece
                assert b" 500 " not in said
                assert b"canary" not in said


def test_who_was_too_quick_is_taken_over_another_connection(tmp_path: Path) -> None:
    with running(tmp_path, environment={"MAGAZINE_INTAKE_CONNECTION_BURST": "2"}) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        body = "&".join(f"{name}={value}" for name, value in form("a").items())
        statuses = []
        for _ in range(4):  # http.client makes another connection when one was closed, as a browser does
            connection.request("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        assert statuses == [200, 200, 429, 200]


def test_no_process_leaves_its_memory_behind(tmp_path: Path) -> None:
    if not Path("/proc/self/limits").exists():
        pytest.skip("needs /proc")
    with running(tmp_path) as server:
        for process in server.processes():
            limit = next(
                line for line in Path(f"/proc/{process}/limits").read_text().splitlines() if "core file" in line
            )
            assert limit.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_as_it_is_asked_to(tmp_path: Path, sign: signal.Signals) -> None:
    with running(tmp_path) as server:
        server.post(form("a"))
        workers = server.processes()[1:]
        server.process.send_signal(sign)
        assert server.process.wait(timeout=15) == 0
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from pathlib import Path; from magazine.intake import server; sys.exit(server.run({}))"
    return subprocess.run(
        [sys.executable, "-c", code.format(", ".join(words))],
        cwd=ROOT, env={**__import__("os").environ, "MAGAZINE_LANG": "en", **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_what_hinders_it_is_told_in_one_sentence(tmp_path: Path) -> None:
    place = f"Path({str(tmp_path / 'spool')!r})"
    without = command("0", place)
    assert (without.returncode, without.stderr.count("\n")) == (1, 1)
    assert "EDITOR_KEYS" in without.stderr
    for name in ("MAGAZINE_INTAKE_TOKEN", "MAGAZINE_INTAKE_RATE"):
        told = command("0", place, **{name: "nonsense"})
        assert (told.returncode, told.stderr.count("\n")) == (1, 1)
        assert name in told.stderr


def test_a_new_token_is_printed_with_what_the_server_needs() -> None:
    told = command("new_token=True")
    assert told.returncode == 0
    token, digest = (line.split()[-1] for line in told.stdout.splitlines())
    assert digest.startswith("MAGAZINE_INTAKE_TOKEN=")
    import hashlib

    assert digest.endswith(hashlib.sha256(token.encode()).hexdigest())


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        second = object.__new__(IntakeServer)
        second.folder, second.environment, second.start, second.site = tmp_path / "second", {}, "", server.site
        second.folder.mkdir()
        second.spool, second.log, second.port = second.folder / "spool", second.folder / "log.txt", server.port
        second.begin()
        assert second.process.wait(timeout=20) == 1
        assert "Choose another one" in second.log.read_text(encoding="utf-8")


def test_editors_fetch_over_the_wire(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.post(form("a"))
        answer = server.request("GET", "/queue", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status == 200
        assert len(answer.text.split(".age")) == 2
