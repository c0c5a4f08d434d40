"""What all editors know and nobody else: a secret for digests that no reader, host or intake can make or undo.

It lies beside ``content/``, sealed to all editors, and travels with it. With it, a code on a page of thanks is known
again without standing in the published file, and the mark of an editor who agreed cannot be made by an intake.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from magazine.desk.moderation.keyring import Keyring, NotForUsError
from magazine.intake.sealing import Keys
from magazine.intake.submissions import Submission

NAME = "editors.age"
LENGTH = 32  # bytes
DIGITS = 32  # of a receipt's digest, hexadecimal
LETTERS = 5  # in the name of an answer's file
PUBLIC_PART = 12  # of a public key, in a mark
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class SharedSecret:
    """The secret and the editors whom its file is sealed to."""

    value: bytes
    editors: tuple[str, ...]

    def receipt(self, code: str) -> str:
        """What a published answer carries of the code that its writer was given."""
        return self._digest(f"receipt:{code}")[:DIGITS]

    def mark(self, public: str, submission: Submission) -> str:
        """The mark of an editor who approved a submission in just these words."""
        return f"{public[:PUBLIC_PART]}:{self._digest(f'approval:{public}{_words(submission)}')}"

    def approvers(self, submission: Submission, editors: tuple[str, ...]) -> tuple[str, ...]:
        """The editors whose marks a submission truly has."""
        given = set(submission.approvals)
        return tuple(public for public in dict.fromkeys(editors) if self.mark(public, submission) in given)

    def letters(self, submission: Submission, turn: int = 0) -> str:
        """Letters for the name of its file: the same however often it is written, and telling nothing to others."""
        known_by = submission.receipt or submission.origin or _words(submission)
        number = int(self._digest(f"name:{turn}:{known_by}"), 16)
        return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LETTERS))

    def _digest(self, text: str) -> str:
        return hmac.new(self.value, text.encode(), hashlib.sha256).hexdigest()


def place(keyring: Keyring, content: Path) -> Path:
    """The file of the secret; a trial on one laptop has its own."""
    return keyring.home / NAME if keyring.is_trial else content.resolve().parent / NAME


def new() -> SharedSecret:
    """A secret that nobody knows yet."""
    return SharedSecret(secrets.token_bytes(LENGTH), ())


def opened(keyring: Keyring, content: Path, otherwise: SharedSecret) -> SharedSecret | None:
    """The secret, or another one where there is none yet. None where it is sealed to others only. Raises OSError."""
    try:
        sealed = place(keyring, content).read_bytes()
    except FileNotFoundError:
        return otherwise
    try:
        found = json.loads(keyring.open(sealed))
        value, editors = bytes.fromhex(found["secret"]), tuple(found["editors"])
    except (NotForUsError, ValueError, KeyError, TypeError):
        return None
    return SharedSecret(value, editors) if len(value) == LENGTH else None


def resealed(keyring: Keyring, secret: SharedSecret) -> bytes | None:
    """The file for the editors of today; None where it is sealed to just these already."""
    if sorted(secret.editors) == sorted(keyring.editors):
        return None
    return Keys(keyring.editors).seal(json.dumps({"secret": secret.value.hex(), "editors": keyring.editors}).encode())


def _words(submission: Submission) -> str:
    return hashlib.sha256(replace(submission, approvals=()).packed()).hexdigest()
