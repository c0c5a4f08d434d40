"""How many signed in each region, as it may be shown: where few signed, each of them could be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RegionCounts:
    """Numbers of signers that make up the whole; ``shown`` by the code of the region, the largest first.

    ``others`` signed in regions with too few to be shown, of ``unsaid`` no region is told.
    """

    shown: Mapping[str, int]
    others: int = 0
    unsaid: int = 0


def merged(counts: Mapping[str, int], threshold: int) -> RegionCounts:
    """The counts with all regions below the threshold in one; those that said none have the empty code.

    One region is never merged alone, nor fewer signers than the threshold, or what is missing from the whole would
    tell of them: the next smallest goes with them, or, where there is none, those that said no region.
    """
    said = sorted((count, code) for code, count in counts.items() if code and count)
    small = sum(count < threshold for count, _ in said)
    while 0 < small <= len(said) and (small == 1 or sum(count for count, _ in said[:small]) < threshold):
        small += 1
    shown = {code: count for count, code in reversed(said[small:])}
    others, unsaid = sum(count for count, _ in said[:small]), counts.get("", 0)
    return RegionCounts(shown, 0, unsaid + others) if small > len(said) else RegionCounts(shown, others, unsaid)
