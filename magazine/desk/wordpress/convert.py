"""HTML of WordPress to the Markdown of the magazine; no HTML is left."""

from __future__ import annotations

import re

import nh3
from bs4 import BeautifulSoup

from magazine import headers
from magazine.desk.wordpress.addresses import web_address
from magazine.desk.wordpress.converter import INDENT, Converter, Surroundings
from magazine.desk.wordpress.shortcodes import autop
from magazine.desk.wordpress.text import as_paragraphs, cleaned

WORDS = {"p", "br", "div", "em", "i", "strong", "b", "a", "blockquote", "ul", "ol", "li", "code", "pre"}
TAGS = WORDS | {
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "figure", "figcaption", "table", "thead", "tbody", "tfoot", "tr",
    "td", "th", "caption", "dl", "dt", "dd", "del", "s", "strike", "sup", "sub", "q", "iframe", "audio", "video",
    "source", "section", "article", "aside", "header", "footer", "center", "address", "details", "summary", "embed",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt", "class", "title"}, "ol": {"start"}, "iframe": {"src"}, "audio": {"src"},
    "video": {"src"}, "source": {"src"}, "embed": {"src"}, "td": {"colspan"}, "th": {"colspan"},
}  # fmt: skip
LEFT_OUT = {"script", "style", "select", "textarea", "button", "noscript", "template"}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
HEADING = re.compile(r"<(/?)h([1-6])\b")
GALLERY = re.compile(r"<(?:ul|li)\b[^>]*\bclass=[\"'][^\"']*blocks-gallery[^>]*>", re.IGNORECASE)
BLANKS = re.compile(r"\n{3,}")
TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
MAX_DEPTH = 60  # tags within each other: more is no text, and Markdown counts calls


def text(html: str, around: Surroundings) -> str:
    """The Markdown of a body whose own marks have been made into HTML (see ``shortcodes``)."""
    used = sorted({int(level) for _, level in HEADING.findall(html)})
    level_of = {level: min(6, place) for place, level in enumerate(used, start=2)}  # the title of the page is the first
    html = HEADING.sub(lambda found: f"<{found[1]}h{level_of[int(found[2])]}", GALLERY.sub("", html))
    kept = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None,
                     clean_content_tags=LEFT_OUT, strip_comments=True)  # fmt: skip
    return _converted(kept, around, headers.MAX_SOURCE_BYTES)


def words(html: str) -> str:
    """The Markdown of what a reader wrote: words, links, lists and quotations."""
    if "<" not in html and len(html) < headers.MAX_ANSWER_BYTES:
        said = as_paragraphs(html)
        if not headers.costly_mark(said, headers.MAX_ANSWER_BYTES // headers.BYTES_PER_MARK):
            return said
    kept = nh3.clean(autop(_with_links(html)), tags=WORDS, attributes={"a": {"href"}}, url_schemes=SCHEMES,
                     link_rel=None, strip_comments=True)  # fmt: skip
    return _converted(kept, _Strangers(), headers.MAX_ANSWER_BYTES)


def depth(html: str) -> int:
    """How deep tags stand within each other."""
    deepest = current = 0
    for found in re.finditer(r"<(/?)(\w+)", html):
        if found[2] not in ("br", "img", "hr", "source", "embed"):
            current += -1 if found[1] else 1
            deepest = max(deepest, current)
    return deepest


def _converted(html: str, around: Surroundings, limit: int) -> str:
    soup = BeautifulSoup(html, "html.parser")
    if depth(html) > MAX_DEPTH:
        around.tell("nested", "")
        return as_paragraphs(soup.get_text("\n\n").replace("&", "&amp;"))
    said = Converter(around, by_number=False).convert_soup(soup)
    if headers.costly_mark(said, limit // headers.BYTES_PER_MARK):
        said = Converter(around, by_number=True).convert_soup(soup)
    said = TRAILING.sub(lambda found: "  " if found[0] == "  " else "", cleaned(said))
    said = re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", said)
    return BLANKS.sub("\n\n", said).strip().replace(INDENT[0], " ")


def _with_links(html: str) -> str:
    """Bare addresses are links where readers write (WordPress's ``make_clickable``)."""
    if "http" not in html:
        return html
    parts = re.split(r"(<a\b.*?</a\s*>|<[^>]*>)", html, flags=re.DOTALL | re.IGNORECASE)
    address = re.compile(r"https?://[^\s<>\"'\[\]]*[\w/=&#%-]", re.IGNORECASE)
    parts[::2] = [address.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', part) for part in parts[::2]]
    return "".join(parts)


class _Strangers:
    """Links of readers lead elsewhere, or nowhere."""

    def link(self, address: str) -> str:
        return web_address(address)

    def picture(self, _address: str, _identifier: int, _alt: str, _caption: str) -> str:
        return ""

    def tell(self, what: str, value: str) -> None:
        pass
