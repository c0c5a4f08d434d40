"""An issue as a book, taken from its finished pages: what an EPUB and a booklet are made of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bs4 import BeautifulSoup, Tag

from magazine.release import keyfile
from magazine.release.codes import ReleaseError
from magazine.release.packs.leading import target_of
from magazine.release.packs.source import Source

ISSUE = re.compile(r"(?:(?P<language>[a-z]{2})/)?magazine/(?P<slug>[a-z0-9-]+)\.html")
MAIN, LANGUAGES = "ru", ("ru", "ky", "en")


@dataclass(frozen=True)
class Figure:
    """A picture of the site, the text in place of it and the one below it."""

    path: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Chapter:
    """A story by the path of its page; ``body`` is its text as the page has it, ``note`` with the words before it."""

    path: str
    title: str
    byline: str
    note: str
    figure: Figure | None
    body: Tag


@dataclass(frozen=True)
class Book:
    """An issue in one language; ``label`` is its number and month, the editorial may be missing."""

    slug: str
    language: str
    title: str
    label: str
    note: str
    editorial_title: str
    editorial: Tag | None
    chapters: tuple[Chapter, ...]
    path: str


def slugs(source: Source) -> list[str]:
    """The issues of the site, the newest last."""
    found = (ISSUE.fullmatch(name) for name in source.files)
    return sorted({match["slug"] for match in found if match} - {"index"})


def books(source: Source, slug: str) -> Iterator[Book]:
    """An issue in all languages it is there in."""
    for language in LANGUAGES:
        path = f"magazine/{slug}.html" if language == MAIN else f"{language}/magazine/{slug}.html"
        if path in source.files and (book := _book(source, slug, language, path)):
            yield book


def addresses(source: Source) -> tuple[str, ...]:
    """Where the magazine can be read, and copied from."""
    return (source.site, *source.mirrors)


def root_keys(source: Source) -> tuple[str, ...]:
    """The public root keys, as far as the site has a list of keys."""
    try:
        return keyfile.parsed((source.folder / keyfile.FILE).read_bytes()).roots
    except (FileNotFoundError, ReleaseError):
        return ()


def picture(tag: Tag, page: str, source: Source) -> str:
    """The file of a picture on a page: the largest JPEG that a phone would load; empty if there is none."""
    named = [part.split()[0] for part in str(tag.get("srcset", "")).split(",") if part.strip()] or [str(tag.get("src"))]
    found = [target_of(page, name) for name in named]
    return next((name for name in reversed(found) if name in source.files), "") or ""


def _book(source: Source, slug: str, language: str, path: str) -> Book | None:
    page = _read(source, path)
    cover = page.select_one("main .cover")
    heading = cover and cover.select_one("h1")
    if not cover or not heading:  # a page that says that there is none in this language
        return None
    links = [str(link["href"]) for link in cover.select(".toc a[href]")]
    chapters = [chapter for link in links if (chapter := _chapter(source, target_of(path, link) or "", language))]
    label = cover.select_one(".where")
    editorial = page.select_one("main article .body")
    before = editorial.find_previous_sibling("h2") if editorial else None
    return Book(
        slug, language, _words(heading), _words(label), _words(page.select_one("main .note")), _words(before),
        editorial, tuple(chapters), path,
    )  # fmt: skip


def _chapter(source: Source, path: str, language: str) -> Chapter | None:
    if path not in source.files or (language != MAIN and not path.startswith(f"{language}/")):
        return None
    page = _read(source, path)
    heading, body = page.select_one("main article h1"), page.select_one("main article .body")
    if not heading or not body:
        return None
    figure = page.select_one("main article > figure")
    image = figure.select_one("img") if figure else None
    shown = None
    if figure and image and (file := picture(image, path, source)):
        for link in figure.select("figcaption a"):
            link.extract()
        shown = Figure(file, str(image.get("alt", "")), _words(figure.select_one("figcaption")))
    told = page.select_one("main article .by"), page.select_one("main article .note")
    return Chapter(path, _words(heading), _words(told[0]), _words(told[1]), shown, body)


def _read(source: Source, path: str) -> BeautifulSoup:
    return _parsed((source.folder / path).read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _parsed(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def _words(tag: object) -> str:
    return " ".join(tag.get_text(" ").split()).replace(" ,", ",").replace(" .", ".") if isinstance(tag, Tag) else ""


def name_of(path: str) -> str:
    """The name of a page's file without its ending."""
    return posixpath.splitext(posixpath.basename(path))[0]
