"""What all editors know and nobody else: a secret for digests that no reader, host or intake can make or undo.

It lies beside ``content/``, sealed to all editors, and travels with it. With it, a code on a page of thanks is known
again without standing in the published file, and the mark of an editor who agreed cannot be made by an intake.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

import phonenumbers
from phonenumbers import NumberParseException

from magazine.desk.moderation.keyring import Keyring, NotForUsError
from magazine.desk.moderation.numbers import REGION
from magazine.intake import receipts
from magazine.intake.sealing import Keys
from magazine.intake.submissions import Submission

NAME = "editors.age"
LENGTH = 32  # bytes
DIGITS = 32  # of a receipt's digest, hexadecimal
CONTACT_DIGITS = 16
LETTERS = 5  # in the name of an answer's file
PUBLIC_PART = 12  # of a public key, in a mark
# one address and nothing that a header or an envelope of a mail would take for more (RFC 5321, 4.1.2, in ASCII)
MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class SharedSecret:
    """The secret and the editors whom its file is sealed to."""

    value: bytes
    editors: tuple[str, ...]

    def receipt(self, code: str) -> str:
        """What a published answer carries of the code that its writer was given."""
        return self._digest(f"receipt:{code}")[:DIGITS]

    def contact(self, petition: str, contact: str) -> str:
        """By what a list of signatures knows a contact again, in one petition alone; empty if there is none."""
        known_by = normalised(contact)
        return self._digest(f"contact:{petition}:{known_by}")[:CONTACT_DIGITS] if known_by else ""

    def confirmation(self, petition: str, contact: str) -> str:
        """The short code that confirms the signatures of a contact, known by its digest: like ``4kq7-m2xh``."""
        number = int(self._digest(f"confirmation:{petition}:{contact}"), 16)
        letters = "".join(receipts.ALPHABET[number >> 5 * place & 31] for place in range(2 * receipts.LENGTH))
        return f"{letters[: receipts.LENGTH]}-{letters[receipts.LENGTH :]}"

    def mark(self, public: str, submission: Submission) -> str:
        """The mark of an editor who approved a submission in just these words."""
        return f"{public[:PUBLIC_PART]}:{self._digest(f'approval:{public}{_words(submission)}')}"

    def approvers(self, submission: Submission, editors: tuple[str, ...]) -> tuple[str, ...]:
        """The editors whose marks a submission truly has."""
        given = set(submission.approvals)
        return tuple(public for public in dict.fromkeys(editors) if self.mark(public, submission) in given)

    def letters(self, submission: Submission, turn: int = 0) -> str:
        """Letters for the name of its file: the same however often it is written, and telling nothing to others."""
        return self.letters_of(submission.receipt or submission.origin or _words(submission), turn)

    def letters_of(self, known_by: str, turn: int = 0) -> str:
        """The same for what is known by something else."""
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


def normalised(contact: str) -> str:
    """A contact as all ways to write it have in common; of one that is none, whatever stands there."""
    plain = unicodedata.normalize("NFKC", contact).strip()
    if is_mail(plain):
        return plain.casefold()
    try:
        number = phonenumbers.parse(plain, REGION)
    except NumberParseException:
        return "".join(filter(str.isalnum, plain.casefold()))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mail(contact: str) -> bool:
    """Whether a contact is an address that mail can be sent to."""
    return MAIL.fullmatch(contact.strip()) is not None


def _words(submission: Submission) -> str:
    return hashlib.sha256(replace(submission, approvals=()).packed()).hexdigest()
