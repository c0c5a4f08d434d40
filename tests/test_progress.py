"""How far work has come is shown to those who look, in one line that goes away."""

import io
import os
import select
import sys
import time

import pytest

from magazine.progress import INTERVAL, SHOWS_PROGRESS, Progress


@pytest.fixture(autouse=True)
def _plain_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SHOWS_PROGRESS, raising=False)


def worked(progress: Progress, steps: int) -> Progress:
    for _ in range(steps):
        progress.shown = min(progress.shown, time.monotonic() - INTERVAL)  # as if each step took that long
        progress.step()
    progress.end()
    return progress


def test_where_no_terminal_is_nothing_is_shown() -> None:
    stream = io.StringIO()
    progress = worked(Progress(3, stream), 3)
    assert (progress.shows, progress.done, stream.getvalue()) == (False, 3, "")


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such terminals")
def test_a_terminal_shows_the_share_and_is_left_clean() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal, os.fdopen(ours, "rb", buffering=0) as screen:
        worked(Progress(4, terminal), 2)
        shown = b""
        while not shown.endswith(b" \r") and select.select([screen], [], [], 10)[0]:
            shown += screen.read(99)
    assert shown.decode() == "\r 25 %\r 50 %\r     \r"


def test_a_pipe_with_a_terminal_behind_it_shows_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWS_PROGRESS, "1")
    stream = io.StringIO()
    worked(Progress(1, stream), 1)
    assert stream.getvalue() == "\r100 %\r     \r"


def test_figures_follow_each_other_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWS_PROGRESS, "1")
    progress = Progress(100_000, stream := io.StringIO())
    started = time.monotonic()
    for _ in range(500):
        progress.step()
    assert stream.getvalue().count("%") <= 1 + (time.monotonic() - started) / INTERVAL


def test_more_work_than_was_expected_is_no_more_than_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWS_PROGRESS, "1")
    stream = io.StringIO()
    worked(Progress(0, stream), 2)
    assert stream.getvalue() == "\r100 %\r100 %\r     \r"


def test_what_is_expected_later_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWS_PROGRESS, "1")
    progress = Progress(0, stream := io.StringIO())
    progress.expect(3)
    progress.expect(1)
    worked(progress, 1)
    assert stream.getvalue() == "\r 25 %\r     \r"


def test_without_a_step_there_is_nothing_to_take_off_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHOWS_PROGRESS, "1")
    Progress(5, stream := io.StringIO()).end()
    assert stream.getvalue() == ""
