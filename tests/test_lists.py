"""Long lists lose nothing, stay in order, and leave their old pages alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.site.lists import ListPage, paged

calm = settings(deadline=None)  # a busy machine is no failure

NEWEST = "blog/index.html"
COUNT, SIZE = st.integers(0, 300), st.integers(1, 12)


def pages(count: int, size: int) -> list[ListPage]:
    """The pages of a list of numbers, in which the newest entry is the highest number."""
    return paged(NEWEST, list(reversed(range(count))), size)


@calm
@given(COUNT, SIZE)
def test_every_entry_stands_once_and_newest_first(count: int, size: int) -> None:
    shown = [entry for page in reversed(pages(count, size)) for entry in page.entries]
    assert shown == list(reversed(range(count)))


@calm
@given(COUNT, SIZE)
def test_the_newest_page_holds_one_to_two_times_the_size_of_the_others(count: int, size: int) -> None:
    *closed, newest = pages(count, size)
    assert newest.address == NEWEST
    assert len(newest.entries) == count if count < size else size <= len(newest.entries) < 2 * size
    assert all(len(page.entries) == size for page in closed)


@calm
@given(COUNT, SIZE, st.integers(0, 60))
def test_a_closed_page_never_changes_its_entries(count: int, size: int, added: int) -> None:
    before, after = pages(count, size)[:-1], pages(count + added, size)
    for old, new in zip(before, after, strict=False):
        assert (old.address, old.entries, old.older) == (new.address, new.entries, new.older)


@calm
@given(COUNT, SIZE)
def test_one_new_entry_changes_at_most_one_closed_page(count: int, size: int) -> None:
    """The one that was the last to be closed, for its way to the newer page."""
    before, after = pages(count, size)[:-1], pages(count + 1, size)
    assert sum(old != new for old, new in zip(before, after, strict=False)) <= 1


@calm
@given(COUNT, SIZE)
def test_the_ways_to_older_and_newer_pages_agree(count: int, size: int) -> None:
    row = pages(count, size)
    places = [page.address for page in row]
    assert len(set(places)) == len(places)
    assert [page.older for page in row] == ["", *places[:-1]]
    assert [page.newer for page in row] == [*places[1:], ""]


def test_an_empty_list_is_one_empty_page() -> None:
    assert pages(0, 10) == [ListPage(NEWEST, ())]
