"""A text that is longer than a file may be, in several: between paragraphs, or else between words."""

from __future__ import annotations

from collections.abc import Iterator


def portions(text: str, limit: int) -> Iterator[str]:
    """The text in parts of at most ``limit`` bytes; nothing of it is lost but the blanks between the parts."""
    if len(text.encode()) <= limit:
        yield from [text] if text else []
        return
    part: list[str] = []
    size = 0
    for paragraph in text.split("\n\n"):
        for piece in _pieces(paragraph, limit):
            added = len(piece.encode()) + 2
            if part and size + added > limit:
                yield "\n\n".join(part)
                part, size = [], 0
            part.append(piece)
            size += added
    if part:
        yield "\n\n".join(part)


def _pieces(paragraph: str, limit: int) -> Iterator[str]:
    while len(paragraph.encode()) > limit - 2:
        room = paragraph.encode()[: limit - 2].decode("utf-8", "ignore")
        # a sign that is escaped is never cut off from its backslash
        place = max(room.rfind("\n"), room.rfind(" ")) or len(room)
        place = place if place > 0 else len(room.rstrip("\\"))
        yield paragraph[:place].rstrip()
        paragraph = paragraph[place:].lstrip()
    if paragraph:
        yield paragraph
