"""What this machine has seen of each magazine, in the private folder: one memory for all mirrors of one magazine.

Whoever pins the same root keys has one magazine in mind, so a mirror cannot show what is older than another one has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from magazine.messages import marked
from magazine.release import keyfile, seen
from magazine.release.codes import Code, ReleaseError
from magazine.release.keys import vault
from magazine.release.notes import digest
from magazine.release.seen import Seen

FOLDER = "seen"  # in the private folder
WAITS = 60  # seconds, until another run has written its few lines

NO_ROOTS = marked(
    "There is no list of keys at %(file)s: say by --root which root key you trust. The editors tell it on paper, by "
    "phone or from another place than the mirror."
)
NO_KEY = marked("«%(key)s» is no root key: it has 56 letters and begins with RW.")
NO_MEMORY = marked("What was seen before cannot be read at %(file)s: %(what)s")


@dataclass(frozen=True)
class Memory:
    """The file of a memory."""

    file: Path

    def read(self) -> Seen:
        """What was seen; raises ReleaseError (malformed), OSError."""
        try:
            return seen.read(self.file)
        except ReleaseError as error:
            raise ReleaseError(Code.MALFORMED, NO_MEMORY, file=self.file, what=error.said()) from error

    def keep(self, new: Seen) -> None:
        """Remember it together with what another run has seen meanwhile; raises ReleaseError, OSError."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.file.with_suffix(".lock"), timeout=WAITS):
            known = self.read()
            both = merged(known, new)
            if both != known:
                seen.kept(self.file, both)


def memory(roots: Collection[str], file: Path | None = None) -> Memory:
    """The memory of the magazine of these root keys, or that in a file; raises vault.VaultError, OSError."""
    if file:
        return Memory(file)
    name = digest("\n".join(sorted(roots)).encode())[:16]
    return Memory(vault.folder() / FOLDER / f"{name}.txt")


def pinned(typed: str | None, known: Callable[[], Path]) -> tuple[str, ...]:
    """The root keys that were typed, parted by commas, else those of the project's own list of keys.

    Raises ReleaseError where there are none, or what was typed is no key; OSError.
    """
    if typed:
        keys = tuple(dict.fromkeys(key.strip() for key in typed.split(",") if key.strip()))
        wrong = next((key for key in keys if not keyfile.MINISIGN.fullmatch(key)), "" if keys else typed)
        if wrong:
            raise ReleaseError(Code.USAGE, NO_KEY, key=ascii(wrong)[1:-1][:80])
        return keys
    file = known()
    try:
        return keyfile.parsed(file.read_bytes()).roots
    except FileNotFoundError:
        raise ReleaseError(Code.USAGE, NO_ROOTS, file=file) from None


def merged(known: Seen, new: Seen) -> Seen:
    """The newer of two memories of one magazine, with every key that either knows to be revoked."""
    revoked = known.revoked | new.revoked
    first, last = sorted((known, new), key=lambda one: one.keys)
    both = replace(last, revoked=revoked)
    if first.revoked >= last.revoked and first.release >= last.release:  # with other keys numbers may have begun anew
        both = replace(both, release=first.release, note=first.note)
    return both
