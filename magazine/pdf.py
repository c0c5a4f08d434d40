"""PDF set in the magazine's own serif: the same words make the same bytes, and nothing tells who made them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import segno
from fontTools.ttLib import TTFont
from fpdf import FPDF
from unidecode import unidecode

FONTS = Path(__file__).parent / "fonts"
FACES = {"": "serif-regular.ttf", "B": "serif-bold.ttf", "I": "serif-italic.ttf"}
SERIF = "serif"
INK, RED, GREY, PALE = (28, 24, 19), (143, 20, 32), (96, 86, 72), (190, 180, 162)
WIDTH, HEIGHT = 210, 297  # mm
MARGIN = 22
LEAST_SIZE = 5.0  # points
POINT = 25.4 / 72  # mm


class Paper(FPDF):
    """A document in one language; lengths are in mm, sizes of letters in points."""

    def __init__(self, language: str, title: str, day: dt.date, margin: float = MARGIN,
                 size: tuple[float, float] = (WIDTH, HEIGHT)) -> None:  # fmt: skip
        super().__init__(unit="mm", format=size)
        for style, name in FACES.items():
            self.add_font(SERIF, style, FONTS / name)
        self.set_margin(margin)
        self.c_margin = 0.0
        self.set_auto_page_break(auto=True, margin=margin)
        self.set_lang(language)
        self.set_title(title)
        self.set_producer("")
        self.set_creation_date(dt.datetime.combine(day, dt.time(), dt.UTC))
        self.running = ""  # stands above every page but the first

    def header(self) -> None:
        """Put the running title above all pages but the first; called by FPDF."""
        if self.running and self.page_no() > 1:
            self.face("I", 9, GREY)
            self.set_y(self.t_margin - 9)
            self.cell(0, 4, self.fitted(self.running, self.epw, "I", 9))
            self.set_y(self.t_margin)

    def footer(self) -> None:
        """Put the page number below all pages of a document that has a running title; called by FPDF."""
        if self.running:
            self.face("", 9, GREY)
            self.set_y(-self.b_margin + 6)
            self.cell(0, 4, str(self.page_no()), align="C")

    def face(self, style: str, size: float, colour: tuple[int, int, int] = INK) -> None:
        """Choose the letters of what comes next: style ``""``, ``B`` or ``I``."""
        self.set_font(SERIF, style, size)
        self.set_text_color(*colour)

    def paragraph(self, text: str, style: str = "", size: float = 11, colour: tuple[int, int, int] = INK, *,
                  leading: float = 1.42, after: float = 2.2, align: str = "L") -> None:  # fmt: skip
        """A paragraph as wide as the page; ``leading`` is a factor, ``after`` the space below it."""
        self.face(style, size, colour)
        self.multi_cell(0, size * POINT * leading, readable(text), align=align, new_x="LMARGIN", new_y="NEXT")
        self.ln(after)

    def runs(self, runs: Iterable[tuple[str, str]], size: float, leading: float, after: float) -> None:
        """A paragraph of pieces, each with its style, from where the pen stands to the right margin."""
        height = size * POINT * leading
        for text, style in runs:
            self.face(style, size)
            self.write(height, readable(text))
        self.ln(height + after)

    def rule(self, colour: tuple[int, int, int] = INK, width: float = 0.35, after: float = 4) -> None:
        """A line across the page."""
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)
        self.ln(after)

    def keep(self, height: float) -> None:
        """Begin a new page if so much does not fit on this one."""
        if self.will_page_break(height):
            self.add_page()

    def fitted(self, text: str, width: float, style: str, size: float) -> str:
        """The text, cut with an ellipsis where it is too wide; leaves its letters chosen but for their colour."""
        self.set_font(SERIF, style, size)
        text = readable(text)
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def wide(self, text: str, style: str, size: float) -> float:
        """The width of a text in one line; FPDF's own answer takes ten times as long."""
        widths = advances(style)
        return sum([widths.get(sign, 0.0) for sign in text]) * size * POINT

    def squeezed(self, x: float, y: float, text: str, width: float, style: str, size: float) -> None:
        """A text in one line at the place of its base line, in smaller letters where it would be too wide."""
        wide = self.wide(text, style, size)
        if wide > width:
            self.set_font(SERIF, style, max(LEAST_SIZE, size * width / wide))
            self.text(x, y, text)
            self.set_font(SERIF, style, size)
        else:
            self.text(x, y, text)

    def code(self, words: str, x: float, y: float, size: float) -> None:
        """A QR code (ISO/IEC 18004, a quarter of it may be dirty) without its quiet border."""
        matrix = [bytes(row) for row in segno.make(words, error="q", micro=False).matrix]
        step = size / len(matrix)
        self.set_fill_color(*INK)
        for number, row in enumerate(matrix):
            start = 0
            while (start := row.find(1, start)) >= 0:
                end = row.find(0, start)
                end = len(row) if end < 0 else end
                # a hair wider, or readers show gaps between rows
                self.rect(x + start * step, y + number * step, (end - start) * step, step * 1.02, style="F")
                start = end

    def bytes(self) -> bytes:
        """The finished document."""
        return bytes(self.output())


def readable(text: str) -> str:
    """The text in letters that the font has: of what it has not, the sound in Latin letters."""
    known = letters()
    if known.issuperset(text):
        return text
    return "".join(sign if sign in known else unidecode(sign) or " " for sign in text)


@cache
def letters() -> frozenset[str]:
    """Every sign that all faces have."""
    return frozenset.intersection(*(frozenset(advances(style)) for style in FACES)) | {"\n"}


@cache
def advances(style: str) -> Mapping[str, float]:
    """How wide each sign of a face is, as part of the size of its letters."""
    with TTFont(FONTS / FACES[style], lazy=True) as font:
        per_em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        return {chr(code): metrics[glyph][0] / per_em for code, glyph in font.getBestCmap().items()}
