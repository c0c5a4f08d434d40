"""The signed texts of a release, asked of a mirror with few bytes: the copy that stands has the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from magazine.messages import marked
from magazine.release import keyfile, notes, signing, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.copies.grafting import FEEDS, LIMIT, Grafting
from magazine.release.copies.partial import Work
from magazine.release.copies.upstream import Upstream
from magazine.release.keyfile import Keys
from magazine.release.notes import Release, digest
from magazine.release.sources import Folder
from magazine.release.vouching import MAX_SIGNATURES, SIGNATURE

SSH_SIGNATURE = ".sig"
KEYS = (keyfile.FILE, f"{keyfile.FILE}{SIGNATURE}", f"{keyfile.FILE}{SSH_SIGNATURE}")
MAX_NEWS = 50_000_000  # bytes of all changed files, while nothing has proved them yet

NOT_SIGNED = marked("%(file)s was not made by the magazine's keys.")


@dataclass(frozen=True)
class Sparing:
    """A source of texts that asks for each of them once; ``texts`` are those that are known."""

    upstream: Upstream
    texts: dict[str, bytes | None] = field(default_factory=dict)

    def text(self, name: str, limit: int) -> bytes | None:
        """A small file."""
        if name not in self.texts:
            self.texts[name] = self.upstream.text(name, limit)
        return self.texts[name]

    def digest(self, name: str, limit: int | None = None) -> tuple[str, int] | None:
        """The hash of a file as the mirror has it."""
        return self.upstream.digest(name, limit)

    def names(self) -> frozenset[str] | None:
        """Nobody asks for more than the texts."""
        return None

    def reuse_keys(self, near: Folder) -> None:
        """Take the list of keys from a copy that has proved its own, where the new note names the same list."""
        data, note = near.text(keyfile.FILE, keyfile.LIMIT), self.text(notes.FILE, notes.LIMIT)
        if data and note and f"\nkeys {digest(data)}\n".encode() in note:
            self.texts.update({name: near.text(name, keyfile.LIMIT) for name in KEYS})

    def own(self, keys: Keys, roots: Collection[str]) -> dict[str, bytes]:
        """Everything that vouches for the list of files, and the list itself.

        Raises ReleaseError where OpenSSH's signatures are there and are not the magazine's: others go by them.
        """
        note, list_ = (self.texts[name] or b"" for name in (notes.FILE, keyfile.FILE))
        self._check_keys(list_, [keyfile.as_ssh(key) for key in roots])
        self._check_note(note, keys)
        return {name: data for name, data in self.texts.items() if data is not None}

    def _check_keys(self, data: bytes, roots: Collection[str]) -> None:
        file = f"{keyfile.FILE}{SSH_SIGNATURE}"
        signature = self.text(file, signing.LIMIT)
        if signature is not None and not signing.ssh_verified(data, signature, roots, signing.LISTS, file):
            raise ReleaseError(Code.BAD_SIGNATURE, NOT_SIGNED, file=file)

    def _check_note(self, data: bytes, keys: Keys) -> None:
        good: set[str] = set()
        for file in _ssh_signatures():
            signature = self.text(file, signing.LIMIT) if len(good) < keys.needs else None
            if signature is None:
                break
            active = [one.key for one in keys.active_ssh]
            good.add(signing.ssh_verified(data, signature, active, signing.RELEASES, file) or "")
        if good and len(good - {""}) < keys.needs:
            raise ReleaseError(Code.BAD_SIGNATURE, NOT_SIGNED, file=f"{notes.FILE}{SSH_SIGNATURE}")


def list_of(source: Sparing, release: Release, old: Path, work: Work) -> bytes | None:
    """The list of files: of the old one and what changed since, where that proves to be right, else the mirror's own.

    Raises ReleaseError (unreachable), OSError.
    """
    near = Folder(old)
    try:
        note, data = near.text(notes.FILE, notes.LIMIT), near.text(sums.SUMS, sums.LIMIT)
    except ReleaseError:
        note = data = None
    if data and digest(data) == release.sha256sums:
        return data
    if note and data and digest(note) == release.prev and not release.more and release.changed:
        grafting = Grafting(source.upstream, frozenset(release.changed))
        for feeds in (grafting, None) if any(name.endswith(FEEDS) for name in release.changed) else (None,):
            composed = _composed(source.upstream, release, data, near, work, feeds)
            if digest(composed) == release.sha256sums:
                return composed
    return source.text(sums.SUMS, sums.LIMIT)


def _composed(
    source: Upstream, release: Release, data: bytes, near: Folder, work: Work, grafting: Grafting | None
) -> bytes:
    """The old list with the hashes of what the mirror has now; nothing of it is believed yet."""
    left = MAX_NEWS
    try:
        listed = sums.parsed(data)
        for name in sorted(release.changed, key=lambda name: (name.endswith(FEEDS), name)):  # their pages tell of them
            old = _text(near, name) if grafting else b""
            made = grafting.made(name, old) if grafting and old and name.endswith(FEEDS) else None
            found = work.kept(made) if made else work.taken(source, name, left)
            listed.pop(name, None)
            if found:
                listed[name] = found[0]
                left -= found[1]
            if found and grafting and old and not name.endswith(FEEDS):
                grafting.learn(old, (work.parts / found[0]).read_bytes() if found[1] <= LIMIT else old)
        return sums.composed(listed)
    except ReleaseError:  # the list here is none any more, or all that changed is too long to be taken on trust
        return b""


def _text(near: Folder, name: str) -> bytes:
    """An old page or feed; nothing where there is none that can be read and compared."""
    try:
        return (near.text(name, LIMIT) if name.endswith((FEEDS, ".html")) else None) or b""
    except ReleaseError:
        return b""


def _ssh_signatures() -> Iterator[str]:
    yield f"{notes.FILE}{SSH_SIGNATURE}"
    for number in range(2, MAX_SIGNATURES + 1):
        yield f"{notes.FILE}.{number}{SSH_SIGNATURE}"
