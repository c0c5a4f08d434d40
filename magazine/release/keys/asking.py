"""Passphrases: asked for at the terminal, or read from the file that ``MAGAZINE_PASSPHRASE_FILE`` names."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import minisign

from magazine.messages import marked, say
from magazine.release.keys import vault
from magazine.release.keys.vault import VaultError

VARIABLE = "MAGAZINE_PASSPHRASE_FILE"  # its first line opens the keys of releases, its second one root keys
LIMIT = 10_000  # bytes of that file
TRIES = 3

RELEASE, ROOT, SECOND = (
    marked("Passphrase of your keys for releases: "),
    marked("Passphrase of the root key: "),
    marked("Passphrase of the second root key: "),
)
NEW_RELEASE, NEW_ROOT, NEW_SECOND = (
    marked("A new passphrase for your keys for releases: "),
    marked("A new passphrase for the root key, another one than yours: "),
    marked("A new passphrase for the second root key: "),
)
NO_LINE = marked("%(file)s, which MAGAZINE_PASSPHRASE_FILE names, cannot be read or has no line %(line)d.")

Unlocked = TypeVar("Unlocked")


class Ask(Protocol):
    """Where passphrases come from."""

    def known(self, question: str) -> str:
        """The passphrase that opens a key."""

    def new(self, question: str) -> tuple[str, str]:
        """A new passphrase, typed twice."""

    @property
    def may_repeat(self) -> bool:
        """Whether it helps to ask again."""


class Terminal:
    """Asks whoever sits before the computer."""

    may_repeat = True

    def known(self, question: str) -> str:
        """Asked once."""
        return getpass.getpass(say(question))

    def new(self, question: str) -> tuple[str, str]:
        """Asked twice."""
        return getpass.getpass(say(question)), getpass.getpass(say("The same once more: "))


class Machine:
    """Reads a file: for computers before which nobody sits."""

    may_repeat = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def known(self, question: str) -> str:
        """The line for this kind of key; raises VaultError."""
        number = 0 if question in (RELEASE, NEW_RELEASE) else 1
        try:
            with self.path.open(encoding="utf-8") as file:
                lines = file.read(LIMIT).splitlines()
            return lines[number]
        except (OSError, UnicodeDecodeError, IndexError):
            raise VaultError(NO_LINE, file=self.path, line=number + 1) from None

    def new(self, question: str) -> tuple[str, str]:
        """The same line."""
        return self.known(question), self.known(question)


def usual() -> Ask:
    """The file if one is named, else the terminal."""
    named = os.environ.get(VARIABLE)
    return Machine(Path(named).expanduser()) if named else Terminal()


def unlocked(home: Path, name: str, ask: Ask, question: str) -> minisign.SecretKey:
    """A key, after as many tries as a tired person needs; raises VaultError, OSError."""
    return opened(ask, question, lambda passphrase: vault.unlocked(home, name, passphrase))


def opened(ask: Ask, question: str, unlock: Callable[[str], Unlocked]) -> Unlocked:
    """What a passphrase unlocks; raises VaultError where none of them does."""
    for left in reversed(range(TRIES)):
        try:
            return unlock(ask.known(question))
        except vault.WrongPassphraseError as error:
            if not left or not ask.may_repeat:
                raise
            print(error, file=sys.stderr)
    raise AssertionError
