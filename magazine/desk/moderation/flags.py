"""What an editor should look at in a text before it is published, and where in it that stands."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from magazine.desk.moderation import numbers, whereabouts
from magazine.desk.moderation.numbers import Span
from magazine.forbidden import Forbidden

PHONE, MAIL, ADDRESS, CARD, NAME, LINK, DUPLICATE, SCRIPT, SHOUTING, LATE, AGAIN, NAMESAKE, UNCONFIRMED = KINDS = (
    "phone", "e-mail", "address", "card", "name", "link", "duplicate", "script", "shouting",
    "late", "again", "namesake", "unconfirmed",
)  # fmt: skip
OF_SIGNATURES = (LATE, AGAIN, NAMESAKE, UNCONFIRMED)
SPANNED = (PHONE, MAIL, ADDRESS, CARD)
PERSONAL = (*SPANNED, NAME)
GONE = "[…]"
LINKS = re.compile(
    r"\b(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>\"']+"
    r"|(?<![\w@.-])(?:[\w-]{1,63}\.){1,4}(?:com|org|net|info|biz|ru|kg|kz|uz|su|рф|me|io|gg|ly|cc|online|site|xyz|shop|top)"
    r"\b(?:/[^\s<>\"']*)?",
    re.IGNORECASE,
)
LINK_END = ".,:;!?…»”)]'*_"
WORD = re.compile(r"[^\W\d_]+")
EDGES = ".,:;!?…«»“”„\"'()[]*_—–-"
# letters that look alike in both alphabets
LATIN_TWINS, CYRILLIC_TWINS = "aceopxyijshABCEHKMOPTXYIJS", "асеорхуіјѕһАВСЕНКМОРТХУІЈЅ"
AS_LATIN = str.maketrans(CYRILLIC_TWINS, LATIN_TWINS)
TWINS = "aceopxyABCEHKMOPTXY"  # those of them that a Russian keyboard has
STEM = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}[\u0400-\u04ff]+")  # a foreign word with an ending of ours: SMSка
LOUD, LOUD_SHARE = 20, 0.7  # capitals, and their share of all letters
MOST_NAMES = 50  # of the list, that are marked one by one


@dataclass(frozen=True, order=True)
class Flag:
    """One thing to look at: its kind, one of KINDS, and its span in the text; 0, 0 where it is of the whole."""

    kind: str
    start: int = 0
    end: int = 0


def flags(text: str, author: str, names: Forbidden, others: Collection[str]) -> tuple[Flag, ...]:
    """All flags of a text and of the name below it, whose flags have no span, by place.

    ``others`` are the texts there are already, each as ``known_as`` gives it.
    """
    found = set(_in_words(text, author, names))
    if known_as(text) in others:
        found.add(Flag(DUPLICATE))
    return tuple(sorted(found, key=lambda flag: (flag.start, flag.end, KINDS.index(flag.kind))))


def redacted(text: str, found: Iterable[Flag]) -> str:
    """The text without what leads to a person: phones, mail boxes, addresses, numbers, names of the list."""
    result, place = [], 0
    for flag in sorted((flag for flag in found if flag.kind in PERSONAL and flag.end), key=lambda flag: flag.start):
        if flag.end <= place:
            continue
        if flag.start >= place:
            result += [text[place : flag.start], GONE]
        place = flag.end
    return "".join([*result, text[place:]])


@lru_cache(maxsize=2048)
def known_as(text: str) -> str:
    """By what a text is known again, however it is spaced, capitalised and punctuated; empty if it says nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").translate(AS_LATIN)
    letters = "".join(filter(str.isalnum, plain))
    return hashlib.sha256(letters.encode()).hexdigest() if letters else ""


@lru_cache(maxsize=1024)  # lists and summaries ask again for what has not changed
def _in_words(text: str, author: str, names: Forbidden) -> tuple[Flag, ...]:
    found = {Flag(kind, *span) for kind, look in LOOKS.items() for span in look(text)}
    found |= {Flag(kind) for kind, look in LOOKS.items() if any(True for _ in look(author))}
    found |= {Flag(NAME, *span) for span in _named(text, names)}
    if names.is_in(author) or (not any(flag.kind == NAME for flag in found) and names.is_in(f"{text}\n{author}")):
        found.add(Flag(NAME))
    if _is_loud(text):
        found.add(Flag(SHOUTING))
    return tuple(_told_once(found))


def _links(text: str) -> Iterator[Span]:
    for match in LINKS.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(LINK_END))


def _foreign(text: str) -> Iterator[Span]:
    """Words with letters neither Cyrillic nor Latin, and those that mix both."""
    for match in WORD.finditer(text):
        scripts = set(map(_script, match[0])) - {""}
        if scripts - {"CYRILLIC", "LATIN"} or (len(scripts) > 1 and not _is_stem(match[0])):
            yield match.span()


def _is_stem(word: str) -> bool:
    """Whether it is an honest word of two alphabets: its Latin part could be nothing else."""
    return STEM.fullmatch(word) is not None and any(
        _script(letter) == "LATIN" and letter not in TWINS for letter in word
    )


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of a letter's name (Unicode), which is its alphabet; none for signs that go with any."""
    if not letter.isalpha() or unicodedata.category(letter) == "Lm" or letter in "ªºµ":
        return ""
    return unicodedata.name(letter, "UNKNOWN").split()[0]


def _is_loud(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return capitals >= LOUD and capitals >= LOUD_SHARE * sum(map(str.isalpha, text))


def _named(text: str, names: Forbidden) -> Iterator[Span]:
    """Where something of the list stands, as few words as can be told: the list itself knows lines only."""
    place = 0
    for _ in range(MOST_NAMES):
        rest = text[place:]
        if not names.is_in(rest):
            return
        words = [match.span() for match in re.finditer(r"\S+", rest)]
        last = _first(words, lambda number: names.is_in(rest[: words[number][1]]))  # noqa: B023
        end = words[last][1]
        before = [start for start, _ in words[: last + 1]]
        first = len(before) - 1 - _first(before, lambda number: names.is_in(rest[before[~number] : end]))  # noqa: B023
        start = before[first]
        if not names.is_in(rest[start:end]):  # it hangs on more than stands between: all up to there
            start = 0
        while end - start > 1 and rest[start] in EDGES and names.is_in(rest[start + 1 : end]):
            start += 1
        while end - start > 1 and rest[end - 1] in EDGES and names.is_in(rest[start : end - 1]):
            end -= 1
        yield place + start, place + end
        place += end


def _first(steps: list[int] | list[Span], holds: Callable[[int], bool]) -> int:
    """The number of the first step at which something holds that holds from there on; the last if it never does."""
    return min(bisect_left(range(len(steps)), True, key=holds), len(steps) - 1)


def _told_once(found: Collection[Flag]) -> Iterator[Flag]:
    """Without what stands within something longer that leads to the same person."""
    spans = [flag for flag in found if flag.kind in SPANNED]
    for flag in found:
        is_within = any(
            other.start <= flag.start and flag.end <= other.end and other.end - other.start > flag.end - flag.start
            for other in spans
        )
        if flag.kind not in SPANNED or not flag.end or not is_within:
            yield flag


LOOKS: dict[str, Callable[[str], Iterator[Span]]] = {
    PHONE: numbers.phones, MAIL: whereabouts.mail_boxes, ADDRESS: whereabouts.addresses, CARD: numbers.cards,
    LINK: _links, SCRIPT: _foreign,
}  # fmt: skip
