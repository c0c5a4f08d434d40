"""Books for readers' phones, one for each issue and language (EPUB 3.3, https://www.w3.org/TR/epub-33/)."""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from magazine.records import Issue
from magazine.release.packs import pages
from magazine.release.packs.pages import Book, Chapter
from magazine.release.packs.source import Source
from magazine.workers import spread

CLOCK = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP knows
KINDS = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
# what stands in texts; of any other element only the content is taken
TAGS = frozenset({
    *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "div", "hr"),
    *("code", "em", "strong", "i", "b", "s", "del", "ins", "sub", "sup", "small", "br", "abbr", "cite", "q", "kbd"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "mark", "span"),
})  # fmt: skip
LEAST = 6  # books that are worth a process of their own
VOID = ("br", "hr", "img")
KEPT = ("title", "colspan", "rowspan", "start")
UNSEEN = ("script", "style", "template", "source", "form", "svg")
NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
STYLE = """\
body{margin:5%;line-height:1.45;font-family:Georgia,"PT Serif","Noto Serif",serif}
p{margin:0;text-indent:1.2em}
p:first-child,h2+p,h3+p,figure+p,blockquote+p,.by,.note,.cover p,.last p,li p{text-indent:0}
h1{font-size:1.6em;line-height:1.15;margin:1.5em 0 .5em;hyphens:none}
h2{font-size:1.2em;margin:1.6em 0 .5em}
h3{font-size:1em;margin:1.2em 0 .4em}
h1,h2,h3,figure{break-after:avoid;break-inside:avoid}
.by{font-style:italic;margin:0 0 1.2em}
.note{border:1px solid #b3202a;padding:.5em .8em;margin:0 0 1.4em;font-size:.9em}
blockquote{margin:1em 0;padding-left:.9em;border-left:2px solid #b9ad97}
ul,ol{margin:.8em 0;padding-left:1.6em}
figure{margin:1em 0}
figcaption{font-size:.85em;margin-top:.3em}
img{max-width:100%;height:auto}
.cover{text-align:center;margin-top:18%}
.cover svg{width:7em;height:7em}
.cover h1{font-size:2.3em;margin:.6em 0 .3em}
.last p{margin:0 0 .8em}
.last li{margin:.3em 0;overflow-wrap:anywhere}
.key{font-family:monospace;font-size:.8em}
"""
CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


def made(source: Source, folder: Path) -> list[Path]:
    """The books, newest issue first, in a folder that is there."""
    library = source.library
    if library is None:
        return []
    wanted = [(issue, language) for issue in library.issues for language in library.languages]

    def written(one: tuple[Issue, str]) -> Path | None:
        book = pages.book(source, *one)
        if book is None:
            return None
        path = folder / source.named(f"epub-{book.issue}-{book.language}", ".epub")
        write(book, source, path)
        return path

    done = {(issue.key, language): path for (issue, language), path in spread(written, wanted, LEAST)}
    return [path for issue, language in wanted if (path := done[issue.key, language])]


def write(book: Book, source: Source, path: Path) -> None:
    """One book; nothing in it tells when or where it was made but the day of the release."""
    names = {chapter.address: f"{number:03}.xhtml" for number, chapter in enumerate(book.chapters, 1)}
    texts = _Texts(source, names)
    parts = {"book/cover.xhtml": _page(book.language, book.whole, _cover(book))}
    for chapter in book.chapters:
        parts[f"book/{names[chapter.address]}"] = _page(chapter.language, chapter.title, texts.chapter(chapter))
    parts["book/last.xhtml"] = _page(book.language, pages.last_words(book.language)[0], _last(book, source))
    parts["book/nav.xhtml"] = _navigation(book, names)
    parts["book/style.css"] = STYLE
    parts["book/book.opf"] = _package(book, source, list(names.values()), texts.pictures)
    parts["META-INF/container.xml"] = CONTAINER
    with zipfile.ZipFile(path, "w") as archive:
        # the type stands first and as it is (OCF 4.3)
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        for name in sorted(parts):
            _put(archive, name, parts[name].encode(), zipfile.ZIP_DEFLATED)
        for file, name in sorted(texts.pictures.items(), key=lambda one: one[1]):
            _put(archive, f"book/{name}", (source.folder / file).read_bytes(), zipfile.ZIP_STORED)


class _Texts:
    """Bodies of pages as XHTML, and the ``pictures`` they show: names in the book by their files."""

    def __init__(self, source: Source, names: Mapping[str, str]) -> None:
        self.source, self.names = source, names
        self.pictures: dict[str, str] = {}

    def chapter(self, chapter: Chapter) -> str:
        ids = {_id(str(tag["id"])) for tag in chapter.body.find_all(id=True)}
        inner = "".join(self._markup(child, chapter, ids) for child in chapter.body.children)
        figure = self._markup(chapter.figure, chapter, ids) if chapter.figure else ""
        byline = f'<p class="by">{escape(chapter.byline)}</p>\n' if chapter.byline else ""
        note = f'<p class="note">{escape(chapter.note)}</p>\n' if chapter.note else ""
        return f"<h1>{escape(chapter.title)}</h1>\n{byline}{note}{figure}\n<div>{inner}</div>"

    def _markup(self, node: PageElement, chapter: Chapter, ids: set[str]) -> str:
        if not isinstance(node, Tag):
            is_text = isinstance(node, NavigableString) and not isinstance(node, PreformattedString)
            return escape(str(node), quote=False) if is_text else ""
        if node.name in UNSEEN:
            return ""
        return self._picture(node, chapter) if node.name == "img" else self._element(node, chapter, ids)

    def _element(self, tag: Tag, chapter: Chapter, ids: set[str]) -> str:
        inner = "".join(self._markup(child, chapter, ids) for child in tag.children)
        own = f' id="{_id(str(tag["id"]))}"' if tag.get("id") else ""
        if tag.name == "a":
            link = self._link(str(tag.get("href", "")), chapter, ids)
            if tag.find_parent("figcaption") and link.lower().endswith(tuple(KINDS)):
                return ""  # to a larger picture
            return f'<a{own} href="{escape(link)}">{inner}</a>' if link else f"<span{own}>{inner}</span>"
        if tag.name not in TAGS:
            return inner
        kept = "".join(f' {name}="{escape(str(tag[name]))}"' for name in KEPT if tag.get(name))
        spoken = escape(str(tag.get("lang", "")))
        kept += f' lang="{spoken}" xml:lang="{spoken}"' if spoken else ""
        return f"<{tag.name}{own}{kept}/>" if tag.name in VOID else f"<{tag.name}{own}{kept}>{inner}</{tag.name}>"

    def _picture(self, image: Tag, chapter: Chapter) -> str:
        file = pages.picture(self.source, chapter.address, image)
        words = escape(str(image.get("alt", "")))
        if not file:
            return words
        suffix = Path(file).suffix.lower()
        name = self.pictures.setdefault(file, f"picture-{len(self.pictures) + 1:03}{suffix}")
        return f'<img src="{name}" alt="{words}"/>'

    def _link(self, link: str, chapter: Chapter, ids: set[str]) -> str:
        if link.startswith("#"):
            return f"#{_id(link[1:])}" if _id(link[1:]) in ids else ""
        found = pages.target(self.source, chapter.address, link)
        return self.names.get(found) or pages.outside(self.source, found)


def _id(name: str) -> str:
    return "n-" + NOT_IN_IDS.sub("-", name)


def _page(language: str, title: str, body: str, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml"{more} lang="{language}" xml:lang="{language}">\n'
        f'<head><meta charset="utf-8"/><title>{escape(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body>\n{body}\n</body>\n</html>\n'
    )


def _cover(book: Book) -> str:
    drawn = f'<path fill="#b3202a" d="{escape(book.mark)}"/>'
    mark = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">{drawn}</svg>' if book.mark else ""
    return f'<div class="cover">\n{mark}\n<h1>{escape(book.title)}</h1>\n<p>{escape(book.label)}</p>\n</div>'


def _last(book: Book, source: Source) -> str:
    heading, where, what = pages.last_words(book.language)
    links = "".join(f'<li><a href="{escape(one)}">{escape(one)}</a></li>\n' for one in pages.addresses(source))
    keys = "".join(f'<li class="key">{escape(one)}</li>\n' for one in pages.keys(source))
    found = f"<p>{escape(where)}</p>\n<ul>\n{links}</ul>\n" if links else ""
    found += f"<p>{escape(what)}</p>\n<ul>\n{keys}</ul>\n" if keys else ""
    return f'<div class="last">\n<h1>{escape(heading)}</h1>\n{found}</div>'


def _navigation(book: Book, names: Mapping[str, str]) -> str:
    chapters = [(names[chapter.address], chapter.title) for chapter in book.chapters]
    chapters.append(("last.xhtml", pages.last_words(book.language)[0]))
    lines = "".join(f'<li><a href="{name}">{escape(title)}</a></li>\n' for name, title in chapters)
    body = f'<nav epub:type="toc">\n<h1>{escape(book.whole)}</h1>\n<ol>\n{lines}</ol>\n</nav>'
    return _page(book.language, book.whole, body, ' xmlns:epub="http://www.idpf.org/2007/ops"')


def _package(book: Book, source: Source, chapters: list[str], pictures: Mapping[str, str]) -> str:
    # the same book keeps its identifier, so that a reader's phone replaces it by a later one
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{source.site}magazine/{book.issue}#{book.language}")
    order = ["cover.xhtml", "nav.xhtml", *chapters, "last.xhtml"]
    properties = {"cover.xhtml": ' properties="svg"' if book.mark else "", "nav.xhtml": ' properties="nav"'}
    items = [(name, "application/xhtml+xml", properties.get(name, "")) for name in order]
    items.append(("style.css", "text/css", ""))
    items += [(name, KINDS[Path(name).suffix], "") for name in sorted(pictures.values())]
    listed = "".join(
        f'<item id="{_id(name)}" href="{name}" media-type="{kind}"{more}/>\n' for name, kind, more in items
    )
    spine = "".join(f'<itemref idref="{_id(name)}"/>\n' for name in order)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{book.language}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>\n<dc:title>{escape(book.whole)}</dc:title>\n'
        f"<dc:language>{book.language}</dc:language>\n<dc:publisher>{escape(book.title)}</dc:publisher>\n"
        "<dc:rights>CC BY-SA 4.0</dc:rights>\n"
        f'<meta property="dcterms:modified">{source.date.isoformat()}T00:00:00Z</meta>\n</metadata>\n'
        f"<manifest>\n{listed}</manifest>\n<spine>\n{spine}</spine>\n</package>\n"
    )


def _put(archive: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(name, CLOCK)
    entry.compress_type, entry.create_system, entry.external_attr = method, 3, 0o644 << 16
    archive.writestr(entry, data)
