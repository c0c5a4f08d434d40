"""An issue as its finished pages show it: the chapters of a book, read from the site that is signed."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from magazine.messages import say
from magazine.records import Issue
from magazine.release.packs.source import Source

KEYS = "keys.txt"
KEY_LINE = re.compile(r"^(?:root|active|active-ssh) .+$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A text with its heading; ``address`` is its page below the root of the site, ``figure`` the picture above it."""

    address: str
    language: str
    title: str
    byline: str
    note: str
    figure: Tag | None
    body: Tag


@dataclass(frozen=True)
class Book:
    """An issue in one language; the first chapter is the editorial. ``mark`` is the path of an SVG of 48 × 48 units."""

    issue: str  # as it is named in addresses, such as 2012-12
    language: str
    title: str
    label: str
    mark: str
    chapters: tuple[Chapter, ...]

    @cached_property
    def whole(self) -> str:
        """The title with the number and month that tell it from other issues."""
        return f"{self.title}, {self.label}" if self.label else self.title


def book(source: Source, issue: Issue, language: str) -> Book | None:
    """The issue in this language; None where it has none in it. A story not translated is there as it was written."""
    address = address_of(source, issue.key, language)
    article = _article(source, address)
    cover = article.select_one(".cover") if article else None
    if language not in issue.versions or article is None or cover is None:
        return None
    path = cover.select_one("svg path")
    heading = article.find("h2")
    editorial = _chapter(address, language, article, _text(heading))
    chapters = [editorial] if editorial else []
    for story in issue.stories:
        own = language if language in story.versions else story.original
        page = address_of(source, story.key, own)
        found = _article(source, page)
        chapter = _chapter(page, own, found, _text(found.find("h1"))) if found else None
        if chapter:
            chapters.append(chapter)
    title, label = _text(cover.find(["h1", "h2"])), _text(cover.select_one(".where"))
    mark = str(path["d"]) if path else ""
    return Book(issue.slug, language, title, label, mark, tuple(chapters))


def address_of(source: Source, key: str, language: str) -> str:
    """The page of an entry: the main language stands at the root of the site, the others below their code."""
    page = f"{key}.html"
    return f"{language}/{page}" if f"{language}/index.html" in source.files else page


def target(source: Source, page: str, link: str) -> str:
    """Where a link of a page leads: a path below the root of the site, or a whole address; empty if to neither."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https", "mailto"):
        return link
    if parts.scheme or parts.netloc:
        return ""
    if not parts.path:
        return page
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    return path if path in source.files else ""


def outside(source: Source, found: str) -> str:
    """The whole address of what ``target`` found."""
    if not found or urlsplit(found).scheme:
        return found
    return source.site + quote(found) if source.site else ""


def picture(source: Source, page: str, image: Tag) -> str:
    """The file of a picture that every reader shows, the largest there is for a page; empty if there is none."""
    offered = [part.split() for part in str(image.get("srcset", "")).split(",") if part.strip()]
    offered.sort(key=lambda one: int(one[1][:-1]) if len(one) > 1 and one[1][:-1].isdigit() else 0, reverse=True)
    for link in [*(one[0] for one in offered), str(image.get("src", ""))]:
        path = target(source, page, link)
        if path in source.files and path.lower().endswith((".jpg", ".jpeg", ".png")):
            return path
    return ""


def addresses(source: Source) -> tuple[str, ...]:
    """The magazine's own address and those of its mirrors."""
    return tuple(dict.fromkeys(address for address in (source.site, *source.mirrors) if address))


def keys(source: Source) -> tuple[str, ...]:
    """The lines of the list of keys that name one a release may be signed with."""
    if KEYS not in source.files and not (source.folder / KEYS).is_file():
        return ()
    return tuple(KEY_LINE.findall((source.folder / KEYS).read_text(encoding="utf-8", errors="replace")))


def last_words(language: str) -> tuple[str, str, str]:
    """What stands on the last page of a book: its heading, what to do with the addresses, and with the keys."""
    return (
        say("Where to find the magazine", language),
        say("If one address does not open, try the next: all of them hold the same.", language),
        say("Public keys: with them everybody can verify that a copy is whole and ours.", language),
    )


def _article(source: Source, address: str) -> Tag | None:
    if address not in source.files:
        return None
    page = (source.folder / address).read_text(encoding="utf-8")
    # what stands around it is most of a page
    start, end = page.find("<article>"), page.find("</article>")
    return BeautifulSoup(page[start:end], "html.parser").find("article") if 0 <= start < end else None


def _chapter(address: str, language: str, article: Tag, title: str) -> Chapter | None:
    body = article.select_one(".body")
    if body is None:
        return None
    figure = next((one for one in article.find_all("figure", recursive=False)), None)
    byline, note = _text(article.select_one("p.by")), _text(article.select_one("p.note"))
    return Chapter(address, language, title, byline, note, figure, body)


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text().split()) if tag else ""
