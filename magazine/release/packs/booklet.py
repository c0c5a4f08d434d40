"""An issue on paper: an A5 booklet for each language, as PDF, of as many pages as folded sheets have."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from PIL import Image

from magazine.messages import marked, say
from magazine.paper import GREY, INK, POINT, RED, Paper, readable
from magazine.release.packs import books
from magazine.release.packs.books import Book, Chapter, Figure
from magazine.release.packs.epub import ADDRESSES, CONTENTS, PROVING, TELLING
from magazine.release.packs.source import Source

SIZE, MARGIN = (148, 210), 16  # mm; ISO 216, A5
TEXT, LEADING, INDENT = 10.5, 1.38, 5.0  # points, a factor, mm
CODE = 34  # mm of a QR code
MOST_PIXELS, QUALITY = 1200, 82  # of a picture
FOLDED = 4  # pages of a sheet that is folded once
EMPHASIS = {"em": "I", "i": "I", "strong": "B", "b": "B"}
COPYING = marked("Copy this booklet and pass it on.")


def made(source: Source, folder: Path) -> list[Path]:
    """The finished booklets of the newest issue, in a folder that is there."""
    newest = books.slugs(source)[-1:]
    return [put(source, book, folder) for slug in newest for book in books.books(source, slug)]


def put(source: Source, book: Book, folder: Path) -> Path:
    """The booklet of one issue in one language."""
    target = folder / source.named(f"booklet-{book.slug}-{book.language}", ".pdf")
    pages = _set(source, book, {})[1]
    target.write_bytes(_set(source, book, pages)[0].bytes())  # now that the contents know their pages
    return target


def _set(source: Source, book: Book, pages: dict[str, int]) -> tuple[Paper, dict[str, int]]:
    """The document, whose contents name these pages, and the pages on which its parts begin."""
    title = " · ".join(filter(None, (book.title, book.label)))
    paper = Paper(book.language, title, source.date, margin=MARGIN, size=SIZE)
    found: dict[str, int] = {}
    paper.running = title
    paper.plain.add(1)
    _cover(paper, book)
    _contents(paper, book, pages)
    if book.editorial:
        paper.add_page()
        found[book.path] = paper.page_no()
        _heading(paper, book.editorial_title or book.title, "", book.note)
        _body(paper, source, book.path, book.editorial)
    for chapter in book.chapters:
        paper.add_page()
        found[chapter.path] = paper.page_no()
        _story(paper, source, chapter)
    while paper.page_no() % FOLDED != FOLDED - 1:
        paper.plain.add(paper.page_no() + 1)
        paper.add_page()
    _back(paper, source, book.language)
    return paper, found


def _cover(paper: Paper, book: Book) -> None:
    paper.add_page()
    paper.rule(RED, 1.2, 0)
    paper.set_y(paper.h * 0.3)
    paper.paragraph(book.title, "B", 30, RED, leading=1.1, after=4, align="C")
    if book.label:
        paper.paragraph(book.label, "I", 13, GREY, align="C")
    paper.set_y(paper.h - MARGIN - 8)
    paper.rule(RED, 1.2, 0)


def _contents(paper: Paper, book: Book, pages: dict[str, int]) -> None:
    paper.add_page()
    paper.paragraph(say(CONTENTS, book.language), "B", 17, INK, after=5)
    entries = [(book.editorial_title or book.title, "", book.path)] if book.editorial else []
    entries += [(chapter.title, chapter.byline, chapter.path) for chapter in book.chapters]
    for title, byline, path in entries:
        paper.keep(14)
        number = str(pages.get(path, ""))
        paper.face("B", 11.5)
        y, right = paper.y, paper.get_string_width("000") + 2
        height, words = 11.5 * POINT * 1.3, readable(title)
        paper.multi_cell(paper.epw - right, height, words, new_x="LMARGIN", new_y="NEXT", align="L")
        after = paper.y
        paper.set_xy(paper.w - MARGIN - right, y)
        paper.cell(right, height, number, align="R")
        paper.set_xy(paper.l_margin, after)
        if byline:
            paper.paragraph(byline, "I", 9, GREY, after=0)
        paper.ln(3)


def _story(paper: Paper, source: Source, chapter: Chapter) -> None:
    _heading(paper, chapter.title, chapter.byline, chapter.note)
    if chapter.figure:
        _figure(paper, source, chapter.figure)
    _body(paper, source, chapter.path, chapter.body)


def _heading(paper: Paper, title: str, byline: str, note: str) -> None:
    paper.paragraph(title, "B", 19, INK, leading=1.15, after=2)
    if byline:
        paper.paragraph(byline, "I", 9.5, GREY, after=3)
    if note:
        top = paper.y
        paper.set_draw_color(*RED)
        paper.set_left_margin(MARGIN + 4)
        paper.set_x(MARGIN + 4)
        paper.paragraph(note, "", 9.5, INK, after=0)
        paper.set_left_margin(MARGIN)
        paper.set_line_width(0.7)
        paper.line(MARGIN, top, MARGIN, paper.y)
        paper.set_xy(MARGIN, paper.y + 3)


def _figure(paper: Paper, source: Source, figure: Figure) -> None:
    with Image.open(source.folder / figure.path) as opened:
        picture = opened.convert("L")
    picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=QUALITY)
    height = min(paper.epw * picture.height / picture.width, paper.eph * 0.55)
    paper.keep(height + 12)
    paper.image(data, x=MARGIN, w=paper.epw, h=height, keep_aspect_ratio=True, alt_text=figure.alt)
    paper.ln(1)
    paper.paragraph(figure.caption or figure.alt, "I", 8.5, GREY, after=3)


def _body(paper: Paper, source: Source, page: str, body: Tag) -> None:
    is_first = True
    for block in BeautifulSoup(str(body), "html.parser").select_one("*").children:  # type: ignore[union-attr]
        if not isinstance(block, Tag):
            continue
        if block.name in {"h2", "h3", "h4"}:
            paper.keep(20)
            paper.ln(2)
            paper.paragraph(" ".join(block.get_text().split()), "B", 12.5, INK, after=1.5)
            is_first = True
        elif block.name in {"ul", "ol"}:
            for number, item in enumerate(block.find_all("li", recursive=False), start=1):
                _paragraph(paper, item, f"{number}. " if block.name == "ol" else "– ", indent=0, inset=INDENT)
        elif block.name == "hr":
            paper.paragraph("* * *", "", TEXT, GREY, align="C")
        elif block.find("img"):
            image = block.find("img")
            path = books.picture(image, page, source) if isinstance(image, Tag) else ""
            if isinstance(image, Tag) and path:
                caption = block.find("figcaption")
                words = " ".join(caption.get_text().split()) if isinstance(caption, Tag) else ""
                _figure(paper, source, Figure(path, str(image.get("alt", "")), words))
        elif block.name in {"blockquote", "pre", "table", "dl", "div"}:
            _paragraph(paper, block, "", indent=0, inset=INDENT)
            is_first = True
        else:
            _paragraph(paper, block, "", indent=0 if is_first else INDENT)
            is_first = False


def _paragraph(paper: Paper, block: Tag, mark: str, *, indent: float, inset: float = 0.0) -> None:
    """A paragraph as books have it: its first line is set in, no space stands before it."""
    paper.set_left_margin(MARGIN + inset)
    paper.set_x(MARGIN + inset + indent)
    paper.set_text_color(*INK)
    runs = list(_runs(block, ""))
    if runs:
        runs = [(runs[0][0].lstrip(), runs[0][1]), *runs[1:]]
    paper.runs([(mark, ""), *runs] if mark else runs, TEXT, LEADING, 1.2 if inset else 0.4)
    paper.set_left_margin(MARGIN)
    paper.set_x(MARGIN)


def _runs(tag: Tag, style: str) -> Iterator[tuple[str, str]]:
    for child in tag.children:
        if isinstance(child, NavigableString):
            text = str(child).replace("\n", " ")
            if text:
                yield text, style
        elif isinstance(child, Tag):
            yield from _runs(child, EMPHASIS.get(child.name, style))


def _back(paper: Paper, source: Source, language: str) -> None:
    """The last page: where the magazine is, and what proves a copy."""
    paper.plain.add(paper.page_no() + 1)
    paper.add_page()
    paper.paragraph(say(ADDRESSES, language), "B", 15, INK)
    paper.paragraph(say(TELLING, language), "", 10)
    for address in books.addresses(source)[:12]:
        paper.paragraph(address, "B", 9.5, RED, after=0.6)
    keys = books.root_keys(source)
    if keys:
        paper.ln(2)
        paper.paragraph(say(PROVING, language), "", 9)
        for key in keys:
            paper.paragraph(key, "", 7.5, GREY, after=0.4)
    paper.code(source.site, (paper.w - CODE) / 2, paper.h - MARGIN - CODE - 8, CODE)
    paper.set_y(paper.h - MARGIN - 5)
    paper.face("I", 9, GREY)
    paper.cell(0, 4, readable(f"{say(COPYING, language)} CC BY-SA 4.0"), align="C")
