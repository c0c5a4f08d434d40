"""The pages of the site without their pictures, for an archive that any messenger carries.

Style sheets and the script of the exit stand in files of their own here, which all pages share. What is left out is
called by its address on the net, so that no link leads nowhere.
"""

from __future__ import annotations

import hashlib
import html
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from magazine.release.gate import markup

PAGE, TEXTS = ".html", (".html", ".txt")
SHARED = {"style": ".css", "script": ".js"}
DROPPED = {"picture", "source"}
CANONICAL = "canonical"
FORMS = re.compile(r"form-action [^;]+")
PICTURE_END = re.compile(r"</picture\s*>", re.IGNORECASE)
PLACES = ("href", "src", "poster")
LEFT_OUT = ("404.html", "robots.txt")
LISTS = {"topics", "credits", "archive", "kit"}  # folders of what is found by other ways as well


@dataclass(frozen=True)
class Made:
    """A page of the edition, and the style sheets and scripts it shares with others, by name."""

    data: bytes
    shared: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Edition:
    """Makes the files of the edition out of those of the site below ``folder``; ``site`` is its address."""

    folder: Path
    names: Collection[str]
    site: str

    def __call__(self, name: str) -> Made:
        """A file of the edition."""
        data = (self.folder / name).read_bytes()
        if not name.endswith(PAGE):
            return Made(data)
        text = data.decode()
        shared: dict[str, bytes] = {}
        pieces, place = [], 0
        for start, end, new in self._changes(name, markup.read(text), shared):
            pieces += [text[place:start], new]
            place = end
        return Made(("".join(pieces) + text[place:]).encode(), tuple(shared.items()))

    def _changes(self, name: str, page: markup.Page, shared: dict[str, bytes]) -> Iterator[tuple[int, int, str]]:
        """Where the source of a page is to be another, and what stands there then; in the order of the source."""
        inside = 0  # of a drawing
        for tag in page.tags:
            end = tag.place + len(tag.letters)
            if tag.name in SHARED:
                closing = page.source.index(">", end + len(tag.text)) + 1
                yield tag.place, closing, self._shared(name, tag, shared)
            elif tag.attributes.get("http-equiv", "").lower() == "content-security-policy":
                yield tag.place, end, _policy(tag.attributes["content"])
            elif tag.name == "link":
                is_kept = tag.attributes.get("rel") in (CANONICAL, "icon")
                yield tag.place, end + (0 if is_kept else page.source[end : end + 1] == "\n"), tag.letters * is_kept
            elif tag.name in DROPPED:
                yield tag.place, end, ""
            elif tag.name == "img":
                closed = PICTURE_END.match(page.source, end)
                alt = tag.attributes.get("alt", "")
                yield tag.place, closed.end() if closed else end, html.escape(f"[{alt}]") if alt else ""
            elif tag.name == "svg":
                inside = page.source.index("</svg>", end) + len("</svg>")
                yield tag.place, inside, ""
            elif tag.place < inside:
                continue
            else:
                new = self._led(name, tag)
                if new != tag.letters:
                    yield tag.place, end, new

    def _shared(self, name: str, tag: markup.Tag, shared: dict[str, bytes]) -> str:
        """The element that calls a style sheet or a script which stood in the page."""
        if not tag.text.strip():
            return ""
        data = tag.text.encode()
        file = f"{tag.name}-{hashlib.sha256(data).hexdigest()[:8]}{SHARED[tag.name]}"
        shared[file] = data
        way = posixpath.relpath(file, posixpath.dirname(name) or ".")
        if tag.name == "style":
            return f'<link rel="stylesheet" href="{way}">'
        return f'<script src="{way}"></script>'

    def _led(self, name: str, tag: markup.Tag) -> str:
        """The tag, whose addresses lead to the net where the edition has no such file."""
        letters = tag.letters
        for place in PLACES:
            address = tag.attributes.get(place, "")
            target = _target(name, address)
            if target is None or target in self.names:
                continue
            absolute = f"{self.site}{quote(target)}" + (f"#{urlsplit(address).fragment}" if "#" in address else "")
            written = re.compile(rf"(\s{place}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
            letters = written.sub(rf'\g<1>"{html.escape(absolute)}"', letters, count=1)
        return letters


def chosen(files: Iterable[str]) -> list[str]:
    """The files of the site that the edition has: pages, and lists of addresses and keys; none of the kit."""
    return [
        name for name in files
        if name.endswith(TEXTS) and posixpath.basename(name) not in LEFT_OUT and not LISTS & set(name.split("/"))
    ]  # fmt: skip


def _target(name: str, address: str) -> str | None:
    """The path that an address within the site leads to; None where it leads elsewhere or stays on its page."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))


def _policy(policy: str) -> str:
    """The rules for browsers: what was in the page comes from files beside it, from a disk as well (CSP 3, 2.3.1)."""
    forms = FORMS.search(policy)
    own = "default-src 'none'; base-uri 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:"
    rules = "; ".join([own, *([forms[0]] if forms else [])])
    return f'<meta http-equiv="Content-Security-Policy" content="{html.escape(rules, quote=False)}">'
