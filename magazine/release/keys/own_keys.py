"""An editor's own keys for releases, one of each kind, in her private folder; both are opened by one passphrase."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import minisign

from magazine.messages import marked
from magazine.release import keyfile
from magazine.release.keyfile import Keys
from magazine.release.keys import asking, vault
from magazine.release.keys.asking import Ask
from magazine.release.keys.vault import VaultError

NAME, SSH_NAME = "release", "release-ssh"
NEXT, SSH_NEXT = "release-next", "release-ssh-next"
KINDS = ((NEXT, NAME), (SSH_NEXT, SSH_NAME))

NOT_ACTIVE = marked(
    "Your key %(key)s is not active in the list of keys. Whoever keeps a root key can add it: "
    "python3 tasks.py keys add %(key)s LABEL --root FOLDER"
)


@dataclass(frozen=True)
class Public:
    """The public keys: minisign's, and the other one as OpenSSH writes it."""

    key: str
    ssh: str


def are_there(home: Path) -> bool:
    """Whether this computer can make releases."""
    return (home / NAME).with_suffix(vault.SECRET).exists()


def make(home: Path, ask: Ask) -> Public:
    """Make both under their usual names; raises VaultError, OSError."""
    return _make(home, ask, (NAME, SSH_NAME))


def make_next(home: Path, ask: Ask) -> Public:
    """Make both beside those that are there, to take their place by ``settle``; raises VaultError, OSError."""
    for name, _ in KINDS:
        _remove(home, name)
    return _make(home, ask, (NEXT, SSH_NEXT))


def public(home: Path) -> Public:
    """The public keys; raises VaultError, OSError."""
    return Public(vault.public(home, NAME), keyfile.as_ssh(vault.public(home, SSH_NAME)))


def settle(home: Path, keys: Keys) -> None:
    """Let new keys take the place of the old ones once the list names them, also after a crash in between."""
    if not (home / NEXT).with_suffix(vault.PUBLIC).exists():
        return
    # the last of the files that are renamed: as long as it is there, this is not done
    if vault.public(home, NEXT) not in {one.key for one in keys.active}:
        return
    for new, old in reversed(KINDS):
        for suffix in (vault.SECRET, vault.PUBLIC):
            with contextlib.suppress(FileNotFoundError):
                (home / new).with_suffix(suffix).replace((home / old).with_suffix(suffix))


def active(home: Path, keys: Keys) -> Public:
    """The public keys, if the list lets them sign releases; raises VaultError, OSError."""
    settle(home, keys)
    mine = public(home)
    if mine.key not in {one.key for one in keys.active}:
        raise VaultError(NOT_ACTIVE, key=mine.key)
    return mine


@contextlib.contextmanager
def unlocked(home: Path, keys: Keys, ask: Ask) -> Iterator[tuple[minisign.SecretKey, minisign.SecretKey | None]]:
    """Both keys, ready to sign; the second one is None where it is not active. Raises VaultError, OSError."""
    mine = active(home, keys)
    has_ssh = mine.ssh in {one.key for one in keys.active_ssh}

    def both(passphrase: str) -> tuple[minisign.SecretKey, minisign.SecretKey | None]:
        first = vault.unlocked(home, NAME, passphrase)
        return first, vault.unlocked(home, SSH_NAME, passphrase) if has_ssh else None

    first, second = asking.opened(ask, asking.RELEASE, both)
    with first, second or contextlib.nullcontext():
        yield first, second


def _make(home: Path, ask: Ask, names: tuple[str, str]) -> Public:
    for name in names:
        if (home / name).with_suffix(vault.SECRET).exists():
            raise VaultError(vault.IS_THERE, file=(home / name).with_suffix(vault.SECRET))
    passphrase, again = ask.new(asking.NEW_RELEASE)
    try:
        key, ssh = (vault.make(home, name, passphrase, again) for name in names)
    except BaseException:
        for name in names:
            _remove(home, name)
        raise
    return Public(key, keyfile.as_ssh(ssh))


def _remove(home: Path, name: str) -> None:
    for suffix in (vault.SECRET, vault.PUBLIC):
        (home / name).with_suffix(suffix).unlink(missing_ok=True)
