"""One look at one mirror: what it serves is judged by its signed number alone, never by its clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from magazine.messages import marked
from magazine.mirrors import Mirror
from magazine.release import fetching, notes, vouching
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.monitor import pages
from magazine.release.notes import Release
from magazine.release.seen import Seen
from magazine.release.sources import Site
from magazine.release.verification import CHANGED, PETITION
from magazine.release.vouching import ABSENT, FORK

TEXTS = (".html", ".xml", ".txt", ".svg", ".css", ".js", ".json", ".php", ".sh", ".py", ".cmd", ".conf")
LIMIT = 12_000_000  # bytes of a text
PROBE = "nothing-stands-here-%s.html"
MOST_FOUND = 20
# what browsers must be told of a file; in another set of letters than its own nobody can read it
KINDS = {".html": ("text/html",), ".svg": ("image/svg+xml",)}
LETTERS = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
PROGRAM = b"<?"
MOST_KIND = 60  # signs
WRONG_KEYS = (Code.BAD_SIGNATURE, Code.REVOKED)
GONE = (Code.UNREACHABLE, Code.MISSING)

NEWER = marked("It has release %(number)d, which is newer than the one here: another editor has published it.")
BEHIND = marked("It has release %(number)d; the newest is %(newest)d.")
EXPIRED = marked("Its release %(number)d expired on %(day)s.")
AS_OTHER = marked(
    "%(name)s is served as «%(kind)s», so browsers do not show it as it is meant: kit/servers has settings for hosts."
)
RUN = marked("The host runs %(name)s instead of giving it out: kit/servers has settings for hosts.")
ALWAYS = marked("It answers every address, also one that is not there, with a page.")
HERS = (AS_OTHER, RUN, ALWAYS)  # what a partner can mend though her copy is whole


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
    def asks_for_more(self) -> bool:
        """Whether a partner has something to mend."""
        return self.state != "current" or any(one.sentence in HERS for one in self.findings)

    @property
    def is_good(self) -> bool:
        """Whether readers may be sent there."""
        return self.state in ("current", "behind")


def look(fetcher: Fetcher, newest: Newest, roots: Collection[str], today: dt.date, *, full: bool, probe: str) -> Look:
    """Look at a mirror; ``full`` reads all its texts, ``probe`` is a word that no address has."""
    source = Site(fetcher)
    try:
        keys, seen = vouching.keys_of(source, roots, Seen())
        release, note = vouching.release_of(source, keys, seen)
    except ReleaseError as error:
        state = "wrong key" if error.code in WRONG_KEYS else "unreachable" if error.code in GONE else "tampered"
        return Look(state, 0, (error,))
    state, findings = _standing(release, note, newest, today)
    if state == "tampered":
        return Look(state, release.seq, tuple(findings), note=notes.digest(note))
    if full:
        try:
            found = list(_differences(source, release, newest))
            findings += found
            state = "tampered" if any(one.code is not Code.FRESH for one in found) else state
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


def _differences(source: Site, release: Release, newest: Newest) -> Iterator[ReleaseError]:
    """What is wrong with the texts of a mirror, what was put into its pages, and whether browsers can show them."""
    listed = newest.sums if release == newest.release else vouching.sums_of(source, release)
    petitions, count, told = {text.path for text in release.petitions}, 0, set[str]()
    for name, sha256 in listed.items():
        suffix = PurePosixPath(name).suffix
        if suffix not in TEXTS:
            continue
        answer = source.fetcher.asked(name, LIMIT)
        data = None if answer.status in fetching.GONE else b"".join(answer.blocks)
        if data is not None and notes.digest(data) == sha256:
            if suffix not in told and (kind := _other_kind(suffix, answer.headers)):
                told.add(suffix)  # the others are served alike
                yield ReleaseError(Code.FRESH, AS_OTHER, name=name, kind=kind)
            continue
        if suffix == ".php" and PROGRAM not in (data or b""):
            yield ReleaseError(Code.FRESH, RUN, name=name)
            continue
        count += 1
        if data is None:
            yield ReleaseError(Code.MISSING, ABSENT, name=name)
        else:
            yield ReleaseError(Code.CHANGED, PETITION if name in petitions else CHANGED, name=name)
            yield from pages.put_in(name, data, _ours(newest, name), release.forms)
        if count == MOST_FOUND:
            return


def _other_kind(suffix: str, headers: Mapping[str, str]) -> str:
    """As what a file is served, if browsers do not show it then as it is meant; otherwise nothing."""
    kind, place = headers.get("content-type", ""), headers.get("content-disposition", "")
    letters = LETTERS.search(kind)
    if suffix not in KINDS:
        return ""
    is_other = kind.partition(";")[0].strip().lower() not in KINDS[suffix]
    if is_other or (letters and letters[1].lower() != "utf-8"):
        return kind[:MOST_KIND] or "?"
    return place[:MOST_KIND] if place.strip().lower().startswith("attachment") else ""


def _ours(newest: Newest, name: str) -> bytes:
    try:
        return (newest.folder / name).read_bytes()
    except OSError:
        return b""
