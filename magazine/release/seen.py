"""What a verifier remembers of a magazine, so that nobody can show it something older later; a small text file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from magazine.release import fields, files, keyfile
from magazine.release.keyfile import Keys
from magazine.release.notes import Release, digest

FILE = "seen.txt"
LIMIT = 64_000  # bytes
ORDER = ("release", "release-sha256", "keys", "keys-sha256", "revoked")


@dataclass(frozen=True)
class Seen:
    """The highest numbers of a release and of a list of keys, their hashes, and every key known to be revoked."""

    release: int = 0
    note: str = ""
    keys: int = 0
    list: str = ""
    revoked: frozenset[str] = frozenset()

    def with_keys(self, keys: Keys, data: bytes) -> Seen:
        """What is remembered once a list is believed.

        A thief's release may bear the highest number there is: when her key is revoked, numbers begin anew.
        """
        kept = replace(self, keys=keys.seq, list=digest(data), revoked=self.revoked | keys.never)
        return replace(kept, release=0, note="") if kept.revoked - self.revoked else kept

    def with_release(self, release: Release, data: bytes) -> Seen:
        """What is remembered once a release is found whole."""
        return replace(self, release=release.seq, note=digest(data))


def read(path: Path) -> Seen:
    """What was kept; nothing where there is no such file. Raises ReleaseError (malformed), OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Seen()
    found = fields.read(data, path.name, ORDER[:4], ORDER, LIMIT)
    return Seen(
        fields.number(found, path.name, "release"),
        _hash(found, path.name, "release-sha256"),
        fields.number(found, path.name, "keys"),
        _hash(found, path.name, "keys-sha256"),
        frozenset(_keys(found["revoked"], path.name)),
    )


def kept(path: Path, seen: Seen) -> None:
    """Keep it, whole or not at all; raises OSError."""
    lines = [
        f"release {seen.release}",
        f"release-sha256 {seen.note or '-'}",
        f"keys {seen.keys}",
        f"keys-sha256 {seen.list or '-'}",
        *(f"revoked {key}" for key in sorted(seen.revoked)),
    ]
    files.written(path, "".join(f"{line}\n" for line in lines).encode())


def _hash(found: fields.Fields, file: str, name: str) -> str:
    value = found[name][0]
    return "" if value == "-" else fields.matched(value, fields.SHA256, file, name)[0]


def _keys(values: Iterable[str], file: str) -> Iterable[str]:
    for value in values:
        pattern = keyfile.SSH if keyfile.is_ssh(value) else keyfile.MINISIGN
        yield fields.matched(value, pattern, file, "revoked")[0]
