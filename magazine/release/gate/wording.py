"""Words that must not stand in a site, looked for in any text by one look at its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from magazine.release.gate.about import Word

LETTER = re.compile(r"[^\W_]")
BETWEEN, END = r"[\W_]+", r"(?![^\W_])"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True)
class Wording:
    """Finds the words, whatever signs, spaces and capital letters stand in and around them."""

    words: tuple[Word, ...] = field(default=())

    @cached_property
    def patterns(self) -> list[tuple[list[str], re.Pattern[str], str]]:
        """The words of each, all of which a text must hold; what finds them beside each other; what they are."""
        parted = [(normalised(word.words).split(), word.what) for word in self.words]
        # a pattern that begins with letters is looked for much quicker than one that looks behind first
        return [(parts, re.compile(BETWEEN.join(map(re.escape, parts)) + END), what) for parts, what in parted if parts]

    def in_text(self, text: str) -> list[str]:
        """What stands in a text, in order of what it is."""
        if not self.words:
            return []
        plain = f" {folded(text)}"
        return sorted({what for parts, whole, what in self.patterns
                       if all(part in plain for part in parts) and _is_in(plain, whole)})  # fmt: skip

    def line(self, text: str, what: str) -> int:
        """The first line that holds it by itself; 0 where it goes over several."""
        mine = Wording(tuple(word for word in self.words if word.what == what))
        return next((number for number, line in enumerate(text.split("\n"), 1) if mine.in_text(line)), 0)


def _is_in(plain: str, whole: re.Pattern[str]) -> bool:
    place = 1
    while found := whole.search(plain, place):
        if not LETTER.match(plain, found.start() - 1):
            return True
        place = found.start() + 1
    return False


def normalised(text: str) -> str:
    """The words of a text in small letters, with one space between them."""
    return re.sub(BETWEEN, " ", folded(text)).strip()


def folded(text: str) -> str:
    """A text in small letters without signs that nobody sees."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for sign in INVISIBLE:
            text = text.replace(sign, "")
    return text.casefold()


def marked_words(words: Iterable[str], what: str) -> tuple[Word, ...]:
    """Words that are all of one kind."""
    return tuple(Word(one, what) for one in words if one.strip())
