"""Quotes, dashes and no-break spaces as each language sets them.

English quotes are typogrify's; Russian and Kyrgyz ones come from Python-Markdown's ``smarty`` in bodies
and from here in titles; typogrify's ``widont`` is for all. Short words are bound to the next one, a dash
to the word before it (Milchin, «Справочник издателя и автора»).
"""

from __future__ import annotations

import html
import re
from typing import Any

from typogrify.filters import smartypants, widont

NO_BREAK = "\u00a0"
ENTITIES = {
    "&nbsp;": NO_BREAK, "&#160;": NO_BREAK, "&#8216;": "‘", "&#8217;": "’", "&#8220;": "“", "&#8221;": "”",
    "&#8211;": "–", "&#8212;": "—", "&#8230;": "…",
}  # fmt: skip
ENTITY = re.compile("|".join(ENTITIES))
SHORT_WORD = re.compile(r"(?<![\w\u00a0-])([A-Za-zА-Яа-яЁёӨөҮүҢң]{1,2}|№|§) (?=[\w«„(])")
BEFORE_DASH = re.compile(r"(?<=[\w»”“).,!?…]) (?=[—–] )")
OPENING_QUOTE = re.compile(r'(?:(?<=^)|(?<=[\s(\[«—–]))"(?=\S)')

# Python-Markdown's smarty with the marks of Russian and Kyrgyz
SMARTY: dict[str, Any] = {
    "substitutions": {
        "left-double-quote": "«", "right-double-quote": "»", "left-single-quote": "„", "right-single-quote": "“",
        "ndash": "—", "mdash": "—", "ellipsis": "…",
    }
}  # fmt: skip


def body(converted: str, language: str) -> str:
    """The HTML of a body with the typographic finish of its language."""
    if language == "en":
        converted = smartypants(converted)
    return ENTITY.sub(lambda match: ENTITIES[match[0]], widont(converted))


def title(text: str, language: str) -> str:
    """A plain text (no HTML) with the right quotes and no-break spaces."""
    if language == "en":
        text = html.unescape(ENTITY.sub(lambda match: ENTITIES[match[0]], smartypants(html.escape(text, quote=False))))
    else:
        text = OPENING_QUOTE.sub("«", text).replace('"', "»")
    return bound(text)


def bound(text: str) -> str:
    """The text with no-break spaces after one- and two-letter words and before dashes."""
    if " " not in text:
        return text
    return BEFORE_DASH.sub(NO_BREAK, SHORT_WORD.sub(rf"\1{NO_BREAK}", text))
