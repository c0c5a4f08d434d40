"""Text that is sent to be wrapped anew (RFC 3676): its broken lines made whole."""

from __future__ import annotations

import re

QUOTED = re.compile(">*")
SIGNATURE = "-- "  # ends in a blank and is whole all the same (4.3)


def whole(text: str, *, without_blank: bool) -> str:
    """The paragraphs of ``format=flowed``; ``without_blank`` is what ``DelSp=yes`` says. Quoted lines begin with >."""
    made: list[str] = []
    parts: list[str] = []  # of the paragraph that goes on
    depth = 0
    for line in text.split("\n"):
        quoted = QUOTED.match(line)
        signs = quoted.end() if quoted else 0
        words = line[signs:].removeprefix(" ")  # stuffed (4.4)
        if parts and (signs != depth or words == SIGNATURE):  # a paragraph never changes its depth (4.5)
            made.append(_put(depth, parts))
            parts = []
        depth = signs
        goes_on = words.endswith(" ") and words != SIGNATURE
        parts.append(words[:-1] if goes_on and without_blank else words)
        if not goes_on:
            made.append(_put(depth, parts))
            parts = []
    if parts:
        made.append(_put(depth, parts))
    return "\n".join(made)


def _put(depth: int, parts: list[str]) -> str:
    words = "".join(parts)
    if words != SIGNATURE:
        words = words.rstrip(" ")
    if depth:
        return f"{'>' * depth} {words}"
    return f"\\{words}" if words.startswith(">") else words  # it was stuffed so that it is no quotation
