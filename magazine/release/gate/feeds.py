"""Feeds and the sitemap: whole addresses that lead to files, and texts that are as harmless as pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, property_lexical_handler
from xml.sax.xmlreader import AttributesImpl

import defusedxml
from defusedxml.sax import make_parser

from magazine.problems import Report
from magazine.release.gate import forms, markup, scripts
from magazine.release.gate.about import About
from magazine.release.gate.links import Links, Wanted
from magazine.release.gate.markup import Page

ADDRESSES = ("href", "src", "url", "xlink:href", "xml:base")
NAMED = ("loc", "link", "url", "comments", "icon", "logo", "image:loc", "docs")  # whose text is an address
TEXTS = ("content", "summary", "title", "subtitle", "rights", "description", "content:encoded")


@dataclass
class Read(ContentHandler):
    """What stands in an XML file, with lines."""

    addresses: list[tuple[int, str, bool]] = field(default_factory=list)  # and whether it is fetched unasked
    parts: list[tuple[int, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    locator: object = None
    _open: list[tuple[str, str, int, list[str]]] = field(default_factory=list)

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 (SAX names it so)
        """Where the lines are asked for."""
        self.locator = locator

    @property
    def line(self) -> int:
        """Where the parser is."""
        return int(self.locator.getLineNumber() or 0)  # type: ignore[attr-defined]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Take its attributes."""
        for key in ADDRESSES:
            if key in attrs:
                self.addresses.append((self.line, attrs[key], key == "src"))
        self.texts += [value for _, value in attrs.items()]
        self._open.append((name, attrs.get("type", ""), self.line, []))

    def characters(self, content: str) -> None:
        """Take a piece of its text."""
        if self._open:
            self._open[-1][3].append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Take its whole text."""
        _, kind, line, found = self._open.pop()
        text = "".join(found)
        self.texts.append(text)
        if name in NAMED and text.strip():
            self.addresses.append((line, text.strip(), False))
        elif name in TEXTS and (kind in ("html", "text/html") or name in ("description", "content:encoded")):
            self.parts.append((line, text))

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802, ARG002
        """Take what is meant for programs."""
        self.comments.append((self.line, target))

    def comment(self, content: str) -> None:
        """Take a comment."""
        self.comments.append((self.line, content.strip()))

    def startDTD(self, *_: object) -> None:  # noqa: N802
        """Refused by the parser."""

    def endDTD(self) -> None:  # noqa: N802
        """Refused by the parser."""

    def startCDATA(self) -> None:  # noqa: N802
        """Its text is text."""

    def endCDATA(self) -> None:  # noqa: N802
        """Its text is text."""


def tell(path: str, data: bytes, about: About, links: Links, report: Report) -> tuple[list[Wanted], str]:
    """Tell what is wrong in an XML file; the places that its addresses want, and its text."""
    read = Read()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(read)
    parser.setProperty(property_lexical_handler, read)
    try:
        parser.parse(io.BytesIO(data))
    except (SAXException, defusedxml.DefusedXmlException, ValueError) as error:
        report.add("gate-damaged", path, reason=str(error) or type(error).__name__)
        return [], data.decode("utf-8", "replace")
    for line, text in read.comments:
        report.add("gate-comment", path, line, value=text[:60])
    wanted = [
        links.tell(path, line, address, report, is_fetched=is_fetched, is_feed=True)
        for line, address, is_fetched in read.addresses
    ]
    texts = list(read.texts)
    for line, text in read.parts:
        page = markup.read(text, is_whole=False)
        texts.append(page.words)
        wanted += tell_part(path, page, line, about, links, report)
    return [one for one in wanted if one], "\n".join(texts)


def tell_part(path: str, page: Page, line: int, about: About, links: Links, report: Report) -> Iterator[Wanted]:
    """Tell what is wrong in a text of a feed, which no policy guards; the places that it wants."""
    for place, what in page.odd:
        report.add("gate-markup", path, line + page.line(place) - 1, value=what)
    forms.tell(path, page, about, report, first=line)
    scripts.tell_scripts(path, page, (), report, first=line)
    yield from links.tell_page(path, page, report, first=line, is_feed=True)
