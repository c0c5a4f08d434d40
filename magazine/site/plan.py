"""Every page the site has, and which of them must be rendered: those whose key is not the one of the last build.

A page's key is a stamp of all that it is made of. What it is made of is told here, in ``lists`` and in ``feeds``;
what stands on every page of a language is told by ``_everywhere``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from magazine.problems import Report
from magazine.records import Entry, Issue, Petition
from magazine.site import addresses
from magazine.site.copies import mirror_pages
from magazine.site.edition import Edition
from magazine.site.feeds import feed_pages, map_pages
from magazine.site.lists import answer_pages, list_pages
from magazine.site.moved import free, moved_pages
from magazine.site.pages import Page
from magazine.site.petitions import own_shown, petition_pages
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
    editions: Mapping[str, Edition],
    stamp: bytes,
    list_size: int,
    feed_size: int,
    fresh: Callable[[str, bytes], bool],
    report: Report,
) -> Plan:
    """The plan of a site; ``stamp`` is of program, theme and settings, ``fresh`` knows what stands already."""
    keys: dict[str, bytes] = {}
    stale: dict[str, list[Page]] = {language: [] for language in editions}

    def add(edition: Edition, page: Page, key: bytes) -> None:
        address = edition.place(page.address)
        keys[address] = key
        if not fresh(address, key):
            stale[edition.language].append(page)

    for edition in editions.values():
        for page, key in _keyed(edition, _everywhere(edition, stamp), list_size, feed_size):
            add(edition, page, key)
    moved = [(edition, pages) for edition in editions.values() if (pages := list(moved_pages(edition)))]
    taken = {address.casefold() for address in keys} if moved else set()
    for edition, pages in moved:
        for page in free(edition, pages, taken, report):
            add(edition, page, _key(stamp, page))
    return Plan(keys, {language: tuple(pages) for language, pages in stale.items()})


def template_of(entry: Entry) -> str:
    """The template of an entry's own page."""
    return "issue" if isinstance(entry, Issue) else TEMPLATES[entry.section]


def _everywhere(edition: Edition, stamp: bytes) -> bytes:
    """A stamp of what every page of a language shows: the frame with the links to the standing pages."""
    return digest(stamp, edition.language, [edition.contents.shown(page) for page in edition.library.pages])


@dataclass
class _Kept:
    """Pages of one language with their keys, which stay as they are while no face of an entry changes.

    ``entries`` holds, by the key of the entry, the entry itself and the stamp of its body.
    """

    lists: list[tuple[Page, bytes]] = field(default_factory=list)
    entries: dict[str, tuple[Entry, str, Page, bytes]] = field(default_factory=dict)


def _keyed(edition: Edition, everywhere: bytes, list_size: int, feed_size: int) -> Iterator[tuple[Page, bytes]]:
    """Every page of a language with its key."""
    duplicates = edition.copies.duplicates(edition.place(addresses.HOME))
    kept: _Kept = edition.contents.plans.setdefault(digest(everywhere, list_size, duplicates), _Kept())
    for entry in edition.library.entries.values():
        if edition.language in entry.versions and entry.has_page:
            body = edition.bodies.stamp_of(entry.versions[edition.language])
            before = kept.entries.get(entry.key)
            if before and before[0] is entry and before[1] == body:
                yield before[2], before[3]
            else:
                page = _entry_page(edition, entry)
                kept.entries[entry.key] = (entry, body, page, _key(everywhere, page))
                yield page, kept.entries[entry.key][3]
    kept.lists = kept.lists or [(page, _key(everywhere, page)) for page in list_pages(edition, list_size)]
    yield from kept.lists
    others = [*answer_pages(edition), *petition_pages(edition), *feed_pages(edition, feed_size)]
    others += mirror_pages(edition.copies, edition.languages)
    if edition.language == edition.main:
        others += map_pages(edition, list_size)
    yield from ((page, _key(everywhere, page)) for page in others)


def _key(everywhere: bytes, page: Page) -> bytes:
    return digest(everywhere, (page.template, page.address, page.here), page.shown)


def _entry_page(edition: Edition, entry: Entry) -> Page:
    contents, bodies, language = edition.contents, edition.bodies, edition.language
    issue = edition.issue_of(entry)
    printed = (issue.face, issue.stories.index(entry)) if issue else None
    around = [other and contents.shown(other) for other in edition.neighbours(entry)]
    told = own_shown(edition, entry) if isinstance(entry, Petition) else None
    pictures = [(name, edition.gallery.digest(entry, name)) for name in entry.pictures] if entry.picture else []
    body = bodies.stamp_of(entry.versions[language])
    shown = (contents.shown(entry), entry.said, entry.is_older(language), body, printed, around, told, pictures)
    return Page(addresses.of_entry(entry), template_of(entry), shown, tuple(entry.versions), entry=entry)
