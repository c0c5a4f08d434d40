"""A feed of which one entry changed is put together from the old feed and that entry alone, which saves half the bytes.

Nothing is believed because of it: whether it is right, the hash in the release tells, and if not, it is fetched whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from magazine.release.codes import ReleaseError
from magazine.release.upstream import Upstream

FEEDS, LEAST, LIMIT = ".xml", 12_000, 2_000_000  # bytes: a small one packs well enough
ENTRY = re.compile(rb"<entry>.*?</entry>", re.DOTALL)  # Atom, RFC 4287


@dataclass(frozen=True)
class Grafting:
    """What is asked of a mirror where the files named in ``changed`` did; ``entries`` are new ones by the old ones."""

    source: Upstream
    changed: Collection[str]
    entries: dict[bytes, bytes] = field(default_factory=dict)

    def made(self, name: str, old: bytes) -> bytes | None:
        """The new feed, as far as one can tell before its hash; None where it is better fetched whole."""
        spans = [found.span() for found in ENTRY.finditer(old)] if name.endswith(FEEDS) and len(old) >= LEAST else []
        wanted = [(start, end) for start, end in spans if self._names(old[start:end])]
        if len(wanted) != 1:
            return None
        start, end = wanted[0]
        first = spans[0][0]
        try:
            head = self.source.part(name, 0, first)
            if head is None:
                return None
            entry = self._entry(name, old[start:end], start, end + head[1] - len(old))
        except ReleaseError:
            return None
        return None if entry is None else head[0] + old[first:start] + entry + old[end:]

    def _entry(self, name: str, old: bytes, start: int, end: int) -> bytes | None:
        known = self.entries.get(old)
        if known is not None and len(known) == end - start:
            return known
        found = self.source.part(name, start, end) if start < end <= start + LIMIT else None
        if found is None or not ENTRY.fullmatch(found[0]):
            return None
        self.entries[old] = found[0]
        return found[0]

    def _names(self, entry: bytes) -> bool:
        return any(f'/{name}"'.encode() in entry for name in self.changed)
