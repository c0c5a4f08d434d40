"""Secret keys of releases: files of minisign in an editor's private folder, each sealed with a passphrase.

Both kinds of signatures are made with such files, so that one kind of file has to be kept. minisign itself opens them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import minisign

from magazine import cache
from magazine.messages import marked, say
from magazine.release import files, signing
from magazine.slugs import is_slug

VARIABLE, USUAL = "MAGAZINE_DESK", ".desk"
SECRET, PUBLIC = ".key", ".pub"
LEAST_LETTERS = 20  # of a passphrase
LIMIT = 1_000  # bytes of a key's file
# scrypt with 128 MiB: four times what py-minisign does by itself, an eighth of what minisign does, so that an old
# laptop or phone can open it
OPERATIONS, MEMORY = 4 * minisign.OPSLIMIT, 4 * minisign.MEMLIMIT

PUBLISHED = marked("The private folder %(folder)s lies inside what is published. Name another one with MAGAZINE_DESK.")
IN_GIT = marked(
    "Files of the private folder %(folder)s are kept in git, where others get them. "
    "Take them out with «git rm --cached», and make a new key."
)
NO_NAME = marked("«%(name)s» cannot be the name of a key: small Latin letters, digits and hyphens can.")
IS_THERE = marked("There is a key already: %(file)s. Whoever deletes it can never sign with it again.")
NO_KEY = marked("There is no key at %(file)s.")
BROKEN = marked("%(file)s holds no key that this program can use.")
UNSEALED = marked("%(file)s is a key without a passphrase, which whoever takes the disk can use. Make another one.")
WRONG = marked("This passphrase does not open the key.")
DIFFERENT = marked("The two passphrases differ. Begin again.")
SHORT = marked(
    "The passphrase is too short: use at least %(count)d letters, for example five words that have nothing to do with "
    "each other."
)


class VaultError(Exception):
    """Something an editor can mend; the message is for her."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(say(sentence, **values))


class WrongPassphraseError(VaultError):
    """The passphrase does not open the key: another try may."""


def folder(place: Path | None = None, published: Iterable[Path] = ()) -> Path:
    """The private folder, made when needed: where ``MAGAZINE_DESK`` says, else ``.desk`` beside the project.

    Raises VaultError where others would get it, in one of the ``published`` folders or by git, and OSError.
    """
    place = (place or Path(os.environ.get(VARIABLE) or cache.PROJECT / USUAL)).expanduser().resolve()
    if any(place.is_relative_to(one.resolve()) for one in published):
        raise VaultError(PUBLISHED, folder=place)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _kept_in_git(place):
        raise VaultError(IN_GIT, folder=place)
    ignoring = place / ".gitignore"
    if not ignoring.exists():
        ignoring.write_text("*\n", encoding="ascii", newline="\n")
    return place


def make(home: Path, name: str, passphrase: str, again: str) -> str:
    """Make a key and seal it with a passphrase that was typed twice; the public key. Raises VaultError, OSError."""
    path = _path(home, name)
    if path.exists():
        raise VaultError(IS_THERE, file=path)
    if passphrase != again:
        raise VaultError(DIFFERENT)
    if len(passphrase.strip()) < LEAST_LETTERS:
        raise VaultError(SHORT, count=LEAST_LETTERS)
    pair = minisign.KeyPair.generate()
    with pair.secret_key as secret:
        public_key = signing.public(secret)
        secret.encrypt(passphrase, opslimit=OPERATIONS, memlimit=MEMORY)
        sealed = bytes(secret) + b"\n"
    files.written(path, sealed, 0o600)
    files.written(path.with_suffix(PUBLIC), bytes(pair.public_key) + b"\n")
    return public_key


def unlocked(home: Path, name: str, passphrase: str) -> minisign.SecretKey:
    """The key, ready to sign: use it in a ``with``, which wipes it at the end. Raises VaultError, OSError."""
    path = _path(home, name)
    secret = _read(path)
    if not secret.is_encrypted():
        raise VaultError(UNSEALED, file=path)
    try:
        secret.decrypt(passphrase)
    except minisign.Error:
        raise WrongPassphraseError(WRONG) from None
    return secret


def public(home: Path, name: str) -> str:
    """The public key that belongs to a secret one; no passphrase is needed. Raises VaultError, OSError."""
    path = _path(home, name).with_suffix(PUBLIC)
    try:
        return str(minisign.PublicKey.from_bytes(path.read_bytes()[:LIMIT]).to_base64().decode())
    except FileNotFoundError:
        raise VaultError(NO_KEY, file=path) from None
    except minisign.Error:
        raise VaultError(BROKEN, file=path) from None


def _read(path: Path) -> minisign.SecretKey:
    try:
        return minisign.SecretKey.from_bytes(path.read_bytes()[:LIMIT])
    except FileNotFoundError:
        raise VaultError(NO_KEY, file=path) from None
    except minisign.Error:
        raise VaultError(BROKEN, file=path) from None


def _path(home: Path, name: str) -> Path:
    if not is_slug(name):
        raise VaultError(NO_NAME, name=name)
    return home / f"{name}{SECRET}"


def _kept_in_git(place: Path) -> bool:
    try:
        found = subprocess.run(
            ["git", "-C", str(place), "ls-files", "--", "."], capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except FileNotFoundError:  # who has no git has no repository
        return False
    return found.returncode == 0 and bool(found.stdout)
