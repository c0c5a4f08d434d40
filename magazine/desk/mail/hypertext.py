"""HTML of a mail as plain words: quotations begin with >, signatures with two dashes, links are Markdown's."""

# ruff: noqa: ARG002 (markdownify gives each method the same arguments, and its name says what it converts)

from __future__ import annotations

import re
from html import unescape

import nh3
from bs4 import BeautifulSoup
from bs4.element import Tag
from markdownify import MarkdownConverter

from magazine.desk.wordpress.convert import MAX_DEPTH, depth

TAGS = {"p", "div", "br", "blockquote", "ul", "ol", "li", "a", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
ATTRIBUTES = {"a": {"href"}, "div": {"class", "id"}, "p": {"class"}, "pre": {"class"}}
LEFT_OUT = {"script", "style", "title", "select", "textarea", "button", "noscript", "template", "svg", "math"}
SCHEMES = {"http", "https"}
PICTURE = re.compile(r"data:[\w.+/-]{1,60};base64,[A-Za-z0-9+/=%\s]*")
SIGNATURES = ".gmail_signature, .moz-signature, #Signature, #signature, .signature, .mailru-signature"
TAG = re.compile(r"<[^<>]*>")
LIMIT = 400_000  # letters without pictures; Word's own frame is some 50,000 of them
CLEAN_LIMIT = 100_000
MAX_TAGS = 10_000
BLANKS = re.compile(r"\n{3,}")


class LongError(Exception):
    """More than anybody writes by hand."""


def words(html: str) -> str:
    """The words of a page; raises LongError."""
    html = PICTURE.sub("", html)
    if len(html) > LIMIT or html.count("<") > MAX_TAGS:
        raise LongError
    kept = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, clean_content_tags=LEFT_OUT,
                     link_rel=None, strip_comments=True)  # fmt: skip
    if len(kept) > CLEAN_LIMIT:
        raise LongError
    if depth(kept) > MAX_DEPTH:
        return BLANKS.sub("\n\n", unescape(TAG.sub("\n", kept))).strip()
    soup = BeautifulSoup(f"<div>{kept}</div>", "html.parser")  # it warns of bare words that could be a file's name
    for signature in soup.select(SIGNATURES):
        mark = soup.new_tag("p")
        mark.string = "--"
        signature.insert_before(mark)
    said = _Words().convert_soup(soup)
    return BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in said.split("\n"))).strip()


class _Words(MarkdownConverter):
    """markdownify without Markdown's marks: what a reader typed is plain text here as it is in a form."""

    def __init__(self) -> None:
        super().__init__(escape_asterisks=False, escape_underscores=False, escape_misc=False, bullets="-",
                         autolinks=True, wrap=True, wrap_width=None)  # fmt: skip

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n{text.strip(chr(10))}\n" if text.strip() else "\n\n"

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n"

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{text}\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{text.strip()} "

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text}\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        address, said = str(el.get("href") or ""), text.strip()
        if not address or not said or said == address or address.rstrip("/").endswith(f"//{said}"):
            return text
        return f"[{said}]({address})" if "\n" not in said and not re.search(r"[\s()]", address) else text

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        return f"\n\n{text.strip()}\n\n"
