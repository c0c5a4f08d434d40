"""What machines read: Atom feeds of each language, the sitemap and robots.txt of all.

Feeds hold what is there in their own language, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from magazine.records import BLOG, MAGAZINE, Answer, Entry
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.lists import answer_pages, lists, paged
from magazine.site.pages import Page
from magazine.site.petitions import petition_pages

ANSWERS_PER_ENTRY = 2  # answers are short: their feed holds more of them


def feed_pages(edition: Edition, size: int) -> Iterator[Page]:
    """The feeds of one language; ``size`` is how many entries one holds."""
    language, contents = edition.language, edition.contents
    everything = (*edition.entries, *edition.library.petitions)
    here = sorted((e for e in everything if language in e.versions), key=attrgetter("order"), reverse=True)
    for feed, sections in (("all", None), ("magazine", (MAGAZINE,)), ("blog", (BLOG,))):
        held = [entry for entry in here if sections is None or entry.section in sections][:size]
        shown = [(contents.shown(entry), edition.bodies.stamp_of(entry.versions[language])) for entry in held]
        yield Page(addresses.of_feed(feed), "feed", (shown,), (language,), {"feed": feed, "entries": held})
    newest = _newest_answers(edition, size * ANSWERS_PER_ENTRY)
    shown_answers = [(answer, contents.shown(entry), page) for answer, entry, page in newest]
    yield Page(addresses.of_feed("answers"), "answers_feed", (shown_answers,), (language,), {"answered": newest})


def map_pages(edition: Edition, list_size: int) -> Iterator[Page]:
    """The sitemap and robots.txt of the whole site, made with its main language."""
    pages: list[tuple[str, tuple[str, ...], str]] = []
    for entry in edition.library.entries.values():
        if entry.has_page:
            here = tuple(entry.versions)
            day = str((entry.modified or entry.date).date()) if entry.date.year > 1 else ""
            pages.append((addresses.of_entry(entry), here, day))
    around = (*answer_pages(edition), *petition_pages(edition))
    pages.extend((page.address, page.here, "") for page in around if page.here and page.address.endswith(".html"))
    found = [page.address for _, newest, held, _ in lists(edition) for page in paged(newest, held, list_size)]
    indexes = (addresses.HOME, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX, addresses.ARCHIVE_INDEX,
               addresses.MIRRORS)  # fmt: skip
    pages.extend((address, edition.languages, "") for address in (*indexes, *found))
    pages.sort()
    yield Page("sitemap.xml", "sitemap", (pages,), (), {"pages": pages})
    if "robots.txt" not in {extra.address for extra in edition.library.extras}:
        yield Page("robots.txt", "robots", (), ())


def _newest_answers(edition: Edition, size: int) -> list[tuple[Answer, Entry, str]]:
    here = (pair for pair in edition.contents.newest_answers if edition.language in pair[1].versions)
    return [
        (answer, entry, addresses.of_answers(entry, edition.responses(entry).page_of(answer.id)))
        for answer, entry in islice(here, size)
    ]
