"""A feed of which one entry changed is put together from the old feed, and from what changed in the page of that entry.

A feed is by far the longest of the files that an edit changes. Nothing is believed because of this: the hash in the
release tells whether it is right, and if not, it is fetched whole.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from magazine.release.codes import ReleaseError
from magazine.release.copies.upstream import Upstream

FEEDS, LEAST, LIMIT = ".xml", 12_000, 2_000_000  # bytes: a small one packs well enough
ENTRY = re.compile(rb"<entry>.*?</entry>", re.DOTALL)  # Atom, RFC 4287
WORD = re.compile(rb"\s*[^\s<>]+|\s*[<>]|\s+")
CONTEXT = 40  # bytes around an edit
MAX_WORDS, MAX_MORE = 6_000, 500
MARKS = b'<>&;"\n'  # these stand otherwise in a feed


@dataclass(frozen=True)
class Grafting:
    """What is asked of a mirror where the files named in ``changed`` did.

    The ``edits`` are texts in their pages, old and new; ``entries`` are new ones by the old ones.
    """

    source: Upstream
    changed: Collection[str]
    edits: dict[bytes, bytes] = field(default_factory=dict)
    entries: dict[bytes, bytes] = field(default_factory=dict)

    def learn(self, old: bytes, new: bytes) -> None:
        """Keep what changed in a page, each with the words around it."""
        self.edits.update(_edits(old, new))

    def made(self, name: str, old: bytes) -> bytes | None:
        """The new feed, as far as one can tell before its hash; None where it is better fetched whole."""
        spans = [found.span() for found in ENTRY.finditer(old)] if name.endswith(FEEDS) and len(old) >= LEAST else []
        wanted = [(start, end) for start, end in spans if self._names(old[start:end])]
        if len(wanted) != 1:
            return None
        start, end = wanted[0]
        first = spans[0][0]
        try:
            head = self.source.part(name, 0, first)  # with the date of the feed
            if head is None:
                return None
            entry = self._entry(name, old[start:end], start, end + head[1] - len(old))
        except ReleaseError:
            return None
        return None if entry is None else head[0] + old[first:start] + entry + old[end:]

    def _entry(self, name: str, old: bytes, start: int, end: int) -> bytes | None:
        for guess in (self.entries.get(old), self._edited(old)):
            if guess is not None and len(guess) == end - start:
                return guess
        found = self.source.part(name, start, end) if start < end <= start + LIMIT else None
        if found is None or not ENTRY.fullmatch(found[0]):
            return None
        self.entries[old] = found[0]
        return found[0]

    def _edited(self, entry: bytes) -> bytes | None:
        edits = {old: new for old, new in self.edits.items() if entry.count(old) == 1}
        for old, new in edits.items():
            entry = entry.replace(old, new)
        return entry if edits else None

    def _names(self, entry: bytes) -> bool:
        return any(f'/{name}"'.encode() in entry for name in self.changed)


def _edits(old: bytes, new: bytes) -> Iterator[tuple[bytes, bytes]]:
    before, after = WORD.findall(old), WORD.findall(new)
    same = next((count for count, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    if max(len(before), len(after)) - same > MAX_WORDS or abs(len(before) - len(after)) > MAX_MORE:
        return  # to compare them would take its time, and a mirror might wish for that
    places = _places(before)
    matcher = difflib.SequenceMatcher(None, before[same:], after[same:], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            start, end = places[same + i], places[same + j]
            left, right = _text_before(old, start), _text_after(old, end)
            yield left + old[start:end] + right, left + b"".join(after[same + k : same + m]) + right


def _places(words: list[bytes]) -> list[int]:
    places = [0]
    for word in words:
        places.append(places[-1] + len(word))
    return places


def _text_before(data: bytes, end: int) -> bytes:
    start = end
    while start > max(0, end - CONTEXT) and data[start - 1] not in MARKS:
        start -= 1
    return data[start:end]


def _text_after(data: bytes, start: int) -> bytes:
    end = start
    while end < min(len(data), start + CONTEXT) and data[end] not in MARKS:
        end += 1
    return data[start:end]
