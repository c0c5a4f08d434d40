"""Which releases this computer has made, each with the one it follows; a small file in the private folder.

Several may be made before one is published: then the published one is not the last one's own past.
"""

from __future__ import annotations

import re
from pathlib import Path

from magazine.release import files
from magazine.release.notes import NO_RELEASE

FILE = "releases.txt"
LINE = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{64}|-)")
LONGEST = 10_000  # releases


def remember(home: Path, release: str, prev: str) -> None:
    """Keep that a release, told by its hash, follows another one; raises OSError."""
    known = _read(home)
    if known.get(release) == prev:
        return
    known[release] = prev
    lines = [f"{one} {before or NO_RELEASE}\n" for one, before in list(known.items())[-LONGEST:]]
    files.written(home / FILE, "".join(lines).encode(), 0o600)


def follows(home: Path, release: str, other: str) -> bool:
    """Whether a release comes after another one, as far as is known here."""
    known = _read(home)
    for _ in range(LONGEST):
        release = known.get(release, "")
        if not release or release == other:
            break
    return bool(other) and release == other


def past(home: Path, release: str, number: int) -> dict[int, str]:
    """The hashes by number of the releases before one, as far as they are known here."""
    known, found = _read(home), {}
    for before in range(number - 1, 0, -1):
        release = known.get(release, "")
        if not release:
            break
        found[before] = release
    return found


def _read(home: Path) -> dict[str, str]:
    try:
        lines = (home / FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    found = filter(None, map(LINE.fullmatch, lines))
    return {match[1]: "" if match[2] == NO_RELEASE else match[2] for match in found}
