"""A page of the site as one file that needs no other: for Bluetooth, a messenger, a memory card."""

from __future__ import annotations

import base64
import re
from html import escape, unescape
from pathlib import Path

from magazine.release.packs import pages
from magazine.release.packs.source import Source

LIMIT = 300_000  # bytes that the pictures of a page may have together
KINDS = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
SOURCES = re.compile(r"<source\b[^>]*>")
IMAGE = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r'\s(src|srcset|sizes|alt)="([^"]*)"')
LINK = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"')
HEAD_LINK = re.compile(r'<link\b(?![^>]*\brel="(?:canonical|icon|license)")[^>]*>\n?')
FORM = re.compile(r"<form\b.*?</form>\n?", re.DOTALL)


def single(source: Source, address: str) -> bytes:
    """The page at this address with its pictures within, links led to the site, and no form.

    A picture that no longer fits is told in its words. Raises OSError if the page cannot be read.
    """
    page = (source.folder / address).read_text(encoding="utf-8")
    page = FORM.sub("", HEAD_LINK.sub("", SOURCES.sub("", page)))
    left = LIMIT

    def within(found: re.Match[str]) -> str:
        nonlocal left
        told = {name: unescape(value) for name, value in ATTRIBUTE.findall(found[0])}
        if told.get("src", "").startswith("data:"):
            return found[0]
        path = pages.target(source, address, told.get("src", ""))
        kind = KINDS.get(Path(path).suffix.lower())
        data = (source.folder / path).read_bytes() if path in source.files and kind else b""
        if not data or len(data) > left:
            return f"<em>[{escape(told.get('alt', ''))}]</em>" if told.get("alt") else ""
        left -= len(data)
        bare = ATTRIBUTE.sub(lambda one: one[0] if one[1] == "alt" else "", found[0])
        return bare.replace("<img", f'<img src="data:{kind};base64,{base64.b64encode(data).decode()}"', 1)

    def led(found: re.Match[str]) -> str:
        link = unescape(found[2])
        if link.startswith("#"):
            return found[0]
        whole = pages.outside(source, pages.target(source, address, link))
        return f'{found[1]} href="{escape(whole)}"' if whole else found[1]

    return LINK.sub(led, IMAGE.sub(within, page)).encode()
