"""Form posts of any browser, new or old, as fields of text; only in memory, and whatever the bytes are."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator, Mapping

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Field, File, MultipartDecoder

from magazine.intake.submissions import UNSEEN

MAX_FIELDS = 40
NAMED_CHARSET = "_charset_"  # a browser fills in the one it uses (HTML, 4.10.21.5)
LEGACY = "cp1251"
CHARSETS = ("utf-8", LEGACY, "koi8-r", "koi8-u", "iso8859-5", "cp866")  # as codecs.lookup names them
STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# what a browser sends for a letter that its charset lacks (HTML, 4.10.21.8)
REFERENCE = re.compile(r"&#(\d{1,7});")


def fields(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form, each name once; of a body that is damaged or cut short, those that can be read."""
    kind, options = parse_options_header(content_type)
    pairs = _parts(body, options.get("boundary", "")) if kind == "multipart/form-data" else _pairs(body)
    raw: dict[str, bytes] = {}
    for name, value in pairs:
        raw.setdefault(name, value)
    charset = _charset(raw, options.get("charset", ""))
    return {name: _decoded(value, charset) for name, value in raw.items()}


def _pairs(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The fields of a urlencoded body as bytes, for the charset is not known yet; urllib is slow with Cyrillic."""
    for pair in body.split(b"&", MAX_FIELDS)[:MAX_FIELDS]:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        yield _unescaped(name).decode("latin-1"), _unescaped(value)


def _unescaped(value: bytes) -> bytes:
    # quoted-printable (RFC 2045, 6.7) has the same escapes behind another sign, and a decoder that is quick
    return binascii.a2b_qp(STRAY.sub(b"%25", value).replace(b"=", b"%3D").replace(b"%", b"="))


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, bytes]]:
    """The fields of a multipart body (RFC 7578); of a file, which no form of ours asks for, nothing."""
    decoder = MultipartDecoder(boundary.encode("utf-8", "replace"), max_parts=MAX_FIELDS)
    decoder.receive_data(body)
    name, value, whole = "", b"", False
    try:
        while (event := decoder.next_event()) is not NEED_DATA and not isinstance(event, Epilogue):
            if isinstance(event, Field | File):
                name, value, whole = event.name if isinstance(event, Field) else "", b"", False
            elif isinstance(event, Data):
                value, whole = value + event.data, not event.more_data
                if whole and name:
                    yield name, value
    except (ValueError, AttributeError, HTTPException):  # the decoder meets what is no multipart in each of these ways
        return
    if name and not whole:  # cut short: its words are there nevertheless
        yield name, value + bytes(decoder.buffer)


def _charset(raw: Mapping[str, bytes], said: str) -> str:
    """The charset that the form names, or else the one that its bytes have."""
    for named in (raw.get(NAMED_CHARSET, b"").decode("latin-1"), said):
        try:
            known = codecs.lookup(named).name if 0 < len(named) < 40 else ""
        except (LookupError, ValueError):
            continue
        if known in CHARSETS:
            return known
    return "utf-8" if all(_is_utf_8(value) for value in raw.values()) else LEGACY


def _is_utf_8(value: bytes) -> bool:
    """Whether it is UTF-8, even if something cut it short within a letter."""
    try:
        begun = codecs.getincrementaldecoder("utf-8")().decode(value)
    except UnicodeDecodeError:
        return False
    return not begun.isascii() or value.isascii()


def _decoded(value: bytes, charset: str) -> str:
    text = value.decode(charset, "replace")
    return text if charset == "utf-8" else REFERENCE.sub(lambda match: _letter(match, charset), text)


def _letter(reference: re.Match[str], charset: str) -> str:
    """The letter that a browser had to send as a number; a reference that somebody typed stays one."""
    number = int(reference[1])
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return reference[0]
    letter = chr(number)
    try:
        letter.encode(charset)
    except UnicodeEncodeError:
        return "" if UNSEEN.fullmatch(letter) else letter
    return reference[0]
