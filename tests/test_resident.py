"""A process that stays: works at each line, and is there again when it has ended."""

import sys
import time
from pathlib import Path

import pytest

from magazine.desk.resident import Resident

MODULE = """
import os, sys
for line in sys.stdin:
    word = line.strip()
    if word == "die":
        os._exit(3)
    print("сказано:", word, os.getpid(), file=sys.stderr if word == "err" else sys.stdout, flush=True)
    print(end="\\x15" if word == "fail" else "\\x06", flush=True)
"""


@pytest.fixture
def resident(tmp_path: Path) -> Resident:
    (tmp_path / "module.py").write_text(MODULE, encoding="utf-8")
    made = Resident("module")
    made.command = [sys.executable, str(tmp_path / "module.py")]
    return made


def test_it_stays_and_says_how_it_went(resident: Resident) -> None:
    pieces: list[str] = []
    done, said = resident.ask("one", pieces.append)
    assert (done, said.startswith("сказано: one ")) == (True, True)
    assert "".join(pieces) == said
    failed, again = resident.ask("fail")
    assert (failed, again.split()[-1]) == (False, said.split()[-1])  # the same process
    assert resident.ask("err")[1].startswith("сказано: err ")
    resident.stop()


def test_one_that_has_ended_is_started_again(resident: Resident) -> None:
    first = resident.ask("one")[1].split()[-1]
    assert resident.ask("die") == (False, "")
    second = resident.ask("one")[1].split()[-1]
    third = resident.ask("one", anew=True)[1].split()[-1]
    assert len({first, second, third}) == 3
    resident.stop()


def test_one_that_was_ended_stays_so(resident: Resident) -> None:
    resident.ask("one")
    begun = time.monotonic()
    resident.end()
    assert time.monotonic() - begun < 5
    assert resident.process
    assert resident.process.poll() is not None
    assert resident.ask("one") == (False, "")
