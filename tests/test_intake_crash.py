"""Every answer that got its thanks is there, whole, whatever was killed or full."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from intake_server import IDENTITY, NO_LIMITS, IntakeServer, form, kept, running, until
from test_intake import code, field
from toolbox import need, run

pytestmark = pytest.mark.slow


def senders(server: IntakeServer, stop: threading.Event, thanked: list[str], count: int = 6) -> list[threading.Thread]:
    """Readers who send one answer after another, and note the codes that they were given."""

    def send() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError, Exception):
                answer = server.post(form("Слова. " * 50))
                if answer.status == 200:
                    thanked.append(code(answer.text))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_workers_that_are_killed_lose_nothing_and_are_replaced(tmp_path: Path) -> None:
    thanked: list[str] = []
    stop, chance = threading.Event(), random.Random(5)
    with running(tmp_path, environment=NO_LIMITS) as server:
        threads = senders(server, stop, thanked)
        for _ in range(12):
            time.sleep(chance.uniform(0.05, 0.5))
            with contextlib.suppress(ProcessLookupError, IndexError):
                os.kill(chance.choice(server.processes()[1:]), signal.SIGKILL)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        assert until(lambda: len(server.processes()) == 5)
        assert server.post(form("noch da")).status == 200
        assert "ended unexpectedly" in server.log.read_text(encoding="utf-8")
    assert len(thanked) > 20
    assert set(thanked) <= {submission.receipt for submission in kept(server.spool)}


def test_all_killed_at_once_lose_nothing(tmp_path: Path) -> None:
    thanked: list[str] = []
    chance = random.Random(7)
    with running(tmp_path, environment=NO_LIMITS) as server:
        for _ in range(4):
            stop = threading.Event()
            threads = senders(server, stop, thanked)
            time.sleep(chance.uniform(0.3, 1))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            server.begin()
        assert set(thanked) <= {submission.receipt for submission in kept(server.spool)}
    assert len(thanked) > 20


def test_a_supervisor_that_is_killed_takes_its_workers_along(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        workers = server.processes()[1:]
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 15)
        server.begin()


def test_a_full_disk_gives_the_words_back_and_keeps_what_was_thanked(tmp_path: Path) -> None:
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", tmp_path], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a tmpfs can be mounted by root only")
    try:
        with running(tmp_path, environment={**NO_LIMITS, "MAGAZINE_INTAKE_RESERVE": "0"}) as server:
            answers = [server.post(form("Слова. " * 60)) for _ in range(150)]
            thanked = {code(answer.text) for answer in answers if answer.status == 200}
            refused = [answer for answer in answers if answer.status != 200]
            assert thanked
            assert refused
            assert {answer.status for answer in refused} == {507}
            assert field(refused[0].text, "text").strip() == ("Слова. " * 60).strip()
            assert {submission.receipt for submission in kept(server.spool)} == thanked
            assert not list(server.spool.glob("*.part"))
            next(iter(server.spool.glob("*.age"))).unlink()
            assert server.post(form("wieder Platz")).status == 200
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.judge
def test_age_of_any_distribution_opens_each_file(tmp_path: Path) -> None:
    age, key = need("age"), tmp_path / "key.txt"
    key.write_text(str(IDENTITY) + "\n")
    with running(tmp_path) as server:
        for number in range(5):
            server.post(form(f"Слово {number}"))
        files = sorted(server.spool.glob("*.age"))
        assert len(files) == 5
        for path in files:
            assert "Слово" in run(age, "-d", "-i", key, path)
