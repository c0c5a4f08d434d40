"""Which mails have been taken, so that none is taken twice: keyed digests, sealed to the editor who reads the mail.

The key is made at random and kept with them. Without one, whoever has the mail server could tell from a digest which
mail became which answer: identifiers of mails are known there, and short answers can be guessed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from magazine.desk.moderation import files
from magazine.desk.moderation.keyring import QUEUE, Keyring, ModerationError, NotForUsError
from magazine.desk.moderation.queued import Queue
from magazine.intake import submissions
from magazine.messages import say

NAME, ASIDE, LOCK = "mail.age", "mail-unreadable.age", "mail.lock"
KEY_LENGTH, DIGITS = 32, 32  # bytes; hexadecimal


@dataclass
class Taken:
    """What is known. ``is_whole`` is False where the file of earlier runs could not be read and was put aside."""

    keyring: Keyring
    key: bytes
    digests: set[str] = field(default_factory=set)
    is_whole: bool = True

    def digest(self, known_by: str) -> str:
        """The digest of what a mail is known by."""
        return hmac.new(self.key, known_by.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:DIGITS]

    def save(self) -> None:
        """Keep what is known, whole and on the disk. Raises OSError."""
        plain = {"key": self.key.hex(), "digests": sorted(self.digests)}
        files.written(self.keyring.home / NAME, self.keyring.seal_for_self(json.dumps(plain).encode()))


@contextlib.contextmanager
def opened(keyring: Keyring, queue: Queue) -> Iterator[Taken]:
    """What is known, with what waits in the queue; saved at the end. Raises ModerationError, OSError."""
    alone = FileLock(keyring.home / LOCK)
    try:
        alone.acquire(timeout=0)
    except Timeout:
        raise ModerationError(say("Mail is being read in another window already.")) from None
    try:
        taken = _read(keyring)
        # a run that was cut short has sealed mails that its file does not know
        taken.digests |= _waiting(keyring, queue)
        taken.save()  # the key is on the disk before anything bears a digest by it
        try:
            yield taken
        finally:
            taken.save()
    finally:
        alone.release()


def _read(keyring: Keyring) -> Taken:
    path = keyring.home / NAME
    is_whole = True
    try:
        found = json.loads(keyring.open(path.read_bytes()))
        key, digests = bytes.fromhex(found["key"]), {str(digest) for digest in found["digests"]}
        if len(key) == KEY_LENGTH:
            return Taken(keyring, key, digests)
        is_whole = False
    except FileNotFoundError:
        pass
    except (NotForUsError, ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        path.replace(path.with_name(ASIDE))
    return Taken(keyring, secrets.token_bytes(KEY_LENGTH), is_whole=is_whole)


def _waiting(keyring: Keyring, queue: Queue) -> set[str]:
    found = set()
    for name in queue.names():
        with contextlib.suppress(NotForUsError, FileNotFoundError, ValueError, TypeError, RecursionError):
            found.add(submissions.unpacked(keyring.open(queue.read(name))).origin)
    return found - {""}


def queue_of(keyring: Keyring) -> Queue:
    """The queue of the editor who holds the key. Raises OSError."""
    return Queue(keyring.home / QUEUE)
