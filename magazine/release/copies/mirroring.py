"""A copy of the magazine is made or renewed: what is not proved does not go live, and the old copy stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from magazine.messages import marked
from magazine.progress import Progress
from magazine.release import notes, signing, sums, verification, vouching
from magazine.release.codes import Code, ReleaseError
from magazine.release.copies import partial, runnable, swapping
from magazine.release.copies.assembling import SIGNED, Assembly, Copy, copy_of, digest_of, linked, refuse_own
from magazine.release.copies.partial import Work
from magazine.release.copies.remembering import Memory
from magazine.release.copies.sparing import Sparing, list_of
from magazine.release.copies.upstream import NearFolder, Upstream
from magazine.release.notes import digest
from magazine.release.seen import Seen
from magazine.release.sources import Folder
from magazine.release.verification import Verdict

NO_COPY = marked("%(folder)s is not empty and holds no copy of the magazine: name a new folder.")
A_CLONE = marked("%(folder)s is a clone of a git repository: renew it with «git pull».")
ITSELF = marked("%(folder)s cannot be a copy of itself.")


@dataclass(frozen=True)
class Wanted:
    """What is to be copied: by which root keys it is judged, and which files in the copy are the partner's own.

    With ``shows`` the new copy is made ready and does not go live.
    """

    roots: Collection[str]
    today: dt.date
    allowed: Sequence[str] = ()
    with_packs: bool = False
    shows: bool = False


@dataclass(frozen=True)
class Changes:
    """What differs between two copies, by path."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How it ended. ``strays`` stood in the copy and were nobody's; ``lacking`` are packs that the mirror has not."""

    verdict: Verdict
    is_live: bool = False
    is_ready: bool = False
    has_news: bool = False
    changes: Changes = field(default_factory=Changes)
    strays: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def mirrored(source: Upstream, place: str, folder: Path, wanted: Wanted, memory: Memory, progress: Progress) -> Outcome:
    """Make or renew the copy in a folder from a source, whose address is ``place``.

    Raises ReleaseError for what is not believed, OSError where this machine failed: then the old copy stands.
    """
    folder = folder.parent.resolve() / folder.name if folder.name not in {"", ".."} else folder.resolve()
    _check(source, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with partial.opened(folder) as work:
        run = _Run(source, place, folder, wanted, memory, progress, work)
        return run.done()


@dataclass
class _Run:
    source: Upstream
    place: str
    folder: Path
    wanted: Wanted
    memory: Memory
    progress: Progress
    work: Work
    tag: str = ""

    def done(self) -> Outcome:
        here = self._judged(self.folder, self.memory.read())
        seen = here.seen
        signature = _signature(self.folder)
        ready = self._ready(seen)
        try:
            tag = self.work.news(self.place, signature) if here.is_whole else ""
            news, self.tag = self.source.news(SIGNED, tag)
        except ReleaseError as error:
            if error.code is Code.UNREACHABLE and ready and not self.wanted.shows:
                return self._finished(ready, ())  # it was fetched by an earlier run
            raise
        if here.is_whole and news in {None, signature} and not self._lacks(self.folder, here):
            self._remember(signature)
            return Outcome(here, is_live=True)
        if ready and news == _signature(self.work.tree) and not self._lacks(self.work.tree, ready):
            return self._finished(ready, ())
        sparing = Sparing(self.source, {} if news is None else {SIGNED: news or None})
        return self._renewed(sparing, here, seen)

    def _renewed(self, sparing: Sparing, here: Verdict, seen: Seen) -> Outcome:
        if here.keys:
            sparing.reuse_keys(Folder(self.folder))
        keys, seen = vouching.keys_of(sparing, self.wanted.roots, seen)
        self.memory.keep(seen)  # a key that is revoked stays so, whatever comes
        release, _ = vouching.release_of(sparing, keys, seen)
        sparing.texts[sums.SUMS] = list_of(sparing, release, self.folder, self.work)
        listed = vouching.sums_of(sparing, release)
        runnable.refuse(listed)
        own = sparing.own(keys, self.wanted.roots)
        assembly = Assembly(self.work, self.source, release, self._old(here))
        assembly.fill(
            listed, own, with_packs=self.wanted.with_packs, progress=self.progress
        )  # fmt: skip
        verdict = self._judged(self.work.tree, seen)
        return self._finished(verdict, assembly.lacking)

    def _finished(self, verdict: Verdict, lacking: Iterable[str]) -> Outcome:
        """Put the tree in place, if it is good and wished."""
        self.memory.keep(verdict.seen)
        if not verdict.is_whole or verdict.code is Code.OLD_KEYS:  # an old list may hide that a key was revoked
            return Outcome(verdict, lacking=tuple(lacking))
        before, after = self._names(self.folder), self._names(self.work.tree)
        refuse_own(self.wanted.allowed, after)
        changes = _changes(before, after)
        strays = self._strays(before, after)
        if self.wanted.shows:
            return Outcome(
                verdict, is_ready=True, has_news=True, changes=changes, strays=strays, lacking=tuple(lacking)
            )
        self._move_away(strays)
        for name in self.wanted.allowed:
            if digest_of(self.folder, name):
                linked(self.folder / name, self.work.tree / name, self.work)
        swapping.swapped(self.work.tree, self.folder, self.work.folder)
        self._remember(_signature(self.folder))
        self.work.cleared()
        return Outcome(verdict, is_live=True, has_news=True, changes=changes, strays=strays, lacking=tuple(lacking))

    def _judged(self, folder: Path, seen: Seen) -> Verdict:
        return verification.verify(
            Folder(folder), self.wanted.roots, seen, self.wanted.today, self.wanted.allowed, progress=self.progress
        )

    def _ready(self, seen: Seen) -> Verdict | None:
        """The verdict on a tree that an earlier run has made ready, if it is good."""
        if not (self.work.tree / notes.FILE).is_file():
            return None
        verdict = self._judged(self.work.tree, seen)
        return verdict if verdict.is_whole and _signature(self.work.tree) != _signature(self.folder) else None

    def _lacks(self, folder: Path, verdict: Verdict) -> bool:
        packs = verdict.release.packs if verdict.release and self.wanted.with_packs else ()
        return any(not (folder / pack.path).is_file() for pack in packs)

    def _old(self, here: Verdict) -> Copy:
        names = self._names(self.folder)
        packs = {pack.path: pack.sha256 for pack in here.release.packs} if here.release else {}
        if here.is_whole:
            there = {name: sha256 for name, sha256 in packs.items() if (self.folder / name).is_file()}
            return Copy(self.folder, names | there)
        return copy_of(self.folder, [*names, *packs])

    def _names(self, folder: Path) -> dict[str, str]:
        """What the list in a folder says."""
        try:
            return sums.parsed(Folder(folder).text(sums.SUMS, sums.LIMIT) or b"")
        except ReleaseError:
            return {}

    def _strays(self, before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
        known = {*before, *after, *self.wanted.allowed}
        return tuple(
            sorted(name for name in _plain(self.folder) if name not in known and not sums.is_own(name))
        )  # fmt: skip

    def _move_away(self, strays: Iterable[str]) -> None:
        """What somebody has put into the copy is not shown any more, and not lost either."""
        for name in strays:
            target = self.work.strays / f"{digest(name.encode('utf-8', 'surrogateescape'))[:8]}-{Path(name).name}"
            self.work.strays.mkdir(exist_ok=True, mode=0o700)
            (self.folder / name).replace(target)

    def _remember(self, signature: bytes) -> None:
        if self.tag:
            self.work.keep_news(self.place, signature, self.tag)


def _check(source: Upstream, folder: Path) -> None:
    if isinstance(source, NearFolder):
        one, other = source.path.resolve(), folder.resolve()
        if one.is_relative_to(other) or other.is_relative_to(one):
            raise ReleaseError(Code.USAGE, ITSELF, folder=folder)
    if folder.is_symlink():
        raise ReleaseError(Code.UNSAFE, partial.LINK, folder=folder)
    if (folder / sums.REPOSITORY).exists():
        raise ReleaseError(Code.USAGE, A_CLONE, folder=folder)
    is_free = folder.name and (not folder.exists() or (folder.is_dir() and not any(folder.iterdir())))
    if not is_free and not any((folder / name).is_file() for name in (notes.FILE, sums.SUMS, sums.KEYS)):
        raise ReleaseError(Code.USAGE, NO_COPY, folder=folder)


def _signature(folder: Path) -> bytes:
    try:
        return Folder(folder).text(SIGNED, signing.LIMIT) or b""
    except ReleaseError:
        return b""


def _changes(before: dict[str, str], after: dict[str, str]) -> Changes:
    return Changes(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        tuple(sorted(before.keys() - after.keys())),
    )


def _plain(folder: Path) -> Iterable[str]:
    """All files below a folder that are plain ones; links are neither followed nor told."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            yield file.relative_to(folder).as_posix()
