"""What the build has to reach, and what it was measured at."""

from __future__ import annotations

from dataclasses import dataclass

from . import figures
from .figures import Number, Series
from .results import Results
from .tools import HUGO, MAGAZINE

COLD, NOTHING, MEMORY = 3.0, 0.4, 0.25  # × Hugo's
EDITED, EDITED_LARGEST = 0.6, 0.5  # × Hugo's
GROWTH = 1.15  # a story in the largest corpus may cost so many times what it costs in the smallest
RESIDENT_SECONDS = 0.5
NEW_STORY_FILES = 40
PHOTOGRAPHS_SECONDS, PHOTOGRAPH_COMMENT_SECONDS = 300.0, 3.0
OURS = MAGAZINE.name


@dataclass(frozen=True)
class Aim:
    """One of them: ``limit`` and ``found`` in the same unit; ``cpu`` is the ratio of processor seconds, where told."""

    what: str
    limit: float
    found: float
    unit: str
    cpu: Number = None

    @property
    def is_reached(self) -> bool:
        """Whether it is within the limit."""
        return self.found <= self.limit


def aims(results: Results) -> list[Aim]:
    """All that can be told from what was measured."""
    known = figures.sizes(results)
    found: list[Aim | None] = []
    for stories in known:
        found += _builds(results, stories, EDITED_LARGEST if stories > known[0] else EDITED)
    if known:
        found += [_growth(results, known[0], known[-1]), *_resident(results, known[0])]
        found += [*_memory(results, known[-1]), _new_story(results, known[0])]
    edited = [row for step, row in results.kept.items() if step.startswith("edits/")]
    rewritten = [row[OURS]["rewritten"] for row in edited if OURS in row]
    found.append(_aim("files rewritten with equal bytes", 0, max(rewritten, default=None), "files"))
    for step, held in results.kept.items():
        kind, *sizes = step.split("/")
        if kind.startswith("same"):
            words = "a served site's" if "resident" in kind else "all"
            what = f"files unlike a build from nothing after {words} edits, {int(sizes[0]):,} × 3"
            found.append(_aim(what, 0, held["different"], "files"))
        elif kind == "photographs":
            words = f"{int(sizes[0]):,} × 3 with {int(sizes[1]):,} photographs"
            comment = Series([{OURS: row} for row in held["comments"]]).median(OURS, "wall")
            found.append(_aim(f"whole build, {words}", PHOTOGRAPHS_SECONDS, held["cold"]["wall"], "s"))
            found.append(_aim(f"one comment more, {words}", PHOTOGRAPH_COMMENT_SECONDS, comment, "s"))
    return [aim for aim in found if aim]


def _builds(results: Results, stories: int, edited: float) -> list[Aim | None]:
    size = f"{stories:,} × 3"
    kinds = (
        ("nothing", "nothing changed", NOTHING),
        ("body", "one body changed", edited),
        ("comment", "one comment more", edited),
    )
    return [
        _to_hugo(f"whole build, {size}", COLD, figures.series(results, "cold", stories)),
        *(
            _to_hugo(f"fresh process, {words}, {size}", limit, figures.series(results, "edits", stories, edit))
            for edit, words, limit in kinds
        ),
    ]


def _growth(results: Results, small: int, large: int) -> Aim | None:
    """How proportionate the cost is; nothing of a single size."""
    shares = []
    for what in ("wall", "cpu"):
        one, other = (figures.series(results, "cold", stories).median(OURS, what) for stories in (small, large))
        shares.append(other / one / (large / small) if one and other and large > small else None)
    words = f"whole build, a story of {large:,} against one of {small:,}"
    return _aim(words, GROWTH, shares[0], "× its cost", shares[1])


def _resident(results: Results, stories: int) -> list[Aim | None]:
    found: list[Aim | None] = []
    for edit in ("body", "comment"):
        held = figures.series(results, "resident", stories, edit)
        server, _ = figures.best_server(results, stories, edit)
        words = f"preview, {edit} saved to page done, {stories:,} × 3"
        found.append(_aim(words, 1.0, held.ratio(OURS, "wall", server), "× Hugo's server"))
        found.append(_aim(words, RESIDENT_SECONDS, held.median(OURS, "wall"), "s"))
    return found


def _memory(results: Results, stories: int) -> list[Aim | None]:
    found = []
    for kind, words in (("cold", "whole build"), ("warm", "one body changed")):
        ours, hugo = (figures.memory(results, stories, name, kind) for name in (OURS, HUGO.name))
        share = ours / hugo if ours and hugo else None
        found.append(_aim(f"peak memory, {words}, {stories:,} × 3", MEMORY, share, "× Hugo"))
    return found


def _new_story(results: Results, stories: int) -> Aim | None:
    new = figures.series(results, "edits", stories, "new")
    changed, added = new.median(OURS, "changed"), new.median(OURS, "added")
    count = None if changed is None or added is None else changed + added
    return _aim(f"files that change or come with a new story, {stories:,} × 3", NEW_STORY_FILES, count, "files")


def _to_hugo(what: str, limit: float, found: Series) -> Aim | None:
    return _aim(what, limit, found.ratio(OURS, "wall"), "× Hugo", found.ratio(OURS, "cpu"))


def _aim(what: str, limit: float, found: Number, unit: str, cpu: Number = None) -> Aim | None:
    """The aim, if there is a figure for it."""
    return None if found is None else Aim(what, limit, found, unit, cpu)
