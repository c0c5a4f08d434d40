"""Signatures of a release, which may wait for more: who has signed, what is signed, and what came back on a stick."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import minisign

from magazine.messages import marked
from magazine.release import fields, notes, signing, sources, sums, vouching
from magazine.release.codes import Code, ReleaseError
from magazine.release.keyfile import Keys
from magazine.release.making.staging import Staging
from magazine.release.making.standing import Standing
from magazine.release.notes import Release
from magazine.release.seen import Seen

Pair = tuple[minisign.SecretKey, minisign.SecretKey | None]

STRANGE = marked("%(file)s has no signature of an active key: nobody who may make releases has made it.")
OTHER = marked("The files in %(folder)s are not those that its list names: do not sign it.")
MANY = marked("%(file)s has as many signatures as can be.")
BACK = marked("Release %(number)d does not follow the release %(seen)d that stands here: do not sign it.")


def sign(folder: Path, release: Release, own: Pair, packed: Sequence[Path] = ()) -> None:
    """Put an editor's signatures into a release, after those that are there; raises OSError."""
    secret, ssh = own
    note = (folder / notes.FILE).read_bytes()
    for path in packed:
        with path.open("rb") as stream:
            comment = f"{path.name} {release.comment}"
            made = signing.signed(secret, stream, comment)
        _write(folder, path.with_name(path.name + vouching.SIGNATURE), made, release)
    _write(folder, _next(folder, vouching.SIGNATURE), signing.signed(secret, note, release.comment), release)
    if ssh:
        _write(folder, _next(folder, ".sig"), signing.ssh_signed(ssh, note, signing.RELEASES), release)


def holders(folder: Path, keys: Keys) -> set[str]:
    """The active keys that have signed the note; raises ReleaseError for what is no signature."""
    source = sources.Folder(folder)
    note = source.text(notes.FILE, notes.LIMIT) or b""
    found = set()
    for name in _names(folder, vouching.SIGNATURE):
        signed = signing.verified(note, source.text(name, signing.LIMIT) or b"", [one.key for one in keys.active], name)
        found |= {signed.key} if signed else set()
    return found


def proved(folder: Path, keys: Keys, seen: Seen) -> Release:
    """A release that somebody else has made, if it is whole and follows what was seen; raises ReleaseError, OSError."""
    source = sources.Folder(folder)
    theirs, seen = vouching.keys_of(source, keys.roots, seen)
    note = source.text(notes.FILE, notes.LIMIT) or b""
    if not holders(folder, keys):
        raise ReleaseError(Code.BAD_SIGNATURE, STRANGE, file=notes.FILE)
    release = notes.parsed(note)
    if release.seq <= seen.release or (release.seq == seen.release + 1 and seen.note and release.prev != seen.note):
        raise ReleaseError(Code.FORK, BACK, number=release.seq, seen=seen.release)
    listed = vouching.sums_of(source, release)
    packs_are_right = all(source.digest(pack.path, pack.size) == (pack.sha256, pack.size) for pack in release.packs)
    if theirs != keys or sums.of_folder(folder) != listed or not packs_are_right:
        raise ReleaseError(Code.CHANGED, OTHER, folder=folder)
    return release


def brought(folder: Path, waiting: Path) -> bool:
    """Whether signatures of the release that waits were found elsewhere, and put beside its own; raises OSError."""
    if not (waiting / notes.FILE).is_file():
        return False
    if (waiting / notes.FILE).read_bytes() != (folder / notes.FILE).read_bytes():
        return False
    for suffix in (vouching.SIGNATURE, ".sig"):
        there = {(waiting / name).read_bytes() for name in _names(waiting, suffix)}
        for name in _names(folder, suffix):
            if (folder / name).read_bytes() not in there:
                shutil.copy2(folder / name, _next(waiting, suffix))
    return True


def dated(folder: Path, before: Standing, moment: int) -> None:
    """Give the files of a release that was fetched their time: what stood here before keeps its own. Raises OSError."""
    for name in sums.listed(folder):
        time = moment * 10**9
        known = before.hashes.get(name)
        if known and (before.folder / name).is_file() and sums.of_file(folder / name)[0] == known:
            time = (before.folder / name).stat().st_mtime_ns
        os.utime(folder / name, ns=(time, time))


def _write(folder: Path, path: Path, data: bytes, release: Release) -> None:
    path.write_bytes(data)
    stage = Staging(folder, folder, {}, release.moment)
    stage.dated([path.relative_to(folder).as_posix()])


def _next(folder: Path, suffix: str) -> Path:
    """The first name for a signature that nothing has yet; raises ReleaseError."""
    for path in _free(folder, suffix):
        if not path.exists():
            return path
    raise fields.malformed(MANY, file=notes.FILE)


def _names(folder: Path, suffix: str) -> list[str]:
    return [path.name for path in _free(folder, suffix) if path.is_file()]


def _free(folder: Path, suffix: str) -> list[Path]:
    numbers = range(2, vouching.MAX_SIGNATURES + 1)
    return [folder / f"{notes.FILE}{suffix}", *(folder / f"{notes.FILE}.{number}{suffix}" for number in numbers)]
