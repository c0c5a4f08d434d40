"""The release that stands: what the next one follows, and what of it stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magazine.release import keyfile, notes, sums, vouching
from magazine.release.notes import Pack, Release, digest
from magazine.release.seen import Seen
from magazine.release.sources import Folder
from magazine.release.sums import KEYS


@dataclass(frozen=True)
class Standing:
    """The last release; nothing before the first one. The ``hashes`` are those of its list, and of its list of keys."""

    folder: Path
    release: Release | None = None
    note: bytes = b""
    listed: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    @property
    def seq(self) -> int:
        """Its number; 0 before the first one."""
        return self.release.seq if self.release else 0

    @property
    def prev(self) -> str:
        """How the next release names it."""
        return digest(self.note) if self.release else ""

    @property
    def lacks_packs(self) -> bool:
        """Whether some that it names are not there."""
        return self.release is not None and len(self.packs) < len(self.release.packs)

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Its packs, if all of them are there."""
        packs = self.release.packs if self.release else ()
        every = [self.folder / name for pack in packs for name in (pack.path, f"{pack.path}{vouching.SIGNATURE}")]
        return packs if all(path.is_file() for path in every) else ()


def read(folder: Path) -> Standing:
    """What stands in a folder. Who signed it is not asked here. Raises ReleaseError, OSError."""
    source = Folder(folder)
    note = source.text(notes.FILE, notes.LIMIT) if folder.is_dir() else None
    if note is None:
        return Standing(folder)
    release = notes.parsed(note)
    listed = vouching.sums_of(source, release)
    keys = source.text(keyfile.FILE, keyfile.LIMIT) or b""
    own = {name: digest((folder / name).read_bytes()) for name in own_names(folder)}
    seen = Seen().with_keys(keyfile.parsed(keys), keys).with_release(release, note)
    return Standing(folder, release, note, listed, {**listed, **own}, seen)


def own_names(folder: Path) -> list[str]:
    """The files beside the list that belong to the release or to its keys."""
    return sorted(path.name for path in folder.iterdir() if path.is_file() and sums.is_own(path.name))


def key_names(folder: Path) -> list[str]:
    """Those of the list of keys alone."""
    return [name for name in own_names(folder) if name.startswith(KEYS)]
