"""Plain words, as they may stand in a header or in Markdown without being taken for more."""

from __future__ import annotations

import html
import re
import unicodedata

from magazine.headers import INVISIBLE

MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-z][^<>]*>", re.DOTALL | re.IGNORECASE)
WEB = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}»”]", re.IGNORECASE)
# what Markdown could take for a mark; underscores inside of a word are none
# (a bracket that is closed, and nothing behind it makes a link of it, is one to read)
MARKS = re.compile(
    r"[`*]|\[(?!(?!\^)[^\[\]\n]*\](?![(\[:]))|(?<![^\W_])_|_(?![^\W_])|\\(?=[\\`*_{}\[\]()>#+.!-]|\s*$)|<(?=[A-Za-z/!?])|&(?=#?\w+;)"
)
AT_START = re.compile(
    r" *(?:(?P<sign>#|>|[-+](?=\s|$)|-(?=-*\s*$)|=(?=[= ]*$)|:(?=\s)|~(?=~~))|\d{1,9}(?P<point>\.)(?=\s|$))"
)
BY_BACKSLASH = "\\`*_[#>-+."


def cleaned(text: str) -> str:
    """The text without invisible controls, each letter in one part, line ends as ours."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: str) -> str:
    """The words of a piece of HTML, in one line."""
    words = html.unescape(MARKUP.sub(" ", text) if "<" in text else text)
    return " ".join(cleaned(words).split())


def escaped(text: str, *, at_start: bool, by_number: bool = False) -> str:
    """Words that Markdown shows as they are. ``by_number`` writes each sign that costs a reader time as an entity."""

    def written(sign: str) -> str:
        return f"\\{sign}" if sign in BY_BACKSLASH and not by_number else f"&#{ord(sign)};"

    def mark(found: re.Match[str]) -> str:
        return "&lt;" if found[0] == "<" else "&amp;" if found[0] == "&" else written(found[0])

    said = MARKS.sub(mark, text)
    if by_number:
        said = re.sub(r"[(<\\`]", lambda found: f"&#{ord(found[0])};", said)
    if at_start and (found := AT_START.match(said)):
        place = found.start("sign") if found["sign"] else found.start("point")
        said = said[:place] + written(said[place]) + said[place + 1 :]
    return said


def link(address: str) -> str:
    """An address that shows itself."""
    return f"<{quoted(address)}>"


def quoted(address: str) -> str:
    """An address in which Markdown finds no marks."""
    return re.sub(r"[\s()<>\\`*\"'|\[\]]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)


def as_paragraphs(text: str) -> str:
    """The Markdown of text without any HTML, whose empty lines part paragraphs (WordPress's ``wpautop``)."""
    parts = re.split(r"\n[ \t]*\n\s*", cleaned(html.unescape(text)).strip())
    return "\n\n".join("  \n".join(filter(None, map(_line, part.split("\n")))) for part in parts if part.strip())


def _line(line: str) -> str:
    words = " ".join(line.split())
    said, place = "", 0
    for found in WEB.finditer(words):
        said += escaped(words[place : found.start()], at_start=not place) + link(found[0])
        place = found.end()
    return said + escaped(words[place:], at_start=not place)
