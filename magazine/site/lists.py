"""Pages that list other pages: home, indexes, topics, credits, archive; and those nobody wrote: missing, 404.

A list is numbered from its oldest page, so that a new entry changes the newest page alone: a mirror
fetches little. The newest page holds between one and two times the size of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from magazine.records import Entry
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.names import Name
from magazine.site.pages import Page

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


def list_pages(edition: Edition, size: int) -> Iterator[Page]:
    """Pages made of what entries show of themselves elsewhere; ``size`` is how many of them a list page holds."""
    library, contents, language = edition.library, edition.contents, edition.language
    everywhere = edition.languages
    first = [contents.shown(entry) for entry in (*library.issues[:1], *library.petitions[:1])]
    posts = library.posts[:HOME_POSTS]
    newest = [contents.shown(post) for post in posts]
    duplicates = edition.copies.duplicates(edition.place(addresses.HOME))
    yield Page(
        addresses.HOME, "home", (first, newest, duplicates), everywhere, {"posts": posts, "duplicates": duplicates}
    )
    yield Page(addresses.NOT_FOUND, "not_found", (), ())
    for template, address, entries, subject in lists(edition):
        name = subject.in_language(language) if isinstance(subject, Name) else subject
        for page in paged(address, entries, size):
            shown = [contents.shown(entry) for entry in page.entries]
            values = {"list": page, "subject": subject}
            yield Page(page.address, template, (page.older, page.newer, name, shown), everywhere, values)
    for address, template, names in (
        (addresses.TOPIC_INDEX, "topics", contents.topics),
        (addresses.CREDIT_INDEX, "credits", contents.people),
    ):
        listed = [(name.slug, name.in_language(language)) for name in names.sorted(language)]
        yield Page(address, template, (listed,), everywhere)
    yield Page(addresses.ARCHIVE_INDEX, "archive", (contents.years,), everywhere)
    for entry in library.entries.values():
        if language not in entry.versions and entry.has_page:
            yield Page(addresses.of_entry(entry), "missing", (contents.shown(entry),), (), {"entry": entry})


def answer_pages(edition: Edition) -> Iterator[Page]:
    """The later pages of answers, where those to an entry are too much for one."""
    for entry in edition.contents.crowded:
        pages = edition.responses(entry).pages
        for number, letters in enumerate(pages[1:], start=2):
            values = {"entry": entry, "letters": letters, "number": number, "last": len(pages)}
            shown = (edition.contents.shown(entry), letters, len(pages))
            yield Page(addresses.of_answers(entry, number), "answers", shown, tuple(entry.versions), values)
