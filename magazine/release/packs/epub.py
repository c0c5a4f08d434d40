"""Books for readers' phones, one for each issue and language: EPUB 3.3, with what older readers want beside it."""

from __future__ import annotations

import hashlib
import html
import posixpath
import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from bs4 import BeautifulSoup, Tag

from magazine.messages import marked, say
from magazine.release.packs import books, zipping
from magazine.release.packs.books import Book, Chapter
from magazine.release.packs.leading import target_of
from magazine.release.packs.source import Source

CONTENTS, ADDRESSES = marked("Contents"), marked("Where to find us")
TELLING = marked("If the site cannot be reached, the magazine is at these addresses too:")
PROVING = marked("These keys of the magazine prove that a copy is whole:")
KEPT = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"href", "src", "alt", "id", "lang", "title"}
STYLE = """body{font-family:Georgia,"PT Serif","Noto Serif",serif;line-height:1.5;margin:5%}
h1{line-height:1.2}.by,.where{color:#544b3e;font-family:sans-serif;font-size:.85em}
.note{border:2px solid #b3202a;padding:.5em .8em}.cover{text-align:center;padding-top:25%}
.cover h1{font-size:2.2em;color:#8f1420}img{max-width:100%}figcaption{font-size:.85em}
blockquote{border-left:3px solid #b9ad97;margin-left:0;padding-left:.9em}
.keys{word-wrap:break-word;font-family:monospace}
"""
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}"
 xml:lang="{language}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body></html>
"""


def made(source: Source, folder: Path) -> list[Path]:
    """The finished books, in a folder that is there."""
    return [_made(source, book, folder) for slug in books.slugs(source) for book in books.books(source, slug)]


@dataclass(frozen=True)
class _Part:
    """A file of the book: its name, what it is called in the contents (if it is there), its page."""

    name: str
    title: str
    page: str
    is_listed: bool = True


def _made(source: Source, book: Book, folder: Path) -> Path:
    pictures: dict[str, str] = {}  # the names in the book of pictures of the site
    parts = list(_parts(source, book, pictures))
    files: dict[str, bytes] = {
        "META-INF/container.xml": CONTAINER.encode(),
        "book/style.css": STYLE.encode(),
        "book/content.opf": _package(source, book, parts, pictures).encode(),
        "book/nav.xhtml": _navigation(book, parts).encode(),
        "book/toc.ncx": _old_navigation(source, book, parts).encode(),
        **{f"book/{part.name}": part.page.encode() for part in parts},
    }
    target = folder / source.named(f"epub-{book.slug}-{book.language}", ".epub")
    with zipping.Writer(target, source.date) as archive:
        kind = b"application/epub+zip"  # stands first, and as it is (OCF 3.3, 4.3.1)
        archive.add("mimetype", zipping.Packed(kind, zipping.STORED, zlib.crc32(kind), len(kind)))
        for name in sorted(files):
            archive.add(name, zipping.packed(files[name]))
        for path, name in sorted(pictures.items(), key=lambda pair: pair[1]):
            archive.add(f"book/{name}", zipping.packed((source.folder / path).read_bytes()))
    return target


def _parts(source: Source, book: Book, pictures: dict[str, str]) -> Iterator[_Part]:
    label = f'<p class="where">{html.escape(book.label)}</p>' if book.label else ""
    yield _Part(
        "cover.xhtml", book.title,
        _page(book, book.title, f'<div class="cover"><h1>{html.escape(book.title)}</h1>{label}</div>'), is_listed=False,
    )  # fmt: skip
    pages = {chapter.path: f"story-{number}.xhtml" for number, chapter in enumerate(book.chapters, start=1)}
    if book.editorial:
        title = book.editorial_title or book.title
        body = _Body(source, book.path, pages, pictures).made(book.editorial)
        yield _Part(
            "editorial.xhtml", title, _page(book, title, f"<h1>{html.escape(title)}</h1>{_note(book.note)}{body}")
        )
    for chapter in book.chapters:
        page = _page(book, chapter.title, _story(source, chapter, pages, pictures))
        yield _Part(pages[chapter.path], chapter.title, page)
    title = say(ADDRESSES, book.language)
    yield _Part("addresses.xhtml", title, _page(book, title, _where(source, book.language, title)))


def _story(source: Source, chapter: Chapter, pages: Mapping[str, str], pictures: dict[str, str]) -> str:
    body = _Body(source, chapter.path, pages, pictures)
    byline = f'<p class="by">{html.escape(chapter.byline)}</p>' if chapter.byline else ""
    figure = ""
    if chapter.figure:
        name = body.picture(chapter.figure.path)
        caption = f"<figcaption>{html.escape(chapter.figure.caption)}</figcaption>" if chapter.figure.caption else ""
        figure = f'<figure><img src="{name}" alt="{html.escape(chapter.figure.alt)}"/>{caption}</figure>'
    title = html.escape(chapter.title)
    return f"<h1>{title}</h1>{byline}{_note(chapter.note)}{figure}{body.made(chapter.body)}"


def _note(note: str) -> str:
    return f'<p class="note">{html.escape(note)}</p>' if note else ""


def _where(source: Source, language: str, title: str) -> str:
    items = "".join(
        f'<li><a href="{html.escape(address)}">{html.escape(address)}</a></li>' for address in books.addresses(source)
    )
    keys = "".join(f"<p class='keys'>{key}</p>" for key in books.root_keys(source))
    proof = f"<p>{html.escape(say(PROVING, language))}</p>{keys}" if keys else ""
    return f"<h1>{html.escape(title)}</h1><p>{html.escape(say(TELLING, language))}</p><ul>{items}</ul>{proof}"


@dataclass(frozen=True)
class _Body:
    """Makes a text of a page fit for a book: known elements alone, links within the book or to the net."""

    source: Source
    page: str
    pages: Mapping[str, str]
    pictures: dict[str, str]

    def made(self, body: Tag) -> str:
        """The text as XHTML."""
        copy = BeautifulSoup(str(body), "html.parser").find()
        assert isinstance(copy, Tag)  # noqa: S101 (for the type checker)
        for tag in list(copy.find_all(True)):
            if tag.name not in KEPT:
                tag.unwrap()
                continue
            if tag.name == "img":
                path = books.picture(tag, self.page, self.source)
                if not path:
                    tag.replace_with(f"[{tag.get('alt', '')}]")
                    continue
                tag.attrs = {"src": self.picture(path), "alt": str(tag.get("alt", ""))}
            if tag.name == "a" and tag.get("href"):
                tag["href"] = self._led(str(tag["href"]), copy)
            kept = {name: value for name, value in tag.attrs.items() if name in ATTRIBUTES}
            tag.attrs = {**kept, **({"xml:lang": kept["lang"]} if "lang" in kept else {})}
        copy.attrs = {}
        return copy.decode(formatter="minimal")

    def picture(self, path: str) -> str:
        """The name in the book of a picture."""
        if path not in self.pictures:
            self.pictures[path] = f"picture-{len(self.pictures) + 1}{posixpath.splitext(path)[1]}"
        return self.pictures[path]

    def _led(self, address: str, body: Tag) -> str:
        target = target_of(self.page, address)
        if target is None:
            if address.startswith("#"):
                return address if body.find(id=address[1:]) else f"{self.source.site}{quote(self.page)}{address}"
            return address
        fragment = urlsplit(address).fragment
        return self.pages.get(target) or f"{self.source.site}{quote(target)}" + (f"#{fragment}" if fragment else "")


def _page(book: Book, title: str, body: str) -> str:
    return PAGE.format(language=book.language, title=html.escape(title), body=body)


def _identifier(source: Source, book: Book) -> str:
    digest = hashlib.sha256(f"{book.slug} {book.language} {source.seq}".encode()).digest()
    return f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"


def _package(source: Source, book: Book, parts: list[_Part], pictures: Mapping[str, str]) -> str:
    title = " · ".join(filter(None, (book.title, book.label)))
    types = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
    items = "".join(
        f'<item id="part-{number}" href="{part.name}" media-type="application/xhtml+xml"/>'
        for number, part in enumerate(parts)
    )
    items += "".join(
        f'<item id="{posixpath.splitext(name)[0]}" href="{name}" media-type="{types[posixpath.splitext(name)[1]]}"/>'
        for name in sorted(pictures.values())
    )
    spine = "".join(f'<itemref idref="part-{number}"/>' for number in range(len(parts)))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{book.language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">{_identifier(source, book)}</dc:identifier>
<dc:title>{html.escape(title)}</dc:title><dc:language>{book.language}</dc:language><dc:date>{source.date}</dc:date>
<dc:rights>CC BY-SA 4.0</dc:rights><meta property="dcterms:modified">{source.date}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta><meta property="schema:accessibilityHazard">none</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="style" href="style.css" media-type="text/css"/>{items}</manifest>
<spine toc="ncx">{spine}</spine></package>
"""


def _navigation(book: Book, parts: list[_Part]) -> str:
    title = say(CONTENTS, book.language)
    items = "".join(f'<li><a href="{part.name}">{html.escape(part.title)}</a></li>' for part in parts if part.is_listed)
    return _page(book, title, f'<nav epub:type="toc"><h1>{html.escape(title)}</h1><ol>{items}</ol></nav>')


def _old_navigation(source: Source, book: Book, parts: list[_Part]) -> str:
    """What readers of EPUB 2 look for."""
    points = "".join(
        f'<navPoint id="p{number}" playOrder="{number}"><navLabel><text>{html.escape(part.title)}</text></navLabel>'
        f'<content src="{part.name}"/></navPoint>'
        for number, part in enumerate((part for part in parts if part.is_listed), start=1)
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{book.language}"><head>
<meta name="dtb:uid" content="{_identifier(source, book)}"/></head>
<docTitle><text>{html.escape(book.title)}</text></docTitle><navMap>{points}</navMap></ncx>
"""
