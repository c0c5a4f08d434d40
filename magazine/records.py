"""What ``content/`` holds, as plain frozen records: entries, their versions, answers, tallies."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from magazine.mirrors import Mirror
from magazine.regions import code_of
from magazine.stamps import digest

# what only the pages of an entry itself show
UNSEEN = ("face", "said", "signed", "versions", "answers", "pictures", "stories", "updates", "signers", "formerly")
UNSEEN_OF_VERSION = ("source", "body", "fingerprint", "made_from", "formerly")
MAGAZINE, BLOG, PETITIONS, PAGES = SECTIONS = ("magazine", "blog", "petitions", "pages")


@dataclass(frozen=True)
class Version:
    """One language of an entry. ``source`` is the path of its source below the content folder.

    The ``fingerprint`` is that of an original, which its translations are compared with; ``formerly`` are files below
    the root of the site, which lead to it.
    """

    language: str
    source: str
    title: str
    fingerprint: str = ""
    body: bytes = b""  # a stamp of the body and of the line it begins at
    discreet: str = ""
    summary: str = ""
    note: str = ""
    note_language: str = ""
    alt: str = ""
    caption: str = ""
    authors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    made_from: str = ""
    has_text: bool = True
    formerly: tuple[str, ...] = ()
    message: str = ""  # of a petition: what is sent on from phone to phone
    answered_by: str = ""  # of its news: the recipient whose answer this is

    @property
    def path(self) -> Path:
        """Its source, below the content folder."""
        return Path(self.source)

    @property
    def safe_title(self) -> str:
        """The title that may stand where others can see it: tab, history, feed, share card."""
        return self.discreet or self.title


@dataclass(frozen=True)
class Answer:
    """One approved comment, pingback, trackback or webmention; ``language`` is a BCP 47 tag.

    One that was removed has no words and nobody's name; it is there for what replies to it.
    """

    id: str
    author: str
    date: dt.date
    language: str
    kind: str
    text: str
    reply_to: str = ""
    source: str = ""
    title: str = ""
    is_removed: bool = False


@dataclass(frozen=True)
class Tally:
    """Signatures counted together at one place and day; ``region`` is a code, a place as it was written, or empty."""

    id: str
    count: int
    date: dt.date
    way: str
    region: str = ""


@dataclass(frozen=True)
class Signer:
    """One who signed and wants her name to be seen; ``region`` is a code of ``regions``, or empty."""

    id: str
    name: str
    region: str
    date: dt.date
    level: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One text in all its languages: a story, a post, a page, or news of a petition.

    ``key`` is its folder below the content folder, ``date`` a naive day and time,
    ``pictures`` the names of the picture files beside it, ``formerly`` the keys that it had before.
    """

    key: str
    section: str
    slug: str
    date: dt.datetime
    original: str
    versions: Mapping[str, Version]
    modified: dt.datetime | None = None
    picture: str = ""
    pictures: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    issue: str = ""
    formerly: tuple[str, ...] = ()

    def version(self, language: str) -> Version:
        """The version in this language, else the original."""
        return self.versions.get(language) or self.versions[self.original]

    def is_older(self, language: str) -> bool:
        """Whether this translation was made from an earlier version of the original."""
        version = self.versions[language]
        original = self.versions[self.original]
        return version is not original and bool(version.made_from) and version.made_from != original.fingerprint

    @cached_property
    def face(self) -> bytes:
        """A stamp of all that other pages show of it: everything but bodies, pictures and answers."""
        own = {name: value for name, value in vars(self).items() if name not in UNSEEN}
        return digest(own, [_face(version) for version in self.versions.values()])

    @cached_property
    def said(self) -> bytes:
        """A stamp of its answers."""
        return digest(self.answers)

    @property
    def has_page(self) -> bool:
        """News of a petition stand on its page and have none of their own."""
        return self.section != PETITIONS or isinstance(self, Petition)

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """The total order of every list, oldest first."""
        return (self.date, self.key)


@dataclass(frozen=True, kw_only=True)
class Issue(Entry):
    """One issue of the magazine and its stories in their printed order."""

    number: int | None = None
    order_given: tuple[str, ...] = ()  # slugs of the stories, as far as the editor has put them in order
    stories: tuple[Entry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Petition(Entry):
    """A petition; ``state`` is ``open``, ``closed`` or ``delivered``.

    ``goals`` grow, ``tallies`` hold all signatures, also those of the ``signers``; ``duplicates`` were not counted.
    """

    goals: tuple[int, ...] = ()
    deadline: dt.date | None = None
    state: str = "open"
    tallies: tuple[Tally, ...] = ()
    signers: tuple[Signer, ...] = ()
    duplicates: int = 0
    updates: tuple[Entry, ...] = ()

    @cached_property
    def signed(self) -> int:
        """The one number of signatures, for all languages."""
        return sum(tally.count for tally in self.tallies)

    @property
    def goal(self) -> int | None:
        """The first goal that is not reached, or else the last one."""
        return next((goal for goal in self.goals if goal > self.signed), self.goals[-1] if self.goals else None)

    @property
    def counted_on(self) -> dt.date | None:
        """The day of the newest tally."""
        return max((tally.date for tally in self.tallies), default=None)

    @property
    def days(self) -> tuple[tuple[dt.date, int], ...]:
        """How many signed on each day, the oldest first."""
        found: Counter[dt.date] = Counter()
        for tally in self.tallies:
            found[tally.date] += tally.count
        return tuple(sorted(found.items()))

    @property
    def regions(self) -> Mapping[str, int]:
        """How many signed in each region, by its code; those that did not say, or elsewhere, have none."""
        found: Counter[str] = Counter()
        for tally in self.tallies:
            found[code_of(tally.region)] += tally.count
        return found


@dataclass(frozen=True)
class Extra:
    """A file that goes to the root of the site as it is; ``path`` is relative to the content folder."""

    path: Path
    address: str


@dataclass(frozen=True)
class Library:
    """The whole of ``content/`` that may be published; lists are newest first, pages by slug.

    ``unpublished`` holds the keys of all other entries, ``drafts`` the sources that their ``Status`` keeps out.
    """

    root: Path
    languages: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    posts: tuple[Entry, ...] = ()
    petitions: tuple[Petition, ...] = ()
    pages: tuple[Entry, ...] = ()
    extras: tuple[Extra, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    unpublished: frozenset[str] = frozenset()
    drafts: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def stories(self) -> tuple[Entry, ...]:
        """The stories of all issues, newest issue first, in their printed order."""
        return tuple(story for issue in self.issues for story in issue.stories)

    @cached_property
    def texts(self) -> dict[str, tuple[Entry, Version]]:
        """All versions with their entries, by the path of the source."""
        entries = self.entries.values()
        return {version.source: (entry, version) for entry in entries for version in entry.versions.values()}


def known_as(recipient: str) -> str:
    """The name of a recipient as all ways to write it have in common."""
    return " ".join(recipient.casefold().split())


def _face(version: Version) -> dict[str, object]:
    return {name: value for name, value in vars(version).items() if name not in UNSEEN_OF_VERSION}
