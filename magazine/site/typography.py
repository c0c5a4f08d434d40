"""Quotes, dashes and no-break spaces as each language sets them.

English quotes are typogrify's, and its ``widont`` is for all. Russian and Kyrgyz ones are set here: a quote opens
after a space or a bracket, even at the edge of an emphasis, and a second one inside it is „…“. Short words are
bound to the next one, a dash to the word before it (Milchin, «Справочник издателя и автора»).
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element

from markdown.util import AtomicString
from typogrify.filters import smartypants

NO_BREAK = "\u00a0"
ENTITIES = {
    "&nbsp;": NO_BREAK, "&#160;": NO_BREAK, "&#8216;": "‘", "&#8217;": "’", "&#8220;": "“", "&#8221;": "”",
    "&#8211;": "–", "&#8212;": "—", "&#8230;": "…",
}  # fmt: skip
ENTITY = re.compile("|".join(ENTITIES))
# a space is looked for first, since that is quick, and then what stands around it
LETTER = "[A-Za-zА-Яа-яЁёӨөҮүҢң]"
BINDING = re.compile(
    rf" (?:(?=[\w«„(*])(?:(?<=(?<![\w\u00a0-])[A-Za-zА-Яа-яЁёӨөҮүҢң№§] )|(?<=(?<![\w\u00a0-]){LETTER}{LETTER} ))"
    r"|(?=[—–] )(?<=[\w»”“).,!?…] ))"
)
STRAIGHT = re.compile(r"[\"'«»„“]")
DASHES = re.compile(r"-(?:(?<!--)-{1,2}(?!-)|(?<=\s-)(?=\s))")
OPENS_AFTER = " \t\n\u00a0([{«„—–-/"
UNTOUCHED = ("code", "pre", "kbd", "samp")
# where smartypants may change a text: within the words that hold one of these
CURLED = re.compile(r"\"|'|\\|--|\.\.\.|``")
TAG = re.compile(r"(<(?:pre|code)\b[^>]*>.*?</(?:pre|code)>|<[^>]*>)", re.DOTALL)
# a quote between two tags is set by what stands before the first one, and these dots by what is between them
ACROSS_WORDS = re.compile(r"[\"'.](?:(?<=[\"'])(?![^<])(?<![^>].)|(?<=\.) \. \.)", re.DOTALL)
# typogrify's ``widont`` read from right to left, so that only the end of a block is looked at
WIDOW = re.compile(
    r"(>(?:p|[1-6]h|il|td|dd)/<(?:\s*>(?:a|me|naps|gnorts|i|b)/<)*\s*[^<>\s]+)\s+"
    r"(?=[^<>\s]|>[^<>]*(?:a|me|naps|gnorts|i|b)/?<)"
)
SPACE = re.compile(r"[ \n]")
BLOCKS = ("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "blockquote", "div")


class Setter:
    """Sets the text of one block, which may come in several pieces; remembers how deep in quotes it stands."""

    def __init__(self) -> None:
        self.before = " "
        self.depth = 0
        self.single = False

    def set(self, text: str) -> str:
        """The next piece with its dashes, quotes and no-break spaces."""
        if not text:
            return text
        text = (DASHES.sub("—", text) if "-" in text else text).replace("...", "…")
        pieces: list[str] = []
        place = 0
        for match in STRAIGHT.finditer(text):
            pieces.append(text[place : match.start()])
            before = text[match.start() - 1] if match.start() else self.before
            pieces.append(self._quote(match[0], before, text[match.end() : match.end() + 1]))
            place = match.end()
        self.before = text[-1]
        return bound("".join((*pieces, text[place:])))

    def _quote(self, sign: str, before: str, after: str) -> str:
        if sign == "'":
            return self._single(before, after)
        if sign in "«„":
            self.depth += 1
            return sign
        if sign in "»“":
            self.depth = max(0, self.depth - 1)
            return sign
        if before in OPENS_AFTER and (not after or not after.isspace()):
            self.depth += 1
            return "«" if self.depth == 1 else "„"
        self.depth = max(0, self.depth - 1)
        return "»" if self.depth == 0 else "“"

    def _single(self, before: str, after: str) -> str:
        """An inner quote, or an apostrophe where a letter stands on both sides."""
        if before in OPENS_AFTER and after.isalnum():
            self.single = True
            return "„"
        if self.single and not after.isalnum():
            self.single = False
            return "“"
        return "’"


def set_tree(element: Element, setter: Setter | None = None) -> None:
    """Set all text of a Russian or Kyrgyz tree, block by block; code stays as it is."""
    if element.tag in UNTOUCHED:
        return
    setter = Setter() if setter is None or element.tag in BLOCKS else setter
    if element.text and not isinstance(element.text, AtomicString):
        element.text = setter.set(element.text)
    for child in element:
        set_tree(child, setter)
        if child.tag in UNTOUCHED:
            setter.before = "x"
        if child.tail:
            child.tail = setter.set(child.tail)


def body(converted: str, language: str) -> str:
    """The HTML of a body with the typographic finish of its language."""
    return _plain(_bound_ends(curled(converted) if language == "en" else converted))


@lru_cache(maxsize=8192)
def title(text: str, language: str) -> str:
    """A plain text (no HTML) with the right quotes and no-break spaces."""
    if language == "en":
        return bound(html.unescape(_plain(curled(html.escape(text, quote=False)))))
    return Setter().set(text)


def bound(text: str) -> str:
    """The text with no-break spaces after one- and two-letter words and before dashes."""
    return BINDING.sub(NO_BREAK, text)


def curled(converted: str) -> str:
    """The HTML of a converted body, or a text without tags, as ``smartypants`` sets it.

    It knows of a word's neighbours no more than the space between, so that the words it may change are set together,
    and those beside a tag one by one.
    """
    if ACROSS_WORDS.search(converted):
        return str(smartypants(converted))
    pieces = TAG.split(converted)
    words = [(number, *span) for number in range(0, len(pieces), 2) for span in _odd_words(pieces[number])]
    between = [pieces[number][start:end] for number, start, end in words if start > 0 and end < len(pieces[number])]
    ready = smartypants(f" {' '.join(between)} ").split(" ")[1:-1] if between else []
    for number, start, end in reversed(words):
        text = pieces[number]
        if start > 0 and end < len(text):
            word = ready.pop()
        else:
            word = _curled_edge(text[max(start - 1, 0) : end + 1]).strip(" \n")
        pieces[number] = f"{text[:start]}{word}{text[end:]}"
    return "".join(pieces)


def _odd_words(text: str) -> list[tuple[int, int]]:
    """Where the words begin and end that ``smartypants`` may change."""
    words: list[tuple[int, int]] = []
    end = 0
    for match in CURLED.finditer(text):
        if match.start() >= end:
            start = max(text.rfind(" ", end, match.start()), text.rfind("\n", end, match.start())) + 1
            space = SPACE.search(text, match.end())
            end = space.start() if space else len(text)
            words.append((start, end))
    return words


@lru_cache(maxsize=4096)
def _curled_edge(text: str) -> str:
    return str(smartypants(text))


def _bound_ends(converted: str) -> str:
    """The HTML, which ends with a block, with a no-break space before each block's last word, as ``widont`` sets it."""
    return WIDOW.sub(lambda match: match[1] + NO_BREAK, converted[::-1])[::-1]


def _plain(converted: str) -> str:
    """The HTML with plain signs for the entities that typogrify leaves."""
    return ENTITY.sub(lambda match: ENTITIES[match[0]], converted) if "&" in converted else converted
