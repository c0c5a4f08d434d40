"""Nothing of who sent something, nor what, is left: neither on the disk nor in the memory of any process."""

import base64
import contextlib
import http.client
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyrage
import pytest
from intake_server import ENTRY, IDENTITY, NO_LIMITS, IntakeServer, form, kept, running, until
from signing import signature

from magazine.intake.submissions import form_key
from magazine.signatures import COUNTED, LEVELS, PUBLIC

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/mem").exists() or os.geteuid() != 0, reason="needs root and /proc/PID/mem"),
]
POSTS = 500
PLACES = (
    "text", "forwarded", "agent", "referrer", "language", "cookie", "name", "query", "failed", "token", "broken",
    "signer", "hidden", "contact", "region", "code",
)  # fmt: skip
SIGNATURES = 120
ADDRESS = "203.0.113.77"  # of documentation (RFC 5737)


def canary(place: str) -> str:
    """A word that stands nowhere else; it is put together here, so that no process holds it by chance."""
    return "канарейка" * (place == "text") + "".join(("zq", place[::-1], "7xw"))


def forms_of(word: str) -> set[bytes]:
    """A word in all the ways in which programs keep words."""
    plain = word.encode()
    shifted = {base64.b64encode(b"\0" * pad + plain)[4 if pad else 0 : -4].strip(b"=") for pad in range(3)}
    return {
        plain,
        quote(word).encode(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        word.encode("utf-16-le"),
        word.encode("utf-32-le"),
        word.encode("cp1251", "ignore"),
        *shifted,
    }


SOUGHT = re.compile(b"|".join(re.escape(found) for place in PLACES for found in forms_of(canary(place))))


def headers() -> dict[str, str]:
    return {
        "X-Forwarded-For": f"{ADDRESS}, {canary('forwarded')}",
        "Forwarded": f"for={canary('forwarded')}",
        "User-Agent": f"Mozilla/5.0 {canary('agent')}",
        "Referer": f"https://{canary('referrer')}.example.org/",
        "Accept-Language": f"ky,{canary('language')}",
        "Cookie": f"session={canary('cookie')}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Encoding": "gzip",
    }


def signed(number: int) -> dict[str, str]:
    """A signature, or what confirms one; every level in turn, and a region that there is not."""
    level = (*LEVELS, "confirmation", "nowhere")[number % 5]
    shown = {"name": canary("hidden" if level == COUNTED else "signer"), "contact": canary("contact")}
    fields = signature(level, text=f"{number} {canary('text')}", **shown)
    if level == "confirmation":
        return {"entry": form_key("", "ru", "umbrella"), "kind": level, "contact": canary("code")}
    return fields if level in LEVELS else fields | {"level": PUBLIC, "region": canary("region")}


def send(server: IntakeServer, posts: int) -> None:
    """All that can be sent, most of it fit; also what is not, and what is cut short."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for number in range(posts):
        body = urlencode(form(f"{number} {canary('text')}", name=canary("name")))
        if number % 10 == 3:
            body = urlencode({"text": canary("failed"), "entry": f"{ENTRY} ru 0"})
        connection.request("POST", f"/?{canary('query')}" if number % 10 else "/", body, headers())
        answer = connection.getresponse()
        answer.read()
        if answer.headers["Connection"] == "close":
            connection.close()
    connection.close()
    for number in range(posts * SIGNATURES // POSTS):
        server.request("POST", f"/confirm?code={canary('code')}", urlencode(signed(number)), headers())
    server.request("GET", f"/confirm?code={canary('code')}", headers=headers())
    server.request("GET", "/queue", headers={"Authorization": f"Bearer {canary('token')}"})
    server.request("POST", "/pingback", canary("broken").encode(), headers())
    raw = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    raw.connect()
    raw.sock.sendall(f"POST / HTTP/9\r\n{canary('broken')}\r\n\r\n".encode())
    with contextlib.suppress(OSError):
        raw.sock.recv(1000)
    raw.close()
    cut = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    cut.connect()
    cut.sock.sendall(f"POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n{canary('broken')}".encode())
    time.sleep(0.3)
    cut.close()


def memory(process: int) -> Iterator[tuple[int, bytes]]:
    """All memory of a process that can be read, piece by piece."""
    with Path(f"/proc/{process}/maps").open() as maps, Path(f"/proc/{process}/mem").open("rb", 0) as whole:
        for line in maps:
            span, rights, _, _, _, *name = line.split(maxsplit=5)
            if "r" not in rights or (name and name[0].startswith("[v")):
                continue
            begin, end = (int(number, 16) for number in span.split("-"))
            with contextlib.suppress(OSError):
                whole.seek(begin)
                yield begin, whole.read(end - begin)


def found_in_memory(server: IntakeServer) -> list[str]:
    return [
        f"process {process} at {begin:x}: {match[0][:60]!r}"
        for process in server.processes()
        for begin, data in memory(process)
        for match in SOUGHT.finditer(data)
    ]


def found_in_files(paths: Iterable[Path], since: float) -> list[str]:
    """Files, changed since then, that hold a canary or are named after one."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            if SOUGHT.search(path.name.encode()):
                found.append(str(path))
            if path.is_file() and path.stat().st_ctime >= since and SOUGHT.search(path.read_bytes()):
                found.append(str(path))
    return found


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IntakeServer, float, list[int]]]:
    """An intake that has taken all canaries in and has been idle since."""
    folder, begun = tmp_path_factory.mktemp("canaries"), time.time() - 1
    temporary = folder / "temporary"
    temporary.mkdir()
    with running(folder, environment={**NO_LIMITS, "TMPDIR": str(temporary)}) as server:
        first = server.processes()
        with contextlib.ExitStack() as open_ones:  # connections are shared out: each worker reads something
            for _ in range(2 * len(first)):
                reader = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                reader.sendall(b"GET / HTTP/1.1\r\nHost: intake.example.org\r\n\r\n")
                assert reader.recv(1)
            send(server, POSTS)
        until(lambda: not set(first[1:]) & set(server.processes()), 15)
        assert until(lambda: len(server.processes()) == 5, 10)
        time.sleep(1)
        yield server, begun, first


def test_what_was_sent_arrived(used: tuple[IntakeServer, float, list[int]]) -> None:
    found = kept(used[0].spool)
    texts = [submission.text for submission in found if submission.kind == "comment"]
    assert len(texts) == POSTS * 9 // 10
    assert all(canary("text") in text for text in texts)
    assert sum(submission.kind == "confirmation" for submission in found) == SIGNATURES // 5
    signatures = [submission for submission in found if submission.kind == "signature"]
    assert len(signatures) == SIGNATURES * 3 // 5
    for one in signatures:
        assert (one.name, one.contact) == (canary("signer") if one.level != COUNTED else "", canary("contact"))


def test_not_even_a_sealed_file_holds_what_is_above_a_level(used: tuple[IntakeServer, float, list[int]]) -> None:
    for path in used[0].spool.glob("*.age"):
        plain = pyrage.decrypt(path.read_bytes(), [IDENTITY])
        assert canary("hidden").encode() not in plain
        assert canary("region").encode() not in plain


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """While a worker is at it, its memory does hold the words: so the silence below means something."""
    with running(tmp_path, environment={"MAGAZINE_INTAKE_IDLE": "600"}) as server:
        send(server, 20)
        assert found_in_memory(server)


def test_all_who_have_read_are_gone(used: tuple[IntakeServer, float, list[int]]) -> None:
    server, _, first = used
    now = server.processes()
    assert now[0] == first[0]
    assert not set(now[1:]) & set(first[1:])


def test_no_memory_holds_a_word(used: tuple[IntakeServer, float, list[int]]) -> None:
    assert found_in_memory(used[0]) == []


def test_no_memory_holds_an_address_of_a_sender(used: tuple[IntakeServer, float, list[int]]) -> None:
    for process in used[0].processes():
        for _, data in memory(process):
            assert ADDRESS.encode() not in data


def test_no_file_holds_a_word(used: tuple[IntakeServer, float, list[int]]) -> None:
    server, begun, _ = used
    common = [Path(tempfile.gettempdir()), Path("/dev/shm"), Path("/var/tmp")]
    assert found_in_files([*server.folder.rglob("*"), *(path for one in common for path in one.glob("*"))], begun) == []


def test_the_log_is_what_it_was_before_anybody_came(used: tuple[IntakeServer, float, list[int]]) -> None:
    lines = used[0].log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("The intake listens at ")


def test_no_time_of_a_file_tells_more_than_a_day(used: tuple[IntakeServer, float, list[int]]) -> None:
    server = used[0]
    files = [path.stat() for path in [*server.spool.glob("*.age"), server.spool]]
    assert {stat.st_mtime % 86400 for stat in files} == {0}
    changes = sorted(path.stat().st_ctime for path in server.spool.glob("*.age"))
    assert changes[-1] - changes[0] < 2  # all are dated anew together, in no order of theirs
    names = sorted(server.spool.glob("*.age"), key=lambda path: path.stat().st_ctime_ns)
    sent = [int(one.text.split()[0]) for one in kept_in_order(names) if one.kind == "comment"]
    assert sent != sorted(sent)


def kept_in_order(paths: list[Path]):
    from intake_server import opened

    return [opened(path.read_bytes()) for path in paths]
