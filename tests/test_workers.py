"""Work on all cores gives what work on one gives, and leaves no process behind."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable

import pytest

from magazine import workers
from magazine.workers import spread

HERE = os.getpid()
forks = pytest.mark.skipif(not workers.CAN_FORK or workers._cores() < 2, reason="one process is all there is here")
LARGE = 300_000  # bytes: more than waits in a pipe


def slow_pid(_: int) -> int:
    """Slow enough that no process does all of it before another has begun."""
    time.sleep(0.01)
    return os.getpid()


def whole(sequence: range, least: int) -> list[tuple[int, int]]:
    return sorted(spread(lambda number: number * number, sequence, least))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 39, 40, 41, 200])
@pytest.mark.parametrize("least", [1, 40])
def test_every_item_comes_back_once_with_what_was_made_of_it(count: int, least: int) -> None:
    assert whole(range(count), least) == [(number, number * number) for number in range(count)]


def test_equal_items_and_empty_results_come_back_too() -> None:
    assert list(spread(lambda _: None, ["a"] * 7, least=1)) == [("a", None)] * 7


def test_large_results_come_back_whole() -> None:
    assert dict(spread(lambda number: bytes([number]) * LARGE, range(9), least=1)) == {
        number: bytes([number]) * LARGE for number in range(9)
    }


def test_items_come_back_as_themselves() -> None:
    """Not as copies that went through a pipe: what is found of them is found by identity as well."""
    items = [object() for _ in range(5)]
    assert {id(item) for item, _ in spread(id, items, least=1)} == {id(item) for item in items}


def test_little_work_stays_in_this_process() -> None:
    assert {pid for _, pid in spread(lambda _: os.getpid(), range(39))} == {HERE}
    assert {pid for _, pid in spread(lambda _: os.getpid(), range(3), least=4)} == {HERE}


@forks
def test_much_work_goes_to_other_processes() -> None:
    found = {pid for _, pid in spread(slow_pid, range(40))}
    assert len(found) > 1
    assert HERE not in found
    assert len(found) <= workers._cores()


@forks
def test_what_is_done_meanwhile_is_done_here_and_before_anything_is_taken() -> None:
    done: list[int] = []
    for _ in spread(slow_pid, range(40), meanwhile=lambda: done.append(os.getpid())):
        assert done == [HERE]


def test_little_work_leaves_no_time_for_anything_meanwhile() -> None:
    done: list[int] = []
    assert len(list(spread(slow_pid, range(3), meanwhile=lambda: done.append(1)))) == 3
    assert done == []


@forks
def test_the_slow_work_is_shared_wherever_it_stands() -> None:
    """Each process takes what is next, not every other item."""
    found = spread(lambda number: slow_pid(number) if number % workers._cores() == 0 else HERE, range(120))
    assert len({pid for _, pid in found} - {HERE}) == workers._cores()


@forks
def test_nothing_is_left_when_all_is_done() -> None:
    assert all_gone({pid for _, pid in spread(lambda _: os.getpid(), range(8), least=1)})


def refuse(number: int) -> int:
    if number == 5:
        raise LookupError(number)
    return number


@pytest.mark.parametrize("least", [1, 40])
def test_an_exception_is_raised_where_the_work_was_asked_for(least: int) -> None:
    with pytest.raises(LookupError) as caught:
        list(spread(refuse, range(9), least))
    assert caught.value.args == (5,)
    assert multiprocessing.active_children() == []


def test_a_result_that_cannot_be_sent_is_an_exception_too() -> None:
    if not workers.CAN_FORK or workers._cores() < 2:
        pytest.skip("one process is all there is here")
    with pytest.raises((AttributeError, TypeError, ValueError, LookupError)):
        list(spread(lambda number: lambda: number, range(4), least=1))
    assert multiprocessing.active_children() == []


@forks
@pytest.mark.parametrize("end", [lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: os._exit(0)])
def test_a_process_that_ends_without_a_word_is_told(end: Callable[[], None]) -> None:
    def ended(number: int) -> int:
        if number == 6 and os.getpid() != HERE:
            end()
        return number

    with pytest.raises(ChildProcessError):
        list(spread(ended, range(9), least=1))
    assert multiprocessing.active_children() == []


@forks
def test_nothing_is_left_when_nobody_wants_the_rest() -> None:
    """Though every process has more to send than waits in its pipe, or has not ended its first item."""
    pids = set()
    for _, (pid, _) in spread(lambda _: (os.getpid(), bytes(LARGE)), range(40), least=1):
        pids.add(pid)
        break
    assert multiprocessing.active_children() == []
    assert all_gone(pids)


@forks
def test_an_exception_does_not_wait_for_long_work_elsewhere() -> None:
    def slow(number: int) -> int:
        if number % 2:
            time.sleep(60)
        return refuse(5)

    started = time.monotonic()
    with pytest.raises(LookupError):
        list(spread(slow, range(4), least=1))
    assert time.monotonic() - started < 30
    assert multiprocessing.active_children() == []


def all_gone(pids: set[int]) -> bool:
    """Whether the system knows none of these children any more."""
    for pid in pids:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return bool(pids)
