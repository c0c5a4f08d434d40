"""What must be known of all items before one is written: in SQLite, in a temporary file, since there may be very many.

It holds no text and no name. E-mails and network addresses are in it as keyed digests, whose key is never written.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from magazine.desk.wordpress.records import Piece

TABLES = """
CREATE TABLE items (number INTEGER PRIMARY KEY, start INTEGER, length INTEGER, line INTEGER, id INTEGER, kind TEXT,
    fate TEXT, is_public INTEGER, language TEXT, family TEXT, slug TEXT, title TEXT, path TEXT, date TEXT,
    parent INTEGER, entry INTEGER);
CREATE TABLE attachments (id INTEGER PRIMARY KEY, file TEXT, alt TEXT, caption TEXT, parent INTEGER, place INTEGER,
    path TEXT);
CREATE TABLE old_paths (number INTEGER, path TEXT);
CREATE TABLE claims (path TEXT PRIMARY KEY, number INTEGER);
CREATE TABLE entries (entry INTEGER PRIMARY KEY, folder TEXT, is_public INTEGER);
CREATE TABLE people (digest BLOB PRIMARY KEY) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX items_by_id ON items (id);
CREATE INDEX items_by_entry ON items (entry);
CREATE INDEX items_by_path ON items (path);
CREATE INDEX items_by_family ON items (family);
CREATE INDEX attachments_by_file ON attachments (file);
CREATE INDEX attachments_by_parent ON attachments (parent, place);
CREATE INDEX old_paths_by_number ON old_paths (number);
CREATE INDEX claims_by_number ON claims (number);
"""
CACHE_KB = 8_000


@dataclass(frozen=True)
class Row:
    """What is known of one item."""

    number: int
    start: int
    length: int
    line: int
    id: int
    kind: str
    fate: str
    is_public: bool
    language: str
    family: str
    slug: str
    title: str
    path: str
    date: str
    parent: int
    entry: int | None = None

    @property
    def piece(self) -> Piece:
        """Where it stands in the export."""
        return Piece(self.number, self.start, self.length, self.line)


@dataclass(frozen=True)
class Attachment:
    """A file that was uploaded: its path below the folder of uploads, and what is said of it."""

    file: str
    alt: str
    caption: str


@dataclass
class Index:
    """The index in a file; forked processes read it through connections of their own."""

    path: Path
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    connections: dict[int, sqlite3.Connection] = field(default_factory=dict)

    def make(self) -> None:
        """Begin an empty one."""
        self.database.executescript(TABLES)

    @property
    def database(self) -> sqlite3.Connection:
        """The connection of this process (SQLite, «How to corrupt», 2.6)."""
        if os.getpid() not in self.connections:
            connection = sqlite3.connect(self.path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            self.connections[os.getpid()] = connection
        return self.connections[os.getpid()]

    def close(self) -> None:
        """Let go of the file."""
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def add(self, row: Row) -> None:
        """Take in an item."""
        self._insert("items", tuple(vars(row).values()))

    def add_attachment(self, identifier: int, attachment: Attachment, parent: int, place: int, path: str) -> None:
        """Take in an uploaded file."""
        said = (attachment.file, attachment.alt, attachment.caption)
        self._insert("attachments", (identifier, *said, parent, place, path))

    def add_old_paths(self, number: int, paths: Iterable[str]) -> None:
        """Take in where an item stood."""
        self.database.executemany("INSERT INTO old_paths VALUES (?, ?)", ((number, path) for path in paths))

    def add_people(self, private: Iterable[str]) -> None:
        """Take in e-mails and network addresses, as digests."""
        self.database.executemany("INSERT OR IGNORE INTO people VALUES (?)", ((self._digest(one),) for one in private))

    def add_entry(self, entry: int, folder: str, members: Iterable[int], *, is_public: bool) -> None:
        """Settle the folder of items that are written as one."""
        self._insert("entries", (entry, folder, is_public))
        changes = ((entry, number) for number in members)
        self.database.executemany("UPDATE items SET entry = ? WHERE number = ?", changes)

    def claim(self, path: str, number: int) -> bool:
        """Whether an old path is this item's: the first one has it."""
        self.database.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (path, number))
        return bool(self._one("SELECT 1 FROM claims WHERE path = ? AND number = ?", path, number))

    def finish(self) -> None:
        """All items are known: now they can be asked for."""
        self.database.executescript(INDEXES)

    def rows(self, where: str = "1", *values: object) -> Iterator[Row]:
        """Items in the order of the export."""
        for found in self.database.execute(f"SELECT * FROM items WHERE {where} ORDER BY number", values):  # noqa: S608
            yield Row(*found)

    def entry(self, entry: int) -> tuple[str, bool]:
        """The folder of an entry, and whether it will be published."""
        question = "SELECT folder, is_public FROM entries WHERE entry = ?"
        folder, is_public = self.database.execute(question, (entry,)).fetchone()
        return folder, bool(is_public)

    def folder_of(self, path: str, identifier: int = 0) -> str:
        """The folder of a published text by its old path or number; empty if there is none."""
        paths = (path, path.removesuffix("/"), f"{path}/")
        public = (
            "SELECT folder FROM entries JOIN items USING (entry) {} WHERE entries.is_public AND items.is_public AND {}"
        )
        if identifier:
            found = self._one(public.format("", "id = ?"), identifier)
        elif not path:
            found = None
        else:
            found = self._one(public.format("", "path IN (?, ?, ?)"), *paths)
            found = found or self._one(public.format("JOIN claims USING (number)", "claims.path IN (?, ?, ?)"), *paths)
        return str(found[0]) if found else ""

    def attachment(self, identifier: int) -> Attachment | None:
        """An uploaded file by its number."""
        found = self._one("SELECT file, alt, caption FROM attachments WHERE id = ?", identifier)
        return Attachment(*found) if found else None

    def attachment_at(self, files: Iterable[str]) -> Attachment | None:
        """An uploaded file by the first of these paths that is one's."""
        for file in files:
            if found := self._one("SELECT file, alt, caption FROM attachments WHERE file = ?", file):
                return Attachment(*found)
        return None

    def attached_to(self, identifier: int) -> list[Attachment]:
        """The files that were uploaded for a text."""
        question = "SELECT file, alt, caption FROM attachments WHERE parent = ? ORDER BY place, id"
        return [Attachment(*found) for found in self.database.execute(question, (identifier,))]

    def claims(self, number: int) -> tuple[str, ...]:
        """The old paths that are an item's."""
        question = "SELECT path FROM claims WHERE number = ? ORDER BY rowid"
        return tuple(path for (path,) in self.database.execute(question, (number,)))

    def is_known(self, private: str) -> bool:
        """Whether this e-mail or network address is one of a person in the export."""
        return bool(self._one("SELECT 1 FROM people WHERE digest = ?", self._digest(private)))

    def ask(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows that answer a question."""
        yield from self.database.execute(question, values)

    def _one(self, question: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.database.execute(question, values).fetchone()
        return found

    def _insert(self, table: str, values: tuple[object, ...]) -> None:
        marks = ", ".join("?" * len(values))
        self.database.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)  # noqa: S608 (our own names)

    def _digest(self, private: str) -> bytes:
        return hashlib.blake2b(private.strip().lower().encode(), key=self.key, digest_size=16).digest()
