"""What machines read: Atom feeds of each language, the sitemap and robots.txt of all."""

from __future__ import annotations

from operator import attrgetter

from pelican.generators import Generator
from pelican.writers import Writer

from magazine.records import BLOG, MAGAZINE, Entry
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.lists import lists, paged, write_page
from magazine.site.responses import sanitised

ANSWERS_PER_ENTRY = 2  # answers are short: their feed holds more of them


class FeedGenerator(Generator):  # type: ignore[misc]
    """Writes what no person opens. Feeds hold what is there in their own language, and nothing else."""

    edition: Edition

    def generate_output(self, writer: Writer) -> None:
        """Write the feeds of this language and, with the main one, the maps of the whole site."""
        self.edition = self.settings["EDITION"]
        self._write_sections(writer)
        self._write_answers(writer)
        if self.edition.language == self.edition.main:
            self._write_maps(writer)

    def _write_sections(self, writer: Writer) -> None:
        edition, size = self.edition, self.settings["FEED_SIZE"]
        articles = {article.entry.key: article for article in self.context["articles"]}
        everything = (*edition.entries, *edition.library.petitions)
        here = [entry for entry in everything if edition.language in entry.versions]
        here.sort(key=attrgetter("order"), reverse=True)
        for feed, sections in (("all", None), ("magazine", (MAGAZINE,)), ("blog", (BLOG,))):
            held = [articles[entry.key] for entry in here if sections is None or entry.section in sections]
            write_page(self, writer, addresses.of_feed(feed), "feed", feed=feed, articles=held[:size])

    def _write_answers(self, writer: Writer) -> None:
        edition, size = self.edition, self.settings["FEED_SIZE"] * ANSWERS_PER_ENTRY
        here = [entry for entry in edition.library.entries.values() if edition.language in entry.versions]
        answered = [(answer, entry) for entry in here for answer in entry.answers]
        answered.sort(key=lambda pair: (pair[0].date, pair[1].key, pair[0].id), reverse=True)
        newest = [
            (answer, sanitised(answer.text), entry, self._page_of(entry, answer.id))
            for answer, entry in answered[:size]
        ]
        write_page(self, writer, addresses.of_feed("answers"), "answers_feed", answered=newest)

    def _page_of(self, entry: Entry, identifier: str) -> str:
        return addresses.of_answers(entry, self.edition.responses(entry).page_of(identifier))

    def _write_maps(self, writer: Writer) -> None:
        edition, size = self.edition, self.settings["LIST_SIZE"]
        pages: list[tuple[str, tuple[str, ...], Entry | None]] = []
        for entry in edition.library.entries.values():
            if entry.has_page:
                here = tuple(entry.versions)
                pages.append((addresses.of_entry(entry), here, entry))
                later = range(2, len(edition.responses(entry).pages) + 1)
                pages.extend((addresses.of_answers(entry, number), here, None) for number in later)
        found = [page.address for _, newest, held, _ in lists(edition) for page in paged(newest, held, size)]
        indexes = (addresses.HOME, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX, addresses.ARCHIVE_INDEX)
        pages.extend((address, edition.languages, None) for address in (*indexes, *found))
        write_page(self, writer, "sitemap.xml", "sitemap", pages=sorted(pages, key=lambda page: page[0]))
        if "robots.txt" not in {extra.address for extra in edition.library.extras}:
            write_page(self, writer, "robots.txt", "robots")
