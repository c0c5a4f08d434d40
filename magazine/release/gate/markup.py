"""A page taken apart by a stricter grammar than a browser's: what it does not know is told, never guessed.

A browser mends what is broken, each in its own way, and so does a lenient parser: what the two read differently would
pass unseen. Here a page is either read as every browser reads it, or it does not pass.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

# HTML, 13.1.2; what follows the first sign is possessive: no page makes it slow
VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++)"""
ATTRIBUTE = rf"""\s++[^\s"'<>/=`\x00-\x1f]++(?:\s*+=\s*+{VALUE})?+"""
MARKUP = re.compile(
    rf"<(?:(?P<name>[a-zA-Z][a-zA-Z0-9-]*+)(?P<rest>(?:{ATTRIBUTE})*+)\s*+/?>|/(?P<end>[a-zA-Z][a-zA-Z0-9-]*+)\s*+>"
    r"|!--(?P<comment>(?!>|->)(?:(?!--).)*+)-->|!(?P<kind>doctype html)\s*+>)",
    re.DOTALL | re.IGNORECASE,
)
ONE = re.compile(rf"""([^\s"'<>/=`]++)(?:\s*+=\s*+({VALUE}))?+""")
PLAIN = ("script", "style", "textarea", "title")  # no tags within
# whose contents browsers read in ways of their own
OBSOLETE = {"plaintext", "xmp", "listing", "noembed", "noframes", "math"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CONTROLS = bytes({*range(32), 127} - {9, 10, 13})
DOCTYPE = re.compile(r"\ufeff?\s*<!doctype html>", re.IGNORECASE)


class Tag(NamedTuple):
    """The beginning of an element, ``letters`` as it stands; ``text`` is what stands in one that holds no tags."""

    name: str
    attributes: dict[str, str]
    place: int
    letters: str
    text: str = ""


@dataclass
class Page:
    """The tags of a page in order, its visible text, and what could not be read, each by its place in the source."""

    source: str
    tags: list[Tag] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)

    def line(self, place: int) -> int:
        """The line of a place."""
        return bisect_left(self.ends, place) + 1

    @cached_property
    def ends(self) -> list[int]:
        """The places of the ends of its lines."""
        return [match.start() for match in re.finditer("\n", self.source)]

    @property
    def visible(self) -> str:
        """The text that is shown; words are divided where a tag stands between them."""
        return html.unescape(" ".join(self.texts))

    @property
    def words(self) -> str:
        """All text and all values of attributes, but for scripts and style sheets."""
        values = [value for tag in self.tags for value in tag.attributes.values() if value]
        values += [html.unescape(tag.text) for tag in self.tags if tag.name == "title"]
        return "\n".join([html.unescape("".join(self.texts)), self.visible, *values])

    def ids(self) -> frozenset[str]:
        """Every place that a fragment may name."""
        found = {tag.attributes["id"] for tag in self.tags if "id" in tag.attributes}
        return frozenset(found | {tag.attributes["name"] for tag in self.tags
                                  if tag.name == "a" and "name" in tag.attributes})  # fmt: skip


def read(source: str, *, is_whole: bool = True) -> Page:
    """A page, or a part of one, as from a feed."""
    page = Page(source)
    if is_whole and not DOCTYPE.match(source):
        page.odd.append((0, "<!DOCTYPE html>"))
    if has_controls(source) and (control := CONTROL.search(source)):
        page.odd.append((control.start(), f"U+{ord(control[0]):04X}"))
    place = 0
    while match := MARKUP.search(source, place):
        start, end = match.span()
        if start > place:
            _text(page, place, start)
        place = end
        if match.lastgroup == "rest":
            place = _begin(page, match[0], start, end)
        elif match.lastgroup == "comment":
            page.comments.append((start, match["comment"].strip()))
    if len(source) > place:
        _text(page, place, len(source))
    return page


def has_controls(text: str) -> bool:
    """Whether a text may hold control signs other than those that end lines: found out much sooner than where."""
    data = text.encode(errors="replace")
    return len(data.translate(None, CONTROLS)) != len(data)


def _begin(page: Page, letters: str, place: int, after: int) -> int:
    """Take a tag; where reading goes on."""
    name, attributes, is_odd = _begun(letters)
    if is_odd:
        page.odd.append((place, letters[:60]))
    if name not in PLAIN:
        page.tags.append(Tag(name, attributes, place, letters))
        return after
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(page.source, after)
    if not end:
        page.odd.append((place, letters[:60]))
        page.tags.append(Tag(name, attributes, place, letters, page.source[after:]))
        return len(page.source)
    text = page.source[after : end.start()]
    if (f"</{name}" if name == "script" else "<") in text.lower() or "<!--" in text or "<script" in text.lower():
        page.odd.append((place, letters[:60]))
    page.tags.append(Tag(name, attributes, place, letters, text))
    if name == "textarea":
        page.texts.append(text)
    return end.end()


@lru_cache(maxsize=20_000)  # most tags of a site stand on many of its pages
def _begun(letters: str) -> tuple[str, dict[str, str], bool]:
    """The name of a tag and its attributes, and whether there is anything odd about it."""
    match = MARKUP.fullmatch(letters)
    assert match  # noqa: S101 (for the type checker)
    name = match["name"].lower()
    found: dict[str, str] = {}
    pairs = ONE.findall(match["rest"])
    for key, value in pairs:
        bare = value[1:-1] if value[:1] in ('"', "'") else value
        found.setdefault(key.lower(), html.unescape(bare) if "&" in bare else bare)
    # within a drawing a slash ends such an element, elsewhere it does not
    is_open = name in PLAIN and letters.endswith("/>")
    return name, found, name in OBSOLETE or len(found) != len(pairs) or is_open


def _text(page: Page, start: int, end: int) -> None:
    text = page.source[start:end]
    if "<" in text:
        page.odd.append((start + text.index("<"), text[text.index("<") :][:60]))
    page.texts.append(text)
