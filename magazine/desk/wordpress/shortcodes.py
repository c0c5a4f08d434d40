"""WordPress's own marks in a body, made into HTML: blocks, shortcodes, line ends that part paragraphs."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Protocol

from magazine.desk.wordpress.index import Attachment

BLOCK = re.compile(r"<!--\s+(/)?wp:([a-z][\w-]*(?:/[\w-]+)?)\s+(\{.*?\}\s+)?(/)?-->", re.DOTALL)
CUT = re.compile(r"<!--\s*(?:more\b.*?|nextpage|noteaser)\s*-->", re.DOTALL)
TAG = re.compile(r"\[(\[?)(/?)([A-Za-z][\w-]*)((?:\s+[^\[\]]*?|=[^\[\]]*?)?)\s*(/?)\](\]?)")
VALUE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))|(https?://\S+)""")
EMBEDS = ("embed", "youtube", "vimeo", "video", "audio", "wp_video", "soundcloud", "playlist")
SOURCES = ("src", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv", "flv", "url", "id")
KNOWN = ("caption", "wp_caption", "gallery", *EMBEDS)
BLOCK_TAGS = (
    "table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|blockquote|address|style|p|h[1-6]"
    "|hr|fieldset|legend|section|article|aside|header|footer|nav|figure|figcaption|details|summary|main|center"
)
AFTER_BLOCK = re.compile(rf"(</?(?:{BLOCK_TAGS})\b[^>]*>|<br\s*/?>)[ \t]*\n\s*", re.IGNORECASE)
BEFORE_BLOCK = re.compile(rf"\s*\n\s*(</?(?:{BLOCK_TAGS})\b)", re.IGNORECASE)
PREFORMATTED = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2\s*>)", re.DOTALL | re.IGNORECASE)
LONE_ADDRESS = re.compile(r"(?m)^[ \t]*(https?://[^\s<>\"]+)[ \t]*$")
QUOTES = str.maketrans({"”": '"', "“": '"', "″": '"', "’": "'", "«": '"', "»": '"'})
MAX_DEPTH = 3  # reusable blocks within each other


class Sources(Protocol):
    """What the marks of a body refer to."""

    def block(self, identifier: int) -> str:
        """The body of a reusable block; empty if there is none."""

    def attachment(self, identifier: int) -> Attachment | None:
        """An uploaded file."""

    def attached(self) -> list[Attachment]:
        """The pictures that were uploaded for this text."""

    def tell(self, what: str, value: str) -> None:
        """Something that could not be taken over."""


def as_html(body: str, sources: Sources) -> str:
    """A body whose marks are HTML; what cannot be made into any is told, and the words within it stay."""
    has_blocks = "<!-- wp:" in body
    body = _without_blocks(body, sources)
    body = _shortcodes(CUT.sub("\n\n", body), sources)
    body = LONE_ADDRESS.sub(lambda found: f'<p><a href="{html.escape(found[1])}">{html.escape(found[1])}</a></p>', body)
    return body if has_blocks else autop(body)


def autop(body: str) -> str:
    """Paragraphs for empty lines and breaks for line ends, where they are not between blocks or in code."""
    parts = PREFORMATTED.split(body)
    return "".join(_paragraphs(part) if place % 3 == 0 else part for place, part in enumerate(parts) if place % 3 != 2)


def _paragraphs(text: str) -> str:
    text = re.sub(r"\n\s*\n\s*", "\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = AFTER_BLOCK.sub(r"\1", text)
    text = BEFORE_BLOCK.sub(r"\1", text)
    paragraphs = re.split(r"\n[ \t]*\n\s*", text)
    return "<p>".join(part.strip("\n").replace("\n", "<br>") for part in ["", *paragraphs])


def _without_blocks(body: str, sources: Sources, depth: int = 0) -> str:
    if "wp:" not in body:
        return body

    def block(found: re.Match[str]) -> str:
        closes, name, given, is_single = found.groups()
        number = _json(given).get("ref")
        if name in ("block", "core/block") and isinstance(number, int) and 0 < number < 1 << 63 and depth < MAX_DEPTH:
            return _without_blocks(sources.block(number), sources, depth + 1)
        if is_single and not closes:
            sources.tell("block", name)
        return "\n\n" if closes or is_single else ""

    return BLOCK.sub(block, body)


def _json(given: str | None) -> dict[str, object]:
    try:
        values = json.loads(given) if given else {}
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _shortcodes(body: str, sources: Sources) -> str:
    if "[" not in body:
        return body
    tags = list(TAG.finditer(body))
    closed = {tag[3] for tag in tags if tag[2]}
    pieces: list[str] = []
    place, opened = 0, ""
    for tag in tags:
        doubled, closes, name, given, _, doubled_end = tag.groups()
        if tag.start() < place:
            continue
        pieces.append(body[place : tag.start()])
        place = tag.end()
        if doubled and doubled_end:
            pieces.append(tag[0][1:-1])
        elif doubled or doubled_end or not _is_code(name, given, closed):
            pieces.append(tag[0])
        elif name in ("caption", "wp_caption"):
            pieces.append(_caption_end(opened) if closes else "<figure>")
            opened = "" if closes else _values(given).get("caption", "")
        elif closes:
            pieces.append("\n\n" if name not in EMBEDS else "")
        elif name == "gallery":
            pieces.append(_gallery(_values(given), sources))
        elif name in EMBEDS:
            inner, place = _inner(body, place, name) if name in closed else ("", place)
            pieces.append(_embed(name, _values(given), inner, sources))
        else:
            sources.tell("shortcode", name)
            pieces.append("\n\n" if name in closed else "")
    return "".join([*pieces, body[place:]])


def _is_code(name: str, given: str, closed: Iterable[str]) -> bool:
    """Words in brackets are words, unless they look as only a shortcode does."""
    return name.lower() in KNOWN or name in closed or "=" in given or "-" in name or "_" in name


def _values(given: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, one, other, bare, address in VALUE.findall(html.unescape(given).translate(QUOTES)):
        values.setdefault(name or "url", one or other or bare or address)
    return values


def _caption_end(caption: str) -> str:
    # the caption stands behind the picture, or in older texts among the values
    return f"<figcaption>{caption}</figcaption></figure>\n\n" if caption else "</figure>\n\n"


def _gallery(values: dict[str, str], sources: Sources) -> str:
    listed = values.get("ids") or values.get("include") or ""
    numbers = [int(number) for number in re.findall(r"\d{1,18}", listed)]
    pictures: list[Attachment | None] = [sources.attachment(number) for number in numbers] or [*sources.attached()]
    for number, picture in zip(numbers, pictures, strict=False):
        if picture is None:
            sources.tell("picture", f"#{number}")
    return "".join(map(picture_of, filter(None, pictures)))


def picture_of(picture: Attachment) -> str:
    """The HTML of a picture that was uploaded."""
    caption = f"<figcaption>{picture.caption}</figcaption>" if picture.caption else ""
    source = html.escape(f"/wp-content/uploads/{picture.file}")
    return f'\n\n<figure><img src="{source}" alt="{html.escape(picture.alt)}">{caption}</figure>\n\n'


def _inner(body: str, place: int, name: str) -> tuple[str, int]:
    end = re.compile(rf"\[/{re.escape(name)}\s*\]").search(body, place)
    return (body[place : end.start()], end.end()) if end else ("", place)


def _embed(name: str, values: dict[str, str], inner: str, sources: Sources) -> str:
    address = next((values[key] for key in SOURCES if values.get(key, "").startswith(("http", "/"))), "")
    address = address or inner.strip()
    if not re.fullmatch(r"(https?:/)?/\S+", html.unescape(address)):
        sources.tell("shortcode", name)
        return html.escape(inner, quote=False) if inner and "<" not in inner else inner
    return f'\n\n<p><a href="{html.escape(html.unescape(address))}">{html.escape(html.unescape(address))}</a></p>\n\n'
