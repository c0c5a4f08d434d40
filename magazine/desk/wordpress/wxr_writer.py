"""WordPress eXtended RSS 1.2 as a stream: what is written is not kept, and the same values are the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

VERSION = "1.2"
NAMESPACES = {
    "xmlns:excerpt": f"http://wordpress.org/export/{VERSION}/excerpt/",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:wp": f"http://wordpress.org/export/{VERSION}/",
}
ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2; a \r would become a \n

Value = str | int


class WxrWriter:
    """Elements in the order they are asked for; values lose what XML cannot hold."""

    def __init__(self, stream: BinaryIO) -> None:
        self.xml = XMLGenerator(stream, "utf-8")

    @contextmanager
    def channel(self) -> Iterator[None]:
        """The whole document around the block."""
        self.xml.startDocument()
        with self.element("rss", {"version": "2.0", **NAMESPACES}), self.element("channel"):
            yield
        self.xml.endDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """An element around the block."""
        self.xml.startElement(name, AttributesImpl(attributes or {}))
        self.xml.characters("\n")
        yield
        self.xml.endElement(name)
        self.xml.characters("\n")

    def value(self, name: str, value: Value, attributes: Mapping[str, str] | None = None) -> None:
        """An element with a text."""
        clean = {key: _legal(one) for key, one in (attributes or {}).items()}
        self.xml.startElement(name, AttributesImpl(clean))
        self.xml.characters(_legal(str(value)))
        self.xml.endElement(name)
        self.xml.characters("\n")

    def values(self, values: Mapping[str, Value], prefix: str = "wp:") -> None:
        """Several elements of one namespace."""
        for name, value in values.items():
            self.value(prefix + name, value)

    def meta(self, kind: str, fields: Mapping[str, Value]) -> None:
        """Custom fields of a post or a comment, those that say something."""
        for key, value in fields.items():
            if value != "":
                with self.element(f"wp:{kind}"):
                    self.values({"meta_key": key, "meta_value": value})


def serialized(values: Mapping[str, Value]) -> str:
    """A map as PHP's ``serialize`` writes it, in which Polylang keeps languages and translations."""
    return f"a:{len(values)}:{{{''.join(_php(key) + _php(value) for key, value in values.items())}}}"


def _php(value: Value) -> str:
    return f"i:{value};" if isinstance(value, int) else f's:{len(value.encode())}:"{value}";'


def _legal(text: str) -> str:
    return ILLEGAL.sub("", text)
