"""Texts of pages set as those of a small printed book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4.element import NavigableString, PreformattedString, Tag

from magazine.pdf import GREY, POINT, RED, Paper
from magazine.release.packs import pages
from magazine.release.packs.pages import Chapter
from magazine.release.packs.source import Source

TEXT, LEADING = 10.4, 1.42  # points, and a factor of them
LINE = TEXT * POINT * LEADING
INDENT = 4.2  # mm
MOST_PICTURE = 88  # mm high
STYLES = {"em": "I", "i": "I", "strong": "B", "b": "B", "cite": "I"}
GROUPS = ("dl", "div", "section", "article", "tbody", "thead", "table")
BLOCKS = ("p", "ul", "ol", "blockquote", "pre", *GROUPS)
UNSEEN = ("script", "style", "svg", "form", "source")
SPACE = re.compile(r"[ \t\n]+")


class Pages(Paper):
    """Pages of A5; ``bare`` ones have neither a running title nor a number."""

    def __init__(self, language: str, title: str, source: Source) -> None:
        super().__init__(language, title, source.date, margin=17, size=(148, 210))
        self.set_margins(17, 20, 17)
        self.source = source
        self.bare: set[int] = set()

    def bare_page(self) -> None:
        """Begin a page on which nothing stands but what is put there."""
        before, self.running = self.running, ""
        self.add_page()
        self.bare.add(self.page_no())
        self.running = before

    def footer(self) -> None:
        """Put the page number below all pages but bare ones; called by FPDF."""
        if self.page_no() not in self.bare:
            super().footer()

    def chapter(self, chapter: Chapter) -> None:
        """A text from the top of a new page."""
        self.add_page()
        self.ln(6)
        self.paragraph(chapter.title, "B", 20, leading=1.14, after=2)
        if chapter.byline:
            self.paragraph(chapter.byline, "I", 10, GREY, leading=1.3, after=3)
        self.rule(RED, 0.7, after=4.5)
        if chapter.note:
            self.paragraph(chapter.note, "I", 9.6, RED, leading=1.36, after=4.5)
        if chapter.figure:
            self._figure(chapter.figure, chapter)
        self._blocks(chapter.body, chapter)

    def _blocks(self, parent: Tag, chapter: Chapter) -> None:
        follows = False  # another paragraph: then its first line goes in
        for child in parent.children:
            if isinstance(child, NavigableString):
                if child.strip() and not isinstance(child, PreformattedString):
                    self.paragraph(_flat(child), size=TEXT, leading=LEADING, after=0)
            elif isinstance(child, Tag) and child.name not in UNSEEN:
                self._block(child, chapter, INDENT if follows else 0.0)
                follows = child.name == "p"

    def _block(self, tag: Tag, chapter: Chapter, indent: float) -> None:
        if re.fullmatch("h[1-6]", tag.name):
            self.keep(LINE * 5)
            self.ln(LINE)
            self.paragraph(_flat(tag.get_text()), "B", 12.5 if tag.name < "h3" else 11, leading=1.25, after=1.2)
        elif tag.name == "hr":
            self.ln(LINE / 2)
            self.paragraph("* * *", "", TEXT, RED, leading=LEADING, after=LINE / 2, align="C")
        elif tag.name in ("ul", "ol"):
            self._list(tag, chapter)
        elif tag.name == "blockquote":
            self.ln(LINE / 2)
            self._further(tag, chapter)
            self.ln(LINE / 2)
        elif tag.name == "tr":
            cells = (_flat(cell.get_text()) for cell in tag.find_all(["th", "td"]))
            self.paragraph(" · ".join(cells), size=TEXT, leading=LEADING, after=0.6)
        elif tag.name == "figure" or (tag.name == "p" and tag.find("img") and not _flat(tag.get_text())):
            self._figure(tag, chapter)
        elif tag.name in GROUPS:
            self._blocks(tag, chapter)
        else:
            self._runs(tag, indent)

    def _list(self, tag: Tag, chapter: Chapter) -> None:
        first = str(tag.get("start") or 1)
        self.ln(LINE / 3)
        for place, item in enumerate(tag.find_all("li", recursive=False), int(first) if first.isdecimal() else 1):
            self.keep(LINE * 2)
            self.face("", TEXT, RED)
            self.cell(INDENT * 1.5, LINE, f"{place}." if tag.name == "ol" else "•")
            self._further(item, chapter)
            self.ln(0.6)
        self.ln(LINE / 3)

    def _further(self, tag: Tag, chapter: Chapter) -> None:
        before = self.l_margin
        self.set_left_margin(before + INDENT * 1.5)
        if any(isinstance(child, Tag) and child.name in BLOCKS for child in tag.children):
            self._blocks(tag, chapter)
        else:
            self._runs(tag, 0)
        self.set_left_margin(before)
        self.set_x(before)

    def _runs(self, tag: Tag, indent: float) -> None:
        runs = [run for run in _styled(tag, "") if run[0]]
        while runs and not runs[0][0].strip():
            runs.pop(0)
        if runs:
            runs[0] = (runs[0][0].lstrip(" \n"), runs[0][1])
            runs[-1] = (runs[-1][0].rstrip(" \n"), runs[-1][1])
            self.keep(LINE * 2)
            self.set_x(self.l_margin + indent if indent else self.x)
            self.runs(runs, TEXT, LEADING, 0)

    def _figure(self, tag: Tag, chapter: Chapter) -> None:
        image, words = tag.find("img"), tag.find("figcaption")
        file = pages.picture(self.source, chapter.address, image) if image else ""
        if not file or image is None:
            return
        path = Path(self.source.folder / file)
        wide, high = _size(path)
        width = min(self.epw, MOST_PICTURE * wide / high)
        self.keep(width * high / wide + LINE * 2)
        left = self.l_margin + (self.epw - width) / 2
        self.image(path, left, self.y, width, alt_text=str(image.get("alt", "")))
        self.set_y(self.y + width * high / wide + 1.6)
        if words:
            for link in words.find_all("a"):
                link.extract()  # to a larger picture
            self.paragraph(_flat(words.get_text()), "I", 8.8, GREY, leading=1.3, after=0)
        self.ln(4)


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image  # noqa: PLC0415 (only where there are pictures)

    with Image.open(path) as image:
        return image.size


def _styled(tag: Tag, style: str) -> Iterator[tuple[str, str]]:
    for child in tag.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):
                yield SPACE.sub(" ", child), style
        elif isinstance(child, Tag) and child.name == "br":
            yield "\n", style
        elif isinstance(child, Tag) and child.name not in UNSEEN:
            yield from _styled(child, STYLES.get(child.name, style))
            target = str(child.get("href") or "") if child.name == "a" else ""
            if target.startswith(("http:", "https:")) and target not in child.get_text():
                yield f" ({target})", "I"


def _flat(text: str) -> str:
    return SPACE.sub(" ", text).strip(" ")
