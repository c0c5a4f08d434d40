"""The list of keys as it stands in the content, and how a new one gets there: all of its files, or none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import minisign

from magazine.messages import marked, say
from magazine.release import files, keyfile, seen, signing, sources, vouching
from magazine.release.codes import ReleaseError
from magazine.release.keyfile import Keys
from magazine.release.keys import vault
from magazine.release.keys.vault import VaultError

SIGNERS = "allowed_signers"
NAMES = (keyfile.FILE, f"{keyfile.FILE}.minisig", f"{keyfile.FILE}.sig", SIGNERS)
PART, READY = ".keys.part", ".keys.ready"  # hidden, so that a build does not take them for files of the site

NO_LIST = marked("There is no list of keys yet. Make keys first: %(command)s")
NOT_THERE = marked("There is no root key in %(folder)s that the list of keys names. It names: %(roots)s")
NOT_BELIEVED = marked("The list of keys at %(file)s is not to be believed: %(reason)s")
MAKE = "python3 tasks.py keys make --root FOLDER"


@dataclass(frozen=True)
class Root:
    """A root key of the list, and where its secret part lies."""

    home: Path
    name: str
    key: str


def is_there(folder: Path) -> bool:
    """Whether there is a list of keys."""
    heal(folder)
    return (folder / keyfile.FILE).exists()


def read(folder: Path) -> Keys:
    """The list, signed by a root key that it names. Raises VaultError, OSError."""
    heal(folder)
    path = folder / keyfile.FILE
    if not path.exists():
        raise VaultError(NO_LIST, command=MAKE)
    try:
        keys = keyfile.parsed(path.read_bytes())
        vouching.keys_of(sources.Folder(folder), keys.roots, seen.Seen())
    except ReleaseError as error:
        raise VaultError(NOT_BELIEVED, file=path, reason=error.said()) from None
    return keys


def write(folder: Path, keys: Keys, root: minisign.SecretKey) -> None:
    """Put a list in the place of the old one, signed by a root key in both ways; raises ReleaseError, OSError.

    What is cut short before the last file is written leaves the old list, and is finished by ``heal`` after that.
    """
    heal(folder)
    data = keyfile.composed(keys)
    made = {
        NAMES[0]: data,
        NAMES[1]: signing.signed(root, data, keys.comment),
        NAMES[2]: signing.ssh_signed(root, data, signing.LISTS),
        SIGNERS: signing.allowed_signers(keys),
    }
    part = folder / PART
    part.mkdir(parents=True)
    for name, content in made.items():
        files.written(part / name, content)
    vouching.keys_of(sources.Folder(part), keys.roots, seen.Seen())
    part.rename(folder / READY)
    heal(folder)


def heal(folder: Path) -> None:
    """Finish or forget what a crash has left of a change."""
    shutil.rmtree(folder / PART, ignore_errors=True)
    ready = folder / READY
    if not ready.is_dir():
        return
    for name in NAMES:
        if (ready / name).exists():
            (ready / name).replace(folder / name)
    shutil.rmtree(ready)


def root_in(home: Path, keys: Keys) -> Root:
    """The root key that lies in a folder; raises VaultError where there is none of the list."""
    found = _roots_in(home)
    for name, key in found.items():
        if key in keys.roots:
            return Root(home, name, key)
    raise VaultError(NOT_THERE, folder=home, roots=", ".join(keys.roots))


def large(key: str) -> str:
    """A public key as it is copied by hand from paper: in groups."""
    return " ".join(key[place : place + 7] for place in range(0, len(key), 7))


def shown(keys: Keys) -> Sequence[str]:
    """What a list says, in the editor's language."""
    told = [
        say("List %(number)d of %(day)s, good until %(end)s.", number=keys.seq, day=keys.date, end=keys.expires),
        say("A release needs signatures of %(needs)d different keys (of those for minisign).", needs=keys.needs),
    ]
    active, revoked = (*keys.active, *keys.active_ssh), (*keys.revoked, *keys.revoked_ssh)
    told += [say("active: %(key)s (%(label)s)", key=one.key, label=one.label) for one in active]
    told += [say("revoked on %(day)s (%(why)s): %(key)s", day=one.date, why=one.reason, key=one.key) for one in revoked]
    told += [say("root: %(key)s", key=root) for root in keys.roots]
    return told


def _roots_in(home: Path) -> dict[str, str]:
    found = {}
    for path in sorted(home.glob(f"*{vault.SECRET}")):
        try:
            found[path.stem] = vault.public(home, path.stem)
        except VaultError:
            continue
    return found
