"""Words that must not stand in a site, looked for in any text by one look at its words."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from magazine.release.gate.about import Word

APART = re.compile(r"[\W_]+")
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True)
class Wording:
    """Finds the words, whatever signs, spaces and capital letters stand in and around them."""

    words: tuple[Word, ...] = field(default=())

    @cached_property
    def by_longest(self) -> dict[str, list[tuple[str, str]]]:
        """By the longest word of each, which a text must hold: all of its words, and what they are."""
        found = defaultdict(list)
        for word in self.words:
            if plain := normalised(word.words):
                found[max(plain.split(), key=len)].append((f" {plain} ", word.what))
        return found

    def in_text(self, text: str) -> list[str]:
        """What stands in a text, in order of what it is."""
        if not self.words:
            return []
        plain = folded(text)
        telling = [longest for longest in self.by_longest if longest in plain]
        if not telling:
            return []
        whole = f" {APART.sub(' ', plain).strip()} "
        return sorted({what for longest in telling for words, what in self.by_longest[longest] if words in whole})

    def line(self, text: str, what: str) -> int:
        """The first line that holds it by itself; 0 where it goes over several."""
        mine = Wording(tuple(word for word in self.words if word.what == what))
        return next((number for number, line in enumerate(text.split("\n"), 1) if mine.in_text(line)), 0)


def normalised(text: str) -> str:
    """The words of a text in small letters, with one space between them."""
    return APART.sub(" ", folded(text)).strip()


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
