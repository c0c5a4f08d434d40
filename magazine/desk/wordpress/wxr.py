"""Reading a WordPress export piece by piece, however large or damaged it is.

Items are found by their tags and each is parsed by itself, by expat. So memory is that of one item, a damaged item
costs no other, prefixes need not be declared, and since a document type is refused there can be no entity to grow.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from magazine.desk.wordpress.fields import ItemFields, head_of
from magazine.desk.wordpress.records import Head, Item, Piece
from magazine.messages import say

CHUNK = 1 << 20
MAX_ITEM = MAX_HEAD = 16 << 20  # bytes; WordPress itself takes no larger file from a browser
LONGEST_MARK = 16
MARK = re.compile(rb"<item(?=[\s>])|</item\s*>|<!\[CDATA\[|<!--|<!DOCTYPE|<!ENTITY")
IN_CDATA, IN_COMMENT = re.compile(rb"\]\]>"), re.compile(rb"-->")
DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)""")
# XML 1.0, 2.2: what no document may hold, written out or as a number
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REFERENCE = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:#(\d+|x[0-9a-f]+)|(\w+));|&", re.DOTALL | re.IGNORECASE)
OWN_ENTITIES = ("amp", "lt", "gt", "quot", "apos")


class ExportError(Exception):
    """The file is no export that can be read; the message is for the editor."""


@dataclass(frozen=True)
class Export:
    """An export on the disk. Raises ExportError where the file is none, OSError where it cannot be read."""

    path: Path
    prefixes: dict[str, str] = field(default_factory=dict)  # other prefix: WordPress's own

    @cached_property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    @cached_property
    def head(self) -> Head:
        """What stands before the first item."""
        with self.path.open("rb") as file:
            data = file.read(MAX_HEAD)
        if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
            raise ExportError(say("The file is not written in UTF-8. Export it again, or save it with that encoding."))
        first = MARK.search(data)
        while first and first[0] in (b"<![CDATA[", b"<!--"):
            end = (IN_CDATA if first[0] == b"<![CDATA[" else IN_COMMENT).search(data, first.end())
            first = MARK.search(data, end.end() if end else first.end())
        if first and first[0] in (b"<!DOCTYPE", b"<!ENTITY"):
            raise ExportError(
                say("The file defines words of its own (DOCTYPE), as no WordPress does: it may be meant to do harm. "
                    "Nothing was read. Export it again from WordPress.")
            )  # fmt: skip
        text = self.decoded(data[: first.start()] if first else data)
        if not re.search(r"<rss\b|<channel\b|wordpress\.org/export", text):
            raise ExportError(
                say("This is no WordPress export. In WordPress choose «Tools», «Export», «All content»; "
                    "if the file is packed, unpack it first.")
            )  # fmt: skip
        for prefix, part in re.findall(r'xmlns:([\w.-]+)="https?://wordpress\.org/export/[\d.]+/(excerpt/)?"', text):
            self.prefixes[prefix] = "excerpt" if part else "wp"
        for prefix, name in re.findall(r'xmlns:([\w.-]+)="https?://purl\.org/(rss|dc)/[^"]*"', text):
            self.prefixes[prefix] = "content" if name == "rss" else "dc"
        return head_of(text, self.prefixes)

    @cached_property
    def encoding(self) -> str:
        """The encoding that the file says it has, if the tags can be found in it; else UTF-8."""
        with self.path.open("rb") as file:
            declared = DECLARED.search(file.read(200))
        name = declared[1].decode() if declared else "utf-8"
        try:
            is_fit = "<item>]]>".encode(name) == b"<item>]]>" and codecs.lookup(name).name not in ("utf-16", "utf-32")
        except (LookupError, UnicodeError):
            is_fit = False
        return name if is_fit else "utf-8"

    def decoded(self, data: bytes) -> str:
        """A part of the file as text; damaged letters become U+FFFD, signs that no XML may hold are left out."""
        return UNFIT.sub("", data.removeprefix(codecs.BOM_UTF8).decode(self.encoding, "replace"))

    def pieces(self, step: Callable[[], object] = lambda: None) -> Iterator[Piece]:
        """Where each item stands; ``step`` is called for each ``CHUNK`` of the file."""
        return _Scanner(self.path, step).pieces()

    def item(self, piece: Piece) -> Item | None:
        """The item of a piece; None if it is damaged. Nothing is left out of an item that is given."""
        if not piece.is_whole:
            return None
        with self.path.open("rb") as file:
            file.seek(piece.start)
            text = self.decoded(file.read(piece.length))
        return ItemFields(self.prefixes).parsed(text) or ItemFields(self.prefixes).parsed(_mended(text))


@dataclass
class _Scanner:
    path: Path
    step: Callable[[], object]
    buffer: bytes = b""
    offset: int = 0  # of the buffer in the file
    lines: int = 1  # before ...
    counted: int = 0  # ... this place in the buffer

    def pieces(self) -> Iterator[Piece]:
        number, opened = 0, None
        with self.path.open("rb") as file:
            place, mark = 0, MARK
            while True:
                found = mark.search(self.buffer, place)
                if not found:
                    place = max(place, len(self.buffer) - LONGEST_MARK)
                    if not self._more(file.read(CHUNK), place):
                        break
                    place = 0
                    continue
                place = found.end()
                if mark is not MARK:
                    mark = MARK
                elif found[0] in (b"<![CDATA[", b"<!--"):
                    mark = IN_CDATA if found[0] == b"<![CDATA[" else IN_COMMENT
                elif found[0] == b"<item":
                    if opened:
                        yield self._piece(opened, found.start(), is_whole=False)
                    number += 1
                    opened = Piece(number, self.offset + found.start(), 0, self._line(found.start()))
                elif found[0].startswith(b"</item") and opened:
                    yield self._piece(opened, found.end())
                    opened = None
            if opened:
                yield self._piece(opened, len(self.buffer), is_whole=False)

    def _more(self, data: bytes, place: int) -> bool:
        """Read on, and let go of what lies before the place; False at the end of the file."""
        self._line(place)
        self.counted = 0
        self.offset += place
        self.buffer = self.buffer[place:] + data
        self.step()
        return bool(data)

    def _line(self, place: int) -> int:
        self.lines += self.buffer.count(b"\n", self.counted, place)
        self.counted = place
        return self.lines

    def _piece(self, opened: Piece, end: int, *, is_whole: bool = True) -> Piece:
        length = self.offset + end - opened.start
        return replace(opened, length=length, is_whole=is_whole and length <= MAX_ITEM)


def _mended(text: str) -> str:
    """The piece without what most often makes exports unreadable: bare ``&``, HTML's entities, forbidden numbers."""
    return REFERENCE.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    if found[0].startswith("<"):
        return found[0]
    if found[1]:
        number = int(found[1][1:], 16) if found[1][0] in "xX" else int(found[1][:9])
        return found[0] if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0x110000 else ""
    if found[2] in OWN_ENTITIES:
        return found[0]
    meant = html.unescape(found[0])
    return found[0].replace("&", "&amp;", 1) if meant == found[0] else html.escape(meant)
