"""A sheet for signatures on paper: one page to print, copy and carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from magazine.desk.petition.chosen import Chosen
from magazine.messages import say
from magazine.pdf import GREY, HEIGHT, INK, PALE, POINT, RED, WIDTH, Paper
from magazine.site import addresses

MARGIN, GUTTER, CODE = 15, 6, 30  # mm
LEAST_ROW, ROWS = 9.4, 16  # mm; rows at most
TITLE_SIZES = (25, 22, 19, 16)
# number, name, region, signature
COLUMNS = (10, 71, 47, 52)


@dataclass(frozen=True)
class Wishes:
    """What the organiser chose: the language, the neutral title, where filled sheets are brought."""

    language: str
    is_discreet: bool = False
    bring: str = ""


def sheet(chosen: Chosen, wishes: Wishes, settings: Mapping[str, Any]) -> bytes:
    """The PDF of the sheet."""
    petition, language = chosen.petition, wishes.language
    version = petition.version(language)
    title = version.safe_title if wishes.is_discreet else version.title
    address = page_address(chosen, language, settings)
    paper = Paper(language, title, petition.date.date(), MARGIN)
    paper.set_auto_page_break(auto=False)
    paper.add_page()
    _head(paper, title, "" if wishes.is_discreet else version.summary, version.recipients, address, language)
    _promise(paper, language)
    _table(paper, language)
    _foot(paper, wishes, str(settings.get("MAIL") or ""))
    return paper.bytes()


def page_address(chosen: Chosen, language: str, settings: Mapping[str, Any]) -> str:
    """The address of the petition's page on the site's own host; of the original where this language has none."""
    page = addresses.of_entry(chosen.petition)
    return addresses.absolute(addresses.in_language(page, language, chosen.library.languages[0]), settings["SITEURL"])


def _head(paper: Paper, title: str, demand: str, recipients: tuple[str, ...], address: str, language: str) -> None:
    top, right = paper.t_margin, WIDTH - MARGIN - CODE
    paper.code(address, right, top, CODE)
    paper.set_right_margin(MARGIN + CODE + GUTTER)
    paper.face("I", 10, RED)
    paper.cell(0, 5, say("Petition · collecting signatures", language), new_x="LMARGIN", new_y="NEXT")
    paper.ln(1.5)
    paper.paragraph(title, "B", _title_size(paper, title), leading=1.12, after=2.4)
    if demand:
        paper.paragraph(demand, "", 11.5, leading=1.35, after=1.8)
    if recipients:
        whom = say("To: %(recipients)s", language, recipients="; ".join(recipients))
        paper.paragraph(whom, "I", 10, GREY, leading=1.35, after=0)
    words = paper.y
    paper.set_right_margin(MARGIN)
    paper.set_y(max(words, top + CODE) + 2.2)
    paper.face("I", 9.5, GREY)
    paper.cell(0, 5, say("Read the whole text and sign on the web:", language))
    paper.face("B", 9.5, INK)
    shown = paper.fitted(address, paper.epw * 0.62, "B", 9.5)
    paper.cell(0, 5, shown, align="R", new_x="LMARGIN", new_y="NEXT", link=address)
    paper.ln(1)


def _title_size(paper: Paper, title: str) -> float:
    """The largest size in which a title takes no more than two lines."""
    for size in TITLE_SIZES:
        paper.face("B", size)
        lines = paper.multi_cell(0, size * POINT, title, dry_run=True, output="LINES")
        if isinstance(lines, list) and len(lines) <= 2:
            return size
    return TITLE_SIZES[-1]


def _promise(paper: Paper, language: str) -> None:
    paper.rule(RED, 0.8, after=2.6)
    paper.paragraph(say("You need not give a name: initials, a pen name or only a signature count as much.", language),
                    "B", 11, after=0.6, leading=1.3)  # fmt: skip
    paper.paragraph(say("We never ask for passport data, an address or a telephone number. Do not write them here.",
                        language), "", 10.5, after=3, leading=1.3)  # fmt: skip


def _table(paper: Paper, language: str) -> None:
    heads = (
        say("No.", language),
        say("Name or initials, if you like", language),
        say("Region or city, if you like", language),
        say("Signature", language),
    )
    top, bottom = paper.y, HEIGHT - MARGIN - 23
    head = 6.5
    rows = min(ROWS, int((bottom - top - head) / LEAST_ROW))
    height = (bottom - top - head) / rows
    left = [MARGIN + sum(COLUMNS[:number]) for number in range(len(COLUMNS))]
    paper.face("I", 9, GREY)
    for x, words, width in zip(left, heads, COLUMNS, strict=True):
        paper.squeezed(x + 1.5, top + 4.4, words, width - 3, "I", 9)
    paper.set_draw_color(*INK)
    paper.set_line_width(0.35)
    paper.line(MARGIN, top + head, WIDTH - MARGIN, top + head)
    paper.set_line_width(0.2)
    for number in range(1, rows + 1):
        base = top + head + number * height
        paper.face("", 10, GREY)
        paper.text(left[0] + 1.5, base - height / 2 + 1.3, str(number))
        paper.set_draw_color(*(INK if number == rows else PALE))
        paper.line(MARGIN, base, WIDTH - MARGIN, base)
    paper.set_draw_color(*PALE)
    for x in left[1:]:
        paper.line(x, top + 1, x, bottom)
    paper.set_y(bottom + 3)


def _foot(paper: Paper, wishes: Wishes, mail: str) -> None:
    language = wishes.language
    line = "_" * 24
    paper.face("", 10)
    counted = say("Signatures on this sheet: %(line)s", language, line="_" * 6)
    paper.cell(paper.epw / 2, 5, counted)
    paper.cell(0, 5, say("Day: %(line)s", language, line="_" * 16), align="R", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)
    bring = say("Bring the full sheet to: %(place)s", language, place=wishes.bring or line)
    paper.paragraph(bring, "B" if wishes.bring else "", 10, leading=1.3, after=0.8)
    keep = say("Do not photograph it and do not send it by messenger: give it from hand to hand. Until it "
               "is counted, keep it where nobody finds it.", language)  # fmt: skip
    asked = say("Questions: %(mail)s", language, mail=mail) if mail else ""
    paper.paragraph(f"{keep} {asked}".strip(), "I", 9, GREY, leading=1.3, after=0)
