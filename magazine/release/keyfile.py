"""``keys.txt``: which keys sign releases, how many of them are needed, and which are revoked; a root key signs it.

The root keys lie apart from any laptop that makes releases. Partners pin them, and nothing else has to be believed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from magazine.messages import marked
from magazine.release import fields, sums
from magazine.release.fields import malformed

FILE = sums.KEYS
LIMIT = 64_000  # bytes
ONCE = ("seq", "date", "expires", "needs")
ORDER = (*ONCE, "active", "active-ssh", "revoked", "revoked-ssh", "root")
MAX_KEYS, MAX_ROOTS = 20, 5
MINISIGN = re.compile(r"RW[A-Za-z0-9+/]{54}")  # 42 bytes: «Ed», eight of the key's number, the key
SSH = re.compile(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
ACTIVE = re.compile(rf"({MINISIGN.pattern}|{SSH.pattern}) ({LABEL.pattern})")
REVOKED = re.compile(rf"({MINISIGN.pattern}|{SSH.pattern}) ({fields.DATE.pattern}) ({LABEL.pattern})")

NOT_ENOUGH = marked("%(file)s asks for %(needs)d signatures, but has %(count)d active keys.")
TOO_MANY = marked("%(file)s has too many keys.")
NO_ROOT = marked("%(file)s names no root key.")
KEY_TWICE = marked("%(file)s: the key %(key)s stands there more than once.")
BACKWARDS = marked("%(file)s expires before its own date.")
UNKNOWN = marked("The key %(key)s is not active, so it can be neither changed nor revoked.")


@dataclass(frozen=True)
class Active:
    """A key that signs releases, and a word for whose it is: no name of a person, for everybody reads it."""

    key: str
    label: str


@dataclass(frozen=True)
class Revoked:
    """A key that is not believed any more, since when, and why in one word."""

    key: str
    date: dt.date
    reason: str


@dataclass(frozen=True)
class Keys:
    """A list of keys. Its last day is ``expires``; a release needs signatures of ``needs`` different active keys."""

    seq: int
    date: dt.date
    expires: dt.date
    needs: int
    active: tuple[Active, ...]
    active_ssh: tuple[Active, ...]
    revoked: tuple[Revoked, ...]
    revoked_ssh: tuple[Revoked, ...]
    roots: tuple[str, ...]

    @property
    def comment(self) -> str:
        """What the signature of a root key says of it."""
        return f"keys seq:{self.seq} date:{self.date} expires:{self.expires}"

    @property
    def never(self) -> frozenset[str]:
        """All keys that are revoked."""
        return frozenset(one.key for one in (*self.revoked, *self.revoked_ssh))

    def is_expired(self, today: dt.date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


def first(
    date: dt.date, expires: dt.date, roots: Sequence[str], active: Sequence[Active], ssh: Sequence[Active] = ()
) -> Keys:
    """The first list of a magazine: one signature is enough until ``needing`` says otherwise."""
    return _checked(Keys(1, date, expires, 1, tuple(active), tuple(ssh), (), (), tuple(roots)))


def renewed(keys: Keys, date: dt.date, expires: dt.date) -> Keys:
    """The next list, with the same keys."""
    return _checked(replace(keys, seq=keys.seq + 1, date=date, expires=expires))


def added(keys: Keys, key: Active) -> Keys:
    """The list with one more active key; it is made the next one by ``renewed``. So with all that follow."""
    if is_ssh(key.key):
        return _checked(replace(keys, active_ssh=(*keys.active_ssh, key)))
    return _checked(replace(keys, active=(*keys.active, key)))


def rotated(keys: Keys, old: str, new: Active) -> Keys:
    """The list with a new key in the place of one that served its time; raises ReleaseError if that is not active."""
    _active(keys, old)
    with_new = tuple(new if one.key == old else one for one in keys.active)
    with_new_ssh = tuple(new if one.key == old else one for one in keys.active_ssh)
    return _checked(replace(keys, active=with_new, active_ssh=with_new_ssh))


def revoked(keys: Keys, key: str, date: dt.date, reason: str) -> Keys:
    """The list with a key revoked that is active, was once, or is a root key. What it has signed is not believed.

    Fewer signatures are needed where fewer keys are left.
    """
    gone = Revoked(key, date, reason)
    left = tuple(one for one in keys.active if one.key != key)
    return _checked(
        replace(
            keys,
            needs=max(1, min(keys.needs, len(left))),
            active=left,
            active_ssh=tuple(one for one in keys.active_ssh if one.key != key),
            revoked=(*keys.revoked, *(() if is_ssh(key) else (gone,))),
            revoked_ssh=(*keys.revoked_ssh, *((gone,) if is_ssh(key) else ())),
            roots=tuple(root for root in keys.roots if root != key),
        )
    )


def needing(keys: Keys, needs: int) -> Keys:
    """The list with another number of signatures that a release needs."""
    return _checked(replace(keys, needs=needs))


def rooted(keys: Keys, root: str) -> Keys:
    """The list with one more root key; partners have to pin it themselves."""
    return _checked(replace(keys, roots=(*keys.roots, root)))


def is_ssh(key: str) -> bool:
    """Whether it is a key of OpenSSH, not of minisign."""
    return key.startswith("ssh-")


def raw(key: str) -> bytes:
    """The 32 bytes of an Ed25519 key of either kind; raises ReleaseError (malformed)."""
    pattern = SSH if is_ssh(key) else MINISIGN
    text = fields.matched(key, pattern, FILE, "key")[0].rpartition(" ")[2]
    try:
        return base64.b64decode(text, validate=True)[-32:]
    except binascii.Error:
        raise malformed(fields.BAD_VALUE, file=FILE, name="key") from None


def as_ssh(key: str) -> str:
    """The same public key, as OpenSSH writes it; raises ReleaseError (malformed)."""
    parts = (b"ssh-ed25519", raw(key))
    blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def composed(keys: Keys) -> bytes:
    """The bytes of the list; raises ReleaseError for what ``parsed`` would refuse."""
    lines = [
        f"seq {keys.seq}",
        f"date {keys.date}",
        f"expires {keys.expires}",
        f"needs {keys.needs}",
        *(f"active {one.key} {one.label}" for one in keys.active),
        *(f"active-ssh {one.key} {one.label}" for one in keys.active_ssh),
        *(f"revoked {one.key} {one.date} {one.reason}" for one in keys.revoked),
        *(f"revoked-ssh {one.key} {one.date} {one.reason}" for one in keys.revoked_ssh),
        *(f"root {root}" for root in keys.roots),
    ]
    data = "".join(f"{line}\n" for line in lines).encode()
    if parsed(data) != keys:
        raise malformed(fields.NO_TEXT, file=FILE)
    return data


def parsed(data: bytes) -> Keys:
    """The keys that a list names; raises ReleaseError (malformed)."""
    found = fields.read(data, FILE, ONCE, ORDER, LIMIT)

    def active(name: str) -> tuple[Active, ...]:
        return tuple(Active(*_of_kind(value, ACTIVE, name)) for value in found[name])

    def gone(name: str) -> tuple[Revoked, ...]:
        every = (_of_kind(value, REVOKED, name) for value in found[name])
        return tuple(Revoked(key, fields.date(date, FILE, name), reason) for key, date, reason in every)

    return _checked(
        Keys(
            seq=fields.number(found, FILE, "seq", least=1),
            date=fields.date(found["date"][0], FILE, "date"),
            expires=fields.date(found["expires"][0], FILE, "expires"),
            needs=fields.number(found, FILE, "needs", least=1),
            active=active("active"),
            active_ssh=active("active-ssh"),
            revoked=gone("revoked"),
            revoked_ssh=gone("revoked-ssh"),
            roots=tuple(fields.matched(value, MINISIGN, FILE, "root")[0] for value in found["root"]),
        )
    )


def _of_kind(value: str, pattern: re.Pattern[str], name: str) -> tuple[str, ...]:
    """The parts of a value whose key is of the kind that the name of its line says."""
    parts = fields.matched(value, pattern, FILE, name).groups()
    if is_ssh(parts[0]) != name.endswith("-ssh"):
        raise malformed(fields.BAD_VALUE, file=FILE, name=name)
    return parts


def _checked(keys: Keys) -> Keys:
    if keys.expires < keys.date:
        raise malformed(BACKWARDS, file=FILE)
    if not keys.roots:
        raise malformed(NO_ROOT, file=FILE)
    if len(keys.active) + len(keys.active_ssh) > MAX_KEYS or len(keys.roots) > MAX_ROOTS:
        raise malformed(TOO_MANY, file=FILE)
    if keys.needs > max(1, len(keys.active)):
        raise malformed(NOT_ENOUGH, file=FILE, needs=keys.needs, count=len(keys.active))
    seen: set[bytes] = set()
    active = (one.key for one in (*keys.active, *keys.active_ssh))
    # one key with two numbers would count as two signatures
    for key in (*active, *(one.key for one in (*keys.revoked, *keys.revoked_ssh)), *keys.roots):
        if raw(key) in seen:
            raise malformed(KEY_TWICE, file=FILE, key=key)
        seen.add(raw(key))
    return keys


def _active(keys: Keys, key: str) -> None:
    if key not in {one.key for one in (*keys.active, *keys.active_ssh)}:
        raise malformed(UNKNOWN, key=key)
