"""Nobody learns from an answer of the intake who has signed already: neither from its bytes nor from its time."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest
from intake_server import NO_LIMITS, IntakeServer, kept, running
from signing import signature

from magazine.signatures import LEVELS

pytestmark = pytest.mark.slow
PAIRS, APART = 1000, 20  # so many signatures of others lie between a first and a repeated one
CODE = re.compile(rb"(?:[0-9a-z]{4}-<wbr>){3}[0-9a-z]{4}")
GUESSED = 0.55  # by mere chance a half; with so many pairs luck alone gives as much once in ten thousand runs


def guessed(ones: Sequence[float], others: Sequence[float]) -> float:
    """How often one who sees the times of one of each can tell which is which (Mann and Whitney, 1947)."""
    ordered = sorted(chain(((value, 0) for value in ones), ((value, 1) for value in others)))
    ranks = sum(rank for rank, (_, which) in enumerate(ordered, start=1) if which)
    share = (ranks - len(others) * (len(others) + 1) / 2) / (len(ones) * len(others))
    return max(share, 1 - share)


def person(number: int) -> dict[str, str]:
    """What somebody sends, each time the same."""
    return signature(LEVELS[number % 3], name=f"Мира {number:04}", contact=f"mira-{number:04}@example.org")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeServer]:
    with running(tmp_path_factory.mktemp("oracle"), environment=NO_LIMITS) as found:
        yield found


@pytest.fixture(scope="module")
def answers(server: IntakeServer) -> tuple[list[tuple[float, bytes]], list[tuple[float, bytes]]]:
    """Time and bytes of the answers to all first and to all repeated signatures, which come in no order."""
    chance = random.Random(6)
    first: list[tuple[float, bytes]] = []
    repeated: list[tuple[float, bytes]] = []

    def sign(number: int, told: list[tuple[float, bytes]]) -> None:
        begun = time.perf_counter()
        answer = server.post(person(number))
        assert answer.status == 200
        told.append((time.perf_counter() - begun, str(sorted(answer.headers.items())).encode() + answer.body))

    for number in range(PAIRS + APART):
        turns = [(number, first)] * (number < PAIRS) + [(number - APART, repeated)] * (number >= APART)
        for turn in chance.sample(turns, len(turns)):
            sign(*turn)
    return first, repeated


def test_first_and_repeated_signatures_are_answered_with_the_same_bytes(
    answers: tuple[list[tuple[float, bytes]], list[tuple[float, bytes]]],
) -> None:
    first, repeated = answers
    assert len(first) == len(repeated) == PAIRS
    whole = [body for _, body in (*first, *repeated)]
    assert len(set(whole)) == 2 * PAIRS
    assert {CODE.subn(b"CODE", body)[1] for body in whole} == {1}
    assert len({CODE.sub(b"CODE", re.sub(rb"\('Date', '[^']*'\)", b"", body)) for body in whole}) == 1
    assert len({len(body) for body in whole}) == 1


def test_the_time_tells_nothing(answers: tuple[list[tuple[float, bytes]], list[tuple[float, bytes]]]) -> None:
    times = [[seconds for seconds, _ in each] for each in answers]
    assert guessed(*times) < GUESSED


def test_a_difference_of_a_twentieth_of_the_time_would_be_found() -> None:
    chance = random.Random(1)
    ones = [chance.gauss(1, 0.1) for _ in range(PAIRS)]
    assert guessed(ones, [chance.gauss(1, 0.1) for _ in range(PAIRS)]) < GUESSED
    assert guessed(ones, [chance.gauss(1.05, 0.1) for _ in range(PAIRS)]) > GUESSED


def test_each_is_kept_and_its_size_tells_nothing(server: IntakeServer, answers: object) -> None:
    files = list(Path(server.spool).glob("*.age"))
    assert len(files) == 2 * PAIRS
    found = kept(server.spool)
    assert {len(one.packed()) for one in found} == {1024}
    assert len({one.contact for one in found}) == PAIRS
