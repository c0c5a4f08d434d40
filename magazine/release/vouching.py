"""The three small files that vouch for all others: the list of keys, the note of the release, the list of hashes.

Nothing is believed before its signature: the list of keys by a root key, the note by active keys, the list of hashes by
the note.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from magazine.messages import marked
from magazine.release import keyfile, notes, signing, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.fields import malformed
from magazine.release.keyfile import Keys
from magazine.release.notes import Release, digest
from magazine.release.seen import Seen
from magazine.release.signing import Signed
from magazine.release.sources import Source

SIGNATURE = ".minisig"
MAX_SIGNATURES = 9

NOT_OURS = marked("%(file)s is not signed by any root key that is pinned here.")
OTHER_COMMENT = marked("%(file)s: its signature was made for another one.")
ROOT_REVOKED = marked("%(file)s is signed by the root key %(key)s, which is revoked.")
OLD_KEYS = marked("%(file)s has the number %(number)d, but number %(seen)d was seen before.")
KEYS_FORK = marked("There are two different lists of keys with the number %(number)d.")
TOO_FEW = marked("%(file)s has %(count)d signatures of active keys, and needs %(needs)d.")
BY_REVOKED = marked("%(file)s is signed with the key %(key)s, which was revoked on %(day)s (%(why)s).")
OTHER_KEYS = marked("%(file)s belongs to another list of keys than the one that is there.")
ROLLED_BACK = marked("This is release %(number)d, but release %(seen)d was seen before.")
FORK = marked("There are two different releases with the number %(number)d.")
OTHER_PAST = marked("Release %(number)d does not follow the release %(seen)d that was seen before.")
OTHER_SUMS = marked("%(file)s belongs to another release than %(note)s.")
OTHER_COUNT = marked("%(file)s names %(count)d files, but %(note)s says %(files)d.")
ABSENT = marked("%(name)s is missing.")


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


def _text(source: Source, name: str, limit: int) -> bytes:
    data = source.text(name, limit)
    if data is None:
        raise ReleaseError(Code.MISSING, ABSENT, name=name)
    return data
