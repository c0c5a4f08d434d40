"""Medians and ratios of what was measured: every ratio is taken within a round, where both ran side by side."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from .results import Results, Row
from .tools import HUGO

Number = float | None


@dataclass(frozen=True)
class Series:
    """The rounds of one step, and what can be asked of them."""

    rows: list[Row]

    def values(self, tool: str, what: str) -> list[float]:
        """One figure of every round that a tool ended well in."""
        found = (_value(row, tool, what) for row in self.rows)
        return [value for value in found if value is not None]

    def median(self, tool: str, what: str) -> Number:
        """The median over the rounds; None if there are none."""
        return statistics.median(values) if (values := self.values(tool, what)) else None

    def most(self, tool: str, what: str) -> Number:
        """The largest value of all rounds."""
        return max(self.values(tool, what), default=None)

    def ratio(self, tool: str, what: str, base: str = HUGO.name) -> Number:
        """The median of the ratios to another tool in the same round."""
        ratios = []
        for row in self.rows:
            one, other = _value(row, tool, what), _value(row, base, what)
            if one is not None and other:
                ratios.append(one / other)
        return statistics.median(ratios) if ratios else None


def sizes(results: Results) -> list[int]:
    """The sizes of the corpora that were built, smallest first."""
    return sorted({int(step.split("/")[1]) for step in results.kept if step.startswith("cold/")})


def series(results: Results, *names: object) -> Series:
    """The rounds of a step, for example ``series(results, "edits", 1000, "body")``."""
    return Series(results.rows("/".join(map(str, names))))


def memory(results: Results, stories: int, tool: str, kind: str) -> Number:
    """The peak of memory of a whole build (``cold``) or of one after an edit (``warm``), in MiB."""
    sampled = series(results, "memory", stories).median(tool, kind)
    if sampled is not None:
        return sampled
    return series(results, "cold", stories).most(tool, "peak") if kind == "cold" else _edited(results, stories, tool)


def best_server(results: Results, stories: int, edit: str) -> tuple[str, Number]:
    """Of the two ways to run Hugo's server the quicker one, and its seconds."""
    found = series(results, "resident", stories, edit)
    known = [(value, name) for name in ("hugo", "hugo-disk") if (value := found.median(name, "wall")) is not None]
    return (min(known)[1], min(known)[0]) if known else ("hugo", None)


def _edited(results: Results, stories: int, tool: str) -> Number:
    peaks = [series(results, "edits", stories, edit).most(tool, "peak") for edit in ("body", "comment")]
    return max((peak for peak in peaks if peak is not None), default=None)


def _value(row: Row, tool: str, what: str) -> Number:
    found = row.get(tool) or {}
    return None if found.get("status") else found.get(what)
