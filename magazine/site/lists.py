"""Pages that list other pages: home, indexes, topics, credits, archive; and those nobody wrote: missing, 404.

A list is numbered from its oldest page, so that a new entry changes the newest page alone: a mirror
fetches little. The newest page holds between one and two times the size of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pelican.generators import Generator
from pelican.writers import Writer

from magazine.records import Entry
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.names import Name
from magazine.site.responses import sanitised

HOME_POSTS = 4


@dataclass(frozen=True)
class ListPage:
    """One page of a list; ``older`` and ``newer`` are addresses, newest entries first."""

    address: str
    entries: tuple[Entry, ...]
    older: str = ""
    newer: str = ""


def paged(address: str, entries: Sequence[Entry], size: int) -> list[ListPage]:
    """The pages of a list whose newest page is ``address``; ``entries`` come newest first."""
    closed = max(0, len(entries) // size - 1)
    places = [addresses.older(address, number) for number in range(1, closed + 1)] + [address]
    oldest_first = list(reversed(entries))
    pages = []
    for index, place in enumerate(places):
        held = oldest_first[index * size : (index + 1) * size] if index < closed else oldest_first[closed * size :]
        older = places[index - 1] if index else ""
        newer = places[index + 1] if index < closed else ""
        pages.append(ListPage(place, tuple(reversed(held)), older, newer))
    return pages


class ListGenerator(Generator):  # type: ignore[misc]
    """Writes every page that no single source stands behind."""

    edition: Edition

    def generate_output(self, writer: Writer) -> None:
        """Write the list pages, feeds, sitemap and robots.txt of this language."""
        self.edition = self.settings["EDITION"]
        self.write: Callable[..., None] = partial(self._write, writer)
        library = self.edition.library
        self.write(addresses.HOME, "home", posts=library.posts[:HOME_POSTS])
        self.write(addresses.NOT_FOUND, "not_found", here=())
        for template, address, entries, subject in self.lists():
            for page in paged(address, entries, self.settings["LIST_SIZE"]):
                self.write(page.address, template, list=page, subject=subject)
        self.write(addresses.TOPIC_INDEX, "topics")
        self.write(addresses.CREDIT_INDEX, "credits")
        years = sorted({entry.date.year for entry in self.edition.entries}, reverse=True)
        self.write(addresses.ARCHIVE_INDEX, "archive", years=years)
        for entry in library.entries.values():
            if self.edition.language not in entry.versions and "/updates/" not in entry.key:
                self.write(addresses.of_entry(entry), "missing", entry=entry, here=())
            self._write_answers(entry)
        self._write_feeds()
        if self.edition.language == self.edition.main:
            self._write_maps()

    def lists(self) -> Iterator[tuple[str, str, Sequence[Entry], Name | int | None]]:
        """Template, newest address, entries newest first, and what the list is of."""
        edition = self.edition
        library = edition.library
        yield "magazine", addresses.MAGAZINE_INDEX, library.issues, None
        yield "blog", addresses.BLOG_INDEX, library.posts, None
        yield "petitions", addresses.PETITION_INDEX, library.petitions, None
        for topic in edition.topics.sorted(edition.language):
            yield "topic", addresses.of_topic(topic.slug), edition.topics.entries(topic), topic
        for person in edition.people.sorted(edition.language):
            yield "credit", addresses.of_credit(person.slug), edition.people.entries(person), person
        for year in sorted({entry.date.year for entry in edition.entries}):
            yield "year", addresses.of_year(year), [e for e in edition.entries if e.date.year == year], year

    def _write_answers(self, entry: Entry) -> None:
        pages = self.edition.responses(entry).pages if entry.answers else ()
        for number, letters in enumerate(pages[1:], start=2):
            address = addresses.of_answers(entry, number)
            here = tuple(entry.versions)
            self.write(address, "answers", entry=entry, letters=letters, number=number, last=len(pages), here=here)

    def _write_feeds(self) -> None:
        edition, size = self.edition, self.settings["FEED_SIZE"]
        library = edition.library
        bodies = {article.entry.key: article for article in self.context["articles"]}
        petitions = [e for e in library.petitions if edition.language in e.versions]
        everything = sorted((*edition.entries, *petitions), key=lambda entry: entry.order, reverse=True)
        sections = {"all": everything, "magazine": edition.entries, "blog": library.posts}
        for name, entries in sections.items():
            held = [e for e in entries if edition.language in e.versions and (name != "magazine" or e.section == name)]
            articles = [bodies[entry.key] for entry in held[:size]]
            self.write(addresses.of_feed(name), "feed", feed=name, articles=articles)
        answered = sorted(
            ((answer, entry) for entry in everything for answer in entry.answers if edition.language in entry.versions),
            key=lambda pair: (pair[0].date, pair[1].key, pair[0].id),
            reverse=True,
        )
        newest = [
            (answer, sanitised(answer.text), entry, addresses.of_answers(entry, edition.responses(entry).page_of(answer.id)))
            for answer, entry in answered[: 2 * size]
        ]
        self.write(addresses.of_feed("answers"), "answers_feed", answered=newest)

    def _write_maps(self) -> None:
        library, languages = self.edition.library, self.edition.languages
        single = [(addresses.of_entry(e), tuple(e.versions), e) for e in library.entries.values() if "/updates/" not in e.key]
        single += [
            (addresses.of_answers(e, number), tuple(e.versions), None)
            for e in library.entries.values()
            for number in range(2, len(self.edition.responses(e).pages) + 1)
        ]
        indexes = (addresses.HOME, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX, addresses.ARCHIVE_INDEX)
        listed = [page.address for _, place, held, _ in self.lists() for page in paged(place, held, self.settings["LIST_SIZE"])]
        pages = [*single, *((address, languages, None) for address in (*indexes, *listed))]
        self.write("sitemap.xml", "sitemap", pages=sorted(pages, key=lambda page: page[0]))
        if "robots.txt" not in {extra.address for extra in library.extras}:
            self.write("robots.txt", "robots")

    def _write(self, writer: Writer, address: str, template: str, **values: Any) -> None:
        values.setdefault("here", self.edition.languages)
        writer.write_file(address, self.get_template(template), self.context, **values)

