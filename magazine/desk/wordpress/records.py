"""What a WordPress export holds, as plain frozen records; whatever tells a person is not among it.

The fields are those of WXR as ``wp-admin/includes/export.php`` writes them. E-mails and network addresses of people
are kept as ``private`` only until the texts have been looked through for them; browser strings, passwords and the
notes of plugins are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """A category, a tag, a language or another word that an item is filed under."""

    domain: str
    slug: str
    name: str


@dataclass(frozen=True)
class Comment:
    """One comment or ping; ``day`` is ISO 8601, ``state`` and ``kind`` are WordPress's own words."""

    id: str
    parent: str
    kind: str
    state: str
    author: str
    day: str
    address: str
    text: str


@dataclass(frozen=True)
class Item:
    """One item of an export; ``date`` and ``modified`` are ``YYYY-MM-DD HH:MM`` or empty."""

    id: int
    kind: str
    status: str
    title: str
    link: str
    slug: str
    date: str
    modified: str
    author: str
    body: str
    excerpt: str
    parent: int
    attachment: str
    has_password: bool = False
    is_sticky: bool = False
    is_closed: bool = False
    is_ordered: bool = False
    terms: tuple[Term, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    comments: tuple[Comment, ...] = ()
    private: frozenset[str] = frozenset()

    def noted(self, name: str) -> tuple[str, ...]:
        """The values of a note of WordPress's own, oldest first."""
        return tuple(value for key, value in self.meta if key == name)

    def filed(self, domain: str) -> tuple[Term, ...]:
        """The words of one kind."""
        return tuple(term for term in self.terms if term.domain == domain)


@dataclass(frozen=True)
class Head:
    """What stands before the items: the site, the names its authors show, how its categories hang together."""

    language: str = ""
    addresses: tuple[str, ...] = ()
    authors: Mapping[str, str] = field(default_factory=dict)  # login: shown name
    above: Mapping[str, str] = field(default_factory=dict)  # slug of a category: slug of the one above it
    names: Mapping[str, str] = field(default_factory=dict)  # slug of a category: its name
    described: int = 0  # categories and tags with a description
    private: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Piece:
    """Where an item stands in the file; one that is not ``whole`` was cut off, or is too large to be true."""

    number: int
    start: int
    length: int
    line: int
    is_whole: bool = True
