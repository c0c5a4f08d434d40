"""What is remembered between builds, so that only what changed is done again: one SQLite file in the cache folder.

Nothing here is ever needed: whatever cannot be read, or does not carry the stamp that is asked for, is made anew.
Each value carries a checksum. Values are pickles: the file is as private, and as trusted, as Python's own caches.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from magazine.messages import say

Tell = Callable[[str], None]
LARGE = 4_000_000  # letters of texts that wait for the disk
CHECK = 8  # bytes
DAMAGE = (sqlite3.Error, UnicodeDecodeError)  # the latter where the names of tables are spoilt


class Memory:
    """Shelves of small values, read whole when first asked, and texts, read one by one.

    ``mind`` holds, by name, what a process that stays keeps from one build to the next.
    ``path`` is None where nothing can be kept: then all of it lasts as long as the process.
    """

    def __init__(self, path: Path | None, version: str = "", tell: Tell = lambda _: None) -> None:
        self.path, self.version, self.tell = path, version, tell
        self.mind: dict[str, Any] = {}
        self._shelves: dict[str, Shelf] = {}
        self._texts: dict[str, str] = {}
        self._waiting = 0
        self._readers: dict[int, sqlite3.Connection] = {}
        self._told = False
        self._database: sqlite3.Connection | None = None
        if path:
            self._open(path)

    def shelf(self, kind: str) -> Shelf:
        """The values of one kind."""
        if kind not in self._shelves:
            self._shelves[kind] = Shelf(self._rows(kind))
        return self._shelves[kind]

    def text(self, key: str) -> str | None:
        """A text by its key, which is the digest of what it was made of."""
        if key in self._texts:
            return self._texts[key]
        data = self._read("SELECT value FROM texts WHERE key = ?", key)
        return None if data is None else data.decode()

    def keep_text(self, key: str, text: str) -> None:
        """Keep a text; many of them go to the disk at once."""
        self._texts[key] = text
        self._waiting += len(text)
        if self._waiting > LARGE:
            self.save_texts()

    def save_texts(self) -> None:
        """Bring the texts to the disk; forked processes find them there, as they find those that wait."""
        rows = [(key, _checked(text.encode(), key)) for key, text in self._texts.items()]
        if rows and self._write([("INSERT OR REPLACE INTO texts VALUES (?, ?)", rows)]):
            self._texts.clear()
        self._waiting = 0

    def save(self, texts: Iterable[str] | None = None) -> None:
        """Bring everything to the disk; after a whole build, given its texts, forget what it did not ask for."""
        self.save_texts()
        work: list[tuple[str, list[tuple[Any, ...]]]] = []
        for kind, shelf in self._shelves.items():
            new = [(kind, key, stamp, _checked(value, kind, key, stamp)) for key, stamp, value in shelf.changed()]
            work.append(("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", new))
            if texts is not None:
                work.append(("DELETE FROM rows WHERE kind = ? AND key = ?", [(kind, key) for key in shelf.gone()]))
        if texts is not None:
            wanted = set(texts)
            gone = [(key,) for (key,) in self._all("SELECT key FROM texts") if key not in wanted]
            work.append(("DELETE FROM texts WHERE key = ?", gone))
        self._write([(command, rows) for command, rows in work if rows])
        for shelf in self._shelves.values():
            shelf.saved(whole=texts is not None)

    def close(self) -> None:
        """Let go of the file."""
        for connection in (self._database, *self._readers.values()):
            with contextlib.suppress(sqlite3.Error):
                if connection:
                    connection.close()
        self._readers.clear()
        self._database = None

    def _open(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = _connected(path, self.version)
        except sqlite3.OperationalError as error:  # the disk is full, or may not be written
            if not path.is_dir():
                self._lost(error)
                return
            self._damaged(error)
        except DAMAGE as error:
            self._damaged(error)
        except OSError as error:
            self._lost(error)
        if self._database is None and not self._told:
            self._tell(say("The program has changed since the last build: all is made anew."))
            self._renew(path)

    def _rows(self, kind: str) -> dict[str, tuple[bytes, bytes]]:
        rows = self._all("SELECT key, stamp, value FROM rows WHERE kind = ?", (kind,))
        checked = ((key, stamp, _unchecked(value, kind, key, stamp)) for key, stamp, value in rows)
        return {key: (stamp, data) for key, stamp, data in checked if data is not None}

    def _all(self, question: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        if self._database:
            try:
                return self._database.execute(question, values).fetchall()
            except DAMAGE as error:
                self._damaged(error)
        return []

    def _read(self, question: str, key: str) -> bytes | None:
        if not self._database or not self.path:
            return None
        try:
            if os.getpid() not in self._readers:
                # a forked process must not use its parent's connection (SQLite, «How to corrupt», 2.6)
                address = f"{self.path.resolve().as_uri()}?mode=ro"
                self._readers[os.getpid()] = sqlite3.connect(address, uri=True)
            found = self._readers[os.getpid()].execute(question, (key,)).fetchone()
        except DAMAGE:
            return None
        return _unchecked(found[0], key) if found else None

    def _write(self, work: list[tuple[str, list[tuple[Any, ...]]]]) -> bool:
        if not self._database:
            return False
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for command, rows in work:
                self._database.executemany(command, rows)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            self._lost(error)
            return False
        return True

    def _damaged(self, error: Exception) -> None:
        """Begin anew with an empty file."""
        self._tell(say("What the last build remembered is damaged (%(reason)s); all is made anew.", reason=error))
        self._shelves.clear()
        if self.path:
            self._renew(self.path)

    def _renew(self, path: Path) -> None:
        self.close()
        _removed(path)
        try:
            self._database = _connected(path, self.version)
        except (*DAMAGE, OSError) as error:
            self._lost(error)

    def _lost(self, error: Exception) -> None:
        """Go on without the disk."""
        self._tell(lost(error))
        self.close()
        if self.path:
            _removed(self.path)

    def _tell(self, words: str) -> None:
        """One line is enough."""
        if not self._told:
            self.tell(words)
        self._told = True


class Shelf:
    """Values of one kind by key, each with the stamp of what it was made of; decoded when first asked for."""

    def __init__(self, rows: dict[str, tuple[bytes, bytes]]) -> None:
        self._rows = rows
        self._decoded: dict[str, tuple[bytes, Any]] = {}
        self._changed: set[str] = set()
        self._asked: set[str] = set()

    def recall(self, key: str, stamp: bytes | None = None) -> Any:
        """The value under a key, if it carries this stamp; None if it does not. Without a stamp, any will do."""
        self._asked.add(key)
        if key not in self._decoded:
            if key not in self._rows or stamp not in (None, self._rows[key][0]):
                return None
            known, data = self._rows[key]
            try:
                self._decoded[key] = known, pickle.loads(data)  # noqa: S301 (our own file, see above)
            except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError):
                return None
        known, value = self._decoded[key]
        return value if stamp in (None, known) else None

    def keep(self, key: str, stamp: bytes, value: Any) -> None:
        """Remember a value."""
        self._decoded[key] = stamp, value
        self._changed.add(key)
        self._asked.add(key)

    def keys(self) -> set[str]:
        """All keys that are remembered."""
        return self._rows.keys() | self._decoded.keys()

    def changed(self) -> Iterable[tuple[str, bytes, bytes]]:
        """Key, stamp and encoded value of everything that is not on the disk yet."""
        for key in sorted(self._changed):
            stamp, value = self._decoded[key]
            yield key, stamp, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)

    def gone(self) -> list[str]:
        """Keys that nobody has asked for since the last time all was saved."""
        return sorted(self.keys() - self._asked)

    def saved(self, *, whole: bool) -> None:
        """Begin a new round; after a whole one, forget what nobody asked for."""
        for key in self.gone() if whole else ():
            self._rows.pop(key, None)
            self._decoded.pop(key, None)
        self._changed.clear()
        self._asked.clear()


def lost(reason: object) -> str:
    """What an editor is told where nothing can be kept."""
    return say("What this build learns cannot be kept (%(reason)s); the next one takes longer.", reason=reason)


def _connected(path: Path, version: str) -> sqlite3.Connection | None:
    """The database at a path, made if there is none; None if it is of another version. Raises sqlite3.Error."""
    database = sqlite3.connect(path, isolation_level=None)
    # a row that a power cut takes away is made anew: nothing waits for the disk
    database.execute("PRAGMA synchronous = OFF")
    database.execute("CREATE TABLE IF NOT EXISTS version (name TEXT)")
    known = database.execute("SELECT name FROM version").fetchall()
    if known not in ([], [(version,)]):
        database.close()
        return None
    if not known:
        database.execute("CREATE TABLE rows (kind TEXT, key TEXT, stamp BLOB, value BLOB, PRIMARY KEY (kind, key))")
        database.execute("CREATE TABLE texts (key TEXT PRIMARY KEY, value BLOB)")
        database.execute("INSERT INTO version VALUES (?)", (version,))
    return database


def _removed(path: Path) -> None:
    for left in (path, path.with_name(f"{path.name}-journal")):
        with contextlib.suppress(OSError):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


def _checked(data: bytes, *place: object) -> bytes:
    """The bytes behind a checksum of them and of the place they belong to."""
    hashed = hashlib.blake2b(repr(place).encode(), digest_size=CHECK)
    hashed.update(data)
    return hashed.digest() + data


def _unchecked(data: object, *place: object) -> bytes | None:
    whole = isinstance(data, bytes) and _checked(data[CHECK:], *place)[:CHECK] == data[:CHECK]
    return data[CHECK:] if isinstance(data, bytes) and whole else None
