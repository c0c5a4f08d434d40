"""An editor's private folder and what lies in it: her key, sealed with a passphrase, and her tokens for the intakes.

``key.age`` is what ``age-keygen | age -p`` makes too, and ``age -d`` opens it. While the settings name no editor, a key
without a passphrase is made for trying things out on one laptop, with a queue of its own.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from magazine import cache
from magazine.desk.history import git
from magazine.desk.moderation import files
from magazine.intake.sealing import Keys
from magazine.messages import say
from magazine.site.build import said

VARIABLE, USUAL = "MAGAZINE_DESK", ".desk"
KEY, TOKENS, QUEUE, LAPTOP, LAPTOP_KEY, SPOOL = "key.age", "token.age", "queue", "laptop", "key.txt", "spool"
SECRET = re.compile(rb"^AGE-SECRET-KEY-1[0-9A-Z]+\s*$", re.MULTILINE)
SEALED_WITH_WORDS = (b"age-encryption.org/v1\n-> scrypt ", b"-----BEGIN AGE ENCRYPTED FILE-----")
LEAST_LETTERS = 12  # of a passphrase
NEW_KEY = "python3 tasks.py moderate --new-key"


class ModerationError(Exception):
    """Something an editor can mend; the message is for her."""


class BusyError(ModerationError):
    """Another window works on the same queue."""


class FolderError(ModerationError):
    """The private folder cannot be where it is."""


class NoKeyError(ModerationError):
    """There is no key, or the file is none."""


class WrongPassphraseError(ModerationError):
    """The passphrase does not open the key."""


class WeakPassphraseError(ModerationError):
    """A passphrase is too short, or was typed differently the second time."""


class NotForUsError(Exception):
    """This editor's key does not open the file: it is damaged, or sealed to others."""


@dataclass(frozen=True)
class Keyring:
    """An editor's key, unlocked. ``home`` is the folder of her queue and state, ``keys`` are those of all editors."""

    home: Path
    identity: pyrage.x25519.Identity
    public: str
    keys: Keys
    editors: tuple[str, ...]  # public keys as the settings name them; on a trial its one key
    is_trial: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether what readers send is sealed to this key."""
        return self.public in self.editors

    def seal(self, data: bytes) -> bytes:
        """The data sealed to all editors."""
        return self.keys.seal(data)

    def seal_for_self(self, data: bytes) -> bytes:
        """The data sealed to this editor alone."""
        return Keys((self.public,)).seal(data)

    def open(self, sealed: bytes) -> bytes:
        """What is in a sealed file; raises NotForUsError."""
        try:
            return bytes(pyrage.decrypt(sealed, [self.identity]))
        except pyrage.DecryptError as error:
            raise NotForUsError from error

    def tokens(self) -> dict[str, str]:
        """The tokens for picking up, by the address of the intake. Raises NotForUsError, OSError."""
        try:
            sealed = (self.home / TOKENS).read_bytes()
        except FileNotFoundError:
            return {}
        try:
            found = json.loads(self.open(sealed))
        except ValueError as error:
            raise NotForUsError from error
        return {str(address): str(token) for address, token in found.items()} if isinstance(found, dict) else {}

    def keep_token(self, address: str, token: str) -> None:
        """Keep the token for an intake; an empty one takes it away. Raises NotForUsError, OSError."""
        tokens = {**self.tokens(), address: token.strip()}
        kept = {address: token for address, token in tokens.items() if token}
        files.written(self.home / TOKENS, self.seal_for_self(json.dumps(kept).encode()))


def folder(content: Path | None = None) -> Path:
    """The private folder, made when needed: where ``MAGAZINE_DESK`` says, else ``.desk`` beside the project.

    Raises FolderError where others would get it, and OSError.
    """
    place = _place()
    chosen = said()
    published = [content or cache.PROJECT / chosen["PATH"], *(cache.PROJECT / chosen[name] for name in
                 ("PATH", "OUTPUT_PATH", "THEME"))]  # fmt: skip
    if any(place.is_relative_to(one.resolve()) for one in published):
        raise FolderError(say("The private folder %(folder)s lies inside what is published. "
                              "Name another one with MAGAZINE_DESK.", folder=place))  # fmt: skip
    if place.is_dir() and git(place, "ls-files", "--", "."):
        raise FolderError(say("Files of the private folder %(folder)s are kept in git, where others get them. "
                              "Take them out with «git rm --cached», and make a new key.", folder=place))  # fmt: skip
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignoring = place / ".gitignore"
    if not ignoring.exists():
        ignoring.write_text("*\n", encoding="ascii")
    return place


def laptop_keys() -> tuple[str, ...]:
    """The public key for trying things out on one laptop, made when there is none. Raises FolderError, OSError."""
    return (str(_laptop_identity(_laptop()).to_public()),)


def laptop_spool() -> Path:
    """The folder in which the laptop's own intake keeps what was sent. Raises FolderError, OSError."""
    place = _laptop() / SPOOL
    place.mkdir(exist_ok=True, mode=0o700)
    return place


def queue_of(settings: Mapping[str, Any], content: Path | None = None) -> tuple[Path, Keys]:
    """The folder of the queue and the keys that its files are sealed to: no passphrase is needed to add to it.

    Raises FolderError, KeysError, OSError.
    """
    editors = tuple(settings.get("EDITOR_KEYS") or ())
    if editors:
        return folder(content) / QUEUE, Keys(editors)
    return _laptop(content) / QUEUE, Keys((str(_laptop_identity(_laptop(content)).to_public()),))


def queue_if_any(settings: Mapping[str, Any], content: Path | None = None) -> tuple[Path, Keys] | None:
    """The same, but None where there is no key yet."""
    has_key = bool(settings.get("EDITOR_KEYS")) or (_place() / LAPTOP / LAPTOP_KEY).exists()
    return queue_of(settings, content) if has_key else None


def is_trial(settings: Mapping[str, Any]) -> bool:
    """Whether the settings name no editor, so that no passphrase has to be asked for."""
    return not settings.get("EDITOR_KEYS")


def unlocked(settings: Mapping[str, Any], ask: Callable[[], str], content: Path | None = None) -> Keyring:
    """The keyring of the editor at this machine, whose passphrase is asked for.

    Raises NoKeyError, WrongPassphraseError, FolderError, KeysError, OSError.
    """
    _leave_no_core()
    editors = tuple(settings.get("EDITOR_KEYS") or ())
    if not editors:
        home = _laptop(content)
        identity = _laptop_identity(home)
        public = str(identity.to_public())
        return Keyring(home, identity, public, Keys((public,)), (public,), is_trial=True)
    home = folder(content)
    try:
        sealed = (home / KEY).read_bytes()
    except FileNotFoundError:
        raise NoKeyError(say("There is no key in %(folder)s. Bring yours there as key.age, or make one: "
                             "%(command)s", folder=home, command=NEW_KEY)) from None  # fmt: skip
    if not sealed.startswith(SEALED_WITH_WORDS):
        raise NoKeyError(say("%(file)s is no key that is sealed with a passphrase.", file=home / KEY))
    try:
        plain = pyrage.passphrase.decrypt(sealed, ask())
    except pyrage.DecryptError:
        raise WrongPassphraseError(say("This passphrase does not open the key.")) from None
    identity = _identity(bytes(plain), home / KEY)
    public = str(identity.to_public())
    Keys(editors)  # a key that is none is told before anything is sealed
    every = editors if public in editors else (*editors, public)
    return Keyring(home, identity, public, Keys(every), editors)


def make(ask_twice: Callable[[], tuple[str, str]], content: Path | None = None) -> str:
    """Make this editor's key and seal it with a passphrase, which is asked for twice; the public key.

    Raises WeakPassphraseError, NoKeyError where there is a key already, FolderError, OSError.
    """
    path = folder(content) / KEY
    if path.exists():
        raise NoKeyError(say("There is a key already: %(file)s. Whoever deletes it can never open again "
                             "what was sealed to it.", file=path))  # fmt: skip
    first, second = ask_twice()
    if first != second:
        raise WeakPassphraseError(say("The two passphrases differ. Begin again."))
    if len(first) < LEAST_LETTERS:
        raise WeakPassphraseError(say("The passphrase is too short: use at least %(count)d letters, for example five "
                                      "words that have nothing to do with each other.",
                                      count=LEAST_LETTERS))  # fmt: skip
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    plain = f"# public key: {public}\n{identity}\n"
    files.written(path, bytes(pyrage.passphrase.encrypt(plain.encode(), first)))
    return public


def _leave_no_core() -> None:
    """A process that dies leaves no copy of its memory on the disk, where the system can be told so."""
    try:
        import resource  # noqa: PLC0415 (there is none on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _place() -> Path:
    return Path(os.environ.get(VARIABLE) or cache.PROJECT / USUAL).expanduser().resolve()


def _laptop(content: Path | None = None) -> Path:
    place = folder(content) / LAPTOP
    place.mkdir(exist_ok=True, mode=0o700)
    return place


def _laptop_identity(home: Path) -> pyrage.x25519.Identity:
    path = home / LAPTOP_KEY
    if not path.exists():
        files.written(path, f"{pyrage.x25519.Identity.generate()}\n".encode())
        path.chmod(0o600)
    return _identity(path.read_bytes(), path)


def _identity(plain: bytes, path: Path) -> pyrage.x25519.Identity:
    found = SECRET.search(plain)
    try:
        return pyrage.x25519.Identity.from_str(found[0].decode().strip() if found else "")
    except pyrage.IdentityError:
        raise NoKeyError(say("%(file)s holds no key that this program can use.", file=path)) from None
