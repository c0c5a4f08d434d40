"""The site for Kiwix and its hotspots: a ZIM file for each language, and one for all (openZIM, metadata of the wiki).

Xapian knows no Kyrgyz word forms. In the file for all languages it looks for Russian ones, so that both an inflected
Russian word and a Kyrgyz word as it stands are found.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magazine.release.gate import markup
from magazine.release.packs import uuids
from magazine.release.packs.leading import led, targets
from magazine.release.packs.source import MissingLibraryError, Source
from magazine.workers import spread

LANGUAGES = {"ru": "rus", "ky": "kir", "en": "eng"}  # ISO 639-3
STEMMED = "rus"
ALL = "all"
MAX_TITLE, MAX_DESCRIPTION = 30, 80  # letters
ILLUSTRATION = Path(__file__).with_name("umbrella.png")
PAGE, HOME = ".html", "index.html"
TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".svg": "image/svg+xml",
    ".gif": "image/gif", ".pdf": "application/pdf", ".txt": "text/plain",
}  # fmt: skip
LEFT_OUT = {"404.html", "robots.txt"}
LISTS = {"topics", "credits", "archive"}


@dataclass(frozen=True)
class Text:
    """A page as it stands in the file: its title, the words it is found by, and what it calls."""

    path: str
    title: str
    html: str
    words: str
    called: tuple[str, ...] = ()


def made(source: Source, folder: Path) -> list[Path]:
    """The finished files; raises MissingLibraryError where libzim is not there."""
    try:
        import libzim.writer  # noqa: F401, PLC0415 (there are no wheels for some systems)
    except ImportError as error:
        raise MissingLibraryError("libzim") from error
    others = [language for language in LANGUAGES if _home(source, language) != HOME]
    languages = [*[language for language in LANGUAGES if language not in others][:1], *others]  # the main one is first
    wanted = [ALL, *languages] if len(languages) > 1 else languages
    paths = dict(spread(_Make(source, folder, tuple(languages)), wanted, least=2))
    return [paths[one] for one in wanted]


@dataclass(frozen=True)
class _Make:
    """Makes the file of one language, or of all; done by several processes."""

    source: Source
    folder: Path
    languages: tuple[str, ...]

    def __call__(self, wanted: str) -> Path:
        from libzim.writer import Compression, Creator  # noqa: PLC0415 (as above)

        source, own = self.source, self.languages if wanted == ALL else (wanted,)
        codes = [LANGUAGES[language] for language in own]
        target = self.folder / source.named(wanted, ".zim")
        target.unlink(missing_ok=True)
        pages = [name for name in source.files if _is_page(name) and _language(name, self.languages) in own]
        others = {name for name in source.files if posixpath.splitext(name)[1] in TYPES and not name.startswith("kit/")}
        names = {*pages, *others} - LEFT_OUT
        home = _home(source, own[0])
        creator = Creator(target).config_indexing(True, STEMMED if wanted == ALL else codes[0])
        creator = creator.config_nbworkers(1).config_compression(Compression.zstd).set_mainpath(home)
        called: set[str] = set()
        with _silent(), creator:
            for name, value in self._metadata(own, codes, home).items():
                creator.add_metadata(name, value)
            creator.add_illustration(48, ILLUSTRATION.read_bytes())
            for text in self._texts(pages, names):
                called.update(text.called)
                creator.add_item(_item(text))
            for name in sorted(called & others):
                creator.add_item(_file(source.folder / name, name))
        uuids.settle(target, hashlib.sha256(f"{source.site} {source.seq} {wanted}".encode()).digest())
        return target

    def _metadata(self, own: tuple[str, ...], codes: list[str], home: str) -> dict[str, str]:
        source = self.source
        title = source.titles.get(own[0], source.named("", ""))
        page = markup.read((source.folder / home).read_text(encoding="utf-8"))
        told = (tag.attributes for tag in page.tags if tag.attributes.get("name") == "description")
        description = next((one.get("content", "") for one in told), "") or title
        return {
            "Title": title[:MAX_TITLE], "Description": description[:MAX_DESCRIPTION], "Language": ",".join(codes),
            "Name": source.named("-".join(codes), "").rpartition("-")[0], "Creator": title, "Publisher": title,
            "Date": str(source.date), "License": "CC BY-SA 4.0", "Source": source.site, "Scraper": "magazine",
        }  # fmt: skip

    def _texts(self, pages: list[str], names: set[str]) -> Iterator[Text]:
        for name in pages:
            yield _text(name, (self.source.folder / name).read_text(encoding="utf-8"), names, self.source.site)


def _text(name: str, text: str, names: set[str], site: str) -> Text:
    page = markup.read(text)
    pieces, place, title, is_listed = [], 0, "", True
    called: list[str] = []
    for tag in page.tags:
        new = led(name, tag, names, site)
        if new != tag.letters:
            pieces += [text[place : tag.place], new]
            place = tag.place + len(tag.letters)
        else:
            called.extend(targets(name, tag))
        title = title or (tag.text if tag.name == "title" else "")
        is_listed = is_listed and tag.attributes.get("name") != "robots"
    inside = text[text.find("<main") : text.find("</main>")]
    is_listed = is_listed and not _is_list(name)
    words = markup.read(inside, is_whole=False).visible if is_listed else ""
    return Text(name, title, "".join(pieces) + text[place:], words, tuple(called))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Libzim tells its own makers what it does, on the standard output."""
    sys.stdout.flush()
    before = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(before, 1)
        os.close(before)
        os.close(nothing)


def _item(text: Text) -> Any:
    from libzim.writer import Hint, IndexData, Item, StringProvider  # noqa: PLC0415 (as above)

    class Words(IndexData):  # type: ignore[misc]
        def has_indexdata(self) -> bool:
            return bool(text.words)

        def get_title(self) -> str:
            return text.title

        def get_content(self) -> str:
            return text.words

        def get_keywords(self) -> str:
            return ""

        def get_wordcount(self) -> int:
            return len(text.words.split())

    class Page(Item):  # type: ignore[misc]
        def get_path(self) -> str:
            return text.path

        def get_title(self) -> str:
            return text.title

        def get_mimetype(self) -> str:
            return "text/html"

        def get_contentprovider(self) -> Any:
            return StringProvider(text.html)

        def get_hints(self) -> dict[Any, Any]:
            return {Hint.FRONT_ARTICLE: bool(text.words)}

        def get_indexdata(self) -> Any:
            return Words()

    return Page()


def _file(path: Path, name: str) -> Any:
    from libzim.writer import FileProvider, Hint, Item  # noqa: PLC0415 (as above)

    class File(Item):  # type: ignore[misc]
        def get_path(self) -> str:
            return name

        def get_title(self) -> str:
            return ""

        def get_mimetype(self) -> str:
            return TYPES[posixpath.splitext(name)[1]]

        def get_contentprovider(self) -> Any:
            return FileProvider(path)

        def get_hints(self) -> dict[Any, Any]:
            return {Hint.FRONT_ARTICLE: False}

    return File()


def _home(source: Source, language: str) -> str:
    """The front page of a language: the main one is at the root."""
    below = f"{language}/{HOME}"
    return below if below in source.files else HOME


def _language(name: str, languages: tuple[str, ...]) -> str:
    first = name.partition("/")[0]
    return first if first in languages else languages[0]


def _is_page(name: str) -> bool:
    return name.endswith(PAGE) and name not in LEFT_OUT and posixpath.basename(name) not in LEFT_OUT


def _is_list(name: str) -> bool:
    return posixpath.basename(name) == HOME or bool(LISTS & set(name.split("/")))
