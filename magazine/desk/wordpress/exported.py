"""What an export holds: every text with its number, name and moment, and the terms it is filed under.

Each version of an entry is a post of its own. Versions are joined as Polylang joins them: by a term ``language`` and
one of ``post_translations`` that lists the posts of a group.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from magazine.desk.wordpress.wxr_writer import serialized
from magazine.entries import UNDATED
from magazine.messages import for_readers
from magazine.records import BLOG, MAGAZINE, PAGES, PETITIONS, Entry, Issue, Library, Version
from magazine.site.edition import EPOCH, Edition
from magazine.stamps import digest

CATEGORY, TAG, LANGUAGE, TRANSLATIONS = "category", "post_tag", "language", "post_translations"
SECTION_NAMES = {MAGAZINE: for_readers("Magazine"), BLOG: for_readers("Blog"), PETITIONS: for_readers("Petitions")}
LOCALES = {"ru": "ru_RU", "ky": "kir", "en": "en_US"}  # as translate.wordpress.org names them
MAX_LOGIN = 50  # WordPress keeps 60, and 50 of the name in addresses


@dataclass(frozen=True)
class Term:
    """A category, topic, language or group of translations."""

    number: int
    kind: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass(frozen=True)
class Text:
    """One version as a post or a page.

    ``moment`` is Bishkek's time and no other text's: the importer takes two posts of one title and time for one.
    """

    number: int
    entry: Entry
    version: Version
    name: str
    moment: dt.datetime
    order: int
    login: str
    terms: tuple[Term, ...]
    is_draft: bool

    @property
    def is_original(self) -> bool:
        """Whether the answers and the pictures of the entry belong to it."""
        return self.version.language == self.entry.original


@dataclass
class Exported:
    """All texts, oldest first, the terms in the order in which they may be made, and the authors by login.

    What is in ``library`` and not in ``published`` is a draft; ``house`` signs what nobody else does.
    """

    library: Library
    published: Library
    editions: Mapping[str, Edition]
    house: str
    authors: dict[str, str] = field(default_factory=dict)
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _logins: dict[tuple[str, ...], str] = field(default_factory=dict)
    _taken: set[dt.datetime] = field(default_factory=set)

    def __post_init__(self) -> None:
        places = {story.key: place for one in self.published.issues for place, story in enumerate(one.stories, start=1)}
        for entry in sorted(self.library.entries.values(), key=lambda entry: entry.order):
            numbers = {language: next(self.numbers) for language in entry.versions}
            for language, version in entry.versions.items():
                text = Text(
                    number=numbers[language], entry=entry, version=version, name=self._name(entry, version),
                    moment=self._moment(entry), order=places.get(entry.key, 0), login=self._login(entry, version),
                    terms=tuple(self._filed(entry, version, numbers)),
                    is_draft=version.source not in self.published.texts,
                )  # fmt: skip
                self.texts.append(text)

    @property
    def main(self) -> str:
        """The main language, whose slugs stand alone."""
        return self.library.languages[0]

    def address(self, text: Text) -> str:
        """Where the magazine shows a text; news of a petition stand on its page."""
        entry = text.entry if text.entry.has_page else self.library.entries[_surrounding(text.entry.key)]
        edition = self.editions[text.version.language]
        return edition.absolute(edition.address(entry))

    def _name(self, entry: Entry, version: Version) -> str:
        slug = entry.slug if entry.has_page else f"{_surrounding(entry.key).rpartition('/')[2]}-{entry.slug}"
        return slug if version.language == entry.original else f"{slug}-{version.language}"

    def _moment(self, entry: Entry) -> dt.datetime:
        moment = EPOCH if entry.date == UNDATED else entry.date
        while moment in self._taken:
            moment += dt.timedelta(seconds=1)
        self._taken.add(moment)
        return moment

    def _login(self, entry: Entry, version: Version) -> str:
        """The account of those who wrote a text together; the magazine's own where nobody is named."""
        people = self.editions[self.main].contents.people.named(
            version.authors or entry.version(entry.original).authors
        )
        key = tuple(name.slug for name in people)
        if key not in self._logins:
            login = base = "-".join(key)[:MAX_LOGIN].strip("-") or "magazine"
            for number in count(2):
                if login not in self.authors:
                    break
                login = f"{base}-{number}"
            self._logins[key] = login
            named = ", ".join(name.in_language(self.main) for name in people)
            self.authors[login] = named or self.house
        return self._logins[key]

    def _filed(self, entry: Entry, version: Version, numbers: Mapping[str, int]) -> Iterator[Term]:
        language = version.language
        edition = self.editions[language]
        if entry.section != PAGES:
            heading = edition.gettext(SECTION_NAMES[entry.section])
            section = self._term(CATEGORY, self._slug(entry.section, language), heading)
            yield section
            issue = self.library.entries[_surrounding(entry.key)] if entry.issue else entry
            if isinstance(issue, Issue):
                name = edition.safe_title(issue.version(language))
                yield self._term(CATEGORY, self._slug(f"issue-{issue.slug}", language), name, section.slug)
            for topic in edition.contents.topics.named(version.tags):
                yield self._term(TAG, self._slug(topic.slug, language), topic.in_language(language))
        locale = serialized({"locale": LOCALES.get(language, language), "rtl": 0, "flag_code": ""})
        yield self._term(LANGUAGE, language, edition.language_name(language), description=locale)
        if len(numbers) > 1:
            slug = f"pll_{digest(entry.key).hex()[:13]}"
            yield self._term(TRANSLATIONS, slug, slug, description=serialized(numbers))

    def _slug(self, slug: str, language: str) -> str:
        # no slug of ours holds such a line, so that no two become one
        return slug if language == self.main else f"{slug}_{language}"

    def _term(self, kind: str, slug: str, name: str, parent: str = "", description: str = "") -> Term:
        known = self.terms.get((kind, slug))
        if known is None:
            known = self.terms[kind, slug] = Term(next(self.numbers), kind, slug, str(name), parent, description)
        return known


def _surrounding(key: str) -> str:
    """The key of the issue that a story stands in, or of the petition that news belong to; else nothing."""
    section, slug, *inside = key.split("/")
    return f"{section}/{slug}" if inside else ""
