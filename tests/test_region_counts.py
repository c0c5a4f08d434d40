"""Regions as they are shown: none that is small, none that can be computed, and the sum stays."""

from hypothesis import given
from hypothesis import strategies as st

from magazine.region_counts import RegionCounts, merged
from magazine.regions import REGIONS

COUNTS = st.dictionaries(st.sampled_from(["", *REGIONS]), st.integers(0, 60))
THRESHOLDS = st.integers(0, 40)


@given(COUNTS, THRESHOLDS)
def test_the_sum_stays(counts: dict[str, int], threshold: int) -> None:
    found = merged(counts, threshold)
    assert sum(found.shown.values()) + found.others + found.unsaid == sum(counts.values())


@given(COUNTS, THRESHOLDS)
def test_what_is_shown_is_true_and_never_below_the_threshold(counts: dict[str, int], threshold: int) -> None:
    shown = merged(counts, threshold).shown
    assert all(counts[code] == count >= max(threshold, 1) for code, count in shown.items())
    assert "" not in shown


@given(COUNTS, THRESHOLDS)
def test_one_region_is_never_merged_alone(counts: dict[str, int], threshold: int) -> None:
    """Else what is missing from the whole would be its number."""
    found = merged(counts, threshold)
    hidden = [code for code, count in counts.items() if code and count and code not in found.shown]
    assert len(hidden) != 1 or found.others == 0
    if len(hidden) == 1:
        assert not found.shown
        assert found.unsaid == counts.get("", 0) + counts[hidden[0]]


@given(COUNTS, THRESHOLDS)
def test_regions_that_are_shown_as_one_are_not_small_either(counts: dict[str, int], threshold: int) -> None:
    assert merged(counts, threshold).others == 0 or merged(counts, threshold).others >= threshold


@given(COUNTS, THRESHOLDS)
def test_no_more_is_merged_than_must_be(counts: dict[str, int], threshold: int) -> None:
    large = sum(bool(code) and count >= max(threshold, 1) for code, count in counts.items())
    assert large - len(merged(counts, threshold).shown) in (0, 1)


def test_the_next_smallest_goes_with_one_that_is_too_small() -> None:
    counts = {"osh": 4, "chuy": 30, "bishkek": 50, "": 7}
    assert merged(counts, 20) == RegionCounts({"bishkek": 50}, 34, 7)
    assert merged({**counts, "naryn": 1}, 20) == RegionCounts({"bishkek": 50}, 35, 7)
    assert merged({**counts, "naryn": 16}, 20) == RegionCounts({"bishkek": 50, "chuy": 30}, 20, 7)
    assert merged(counts, 2) == RegionCounts({"bishkek": 50, "chuy": 30, "osh": 4}, 0, 7)


def test_the_only_region_goes_with_those_that_said_none() -> None:
    assert merged({"osh": 4, "": 7}, 20) == RegionCounts({}, 0, 11)
