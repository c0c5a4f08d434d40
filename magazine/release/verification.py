"""Is this the magazine, whole and fresh? A folder or a mirror is judged by pinned root keys and what was seen before.

Nothing is believed before its signature: the list of keys by a root key, the note by active keys, the list of hashes by
the note, each file by its hash. A date of expiry that is over is told, and makes nothing less whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from magazine.messages import marked, say
from magazine.progress import Progress
from magazine.release import keyfile, notes, signing, sums
from magazine.release.codes import MEANINGS, Code, ReleaseError
from magazine.release.fields import malformed
from magazine.release.keyfile import Keys
from magazine.release.notes import Pack, Release, digest
from magazine.release.seen import Seen
from magazine.release.signing import Signed
from magazine.release.sources import Source

SIGNATURE = ".minisig"
MAX_SIGNATURES = 9
MAX_TOLD = 1_000  # files that are told one by one

ABSENT = marked("%(name)s is missing.")
CHANGED = marked("%(name)s was changed.")
PETITION = marked("%(name)s was changed: it is the text of a petition.")
ADDED = marked("%(name)s was added: the magazine did not sign it.")
NOT_OURS = marked("%(file)s is not signed by any root key that is pinned here.")
OTHER_COMMENT = marked("%(file)s: its signature was made for another one.")
ROOT_REVOKED = marked("%(file)s is signed by the root key %(key)s, which is revoked.")
OLD_KEYS = marked("%(file)s has the number %(number)d, but number %(seen)d was seen before.")
KEYS_FORK = marked("There are two different lists of keys with the number %(number)d.")
KEYS_EXPIRED = marked("The list of keys expired on %(day)s: ask the editors whether there is a newer one.")
TOO_FEW = marked("%(file)s has %(count)d signatures of active keys, and needs %(needs)d.")
BY_REVOKED = marked("%(file)s is signed with the key %(key)s, which was revoked on %(day)s (%(why)s).")
OTHER_KEYS = marked("%(file)s belongs to another list of keys than the one that is there.")
ROLLED_BACK = marked("This is release %(number)d, but release %(seen)d was seen before.")
FORK = marked("There are two different releases with the number %(number)d.")
OTHER_PAST = marked("Release %(number)d does not follow the release %(seen)d that was seen before.")
OTHER_SUMS = marked("%(file)s belongs to another release than %(note)s.")
OTHER_COUNT = marked("%(file)s names %(count)d files, but %(note)s says %(files)d.")
EXPIRED = marked("Release %(number)d expired on %(day)s.")
UNPINNED = marked("The list of keys names the root key %(key)s, which is not pinned here: pin it, too.")
UNLISTED = marked("Whether files were added, nobody can tell from afar.")


@dataclass(frozen=True)
class Verdict:
    """How a check ended. ``seen`` is what is to be remembered, whatever the end; ``findings`` are in the order found.

    ``is_whole`` says that every file is as it was signed by keys that are good: stale it may be. The ``unpinned`` are
    root keys that a good list of keys names, and that nobody has pinned here.
    """

    code: Code
    seen: Seen
    findings: tuple[ReleaseError, ...] = ()
    release: Release | None = None
    keys: Keys | None = None
    is_whole: bool = False
    looked_for_added: bool = True
    unpinned: tuple[str, ...] = ()

    def said(self, language: str | None = None) -> list[str]:
        """Every finding in the editor's language, what else she should know, and at last what it means."""
        told = [finding.said(language) for finding in self.findings]
        told += [say(UNPINNED, language, key=key) for key in self.unpinned]
        told += [] if self.looked_for_added else [say(UNLISTED, language)]
        return [*told, say(MEANINGS[self.code], language)]


@dataclass
class _Found:
    """What is known so far."""

    seen: Seen
    release: Release | None = None
    keys: Keys | None = None
    findings: list[ReleaseError] = field(default_factory=list)
    looked_for_added: bool = True
    unpinned: tuple[str, ...] = ()

    def verdict(self, *, is_whole: bool = False) -> Verdict:
        worst = min((finding.code for finding in self.findings), default=Code.FRESH)
        if is_whole and Code.OLD_KEYS in {finding.code for finding in self.findings}:
            worst = Code.OLD_KEYS  # what vouches for all is stale
        findings = tuple(self.findings)
        return Verdict(
            worst, self.seen, findings, self.release, self.keys, is_whole, self.looked_for_added, self.unpinned
        )


def verify(
    source: Source,
    roots: Collection[str],
    seen: Seen,
    today: dt.date,
    allowed: Collection[str] = (),
    *,
    with_packs: bool = False,
    progress: Progress | None = None,
) -> Verdict:
    """The verdict on a source; no ReleaseError is raised.

    The ``allowed`` are files of a partner's own. Packs are looked at where there are some in a folder, and at a mirror
    ``with_packs``.
    """
    found = _Found(seen)
    try:
        names = source.names()
        found.looked_for_added = names is not None
        found.keys, found.seen = keys_of(source, roots, seen)
        found.unpinned = tuple(key for key in found.keys.roots if key not in roots)
        found.release, note = release_of(source, found.keys, found.seen)
        listed = sums_of(source, found.release)
        for damage in _damage(source, names, listed, found.release, allowed, with_packs, progress):
            found.findings.append(damage)
            if len(found.findings) >= MAX_TOLD:
                break
    except ReleaseError as error:
        found.findings.append(error)
        return found.verdict()
    if found.findings:
        return found.verdict()
    found.seen = found.seen.with_release(found.release, note)
    if found.keys.is_expired(today):
        found.findings.append(ReleaseError(Code.OLD_KEYS, KEYS_EXPIRED, day=found.keys.expires))
    if found.release.is_expired(today):
        told = ReleaseError(Code.EXPIRED, EXPIRED, number=found.release.seq, day=found.release.expires)
        found.findings.append(told)
    return found.verdict(is_whole=True)


def keys_of(source: Source, roots: Collection[str], seen: Seen) -> tuple[Keys, Seen]:
    """The list of keys, if a pinned root key signed it and none newer was seen; and what is to be remembered.

    Raises ReleaseError. That it is expired is no error here.
    """
    file = keyfile.FILE
    data, signature = _text(source, file, keyfile.LIMIT), _text(source, f"{file}{SIGNATURE}", signing.LIMIT)
    signed = signing.verified(data, signature, roots, f"{file}{SIGNATURE}")
    if not signed:
        raise ReleaseError(Code.BAD_SIGNATURE, NOT_OURS, file=file)
    keys = keyfile.parsed(data)
    if signed.key in seen.revoked | keys.never:
        raise ReleaseError(Code.REVOKED, ROOT_REVOKED, file=file, key=signed.key)
    if signed.comment != keys.comment:
        raise ReleaseError(Code.BAD_SIGNATURE, OTHER_COMMENT, file=file)
    if keys.seq < seen.keys:
        raise ReleaseError(Code.OLD_KEYS, OLD_KEYS, file=file, number=keys.seq, seen=seen.keys)
    if keys.seq == seen.keys and digest(data) != seen.list:
        raise ReleaseError(Code.FORK, KEYS_FORK, number=keys.seq)
    return keys, seen.with_keys(keys, data)


def release_of(source: Source, keys: Keys, seen: Seen) -> tuple[Release, bytes]:
    """The note of the release and its bytes, if enough active keys signed it and none newer was seen.

    What was ``seen`` comes from ``keys_of``, and so knows these keys. Raises ReleaseError. That it is expired is no
    error here.
    """
    file = notes.FILE
    data = _text(source, file, notes.LIMIT)
    comment = _signed_enough(source, data, keys)
    release = notes.parsed(data)
    if comment != release.comment:
        raise ReleaseError(Code.BAD_SIGNATURE, OTHER_COMMENT, file=file)
    if release.seq < seen.release:
        raise ReleaseError(Code.ROLLED_BACK, ROLLED_BACK, number=release.seq, seen=seen.release)
    if release.seq == seen.release and digest(data) != seen.note:
        raise ReleaseError(Code.FORK, FORK, number=release.seq)
    if seen.note and release.seq == seen.release + 1 and release.prev != seen.note:
        raise ReleaseError(Code.FORK, OTHER_PAST, number=release.seq, seen=seen.release)
    if release.keys != seen.list:
        raise ReleaseError(Code.MIXED, OTHER_KEYS, file=file)
    return release, data


def sums_of(source: Source, release: Release) -> dict[str, str]:
    """The list of hashes, if it is the release's own; raises ReleaseError."""
    file = sums.SUMS
    data = _text(source, file, sums.LIMIT)
    if digest(data) != release.sha256sums:
        raise ReleaseError(Code.MIXED, OTHER_SUMS, file=file, note=notes.FILE)
    listed = sums.parsed(data)
    if len(listed) != release.files:
        raise malformed(OTHER_COUNT, file=file, count=len(listed), note=notes.FILE, files=release.files)
    return listed


def _signed_enough(source: Source, data: bytes, keys: Keys) -> str:
    """What the signatures say of a note that enough different active keys have signed; raises ReleaseError."""
    good: dict[str, str] = {}
    bad: list[Signed] = []
    for file in _signatures():
        signature = source.text(file, signing.LIMIT) if len(good) < keys.needs else None
        if signature is None:
            break
        active = signing.verified(data, signature, [one.key for one in keys.active], file)
        gone = None if active else signing.verified(data, signature, keys.never, file)
        good |= {active.key: active.comment} if active else {}
        bad += [gone] if gone else []
    comments = set(good.values())
    if len(good) >= keys.needs and len(comments) == 1:
        return comments.pop()
    for revoked in keys.revoked:
        if revoked.key in {one.key for one in bad}:
            values = {"key": revoked.key, "day": revoked.date, "why": revoked.reason}
            raise ReleaseError(Code.REVOKED, BY_REVOKED, file=notes.FILE, **values)
    raise ReleaseError(Code.BAD_SIGNATURE, TOO_FEW, file=notes.FILE, count=len(good), needs=keys.needs)


def _signatures() -> Iterator[str]:
    yield f"{notes.FILE}{SIGNATURE}"
    for number in range(2, MAX_SIGNATURES + 1):
        yield f"{notes.FILE}.{number}{SIGNATURE}"


def _damage(
    source: Source,
    names: frozenset[str] | None,
    listed: dict[str, str],
    release: Release,
    allowed: Collection[str],
    with_packs: bool,
    progress: Progress | None,
) -> Iterator[ReleaseError]:
    petitions = {text.path for text in release.petitions}
    if progress:
        progress.expect(len(listed))
    for name, sha256 in listed.items():
        state = source.digest(name)
        if state is None:
            yield ReleaseError(Code.MISSING, ABSENT, name=name)
        elif state[0] != sha256:
            yield ReleaseError(Code.CHANGED, PETITION if name in petitions else CHANGED, name=name)
        if progress:
            progress.step()
    packs = release.packs if names is not None or with_packs else ()
    yield from _damaged_packs(source, packs)
    if names is not None:
        signed = {pack.path for pack in release.packs} | {f"{pack.path}{SIGNATURE}" for pack in release.packs}
        for name in sorted(names - listed.keys() - signed - set(allowed)):
            if not sums.is_own(name) or name.startswith(sums.PACKS):
                yield ReleaseError(Code.ADDED, ADDED, name=sums.shown(name))
        for name in sorted(name for name in names if sums.is_own(name)):
            _look_at_signature(source, name)


def _damaged_packs(source: Source, packs: Sequence[Pack]) -> Iterator[ReleaseError]:
    """A partner need not have them: what is there must be right."""
    for pack in packs:
        state = source.digest(pack.path, pack.size)
        if state not in {None, (pack.sha256, pack.size)}:
            yield ReleaseError(Code.CHANGED, CHANGED, name=pack.path)


def _look_at_signature(source: Source, name: str) -> None:
    """No other thing may hide in the file of a signature that nobody had to look at; raises ReleaseError."""
    data = source.text(name, signing.LIMIT) if name.endswith((SIGNATURE, ".sig")) else None
    if data is not None and name.endswith(SIGNATURE):
        signing.verified(b"", data, (), name)
    elif data is not None:
        signing.ssh_verified(b"", data, (), signing.LISTS if name.startswith(sums.KEYS) else signing.RELEASES, name)


def _text(source: Source, name: str, limit: int) -> bytes:
    data = source.text(name, limit)
    if data is None:
        raise ReleaseError(Code.MISSING, ABSENT, name=name)
    return data
