"""A release is put together beside the copy that stands: what did not change is linked, the rest fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from magazine.messages import marked
from magazine.progress import Progress
from magazine.release import files, notes, signing, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.copies.partial import Work
from magazine.release.copies.upstream import Upstream
from magazine.release.notes import Release
from magazine.release.sources import MAX_FILE, Folder
from magazine.release.vouching import ABSENT, SIGNATURE

NO_OWN = marked("%(name)s cannot be a partner's own file (%(reason)s).")
OURS = marked("it belongs to the magazine")
SIGNED = f"{notes.FILE}{SIGNATURE}"


@dataclass(frozen=True)
class Copy:
    """A copy that stands: its folder, and the hash of each file in it by its path."""

    folder: Path
    hashes: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, name: str, sha256: str) -> Path | None:
        """Where a file of that hash stands, under its name or, where it was moved, under another one."""
        found = name if self.hashes.get(name) == sha256 else self.by_hash.get(sha256)
        return None if found is None else self.folder / found

    @cached_property
    def by_hash(self) -> dict[str, str]:
        """A path of each hash."""
        return {sha256: name for name, sha256 in self.hashes.items()}


@dataclass
class Assembly:
    """The tree of a release on its way; ``lacking`` are packs that the mirror does not have."""

    work: Work
    source: Upstream
    release: Release
    old: Copy
    lacking: list[str] = field(default_factory=list)

    @property
    def tree(self) -> Path:
        """Where it is put together."""
        return self.work.tree

    def fill(
        self, listed: Mapping[str, str], own: Mapping[str, bytes], *, with_packs: bool, progress: Progress
    ) -> None:
        """Put all there; what an earlier run has put there stays. Raises ReleaseError, OSError."""
        packs = {pack.path: pack for pack in self.release.packs}
        self._prune({*listed, *packs, *(f"{name}{SIGNATURE}" for name in packs)})
        progress.expect(len(listed) + len(packs))
        for name, sha256 in listed.items():
            self._put(name, sha256, MAX_FILE, fetches=True)
            progress.step()
        for name, pack in packs.items():
            if self._put(name, pack.sha256, pack.size, fetches=with_packs, must=False):
                self._put_signature(f"{name}{SIGNATURE}")
            elif with_packs:
                self.lacking.append(name)
            progress.step()
        for name in sorted(own, key=lambda name: (name == SIGNED, name)):
            self._write(name, own[name])  # its signature last: without it nothing takes the tree for whole

    def _put(self, name: str, sha256: str, limit: int, *, fetches: bool, must: bool = True) -> bool:
        """Have a file in the tree; whether it could be had."""
        place = self.tree / name
        if digest_of(self.tree, name) == sha256:
            return True
        stands = self.old.place_of(name, sha256)
        if stands:
            self._link(stands, name)
            return True
        found = self.work.fetched(self.source, name, sha256, limit) if fetches else None
        if found:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._date(found)
            found.replace(place)
        elif must:
            raise ReleaseError(Code.MISSING, ABSENT, name=name)
        return found is not None

    def _put_signature(self, name: str) -> None:
        nearby = (Folder(place).text(name, signing.LIMIT) for place in (self.old.folder, self.tree))
        data = next(filter(None, nearby), None) or self.source.text(name, signing.LIMIT)
        if data:
            self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        place = self.tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if digest_of(self.old.folder, name) == notes.digest(data):
            self._link(self.old.folder / name, name)
        else:
            files.written(place, data)
            self._date(place)

    def _link(self, old: Path, name: str) -> None:
        linked(old, self.tree / name, self.work)

    def _date(self, file: Path) -> None:
        seconds = self.release.moment
        os.utime(file, (seconds, seconds))

    def _prune(self, wanted: set[str]) -> None:
        """Remove what an earlier run has left in the tree and this one does not want; links are not followed."""
        self.tree.mkdir(exist_ok=True)
        for above, folders, names in os.walk(self.tree, topdown=False):
            here = Path(above)
            for name in names:
                if (here / name).relative_to(self.tree).as_posix() not in wanted or (here / name).is_symlink():
                    (here / name).unlink()
            for name in folders:
                if (here / name).is_symlink():
                    (here / name).unlink()
                elif not any((here / name).iterdir()):
                    (here / name).rmdir()
        if self.old.folder.exists():
            shutil.copymode(self.old.folder, self.tree)


def linked(old: Path, new: Path, work: Work) -> None:
    """Have a file at another place too, with its time; what stands there is replaced. Raises OSError."""
    new.parent.mkdir(parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    try:
        # Windows has no such switch, and needs none
        os.link(old, new, **({"follow_symlinks": False} if os.link in os.supports_follow_symlinks else {}))
    except OSError:  # FAT has no links
        part = work.parts / "copied"
        shutil.copy2(old, part, follow_symlinks=False)
        part.replace(new)


def refuse_own(names: Iterable[str], listed: Collection[str]) -> None:
    """Raise ReleaseError for files of a partner's own that the magazine has, too, or that lie outside of the copy."""
    for name in names:
        reason = sums.why_unsafe(name) or (OURS if name in listed else "")
        if reason:
            raise ReleaseError(Code.USAGE, NO_OWN, name=sums.shown(name), reason=reason)


def copy_of(folder: Path, listed: Iterable[str]) -> Copy:
    """What there is in a folder of the files that its own list names, whatever became of them."""
    found = {name: digest_of(folder, name) for name in listed if not _is_linked(folder, name)}
    return Copy(folder, {name: sha256 for name, sha256 in found.items() if sha256})


def digest_of(folder: Path, name: str) -> str:
    """The hash of a file; empty where there is none that could be read."""
    try:
        found = Folder(folder).digest(name)
    except ReleaseError:
        return ""
    return found[0] if found else ""


def _is_linked(folder: Path, name: str) -> bool:
    return any((folder / above).is_symlink() for above in Path(name).parents)
