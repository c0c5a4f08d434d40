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


def lists(edition: Edition) -> Iterator[tuple[str, str, Sequence[Entry], Name | int | None]]:
    """Template, newest address, entries newest first, and what the list is of."""
    library = edition.library
    yield "magazine", addresses.MAGAZINE_INDEX, library.issues, None
    yield "blog", addresses.BLOG_INDEX, library.posts, None
    yield "petitions", addresses.PETITION_INDEX, library.petitions, None
    for topic in edition.topics.sorted(edition.language):
        yield "topic", addresses.of_topic(topic.slug), edition.topics.entries(topic), topic
    for person in edition.people.sorted(edition.language):
        yield "credit", addresses.of_credit(person.slug), edition.people.entries(person), person
    for year in edition.years:
        yield "year", addresses.of_year(year), [e for e in edition.entries if e.date.year == year], year


def write_page(generator: Generator, writer: Writer, address: str, template: str, **values: Any) -> None:
    """Write one page; ``here`` are the languages it really is in, all of them if none are given."""
    values.setdefault("here", generator.settings["EDITION"].languages)
    writer.write_file(address, generator.get_template(template), generator.context, **values)


class ListGenerator(Generator):  # type: ignore[misc]
    """Writes every page that no single source stands behind."""

    edition: Edition
    write: Callable[..., None]

    def generate_output(self, writer: Writer) -> None:
        """Write the list pages of this language."""
        self.edition = self.settings["EDITION"]
        self.write = partial(write_page, self, writer)
        library = self.edition.library
        self.write(addresses.HOME, "home", posts=library.posts[:HOME_POSTS])
        self.write(addresses.NOT_FOUND, "not_found", here=())
        for template, address, entries, subject in lists(self.edition):
            for page in paged(address, entries, self.settings["LIST_SIZE"]):
                self.write(page.address, template, list=page, subject=subject)
        self.write(addresses.TOPIC_INDEX, "topics")
        self.write(addresses.CREDIT_INDEX, "credits")
        self.write(addresses.ARCHIVE_INDEX, "archive")
        for entry in library.entries.values():
            if self.edition.language not in entry.versions and entry.has_page:
                self.write(addresses.of_entry(entry), "missing", entry=entry, here=())
            self._write_answers(entry)

    def _write_answers(self, entry: Entry) -> None:
        pages = self.edition.responses(entry).pages if entry.answers else ()
        for number, letters in enumerate(pages[1:], start=2):
            address = addresses.of_answers(entry, number)
            here = tuple(entry.versions)
            self.write(address, "answers", entry=entry, letters=letters, number=number, last=len(pages), here=here)
