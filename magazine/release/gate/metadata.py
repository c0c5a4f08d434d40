"""What a file carries besides what it shows; of a kind that is not known here nobody can say, and it does not pass."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import defusedxml
from defusedxml import ElementTree

from magazine import containers, photos
from magazine.problems import Report

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
# ISO 32000-2, 14.3.3, 14.3.2, 12.6.4, 7.11.4, 7.6: what tells of its maker, does something, or hides something
PDF_TELLING = (b"Author", b"Creator", b"Producer", b"Company", b"Manager", b"SourceModified", b"Keywords", b"PieceInfo",
               b"Metadata", b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"SubmitForm", b"URI",
               b"OpenAction", b"AA", b"RichMedia", b"Encrypt", b"CreationDate", b"ModDate")  # fmt: skip
PDF_HARMLESS = {b"URI", b"CreationDate", b"ModDate", b"Keywords"}  # links are seen; times are judged as such
PDF_NAME = re.compile(rb"/([A-Za-z#][A-Za-z0-9#]*+)\s*+(\(\s*+\)|<\s*+>)?")
PDF_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
PDF_STREAM = re.compile(rb"<<(?P<head>(?:(?!stream).){0,4000}?)>>\s*stream\r?\n", re.DOTALL)
PDF_PACKED = re.compile(rb"/(?:LZWDecode|ASCII85Decode|ASCIIHexDecode|RunLengthDecode|Crypt|LZW|A85|AHx|RL)\b")
MOST = 50_000_000  # bytes that a part of a file may be when it is unpacked
SVG = "{http://www.w3.org/2000/svg}"
SVG_STRANGE = ("metadata", "script", "foreignObject", "iframe", "audio", "video", "handler", "listener")
SVG_ADDRESSES = ("href", "{http://www.w3.org/1999/xlink}href", "src")
XML_NAMES = {"http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/svg"}
ICO = b"\0\0\1\0"


class Refused(Exception):  # noqa: N818 (it is no error of the program)
    """A file that cannot be looked into; the message says why."""


def is_known(path: str) -> bool:
    """Whether files with this name are looked into here."""
    return PurePosixPath(path).suffix.lower() in KINDS


def tell(path: str, data: bytes, report: Report) -> list[tuple[str, bytes]]:
    """Tell what a file carries besides its contents; the files inside of it, by name."""
    try:
        found, inside = KINDS[PurePosixPath(path).suffix.lower()](data)
    except (Refused, photos.PictureError) as error:
        report.add("gate-damaged", path, reason=str(error) or type(error).__name__)
        return []
    if found:
        report.add("gate-metadata", path, found=", ".join(sorted(found)))
    return inside


def texts(data: bytes) -> Iterator[str]:
    """What may be words in a file that is no text."""
    for part in containers.plain_parts(data):
        yield part.decode("utf-8", "ignore")
        yield part.decode("utf-16-le", "ignore")
    yield from photos.texts(data)


Inside = list[tuple[str, bytes]]


def _picture(data: bytes) -> tuple[set[str], Inside]:
    findings = photos.examined(data, 1).findings
    profile = {"ICC"} if any(_is_profile(part) for part in containers.plain_parts(data)) else set()
    return {*findings.private, *findings.technical, *profile}, []


def _is_profile(part: bytes) -> bool:
    return part.startswith((b"ICC_PROFILE\0", b"ICCP")) or part[4:8] == b"iCCP"


def _icon(data: bytes) -> tuple[set[str], Inside]:
    """The pictures of an icon, which may be PNG files; what stands between or behind them is hidden."""
    if not data.startswith(ICO):
        raise Refused("no icon")
    count = int.from_bytes(data[4:6], "little")
    end = 6 + 16 * count
    inside: Inside = []
    places = sorted(
        (int.from_bytes(data[at + 12 : at + 16], "little"), int.from_bytes(data[at + 8 : at + 12], "little"))
        for at in range(6, end, 16)
    )
    for number, (place, size) in enumerate(places):
        if place != end or place + size > len(data):
            return {"bytes between the pictures"}, inside
        part, end = data[place : place + size], place + size
        if part.startswith(b"\x89PNG"):
            inside.append((f"{number}.png", part))
    return ({"bytes behind the end"} if end < len(data) else set()), inside


def _svg(data: bytes) -> tuple[set[str], Inside]:
    if b"<!--" in data:
        return {"comment"}, []
    if re.search(rb"<\?(?!xml\s)|<!", data):
        return {"processing instruction"}, []
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, defusedxml.DefusedXmlException, ValueError) as error:
        raise Refused(str(error)) from error
    if root.tag != f"{SVG}svg":
        raise Refused("no SVG")
    found = set()
    for element in root.iter():
        space, _, name = element.tag.rpartition("}")
        if name in SVG_STRANGE or space != SVG[:-1]:
            found.add(name)
        for key, value in element.attrib.items():
            of, _, plain = key.rpartition("}")
            is_away = key in SVG_ADDRESSES and not value.startswith("#")
            if (of and of[1:] not in XML_NAMES) or plain.startswith("on") or is_away or "url(http" in value:
                found.add(plain)
    return found, []


def _pdf(data: bytes) -> tuple[set[str], Inside]:
    if not data.startswith(b"%PDF-"):
        raise Refused("no PDF")
    found = set()
    for part in _pdf_parts(data):
        for name, empty in PDF_NAME.findall(part):
            plain = PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), name)
            if plain in PDF_TELLING and plain not in PDF_HARMLESS and not empty:
                found.add(plain.decode())
    if data.count(b"%%EOF") > 1:
        found.add("earlier versions")
    return found, [("text.txt", b"\n".join(_pdf_parts(data)))] if not found else []


def _pdf_parts(data: bytes) -> Iterator[bytes]:
    """The objects of a PDF, and what its streams of objects hold when they are unpacked."""
    place = 0
    while match := PDF_STREAM.search(data, place):
        yield data[place : match.end()]
        place = data.find(b"endstream", match.end())
        if place < 0:
            raise Refused("a stream without an end")
        head = match["head"]
        if b"ObjStm" in head or b"/XML" in head or b"Metadata" in head:
            if PDF_PACKED.search(head):
                raise Refused("a stream that is packed in a rare way")
            body = data[match.end() : place]
            yield unpacked(body) if b"FlateDecode" in head or b"/Fl" in head else body
    yield data[place:]


def unpacked(data: bytes) -> bytes:
    """A stream as it was before zlib packed it. Raises Refused."""
    packer = zlib.decompressobj()
    try:
        plain = packer.decompress(data, MOST)
    except zlib.error as error:
        raise Refused(str(error)) from error
    if packer.unconsumed_tail:
        raise Refused("too large when it is unpacked")
    return plain


def _zip(data: bytes) -> tuple[set[str], Inside]:
    found, inside = set(), []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.comment:
                found.add("comment")
            if not data.startswith(b"PK"):
                found.add("bytes before the beginning")
            for entry in archive.infolist():
                if entry.comment:
                    found.add("comment")
                if entry.extra:
                    found.add("extra field")
                if entry.file_size > MOST:
                    raise Refused("too large when it is unpacked")
                if not entry.is_dir():
                    inside.append((entry.filename, archive.read(entry)))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise Refused(str(error)) from error
    return found, inside


KINDS: dict[str, Callable[[bytes], tuple[set[str], Inside]]] = {
    **dict.fromkeys(PICTURES, _picture), ".ico": _icon, ".svg": _svg, ".pdf": _pdf, ".zip": _zip,
}  # fmt: skip
