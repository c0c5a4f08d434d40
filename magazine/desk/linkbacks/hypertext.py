"""A page of strangers: where its links lead, its title and language, and the words around a link.

HTML is first made regular by nh3, which keeps the few tags that tell something; what takes it long is cut off before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

import nh3
from bs4 import BeautifulSoup
from bs4.element import Tag

from magazine.desk.linkbacks.guarded import Reply
from magazine.intake.submissions import LINK, line

BLOCKS = (
    "p",
    "li",
    "dd",
    "dt",
    "td",
    "th",
    "blockquote",
    "figcaption",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "div",
)
TAGS = {*BLOCKS, "a", "link", "title", "base", "br"}
ATTRIBUTES = {"a": {"href", "rel"}, "link": {"href", "rel"}, "base": {"href"}}
UNREAD = {"script", "style"}
KINDS = ("text/html", "application/xhtml+xml", "")
# nh3 takes time in the square of these: of depth, and of what one tag holds
MAX_MARKS, MAX_TAG = 12_000, 5_000  # letters
WHOLE_TAG = re.compile(r"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
LANGUAGE = re.compile(
    r"<html\b[^<>]{0,500}?\s(?:xml:)?lang\s*=\s*[\"']?([a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})\b", re.IGNORECASE
)
HEAD = 4_000  # letters in which a page tells its language
MAX_TITLE, MAX_EXCERPT, CUT = 200, 300, "[…]"


@dataclass(frozen=True)
class Link:
    """A link element: where it leads, and the relations that it names."""

    element: Tag
    address: str
    relations: tuple[str, ...]

    @property
    def is_shown(self) -> bool:
        """Whether a reader can follow it."""
        return self.element.name == "a"


class Hypertext:
    """An HTML page as it was fetched; one of another kind has no links."""

    def __init__(self, reply: Reply) -> None:
        self.address = reply.address
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._html = _bounded(reply.text) if kind in KINDS else ""

    @property
    def language(self) -> str:
        """The BCP 47 tag that the page bears, or an empty string."""
        found = LANGUAGE.search(self._html[:HEAD])
        return found[1].lower() if found else ""

    @property
    def title(self) -> str:
        """The title in one line, shortened."""
        element = self._soup.find("title")
        words = line(element.get_text()) if element else ""
        return words if len(words) <= MAX_TITLE else f"{words[:MAX_TITLE].rsplit(' ', 1)[0]} {CUT}"

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links that have an address, in their order; an empty address is that of the page."""
        base = self._soup.find("base", href=True)
        start = joined(self.address, str(base["href"])) if base else self.address
        return tuple(
            Link(element, joined(start, str(element["href"]).strip()), _relations(element))
            for element in self._soup.find_all(["a", "link"], href=True)
        )

    def excerpt(self, link: Link) -> str:
        """The words around a link as plain text without addresses, at most ``MAX_EXCERPT`` letters."""
        block = link.element.find_parent(BLOCKS) or link.element
        before, after, is_before = "", "", True
        for text in block.find_all(string=True):
            if link.element in text.parents:
                is_before = False
            elif is_before:
                before += f"{text} "
            else:
                after += f"{text} "
        return _around(_plain(before), _plain(link.element.get_text(" ")), _plain(after))

    @cached_property
    def _soup(self) -> BeautifulSoup:
        html = nh3.clean(
            self._html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            clean_content_tags=UNREAD,
            url_schemes={"http", "https"},
            link_rel=None,
            strip_comments=True,
        )
        return BeautifulSoup(html, "html.parser")


def joined(page: str, address: str) -> str:
    """An address as it is meant on a page; empty if it is none."""
    try:
        return urljoin(page, address)
    except ValueError:
        return ""


def _bounded(html: str) -> str:
    """The page, or its beginning, without what cannot be read in reasonable time."""
    for mark in "<&":
        if html.count(mark) > MAX_MARKS:
            html = mark.join(html.split(mark, MAX_MARKS)[:MAX_MARKS])
    before, *parts = html.split("<")
    # a comment has no attributes
    fit = (part for part in parts if len(part) <= MAX_TAG or part[0] == "!" or WHOLE_TAG.match(part, 0, MAX_TAG))
    return "<".join((before, *fit))


def _relations(element: Tag) -> tuple[str, ...]:
    named = element.get_attribute_list("rel")
    return tuple(" ".join(map(str, named)).lower().split())


def _plain(text: str) -> str:
    return " ".join(word for word in line(text).split() if not LINK.search(word))


def _around(before: str, middle: str, after: str) -> str:
    """The middle with as many whole words before and after it as there is room for."""
    room = MAX_EXCERPT - 2 * (len(CUT) + 1)
    if len(middle) > room:
        return f"{middle[:room].rsplit(' ', 1)[0]} {CUT}"
    words, left, right = [middle] if middle else [], before.split(), after.split()
    length = len(middle)
    while left or right:
        taken = False
        for source, place in ((left, -1), (right, 0)):
            if source and length + 1 + len(source[place]) <= room:
                length += 1 + len(source[place])
                words.insert(0 if place else len(words), source.pop(place))
                taken = True
        if not taken:
            break
    return " ".join([*([CUT] if left else []), *words, *([CUT] if right else [])])
