"""The files of a site as a ZIM file takes them: pages whose links stay within it, and the words that are searched.

Not imported where there is no libzim.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from libzim.writer import ContentProvider, FileProvider, Hint, IndexData, Item, StringProvider

from magazine.release.packs.source import HOME, Source

KINDS = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
    ".txt": "text/plain", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
    ".webp": "image/webp", ".ico": "image/x-icon", ".xml": "application/xml", ".pdf": "application/pdf",
}  # fmt: skip
LEFT_OUT = (".xml", ".txt", ".csv", ".minisig", ".sig", ".zip", ".php", ".sh", ".cmd", ".py", ".conf")
# pages that search engines are to pass over are none that somebody looks for
TEXTS = re.compile(r"(?:magazine/[^/]+(?:/[^/]+)?|blog/[^/]+|petitions/[^/]+|pages/[^/]+)\.html")
ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SPACE = re.compile(r"\s+")
LINK = re.compile(r'(<(?:a|link)\b[^>]*?\s)href="([^"]*)"')
Lead = Callable[[str, str], str | None]


class Words(IndexData):  # type: ignore[misc,unused-ignore]
    """What of a page is searched; nothing of a page that is no text."""

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self.title, self.words = title, words

    def has_indexdata(self) -> bool:
        """Whether the page is a text."""
        return bool(self.words)

    def get_title(self) -> str:
        """Its title counts for more."""
        return self.title

    def get_content(self) -> str:
        """Its own words."""
        return self.words

    def get_keywords(self) -> str:
        """None."""
        return ""

    def get_wordcount(self) -> int:
        """How many words there are."""
        return self.words.count(" ") + 1


class File(Item):  # type: ignore[misc,unused-ignore]
    """A file that is no page."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__()
        self.file, self.name = folder / name, name

    def get_path(self) -> str:
        """Where it stands in the site."""
        return self.name

    def get_title(self) -> str:
        """None."""
        return ""

    def get_mimetype(self) -> str:
        """By the end of its name."""
        return KINDS[self.file.suffix.lower()]

    def get_contentprovider(self) -> ContentProvider:
        """Its bytes."""
        return FileProvider(self.file)

    def get_hints(self) -> dict[Hint, int]:
        """Pictures are compressed already."""
        return {Hint.FRONT_ARTICLE: False, Hint.COMPRESS: self.file.suffix.lower() == ".svg"}

    def get_indexdata(self) -> IndexData:
        """Nothing of it is searched."""
        return Words("", "")


class Page(File):
    """A page, with its links led to where there is something."""

    def __init__(self, folder: Path, name: str, own: str, lead: Lead) -> None:
        """Read it; ``own`` is its address within its language."""
        super().__init__(folder, name)
        markup = self.file.read_text(encoding="utf-8")
        found = TITLE.search(markup)
        self.title = unescape(found[1]).strip() if found else ""
        self.is_text = bool(TEXTS.fullmatch(own)) and not own.endswith("/" + HOME) and "<article" in markup
        self.is_front = self.is_text or own == HOME
        self.words = Words(self.title, _words(markup) if self.is_text else "")
        self.markup = _linked(markup, posixpath.dirname(name), lead)

    def get_title(self) -> str:
        """As the browser shows it."""
        return self.title

    def get_contentprovider(self) -> ContentProvider:
        """Its markup."""
        return StringProvider(self.markup)

    def get_hints(self) -> dict[Hint, int]:
        """Texts are what a reader's list of titles holds."""
        return {Hint.FRONT_ARTICLE: self.is_front, Hint.COMPRESS: True}

    def get_indexdata(self) -> IndexData:
        """Its own words, without what stands around each page."""
        return self.words


def items(source: Source, everything: tuple[str, ...], languages: tuple[str, ...]) -> Iterator[File]:
    """The pages of these languages and whatever pages are made of, in order; ``everything`` are all languages."""
    kept = {name: None for name in source.files if _belongs(name, everything, languages)}
    lead = cache(partial(_lead, source, kept))  # most links of a folder stand on many of its pages
    for name in sorted(kept):
        if name.lower().endswith(".html"):
            own = name.partition("/")[2] if name.startswith(tuple(f"{code}/" for code in everything[1:])) else name
            yield Page(source.folder, name, own, lead)
        else:
            yield File(source.folder, name)


def language_of(address: str, languages: tuple[str, ...]) -> str:
    """The language of a page, by its address; the first one stands at the root of the site."""
    first = address.partition("/")[0]
    return first if first in languages[1:] else languages[0]


def _belongs(name: str, everything: tuple[str, ...], languages: tuple[str, ...]) -> bool:
    suffix = Path(name).suffix.lower()
    if suffix in LEFT_OUT or suffix not in KINDS or name.startswith(("kit/", ".")):
        return False
    return suffix != ".html" or language_of(name, everything) in languages


def _words(markup: str) -> str:
    found = ARTICLE.search(markup) or MAIN.search(markup)
    return SPACE.sub(" ", unescape(TAG.sub(" ", found[0]))).strip() if found else ""


def _linked(markup: str, folder: str, lead: Lead) -> str:
    """The page with its links led elsewhere, or unlinked where they lead nowhere."""

    def led(found: re.Match[str]) -> str:
        link = lead(folder, found[2])
        if link is None:
            return found[0]
        return f'{found[1]}href="{link}"' if link else found[1]

    return LINK.sub(led, markup)


def _lead(source: Source, kept: Mapping[str, None], folder: str, link: str) -> str | None:
    """Where a link leads if its file is not in the ZIM, or nothing if nowhere; None if it may stay as it is."""
    parts = urlsplit(unescape(link))
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
    if path in kept:
        return None
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{source.site}{quote(path)}{fragment}" if source.site else ""
