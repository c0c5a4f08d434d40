"""What is looked for in texts: names, numbers and addresses, found in every text by one look at its words."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from magazine import spellings
from magazine.spellings import DOUBLE, heard, in_parts, shown, sounds, stem, without_markup, without_short_tags

SHORTEST = 4  # letters or digits: less stands in half of all texts
COMMON = 6  # letters of a word that is a name and an ordinary word as well
NATIONAL = 9  # last digits of a phone number: what stands before them is written in several ways, or left out
LEAST_DIGITS = 7
PHONE = re.compile(r"[+()\d\s./-]{7,}")
PHONE_LIKE = re.compile(r"\d(?:[\W_]{0,4}\d){6}")
BETWEEN_DIGITS = r"[\W_]{0,4}"
TOKEN = re.compile(r"[^\W\d_]+|\d+")
SOUND_WORD = re.compile(r"[a-zç]+")
SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][\W_]{1,3}){3,}[^\W\d_](?!\w)")
FEWEST = 4  # letters that stand apart and may be a word
FEW = b"\1" * FEWEST  # words in a row with so many letters at most
PUNCTUATION = '<>="/'
DIVIDED = re.compile(r"-(?<=\w-)[ \t]*\r?\n\s*")
AROUND = 100  # letters around a word that is divided
NEAR = 6  # words from one word of a name to the next: an initial, a patronymic, the number of a house
WORD = re.compile(r"\S+")
LONG = 5  # sounds of a word that is found inside of others too
EDGES = ".,:;!?…«»“”„\"'()[]*_—–-"
MARKS = ("<", "](", "&lt;", "&amp;lt;", "&#")  # of a text that looks otherwise to a reader
MOST_KNOWN = 200_000  # words in mind


@dataclass(frozen=True, eq=False)
class Sought:
    """One entry of a list, and which words a text must have for a closer look; any of the sets is enough."""

    needs: tuple[frozenset[int], ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    digits: str = ""
    is_place: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds it; made when it is needed first, for it takes as long as to look through a text."""
        if self.digits:
            prefix = rf"(?:(?:\+|00)?\d{{1,3}}{BETWEEN_DIGITS})?(?:0{BETWEEN_DIGITS})?"
            return re.compile(rf"(?<![\da-zA-Z]){prefix}{BETWEEN_DIGITS.join(self.digits)}(?![\da-zA-Z])")
        return (spellings.place_pattern if self.is_place else spellings.name_pattern)(self.words)


class Known(NamedTuple):
    """The numbers of words sought that stand in a word of a text, that begin as it, and that go on with it."""

    whole: frozenset[int] = frozenset()
    lefts: frozenset[int] = frozenset()
    rights: frozenset[int] = frozenset()


@dataclass
class Index(dict[str, Known]):
    """What is known of each word of a text, found out once."""

    long: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    short: dict[str, list[tuple[re.Pattern[str], int]]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    right: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    wholes: dict[int, int] = field(default_factory=dict)  # of a word in two halves: of the word
    known: dict[tuple[str, ...], frozenset[int]] = field(default_factory=dict)
    dull: set[str] = field(default_factory=set)  # words that tell nothing, unless the one before them does
    single: set[str] = field(default_factory=set)  # words of one letter, and signs that stand alone
    apart: set[str] = field(default_factory=set)  # words of letters that stand apart
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __missing__(self, word: str) -> Known:
        plain = word.strip(EDGES)
        if plain[1:].islower() and (plain.isascii() or not plain[0].isascii()):
            plain = plain.lower()
        if len(self) > MOST_KNOWN:
            self.clear()
            self.dull.clear()
        self[word] = result = self[plain] if plain != word else self._found(word)
        if plain in self.apart:
            self.apart.add(word)
        if sum(map(str.isalnum, plain)) < 2:
            self.single.add(word)
        if not result.whole and not result.lefts:
            self.dull.add(word)
        return result

    def telling(self, words: list[str]) -> set[str]:
        """Those of the words in which a word sought stands or begins."""
        unknown = set(words) - self.dull
        return {word for word in unknown if self[word].whole or self[word].lefts}

    def _found(self, word: str) -> Known:
        sound = heard(word)
        parts = SOUND_WORD.findall(sound)
        bare = _bare("".join(parts))
        if len(parts) >= FEWEST and max(map(len, parts)) == 1:  # letters that stand apart
            parts.append(sounds("".join(parts)))
            self.apart.add(word)
        found: set[int] = set()
        rights: set[int] = set()
        for start in range(len(bare) - LONG + 1):
            if known := self.long.get(bare[start : start + LONG]):
                found.update(number for sought, number in known if bare.startswith(sought, start))
        for part in parts:
            found.update(number for pattern, number in self.short.get(part[:2], ()) if pattern.fullmatch(part))
        for length in range(2, len(bare) + 1):
            rights.update(self.right.get(bare[:length], ()))
        result = Known(frozenset(found), frozenset(self.left.get(bare, ())), frozenset(rights))
        return result if any(result) else NOTHING

    def word(self, forms: Iterable[str]) -> frozenset[int]:
        """Take on a word by its forms; its number."""
        found = tuple(dict.fromkeys(stem(form) for form in forms))
        if found in self.known:
            return self.known[found]
        number = next(self.numbers)
        for form in found:
            bare = _bare(form)
            if len(bare) < LONG:
                self.short[form[:2]].append((spellings.word_pattern([form]), number))
                continue
            self.long[bare[:LONG]].append((bare, number))
            for cut in range(2, len(bare) - 1):
                divided = next(self.numbers)
                self.left[bare[:cut]].add(divided)
                self.right[bare[cut:]].add(divided)
                self.wholes[divided] = number
        self.known[found] = frozenset([number])
        return self.known[found]


NOTHING = Known()


@dataclass
class Search:
    """Looks for many entries at once."""

    phones: list[Sought] = field(default_factory=list)
    owners: dict[int, list[Sought]] = field(default_factory=lambda: defaultdict(list))  # by the numbers of their words
    index: Index = field(default_factory=Index)

    def take(self, entry: str) -> None:
        """Take on an entry; one that is not long enough is not looked for."""
        if not is_long_enough(entry):
            return
        if digits := _digits(entry):
            self.phones.append(Sought(digits=digits))
            return
        tokens = TOKEN.findall(entry)
        is_place = "@" in entry or any(token.isdigit() for token in tokens)
        words = tuple(spellings.forms(token) for token in (spellings.addressed(tokens) if is_place else tokens))
        words = tuple(word for word in words if word and word[0])
        named = [word for word in words if not word[0].isdigit()]
        needs = [frozenset().union(*map(self.index.word, named))]
        if len(words) > 1 and not is_place:
            orders = itertools.permutations(words) if len(words) <= spellings.MOST_ORDERED else [words]
            needs.append(self.index.word(sounds("".join(word[0] for word in order)) for order in orders))
        one = Sought(tuple(needs), words, is_place=is_place)
        for number in frozenset().union(*needs):
            self.owners[number].append(one)

    def lines_in(self, text: str) -> list[int]:
        """The numbers of all lines in which something sought begins."""
        return sorted({line for reading in _readings(text) for line in self._lines(reading)})

    def _lines(self, reading: str) -> Iterator[int]:
        words = reading.split()
        for one, start, end in self._near(reading, words):
            yield from _lines_between(reading, start, end, one)
        for match, joined in _divided(reading, words, self.index):
            for one in {one for number in self.index[joined].whole for one in self.owners.get(number, ())}:
                if any(_lines(heard(joined), one)):
                    yield reading.count("\n", 0, match.start()) + 1
                yield from _lines_between(reading, max(match.start() - AROUND, 0), match.end() + AROUND, one)
        if self.phones and PHONE_LIKE.search(reading):
            plain = unicodedata.normalize("NFKC", shown(reading))
            digits = re.sub(r"\D+", "", plain)
            for one in self.phones:
                if one.digits in digits:
                    yield from _lines(plain, one)

    def _near(self, reading: str, words: list[str]) -> Iterator[tuple[Sought, int, int]]:
        """Where the words of an entry stand near each other."""
        places = self._places(words)
        owners = dict.fromkeys(one for number in places for one in self.owners.get(number, ()))
        spans: list[tuple[int, int]] = []
        for one in owners:
            for need in one.needs:
                mine = sorted((places.get(number, []) for number in need), key=len)
                far = NEAR * max(len(need) - 1, 1)
                reach = far + (2 * NEAR if one.is_place else 0)  # numbers are no words that are looked up
                for place in mine[0]:
                    if all(any(abs(other - place) <= far for other in others) for others in mine[1:]):
                        spans = spans or [match.span() for match in WORD.finditer(reading)]
                        last = min(place + reach, len(spans) - 1)
                        yield one, spans[max(place - reach, 0)][0], spans[last][1]

    def _places(self, words: list[str]) -> dict[int, list[int]]:
        """In which words of a text each word sought stands, by its number: whole, or beginning there."""
        places: dict[int, list[int]] = defaultdict(list)
        telling = self.index.telling(words)
        for place in [place for place, word in enumerate(words) if word in telling] if telling else ():
            known = self.index[words[place]]
            numbers = set(known.whole)
            if known.lefts and place + 1 < len(words):
                divided = known.lefts & self.index[words[place + 1]].rights
                numbers.update(self.index.wholes[one] for one in divided)
            for number in numbers:
                places[number].append(place)
        return places


def is_long_enough(entry: str) -> bool:
    """Whether an entry has so many letters, or is such a number, that it can be looked for."""
    sound = heard(entry)
    return bool(_digits(entry)) or (bool(SOUND_WORD.search(sound)) and len("".join(sound.split())) >= SHORTEST)


def is_common(entry: str) -> bool:
    """Whether an entry is one short word, which innocent texts may hold as well."""
    tokens = TOKEN.findall(entry)
    return len(tokens) == 1 and not tokens[0].isdigit() and len(tokens[0]) <= COMMON


def _bare(sound: str) -> str:
    """Without what is heard otherwise where signs stand between the letters."""
    return DOUBLE.sub(r"\1", sound.replace("i", ""))


def _digits(entry: str) -> str:
    """The last digits of a phone number; nothing if the entry is none."""
    digits = re.sub(r"\D", "", entry)
    return digits[-NATIONAL:] if PHONE.fullmatch(entry) and len(digits) >= LEAST_DIGITS else ""


def _readings(text: str) -> Iterator[str]:
    """The text as a reader sees it, and what is written there besides; all lines stay."""
    if not any(mark in text for mark in MARKS):
        yield text
        return
    yield without_markup(text)
    if "<" in text or "&" in text:
        written = without_short_tags(shown(text))
    else:  # the targets of links alone
        written = "\n".join([line if "](" in line else "" for line in shown(text).split("\n")])
    for sign in PUNCTUATION:
        written = written.replace(sign, " ")
    yield written


def _divided(reading: str, words: list[str], index: Index) -> Iterator[tuple[re.Match[str], str]]:
    """Words that are divided at the end of a line, and letters that stand apart, with what they make together."""
    patterns = [DIVIDED] if "-" in reading else []
    # that so many stand in a row is found quicker than which
    if not index.apart.isdisjoint(words) or FEW in bytes([word in index.single for word in words]):
        patterns.append(SPACED)
    for pattern in patterns:
        for match in pattern.finditer(reading):
            yield match, _joined(reading, match)


def _joined(text: str, match: re.Match[str]) -> str:
    """The words around what divides them, or letters that stand apart, in one."""
    start = max(text.rfind(" ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    end = re.compile(r"\S*").match(text, match.end())
    whole = text[start : end.end() if end else match.end()]
    return re.sub(r"[\W_]+", "", whole)


def _lines_between(text: str, start: int, end: int, one: Sought) -> Iterator[int]:
    before = text.count("\n", 0, start)
    return (before + line for line in _lines(heard(in_parts(shown(text[start:end]))), one))


def _lines(text: str, one: Sought) -> Iterator[int]:
    for match in one.pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1
