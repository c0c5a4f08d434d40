"""The site for Kiwix and its hotspots: a ZIM file for each language, and one for all (https://wiki.openzim.org).

Tools of Debian stable must open what is made, so no libzim later than 3.6 is used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import io
import multiprocessing
import os
import posixpath
import re
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from PIL import Image, ImageDraw

from magazine.messages import say
from magazine.release.packs import zim_identity
from magazine.release.packs.source import MissingLibraryError, Source

CODES = {"ru": "rus", "ky": "kir", "en": "eng"}  # ISO 639-3
MAX_TITLE, MAX_DESCRIPTION = 30, 80  # signs, https://wiki.openzim.org/wiki/Metadata
HOME = "index.html"
ICON = 48  # pixels
MOST_WORKERS = 4  # each holds up to 300 MB
LICENSE = "CC-BY-SA-4.0"
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


@dataclass(frozen=True)
class _Wanted:
    """One file of this ``flavour``: a language, or none for all of them."""

    source: Source
    path: Path
    flavour: str
    languages: tuple[str, ...]


def made(source: Source, folder: Path) -> list[Path]:
    """One ZIM for each language, then one for all, in a folder that is there. Raises MissingLibraryError."""
    if importlib.util.find_spec("libzim") is None:
        raise MissingLibraryError("libzim")
    if not source.titles:
        return []
    site = replace(source, library=None, files=dict(source.files), titles=dict(source.titles))
    languages = _languages(source)
    names = {language: (language,) for language in languages} | ({"all": languages} if len(languages) > 1 else {})
    wanted = [
        _Wanted(site, folder / source.named(f"zim-{flavour}", ".zim"), flavour, its) for flavour, its in names.items()
    ]
    # the longest first, and each in a process of its own: what libzim holds goes with it
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1), context, _hush, max_tasks_per_child=1) as pool:
        list(pool.map(_write, reversed(wanted)))
    return [one.path for one in wanted]


def language_of(address: str, languages: Mapping[str, str] | tuple[str, ...]) -> str:
    """The language of a page, by its address; the first one stands at the root of the site."""
    first = address.partition("/")[0]
    codes = tuple(languages)
    return first if first in codes[1:] else codes[0]


def _languages(source: Source) -> tuple[str, ...]:
    """All languages, the main one first: it stands at the root of the site."""
    return tuple(sorted(source.titles, key=lambda language: f"{language}/{HOME}" in source.files))


def _hush() -> None:
    """Libzim tells its steps on the terminal, where the progress of a release stands."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _write(wanted: _Wanted) -> None:
    from libzim.writer import Creator  # noqa: PLC0415 (not there for every Python)

    source, languages = wanted.source, wanted.languages
    everything = _languages(source)
    unfinished = wanted.path.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    kept = {name: None for name in source.files if _belongs(name, everything, languages)}
    # Xapian stems no Kyrgyz, and Russian only if all is called Russian
    index_language = CODES.get(languages[0], "eng")
    creator = Creator(unfinished).config_indexing(True, index_language).config_nbworkers(1)
    home = HOME if languages[0] == everything[0] else f"{languages[0]}/{HOME}"
    with creator.set_mainpath(home):
        for name in sorted(kept):
            creator.add_item(_item(wanted, name, everything, kept))
        creator.add_illustration(ICON, _icon())
        for name, value in _metadata(wanted).items():
            creator.add_metadata(name, value)
    zim_identity.settle(unfinished, _origin(source, wanted.flavour))
    unfinished.replace(wanted.path)


def _belongs(name: str, everything: tuple[str, ...], languages: tuple[str, ...]) -> bool:
    """Pages of these languages and whatever pages are made of."""
    suffix = Path(name).suffix.lower()
    if suffix in LEFT_OUT or suffix not in KINDS or name.startswith(("kit/", ".")):
        return False
    return suffix != ".html" or language_of(name, everything) in languages


def _metadata(wanted: _Wanted) -> dict[str, str | dt.date]:
    source, first = wanted.source, wanted.languages[0]
    title = source.titles.get(first, "Magazine")
    description = say("Stories of sex workers of Kyrgyzstan, told by themselves", first)
    return {
        "Name": f"magazine_{'mul' if len(wanted.languages) > 1 else first}_{wanted.flavour}",
        "Title": title[:MAX_TITLE],
        "Description": description[:MAX_DESCRIPTION],
        "Language": ",".join(CODES.get(language, language) for language in wanted.languages),
        "Creator": title,
        "Publisher": title,
        "Date": source.date,
        "License": LICENSE,
        "Flavour": wanted.flavour,
        "Source": source.site,
    }


def _item(wanted: _Wanted, name: str, everything: tuple[str, ...], kept: Mapping[str, None]) -> Any:
    from libzim.writer import ContentProvider, FileProvider, Hint, IndexData, Item, StringProvider  # noqa: PLC0415

    path = wanted.source.folder / name
    suffix = path.suffix.lower()
    is_page = suffix == ".html"
    markup = path.read_text(encoding="utf-8") if is_page else ""
    found = TITLE.search(markup)
    title = unescape(found[1]).strip() if found else ""
    own = name.partition("/")[2] if name.startswith(tuple(f"{code}/" for code in everything[1:])) else name
    is_text = is_page and bool(TEXTS.fullmatch(own)) and not own.endswith("/" + HOME) and "<article" in markup
    page = _linked(markup, partial(_lead, wanted.source, name, kept)) if is_page else ""

    class Words(IndexData):  # type: ignore[misc,unused-ignore]
        """What of a page is searched: its own text, without what stands around each."""

        def has_indexdata(self) -> bool:
            return is_text

        def get_title(self) -> str:
            return title

        def get_content(self) -> str:
            return _words(markup)

        def get_keywords(self) -> str:
            return ""

        def get_wordcount(self) -> int:
            return self.get_content().count(" ") + 1

    class File(Item):  # type: ignore[misc,unused-ignore]
        """A file of the site."""

        def get_path(self) -> str:
            return name

        def get_title(self) -> str:
            return title

        def get_mimetype(self) -> str:
            return KINDS[suffix]

        def get_contentprovider(self) -> ContentProvider:
            return StringProvider(page) if is_page else FileProvider(path)

        def get_hints(self) -> dict[Hint, int]:
            return {Hint.FRONT_ARTICLE: is_text or own == HOME, Hint.COMPRESS: is_page or suffix == ".svg"}

        def get_indexdata(self) -> IndexData:
            return Words()

    return File()


def _words(markup: str) -> str:
    found = ARTICLE.search(markup) or MAIN.search(markup)
    return SPACE.sub(" ", unescape(TAG.sub(" ", found[0]))).strip() if found else ""


def _linked(markup: str, lead: Any) -> str:
    """The page with its links led elsewhere, or unlinked where they lead nowhere."""

    def led(found: re.Match[str]) -> str:
        link = lead(unescape(found[2]))
        if link is None:
            return found[0]
        return f'{found[1]}href="{link}"' if link else found[1]

    return LINK.sub(led, markup)


def _lead(source: Source, page: str, kept: Mapping[str, None], link: str) -> str | None:
    """Where a link to a file of the site leads that is not in the ZIM; None if it may stay as it is."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    if path in kept:
        return None
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{source.site}{quote(path)}{fragment}" if source.site else ""


def _icon() -> bytes:
    """A red umbrella as a PNG."""
    large = Image.new("RGB", (ICON * 4, ICON * 4), "#fbf7ee")
    draw = ImageDraw.Draw(large)
    draw.pieslice((12, 16, 180, 184), 180, 360, fill="#b3202a")
    for left in (12, 54, 96, 138):
        draw.ellipse((left, 88, left + 42, 116), fill="#fbf7ee")
    draw.line((96, 8, 96, 156), fill="#b3202a", width=10)
    draw.arc((68, 136, 101, 176), 0, 180, fill="#b3202a", width=10)
    data = io.BytesIO()
    large.resize((ICON, ICON), Image.Resampling.LANCZOS).save(data, "PNG")
    return data.getvalue()


def _origin(source: Source, flavour: str) -> bytes:
    listed = "\n".join(f"{digest}  {name}" for name, digest in source.files.items())
    return hashlib.sha256(f"{source.seq} {source.date} {flavour}\n{listed}".encode()).digest()
