"""The letter that is handed over: the text of a petition, whom it is for, how many signed it, as PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from magazine import cache, headers, messages
from magazine.desk.petition.chosen import Chosen, PetitionError
from magazine.desk.petition.sheet import page_address
from magazine.messages import say, say_number
from magazine.pdf import GREY, INK, POINT, RED, Paper
from magazine.problems import Report
from magazine.records import Version
from magazine.site.inspection import Unmade
from magazine.site.links import Place
from magazine.site.markup import Markup

CODE, INDENT, LEADING, TEXT = 24, 7.5, 1.46, 11.5
BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "hr", "table", "dl", "pre", "div")
PASSED_OVER = ("figure", "picture", "img", "sup")
STYLES = {"em": "I", "i": "I", "strong": "B", "b": "B"}
WEB = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


def letter(chosen: Chosen, language: str, settings: Mapping[str, Any]) -> bytes:
    """The PDF of the letter. Raises PetitionError if its text cannot be read."""
    petition, version = chosen.petition, chosen.petition.versions[language]
    body, fingerprint = _body(chosen, version, settings)
    paper = Paper(language, version.title, petition.counted_on or petition.date.date())
    paper.add_page()
    for recipient in version.recipients:
        paper.paragraph(recipient, "I", 11.5, leading=1.35, after=0)
    paper.ln(9 if version.recipients else 0)
    paper.paragraph(version.title, "B", 23, leading=1.14, after=4)
    paper.rule(RED, 0.8, after=7)
    paper.running = version.title
    _blocks(paper, body)
    _signed(paper, chosen, language, fingerprint, page_address(chosen, language, settings))
    return paper.bytes()


def number(count: int, language: str) -> str:
    """A number as it is written in a language."""
    return format_decimal(count, locale=language)


def _body(chosen: Chosen, version: Version, settings: Mapping[str, Any]) -> tuple[Tag, str]:
    """The converted body, as the site has it, and the fingerprint of the text."""
    report = Report()
    source = headers.read(chosen.library.root, version.path, report)
    if source is None:
        raise PetitionError("\n".join(one.text() for one in report.sorted()))
    theme = cache.PROJECT / settings["THEME"]
    catalog = messages.catalog(theme / "translations", "messages", version.language)
    gallery = Unmade(chosen.library.root, cache.folder() / "pictures")
    held = chosen.library
    place = Place(chosen.petition, version, held, held.languages[0], gallery, report, catalog.gettext)
    html = Markup(version.language).convert(source, place).html
    return BeautifulSoup(html, "html.parser"), source.fingerprint


def _blocks(paper: Paper, parent: Tag) -> None:
    for child in parent.children:
        if isinstance(child, NavigableString):
            if child.strip():
                paper.paragraph(_flat(child), size=TEXT, leading=LEADING)
        elif isinstance(child, Tag) and child.name not in PASSED_OVER:
            _block(paper, child)


def _block(paper: Paper, tag: Tag) -> None:
    if tag.name.startswith("h") and tag.name != "hr":
        paper.keep(26)
        paper.ln(2.6)
        paper.paragraph(_flat(tag.get_text()), "B", 14 if tag.name in ("h1", "h2") else 12, leading=1.25, after=1.6)
    elif tag.name == "hr":
        paper.rule(GREY, 0.2)
    elif tag.name in ("ul", "ol"):
        _list(paper, tag)
    elif tag.name == "blockquote":
        with_margin(paper, INDENT, tag)
    elif tag.name == "table":
        for row in tag.find_all("tr"):
            cells = (_flat(cell.get_text()) for cell in row.find_all(["th", "td"]))
            paper.paragraph(" · ".join(cells), size=TEXT, leading=LEADING, after=0.6)
    elif tag.name in ("dl", "div", "section", "article"):
        _blocks(paper, tag)
    else:
        _runs(paper, tag)


def _list(paper: Paper, tag: Tag) -> None:
    first = str(tag.get("start") or 1)
    for place, item in enumerate(tag.find_all("li", recursive=False), int(first) if first.isdecimal() else 1):
        height = TEXT * POINT * LEADING
        paper.keep(height * 2)
        paper.face("", TEXT, RED)
        paper.cell(INDENT, height, f"{place}." if tag.name == "ol" else "•")
        with_margin(paper, INDENT, item)


def with_margin(paper: Paper, width: float, tag: Tag) -> None:
    """What is in a tag, so much further to the right."""
    before = paper.l_margin
    paper.set_left_margin(before + width)
    if any(isinstance(child, Tag) and child.name in BLOCKS for child in tag.children):
        _blocks(paper, tag)
    else:
        _runs(paper, tag, after=1.1)
    paper.set_left_margin(before)
    paper.set_x(before)


def _runs(paper: Paper, tag: Tag, after: float = 2.4) -> None:
    runs = list(_styled(tag, ""))
    while runs and not runs[0][0].strip():
        runs.pop(0)
    if runs:
        runs[0] = (runs[0][0].lstrip(" \n"), runs[0][1])
        runs[-1] = (runs[-1][0].rstrip(" \n"), runs[-1][1])
        paper.runs(runs, TEXT, LEADING, after)


def _styled(tag: Tag, style: str) -> Iterator[tuple[str, str]]:
    """The words below a tag with their style; behind a link to the web stands where it leads."""
    for child in tag.children:
        if isinstance(child, NavigableString):
            yield re.sub(r"[ \t\n]+", " ", child), style
        elif isinstance(child, Tag) and child.name == "br":
            yield "\n", style
        elif isinstance(child, Tag) and child.name not in PASSED_OVER:
            yield from _styled(child, STYLES.get(child.name, style))
            target = str(child.get("href") or "") if child.name == "a" else ""
            if WEB.match(target) and target not in child.get_text():
                yield f" ({target})", "I"


def _flat(text: str) -> str:
    return re.sub(r"[ \t\n]+", " ", text).strip(" ")


def _signed(paper: Paper, chosen: Chosen, language: str, fingerprint: str, address: str) -> None:
    """At the end: how many signed and as of when, where it can be read, and what shows that this is the same text."""
    petition = chosen.petition
    paper.keep(CODE + 22)
    paper.ln(5)
    paper.rule(RED, 0.8, after=5)
    top = paper.y
    paper.code(address, paper.w - paper.r_margin - CODE, top, CODE)
    paper.set_right_margin(paper.r_margin + CODE + 6)
    paper.paragraph(number(petition.signed, language), "B", 30, RED, leading=1.05, after=0.6)
    signed = say_number("signature", "signatures", petition.signed, language)
    paper.paragraph(signed, "B", 12, INK, leading=1.3, after=1.4)
    if petition.counted_on:
        day = format_date(petition.counted_on, "long", locale=language)
        told = say("Counted as of %(day)s", language, day=day)
        paper.paragraph(told, "", 10.5, leading=1.35, after=0.8)
    paper.paragraph(address, "", 9.5, GREY, leading=1.35, after=0.8)
    told = say("Fingerprint of this text: %(fingerprint)s", language, fingerprint=fingerprint)
    paper.paragraph(told, "I", 9, GREY, leading=1.35, after=0)
    paper.set_right_margin(paper.l_margin)
    paper.set_y(max(paper.y, top + CODE))
