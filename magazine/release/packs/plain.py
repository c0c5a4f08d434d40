"""Pages for the edition of texts: without pictures and with a small style, every link leading somewhere.

Pages come from our own templates and have passed the gate, so that their tags are quoted and closed; what has neither
is left as it stands.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import quote, unquote

REFRESH, HEAD_BYTES = b'http-equiv="refresh"', 2048
STYLE_NAME = "text.css"
STYLE = (
    "html{font:1.06em/1.5 Georgia,serif;background:#fbf7ee;color:#1c1813}"
    "body{margin:0 auto;max-width:34em;padding:0 .9em 2em;overflow-wrap:break-word}a{color:#8f1420}"
    ".bar{float:right;position:sticky;top:0}.exit{padding:.4em .8em;background:#8f1420;color:#fff}"
    ".line a,.line b{margin-right:.9em}.skip{display:none}pre,table{display:block;overflow:auto}"
    "@media(prefers-color-scheme:dark){html{background:#16130f;color:#ece4d6}a{color:#f2a49c}}\n"
)
# In a ZIP each page carries anew what all pages have: style, script and forms would be larger than most texts.
POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'\">\n"
REST = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
WHOLE = "style|script|template|svg|picture|video|audio|object|iframe|form|footer"
SINGLE = "img|link|meta|a|area|source|embed"
PARTS = re.compile(
    rf"<!--.*?-->|<(?P<whole>{WHOLE})\b{REST}>.*?</(?P=whole)\s*>\n?"
    rf"|<(?P<tag>{SINGLE})\b{REST}>\n?|</head\s*>",
    re.DOTALL | re.IGNORECASE,
)
FOOTER = re.compile(
    rf"<(?P<whole>svg|picture|script|style|form)\b{REST}>.*?</(?P=whole)\s*>\n?|<(?P<tag>img|a|area)\b{REST}>",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
IMG = re.compile(rf"<img\b{REST}>", re.IGNORECASE)
HREF = re.compile(r"""(\shref\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#")
METAS_KEPT = ("referrer", "viewport")


@dataclass(frozen=True)
class Edition:
    """What is in it, the address of the whole site, and its first pages in each language.

    ``below`` is the folder of the site that is its top, with a slash, where it is not all of the site.
    """

    kept: AbstractSet[str]
    site: str
    homes: AbstractSet[str]
    below: str = ""

    def page(self, text: str, name: str) -> str:
        """A page for the path ``name`` in it.

        A picture becomes its text, a form or a link to a file that is left out leads to the site's own address; where
        that is not known it leads nowhere, but its words stay. The footer stays where the magazine begins.
        """
        return PARTS.sub(partial(self._part, name), text)

    def _part(self, name: str, match: re.Match[str]) -> str:
        whole, tag = (match["whole"] or "").lower(), (match["tag"] or "").lower()
        made = ""
        if tag in ("a", "area"):
            made = HREF.sub(partial(self._href, posixpath.dirname(name)), match[0], count=1)
        elif tag == "meta":
            made = _meta(match[0])
        elif whole in ("picture", "svg", "object") or tag == "img":
            made = _words(match[0], whole)
        elif whole == "form":
            made = self._form(name, match[0])
        elif whole == "footer" and name in self.homes:
            made = FOOTER.sub(partial(self._part, name), match[0])
        elif match[0].startswith("</"):
            up = "../" * name.removeprefix(self.below).count("/")
            made = f'<link rel="stylesheet" href="{up}{STYLE_NAME}">\n{match[0]}'
        return made

    def _form(self, name: str, form: str) -> str:
        place = _attributes(form.partition(">")[0]).get("id", "")
        if not self.site:
            return f'<i id="{place}"></i>' if place else ""
        address = html.escape(self.site + quote(name))
        ids = f' id="{place}"' if place else ""
        return f'<p{ids}><a href="{address}{place and "#" + place}">{address}</a></p>\n'

    def _href(self, folder: str, match: re.Match[str]) -> str:
        new = self._address(folder, match[2].strip("\"'"))
        if new is None:
            return match[0]
        return f'{match[1]}"{new}"' if new else ""

    def _address(self, folder: str, written: str) -> str | None:
        """What stands in place of an address: None where it is right, nothing where there is no such place."""
        address = html.unescape(written).strip()
        if not address or SCHEME.match(address):
            return None
        way, sign, fragment = address.partition("#")
        way = way.partition("?")[0]
        target = _target(folder, way)
        if target in self.kept:
            return None
        if not self.site or target.startswith("../"):
            return ""
        end = "/" if way.endswith("/") else ""
        return html.escape(self.site + quote(target) + end + sign + fragment)


@lru_cache(maxsize=1 << 14)
def _target(folder: str, way: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(way)))


def _meta(tag: str) -> str:
    attributes = _attributes(tag)
    if "charset" in attributes:
        return tag + POLICY
    return tag if attributes.get("name", "").lower() in METAS_KEPT else ""


def _words(part: str, whole: str) -> str:
    """The text of a picture, with its place for links that lead to it."""
    image = IMG.search(part) if whole == "picture" else None
    attributes = _attributes(image[0] if image else part.partition(">")[0] if whole else part)
    title = TITLE.search(part) if whole == "svg" else None
    words = attributes.get("alt") or attributes.get("aria-label") or (title[1] if title else "")
    place = attributes.get("id")
    ids = f' id="{place}"' if place else ""
    if not words.strip():
        return f"<i{ids}></i>" if ids else ""
    return f"<i{ids}>[{words.strip()}]</i>"


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag by their small letters, escaped as they are written."""
    found = ATTRIBUTE.finditer(tag)
    return {match[1].lower(): next((value for value in match.groups()[1:] if value is not None), "") for match in found}
