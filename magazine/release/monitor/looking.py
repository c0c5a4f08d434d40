"""One look at one mirror: what it serves is judged by its signed number alone, never by its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from magazine.messages import marked
from magazine.mirrors import Mirror
from magazine.release import notes, verification
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.monitor import pages
from magazine.release.notes import Release
from magazine.release.seen import Seen
from magazine.release.sources import Site
from magazine.release.verification import ABSENT, CHANGED, FORK, PETITION

TEXTS = (".html", ".xml", ".txt", ".svg", ".css", ".js", ".json", ".php", ".sh", ".py", ".cmd", ".conf")
LIMIT = 12_000_000  # bytes of a text
PROBE = "nothing-stands-here-%s.html"
MOST_FOUND = 20
WRONG_KEYS = (Code.BAD_SIGNATURE, Code.REVOKED)
GONE = (Code.UNREACHABLE, Code.MISSING)

NEWER = marked("It has release %(number)d, which is newer than the one here: another editor has published it.")
BEHIND = marked("It has release %(number)d; the newest is %(newest)d.")
EXPIRED = marked("Its release %(number)d expired on %(day)s.")
ALWAYS = marked("It answers every address, also one that is not there, with a page.")


@dataclass(frozen=True)
class Newest:
    """The release that stands here: its note, the hashes of its files, their folder, the hashes of those before it."""

    release: Release
    note: bytes
    sums: Mapping[str, str]
    folder: Path
    past: Mapping[int, str]


@dataclass(frozen=True)
class Look:
    """What was found: the ``state`` as ``magazine.mirrors`` knows it, the number of its release, and what to tell."""

    state: str
    seq: int = 0
    findings: tuple[ReleaseError, ...] = ()
    was_full: bool = False
    note: str = ""  # the hash of its release

    @property
    def is_good(self) -> bool:
        """Whether readers may be sent there."""
        return self.state in ("current", "behind")


def look(fetcher: Fetcher, newest: Newest, roots: Collection[str], today: dt.date, *, full: bool, probe: str) -> Look:
    """Look at a mirror; ``full`` reads all its texts, ``probe`` is a word that no address has."""
    source = Site(fetcher)
    try:
        keys, seen = verification.keys_of(source, roots, Seen())
        release, note = verification.release_of(source, keys, seen)
    except ReleaseError as error:
        state = "wrong key" if error.code in WRONG_KEYS else "unreachable" if error.code in GONE else "tampered"
        return Look(state, 0, (error,))
    state, findings = _standing(release, note, newest, today)
    if state == "tampered":
        return Look(state, release.seq, tuple(findings), note=notes.digest(note))
    if full:
        try:
            damage = list(_damage(source, release, newest))
            findings += damage
            state = "tampered" if damage else state
            if source.text(PROBE % probe, LIMIT) is not None:
                findings.append(ReleaseError(Code.FRESH, ALWAYS))
        except ReleaseError as error:
            return Look("unreachable", release.seq, (*findings, error))
    return Look(state, release.seq, tuple(findings), full, notes.digest(note))


def compared(looks: Mapping[Mirror, Look], newest: Newest) -> dict[Mirror, Look]:
    """The same, where two mirrors that have different releases of one number, unknown here, are both told of."""
    hashes: dict[int, set[str]] = {}
    for found in looks.values():
        if found.note and found.seq > newest.release.seq:
            hashes.setdefault(found.seq, set()).add(found.note)
    return {
        mirror: _forked(found) if found.is_good and len(hashes.get(found.seq, ())) > 1 else found
        for mirror, found in looks.items()
    }


def _forked(found: Look) -> Look:
    fork = ReleaseError(Code.FORK, FORK, number=found.seq)
    return replace(found, state="tampered", findings=(*found.findings, fork))


def _standing(release: Release, note: bytes, newest: Newest, today: dt.date) -> tuple[str, list[ReleaseError]]:
    """How a release stands to the one here, by its number and its hash."""
    known = notes.digest(newest.note) if release.seq == newest.release.seq else newest.past.get(release.seq)
    if known and known != notes.digest(note):
        return "tampered", [ReleaseError(Code.FORK, FORK, number=release.seq)]
    if release.is_expired(today):
        return "stale", [ReleaseError(Code.EXPIRED, EXPIRED, number=release.seq, day=release.expires)]
    if release.seq < newest.release.seq:
        values = {"number": release.seq, "newest": newest.release.seq}
        return "behind", [ReleaseError(Code.ROLLED_BACK, BEHIND, **values)]
    if release.seq > newest.release.seq:
        return "current", [ReleaseError(Code.FRESH, NEWER, number=release.seq)]
    return "current", []


def _damage(source: Site, release: Release, newest: Newest) -> Iterator[ReleaseError]:
    """What is wrong with the texts of a mirror, and what was put into its pages."""
    listed = newest.sums if release == newest.release else verification.sums_of(source, release)
    petitions, count = {text.path for text in release.petitions}, 0
    for name, sha256 in listed.items():
        if not name.endswith(TEXTS):
            continue
        data = source.text(name, LIMIT)
        if data is not None and notes.digest(data) == sha256:
            continue
        count += 1
        if data is None:
            yield ReleaseError(Code.MISSING, ABSENT, name=name)
        else:
            yield ReleaseError(Code.CHANGED, PETITION if name in petitions else CHANGED, name=name)
            yield from pages.put_in(name, data, _ours(newest, name), release.forms)
        if count == MOST_FOUND:
            return


def _ours(newest: Newest, name: str) -> bytes:
    try:
        return (newest.folder / name).read_bytes()
    except OSError:
        return b""
