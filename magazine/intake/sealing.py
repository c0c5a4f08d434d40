"""Sealing with age (https://age-encryption.org/v1): any editor's key opens a file, no other does."""

from __future__ import annotations

from collections.abc import Iterable

import pyrage

from magazine.messages import marked

FORMAT = b"age-encryption.org/v1\n"
NO_KEYS = marked("EDITOR_KEYS in pelicanconf.py names no key, so nobody could open what is sealed.")
BAD_KEY = marked("«%(key)s» in EDITOR_KEYS is no public key of age: such a key begins with age1.")


class KeysError(ValueError):
    """The settings name no key, or one that is none; ``sentence`` says so, ``key`` is the one."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence % {"key": key})
        self.sentence, self.key = sentence, key


class Keys:
    """The public keys of all editors; raises KeysError."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.names = tuple(key.strip() for key in keys)
        if not self.names:
            raise KeysError(NO_KEYS)
        self._recipients = [_recipient(key) for key in self.names]

    def seal(self, data: bytes) -> bytes:
        """The sealed file. Its length is that of the data and a head, which age itself lets vary at random."""
        return bytes(pyrage.encrypt(data, self._recipients))


def is_sealed(data: bytes) -> bool:
    """Whether these bytes claim to be a sealed file."""
    return data.startswith(FORMAT)


def _recipient(key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise KeysError(BAD_KEY, key[:80]) from error
