"""The newest issue on paper: an A5 booklet for each language, as PDF, for any printer that makes booklets of pages."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

from magazine.messages import say
from magazine.pdf import GREY, INK, PALE, POINT, RED
from magazine.release.packs import pages
from magazine.release.packs.pages import Book
from magazine.release.packs.printing import Pages
from magazine.release.packs.source import Source
from magazine.workers import spread

LEAF = 4  # pages on a folded sheet
MARK, CODE = 34, 34  # mm
MOST_ADDRESSES = 8


def made(source: Source, folder: Path) -> list[Path]:
    """The newest issue in each language that it is there in, in a folder that is there."""
    library = source.library
    if library is None or not library.issues:
        return []
    newest = library.issues[0]

    def written(language: str) -> Path | None:
        book = pages.book(source, newest, language)
        if book is None:
            return None
        path = folder / source.named(f"print-{book.issue}-{book.language}", ".pdf")
        path.write_bytes(printed(book, source))
        return path

    done = dict(spread(written, library.languages, least=1))
    return [path for language in library.languages if (path := done[language])]


def printed(book: Book, source: Source) -> bytes:
    """The booklet of an issue; its pages are a multiple of four and the last one is its back."""
    _, starts = _set(book, source, [0] * len(book.chapters))
    paper, _ = _set(book, source, starts)  # now that the contents know them
    return paper.bytes()


def _set(book: Book, source: Source, starts: list[int]) -> tuple[Pages, list[int]]:
    paper = Pages(book.language, book.whole, source)
    paper.bare_page()
    _cover(paper, book, source)
    paper.bare_page()
    _contents(paper, book, starts)
    paper.running = book.whole
    found = []
    for chapter in book.chapters:
        found.append(paper.page_no() + 1)
        paper.chapter(chapter)
    while (paper.page_no() + 1) % LEAF:
        paper.bare_page()
    paper.bare_page()
    _back(paper, book, source)
    return paper, found


def _cover(paper: Pages, book: Book, source: Source) -> None:
    if book.mark:
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
            f'<path fill="#b3202a" d="{escape(book.mark)}"/></svg>'
        )
        paper.image(io.BytesIO(svg.encode()), (paper.w - MARK) / 2, 42, MARK, MARK)
    paper.set_y(88)
    paper.paragraph(book.title, "B", 34, leading=1.1, after=5, align="C")
    paper.set_draw_color(*RED)
    paper.set_line_width(0.8)
    paper.line(paper.w / 2 - 14, paper.y, paper.w / 2 + 14, paper.y)
    paper.ln(6)
    paper.paragraph(book.label, "", 13, GREY, align="C")
    if source.site:
        paper.set_y(paper.h - 30)
        paper.paragraph(source.site, "", 9, GREY, align="C", after=0)


def _contents(paper: Pages, book: Book, starts: list[int]) -> None:
    paper.ln(6)
    paper.paragraph(say("In this issue", book.language), "B", 17, after=2)
    paper.rule(RED, 0.7, after=5)
    for chapter, start in zip(book.chapters, starts, strict=True):
        paper.keep(12)
        top = paper.y
        paper.set_right_margin(28)
        paper.paragraph(chapter.title, "B", 11.5, leading=1.25, after=0.3)
        if chapter.byline:
            paper.paragraph(chapter.byline, "I", 9.4, GREY, leading=1.3, after=0)
        paper.set_right_margin(17)
        bottom = paper.y
        paper.face("", 12, RED)
        paper.set_xy(paper.w - 17 - 12, top)
        paper.cell(12, 11.5 * POINT * 1.25, str(start), align="R")
        paper.set_y(bottom + 2)
        paper.rule(PALE, 0.2, after=2.4)
    for number in range(2, paper.page_no() + 1):
        paper.bare.add(number)


def _back(paper: Pages, book: Book, source: Source) -> None:
    heading, where, what = pages.last_words(book.language)
    found = pages.addresses(source)
    paper.ln(6)
    paper.paragraph(heading, "B", 15, leading=1.2, after=2)
    paper.rule(RED, 0.7, after=5)
    if found:
        paper.code(found[0], paper.l_margin, paper.y, CODE)
        paper.set_y(paper.y + CODE + 5)
        paper.paragraph(where, "", 9.6, leading=1.36, after=2.5)
    for address in found[:MOST_ADDRESSES]:
        paper.paragraph(address, "B", 9.6, INK, leading=1.3, after=0.8)
    keys = pages.keys(source)
    if keys:
        paper.ln(3)
        paper.paragraph(what, "", 8.6, leading=1.36, after=1.5)
        for key in keys[:4]:
            paper.paragraph(key, "", 7, GREY, leading=1.3, after=0.4)
    paper.set_y(min(paper.h - 30, max(paper.y + 4, paper.h - 34)))
    passed = say("Copy it and pass it on: CC BY-SA 4.0", book.language)
    paper.paragraph(passed, "I", 9, GREY, after=0)
