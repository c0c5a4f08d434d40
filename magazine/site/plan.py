"""Every page the site has, and which of them must be rendered: those whose key is not the one of the last build.

A page's key is a stamp of all that it is made of. What it is made of is told here, in ``lists`` and in ``feeds``;
what stands on every page of a language is told by ``_everywhere``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from magazine.records import Entry, Issue, Petition
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.feeds import feed_pages, map_pages
from magazine.site.lists import list_pages
from magazine.site.pages import Page
from magazine.stamps import digest

TEMPLATES = {"magazine": "story", "blog": "post", "petitions": "petition", "pages": "page"}


@dataclass(frozen=True)
class Plan:
    """``keys`` by address below the root of the site, ``stale`` the pages to render by language."""

    keys: Mapping[str, bytes]
    stale: Mapping[str, tuple[Page, ...]]

    @property
    def count(self) -> int:
        """How many pages are to be rendered."""
        return sum(map(len, self.stale.values()))

    def sources(self, language: str) -> tuple[list[str], list[str]]:
        """The sources Pelican has to read: articles (stories, posts, petitions) and pages (pages, issues)."""
        articles: list[str] = []
        pages: list[str] = []
        for entry in filter(None, (page.entry for page in self.stale[language])):
            sink = pages if template_of(entry) in ("page", "issue") else articles
            sink.append(entry.versions[language].source)
        return articles, pages


def planned(
    editions: Mapping[str, Edition], stamp: bytes, list_size: int, feed_size: int, fresh: Callable[[str, bytes], bool]
) -> Plan:
    """The plan of a site; ``stamp`` is of program, theme and settings, ``fresh`` knows what stands already."""
    keys: dict[str, bytes] = {}
    stale: dict[str, tuple[Page, ...]] = {}
    for language, edition in editions.items():
        everywhere = _everywhere(edition, stamp)
        waiting = []
        for page in _pages(edition, list_size, feed_size):
            address = edition.place(page.address)
            keys[address] = digest(everywhere, (page.template, page.address, page.here), page.shown)
            if not fresh(address, keys[address]):
                waiting.append(page)
        stale[language] = tuple(waiting)
    return Plan(keys, stale)


def template_of(entry: Entry) -> str:
    """The template of an entry's own page."""
    return "issue" if isinstance(entry, Issue) else TEMPLATES[entry.section]


def _everywhere(edition: Edition, stamp: bytes) -> bytes:
    """A stamp of what every page of a language shows: the frame with the links to the standing pages."""
    return digest(stamp, edition.language, [edition.contents.shown(page) for page in edition.library.pages])


def _pages(edition: Edition, list_size: int, feed_size: int) -> Iterator[Page]:
    for entry in edition.library.entries.values():
        if edition.language in entry.versions and entry.has_page:
            yield _entry_page(edition, entry)
    yield from list_pages(edition, list_size)
    yield from feed_pages(edition, feed_size)
    if edition.language == edition.main:
        yield from map_pages(edition, list_size)


def _entry_page(edition: Edition, entry: Entry) -> Page:
    contents, bodies, language = edition.contents, edition.bodies, edition.language
    issue = edition.issue_of(entry)
    printed = (issue.face, issue.stories.index(entry)) if issue else None
    around = [other and contents.shown(other) for other in edition.neighbours(entry)]
    told = [(contents.shown(one), bodies.stamp_of(one.version(language))) for one in _updates(entry)]
    pictures = [(name, edition.gallery.digest(entry, name)) for name in entry.pictures] if entry.picture else []
    body = bodies.stamp_of(entry.versions[language])
    shown = (contents.shown(entry), entry.said, entry.is_older(language), body, printed, around, told, pictures)
    return Page(addresses.of_entry(entry), template_of(entry), shown, tuple(entry.versions), entry=entry)


def _updates(entry: Entry) -> tuple[Entry, ...]:
    return entry.updates if isinstance(entry, Petition) else ()
