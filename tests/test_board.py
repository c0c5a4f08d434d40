"""The board of a preview: what browsers are told, and when."""

import threading

from magazine.desk.board import BEGINNING, BROKEN, WHOLE, Board

ONE, TWO = ({"file": f"blog/{name}/ru.md"} for name in ("one", "two"))


def test_a_build_that_is_done_is_told_at_once() -> None:
    board = Board()
    assert board.news.stage == BEGINNING
    board.built(None)
    assert board.news.stage == WHOLE


def test_a_build_that_failed_is_told_with_what_a_check_found() -> None:
    board = Board()
    board.built("It broke.", ["blog/two/ru.md"])
    assert board.news.stage == BEGINNING
    board.checked(board.builds, [ONE, TWO], [])
    assert (board.news.stage, board.news.said, board.news.problems) == (BROKEN, "It broke.", [TWO, ONE])


def test_a_check_of_an_earlier_build_breaks_no_later_one() -> None:
    board = Board()
    board.built("It broke.")
    before = board.builds
    board.built(None)
    board.checked(before, [ONE], [])
    assert board.news.stage == WHOLE
    board.built("It broke again.")
    board.checked(before + 1, [ONE], [])
    assert board.news.stage == WHOLE


def test_drafts_are_built_once_somebody_wants_them() -> None:
    board = Board()
    board.work.clear()
    board.want_drafts()
    assert board.work.is_set()
    board.work.clear()
    board.want_drafts()
    assert not board.work.is_set()
    board.built_drafts(None)
    assert board.news.drafts_stage == WHOLE
    board.built_drafts("It broke.")
    assert (board.news.drafts_stage, board.news.drafts_said) == (BROKEN, "It broke.")


def test_who_waits_is_told_in_time() -> None:
    board = Board()
    timer = threading.Timer(0.05, board.built, [None])
    timer.start()
    board.wait(lambda: board.news.stage == WHOLE, 30)
    assert board.news.stage == WHOLE
    board.wait(lambda: board.news.stage == BROKEN, 0.01)  # nobody waits longer than asked
    timer.join()
