"""``release.txt``: what a release is: its number, its day, its expiry, and the hashes that everything else hangs on."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from magazine.messages import marked
from magazine.release import fields, sums
from magazine.release.codes import Code, ReleaseError

FILE = sums.NOTE
LIMIT = 256_000  # bytes
ONCE = ("site", "seq", "date", "expires", "files", "sha256sums", "keys", "prev")
ORDER = (*ONCE, "changed", "petition", "form", "pack", "cid", "mirror")
MAX_CHANGED = 200
PAIRS = 43_200  # of seconds in a day
NO_RELEASE = "-"  # stands for the release before the first one
MORE = re.compile(r"… and ([1-9][0-9]{0,8}) more")
PACK = re.compile(r"(releases/[0-9]{1,18}/([A-Za-z0-9][A-Za-z0-9_.-]{0,119})) ([1-9][0-9]{0,14}) ([0-9a-f]{64})")
CID = re.compile(r"bafy[a-z2-7]{20,80}")

UNSAFE = marked("%(file)s: the name %(name)s is not safe on every system (%(reason)s).")
BACKWARDS = marked("%(file)s expires before its own date.")


@dataclass(frozen=True)
class Pack:
    """A file below ``releases/``; its ``size`` is in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Text:
    """The text of a petition, by its path in the release."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Release:
    """One release. Its last day is ``expires``; ``prev`` is empty for the first one; hashes are SHA-256 in hex.

    ``changed`` names up to 200 files, ``more`` counts those that are not named.
    """

    site: str
    seq: int
    date: dt.date
    expires: dt.date
    files: int
    sha256sums: str
    keys: str
    prev: str = ""
    changed: tuple[str, ...] = ()
    more: int = 0
    petitions: tuple[Text, ...] = ()
    forms: tuple[str, ...] = ()
    packs: tuple[Pack, ...] = ()
    cid: str = ""
    mirrors: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """What the signature says of it, so that the signature alone tells a monitor whether there is news."""
        return f"seq:{self.seq} date:{self.date} expires:{self.expires}"

    @property
    def moment(self) -> int:
        """When the files that it changed were changed, as far as partners are told."""
        return moment(self.date, self.seq)

    def is_expired(self, today: dt.date) -> bool:
        """Whether its last day is over: it is stale then, but no less whole."""
        return today > self.expires


def moment(date: dt.date, seq: int) -> int:
    """The time of changed files, in seconds since 1970: on the day, later with each release, and even, as FAT keeps it.

    Copies that go by time and size then see a change that left the size as it was.
    """
    midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
    return int(midnight.timestamp()) + 2 * (seq % PAIRS)


def named(changed: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """As many of the changed files as a note names, in order, and how many more there are."""
    every = sorted(changed)
    return tuple(every[:MAX_CHANGED]), max(0, len(every) - MAX_CHANGED)


def digest(data: bytes) -> str:
    """The hash by which one signed text names another."""
    return hashlib.sha256(data).hexdigest()


def composed(release: Release) -> bytes:
    """The bytes of the note; raises ReleaseError for what ``parsed`` would refuse."""
    lines = [
        f"site {release.site}",
        f"seq {release.seq}",
        f"date {release.date}",
        f"expires {release.expires}",
        f"files {release.files}",
        f"sha256sums {release.sha256sums}",
        f"keys {release.keys}",
        f"prev {release.prev or NO_RELEASE}",
        *(f"changed {path}" for path in release.changed),
        *([f"changed … and {release.more} more"] if release.more else []),
        *(f"petition {text.path} {text.sha256}" for text in release.petitions),
        *(f"form {address}" for address in release.forms),
        *(f"pack {pack.path} {pack.size} {pack.sha256}" for pack in release.packs),
        *([f"cid {release.cid}"] if release.cid else []),
        *(f"mirror {address}" for address in release.mirrors),
    ]
    data = "".join(f"{line}\n" for line in lines).encode()
    if parsed(data) != release:  # a value with a line break would be more than one line
        raise fields.malformed(fields.NO_TEXT, file=FILE)
    return data


def parsed(data: bytes) -> Release:
    """The release that a note tells of; raises ReleaseError: malformed, or a name that is not safe."""
    found = fields.read(data, FILE, ONCE, ORDER, LIMIT)

    def hashed(name: str) -> str:
        return fields.matched(found[name][0], fields.SHA256, FILE, name)[0]

    date, expires = (fields.date(found[name][0], FILE, name) for name in ("date", "expires"))
    if expires < date:
        raise fields.malformed(BACKWARDS, file=FILE)
    if len(found["cid"]) > 1:
        raise fields.malformed(fields.TWICE, file=FILE, name="cid")
    changed, more = _changed(found["changed"])
    site = _addresses(found, "site")[0]
    if not site.endswith("/"):
        raise fields.malformed(fields.BAD_VALUE, file=FILE, name="site")
    return Release(
        site=site,
        seq=fields.number(found, FILE, "seq", least=1),
        date=date,
        expires=expires,
        files=fields.number(found, FILE, "files", least=1),
        sha256sums=hashed("sha256sums"),
        keys=hashed("keys"),
        prev="" if found["prev"][0] == NO_RELEASE else hashed("prev"),
        changed=changed,
        more=more,
        petitions=tuple(map(_text, found["petition"])),
        forms=_addresses(found, "form"),
        packs=_packs(found["pack"]),
        cid=fields.matched(found["cid"][0], CID, FILE, "cid")[0] if found["cid"] else "",
        mirrors=_addresses(found, "mirror"),
    )


def _changed(values: Sequence[str]) -> tuple[tuple[str, ...], int]:
    last = MORE.fullmatch(values[-1]) if values else None
    paths = tuple(values[:-1] if last else values)
    if len(paths) > MAX_CHANGED:
        raise fields.malformed(fields.BAD_VALUE, file=FILE, name="changed")
    return tuple(map(_safe, paths)), int(last[1]) if last else 0


def _text(value: str) -> Text:
    path, _, sha256 = value.rpartition(" ")
    fields.matched(sha256, fields.SHA256, FILE, "petition")
    return Text(_safe(path), sha256)


def _packs(values: Sequence[str]) -> tuple[Pack, ...]:
    packs = []
    for value in values:
        parts = fields.matched(value, PACK, FILE, "pack")
        reason = sums.why_unsafe(parts[2])
        if reason:
            raise ReleaseError(Code.UNSAFE, UNSAFE, file=FILE, name=parts[1], reason=reason)
        packs.append(Pack(parts[1], int(parts[3]), parts[4]))
    if len({pack.path.casefold() for pack in packs}) < len(packs):
        raise fields.malformed(fields.TWICE, file=FILE, name="pack")
    return tuple(packs)


def _safe(path: str) -> str:
    reason = sums.why_unsafe(path)
    if reason:
        raise ReleaseError(Code.UNSAFE, UNSAFE, file=FILE, name=sums.shown(path), reason=reason)
    return path


def _addresses(found: fields.Fields, name: str) -> tuple[str, ...]:
    return tuple(fields.matched(value, fields.ADDRESS, FILE, name)[0] for value in found[name])
