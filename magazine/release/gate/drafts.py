"""What is not to be published: drafts, their pictures and titles, answers that wait."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from magazine.messages import marked, say
from magazine.problems import Report
from magazine.release.gate.about import About, Word
from magazine.release.gate.wording import marked_words, normalised

DRAFT, TITLE, WAITING = (
    marked("a text that is held back"),
    marked("the title of a text that is held back"),
    marked("an answer or signature that waits"),
)
WITHIN_A_WORD = re.compile(r"[\w-]")
SHORTEST = 12  # letters of a title: shorter ones stand in innocent texts as well


def words(titles: Iterable[str], published: Iterable[str], waiting: Iterable[str]) -> tuple[Word, ...]:
    """What to look for: titles that are held back, unless a published text has the same, and marks of what waits."""
    known = {normalised(title) for title in published}
    held = [title for title in titles if len(title) >= SHORTEST and normalised(title) not in known]
    return marked_words(held, TITLE) + marked_words(waiting, WAITING)


def is_held_back(path: str, about: About) -> bool:
    """Whether a file belongs to an entry that is held back: its page in any language, its pictures, its answers."""
    pattern = _of_keys(about.held_back)
    first, _, rest = path.partition("/")
    return bool(pattern and pattern.match(rest if first in about.languages else path))


def tell(path: str, text: str, about: About, report: Report, line: int = 0) -> None:
    """Tell a text that names the address of an entry that is held back."""
    pattern, place = _of_keys(about.held_back), 0
    while pattern and (match := pattern.search(text, place)):
        place = match.start() + 1
        if not WITHIN_A_WORD.fullmatch(text[match.start() - 1 : match.start()]):
            report.add("gate-unpublished", path, line or text.count("\n", 0, place) + 1, what=say(DRAFT))
            return


@lru_cache(maxsize=8)
def _of_keys(keys: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile(rf"(?:{'|'.join(map(re.escape, sorted(keys)))})(?=[./]|$)") if keys else None
