"""Is this the magazine, whole and fresh? A folder or a mirror is judged by pinned root keys and what was seen before.

What vouches for the files is believed by its signature, each file by its hash. A date of expiry that is over is told,
and makes nothing less whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from magazine.messages import marked, say
from magazine.progress import Progress
from magazine.release import signing, sums, vouching
from magazine.release.codes import MEANINGS, Code, ReleaseError
from magazine.release.keyfile import Keys
from magazine.release.notes import Pack, Release
from magazine.release.seen import Seen
from magazine.release.sources import Source
from magazine.release.vouching import ABSENT, SIGNATURE

MAX_TOLD = 1_000  # files that are told one by one

CHANGED = marked("%(name)s was changed.")
PETITION = marked("%(name)s was changed: it is the text of a petition.")
ADDED = marked("%(name)s was added: the magazine did not sign it.")
KEYS_EXPIRED = marked("The list of keys expired on %(day)s: ask the editors whether there is a newer one.")
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
        found.keys, found.seen = vouching.keys_of(source, roots, seen)
        found.unpinned = tuple(key for key in found.keys.roots if key not in roots)
        found.release, note = vouching.release_of(source, found.keys, found.seen)
        listed = vouching.sums_of(source, found.release)
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
