"""Bytes of a mail as text: by the charset it names where that can be true, else by which letters then stand there."""

from __future__ import annotations

import codecs
import re

NAME = re.compile(r"[\w.:+-]{1,40}", re.ASCII)
UTF_8 = "utf-8"
CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5")  # the likelier, the sooner
# Python knows them by these names alone
ALIASES = {"win-1251": "cp1251", "win1251": "cp1251", "x-cp1251": "cp1251", "koi8": "koi8-r", "x-koi8-r": "koi8-r",
           "x-mac-cyrillic": "mac-cyrillic", "utf8mb4": UTF_8, "unicode": UTF_8}  # fmt: skip
# these are ways to write, not to send, and one takes time in the square of the length
NO_CHARSETS = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape"}
# what clients call letters that they did not look at
CARELESS = {"ascii", "us-ascii", "iso8859-1", "cp1252", "latin-1"}
# letters of Russian and Kyrgyz from the most to the least frequent; what stands behind is no reason to choose
FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёөүң"
WEIGHT = {letter: len(FREQUENT) // 2 - place for place, letter in enumerate(FREQUENT)}
STRANGE = -40  # a sign that no letter has: a frame, a control, a letter of another alphabet
# small before large within a word, and words of two alphabets
TURNED = re.compile("[а-яё][А-ЯЁ]|[a-zA-Z][а-яёА-ЯЁ]|[а-яёА-ЯЁ][a-zA-Z]")
USUAL = frozenset("«»„“”‘’–—…№°§©®€•·\u00a0")
SAMPLE = 20_000  # bytes
MARGIN = 1.25  # how much better another charset must be than the one that was named


def decoded(data: bytes, named: str = "") -> str:
    """The text of these bytes. Never fails: what cannot be read at all becomes U+FFFD."""
    if data.isascii() and not (codec := _codec(named)).startswith(("utf-7", "utf-16", "utf-32", "iso2022", "hz")):
        return data.decode("ascii")
    codec = _codec(named)
    if codec in CARELESS:
        codec = ""
    if codec not in ("", UTF_8, *CYRILLIC):  # of what is rare somebody must have thought
        text = _strictly(data, codec)
        if text is not None:
            return text
    if (text := _strictly(data, UTF_8)) is not None:
        return text
    if _is_nearly(data):
        return data.decode(UTF_8, "replace")
    sample = data[:SAMPLE]
    marks = {known: _mark(sample.decode(known, "replace")) for known in CYRILLIC}
    best = max(marks, key=marks.__getitem__)
    if marks[best] <= 0 and not codec:
        return data.decode("cp1252", "replace")  # letters of western Europe
    if codec in marks and marks[best] <= max(marks[codec] * MARGIN, marks[codec] + 20):
        best = codec
    return data.decode(best, "replace")


def _codec(named: str) -> str:
    """Python's name of a charset; empty where it is none that text is sent in."""
    named = named.strip().strip("\"'").lower()
    if not NAME.fullmatch(named):
        return ""
    try:
        found = codecs.lookup(ALIASES.get(named, named)).name
        "".encode(found)  # some codecs are none of text
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if found in NO_CHARSETS else found


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _is_nearly(data: bytes) -> bool:
    """Whether it is UTF-8 with a few damaged places: a letter that was cut in two."""
    text = data[:SAMPLE].decode(UTF_8, "replace")
    whole = sum(sign > "\x7f" and sign != "\ufffd" for sign in text)
    return whole > 10 * text.count("\ufffd")


def _mark(text: str) -> int:
    """How much these letters look like Russian or Kyrgyz: the more the higher."""
    found = sum(WEIGHT.get(sign, 0 if sign in USUAL else STRANGE) for sign in text.lower() if sign > "\x7f")
    return found - 15 * len(TURNED.findall(text))
