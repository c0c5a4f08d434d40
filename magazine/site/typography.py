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
from typogrify.filters import smartypants, widont

NO_BREAK = "\u00a0"
ENTITIES = {
    "&nbsp;": NO_BREAK, "&#160;": NO_BREAK, "&#8216;": "‘", "&#8217;": "’", "&#8220;": "“", "&#8221;": "”",
    "&#8211;": "–", "&#8212;": "—", "&#8230;": "…",
}  # fmt: skip
ENTITY = re.compile("|".join(ENTITIES))
SHORT_WORD = re.compile(r"(?<![\w\u00a0-])([A-Za-zА-Яа-яЁёӨөҮүҢң]{1,2}|№|§) (?=[\w«„(*])")
BEFORE_DASH = re.compile(r"(?<=[\w»”“).,!?…]) (?=[—–] )")
STRAIGHT = re.compile(r"[\"'«»„“]")
DASHES = re.compile(r"(?<=[^\s-])--(?=[^\s-])|(?<!-)-{2,3}(?!-)|(?<=\s)-(?=\s)")
OPENS_AFTER = " \t\n\u00a0([{«„—–-/"
UNTOUCHED = ("code", "pre", "kbd", "samp")
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
        text = DASHES.sub("—", text).replace("...", "…")
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
    if language == "en":
        converted = smartypants(converted)
    return ENTITY.sub(lambda match: ENTITIES[match[0]], widont(converted))


@lru_cache(maxsize=65536)
def title(text: str, language: str) -> str:
    """A plain text (no HTML) with the right quotes and no-break spaces."""
    if language == "en":
        text = html.unescape(ENTITY.sub(lambda match: ENTITIES[match[0]], smartypants(html.escape(text, quote=False))))
        return bound(text)
    return Setter().set(text)


def bound(text: str) -> str:
    """The text with no-break spaces after one- and two-letter words and before dashes."""
    if " " not in text:
        return text
    return BEFORE_DASH.sub(NO_BREAK, SHORT_WORD.sub(rf"\1{NO_BREAK}", text))
