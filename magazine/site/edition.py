"""The magazine in one language, as its pages need it: the one object that templates talk to."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import attrgetter
from pathlib import Path
from xml.etree.ElementTree import tostring

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from magazine.records import Answer, Entry, Issue, Library, Version
from magazine.site import addresses, assets, typography
from magazine.site.markup import figure
from magazine.site.names import Names
from magazine.site.pictures import Gallery, Picture
from magazine.site.responses import Responses, responses

EPOCH = dt.datetime(2008, 12, 1)  # of an empty feed: a feed needs a date, and a build has no clock
SITE_LINK = re.compile(rf'{addresses.SCHEME}([^"\s]+)')


@dataclass(frozen=True)
class Edition:
    """``main`` is the language at the root of the site, ``site_url`` the absolute address of the root."""

    library: Library
    language: str
    main: str
    site_url: str
    catalog: gettext.NullTranslations
    gallery: Gallery
    theme: Path
    notes: Mapping[str, str]
    _responses: dict[str, Responses] = field(default_factory=dict, repr=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages, the main one first."""
        return self.library.languages

    # -- addresses -----------------------------------------------------------------------------

    def place(self, address: str, language: str | None = None) -> str:
        """The address of a page below the root of the whole site."""
        return addresses.in_language(address, language or self.language, self.main)

    @pass_context
    def href(self, context: Context, address: str, language: str | None = None) -> str:
        """A reference from the page being written to another page."""
        return addresses.relative(self.place(address, language), self.place(context["output_file"]))

    @pass_context
    def to(self, context: Context, entry: Entry, language: str | None = None) -> str:
        """A reference from the page being written to an entry."""
        return addresses.relative(self.place(addresses.of_entry(entry), language), self.place(context["output_file"]))

    @pass_context
    def located(self, context: Context, html: str) -> Markup:
        """A converted body with its links as they are seen from the page being written."""
        page = self.place(context["output_file"])
        return Markup(SITE_LINK.sub(lambda match: addresses.relative(match[1], page), html))  # noqa: S704

    def absolute(self, address: str, language: str | None = None) -> str:
        """The address of a page on the site's own host."""
        return addresses.absolute(self.place(address, language), self.site_url)

    def absolute_body(self, html: str) -> Markup:
        """A converted body for readers that know no page: feeds."""
        return Markup(SITE_LINK.sub(lambda match: addresses.absolute(match[1], self.site_url), html))  # noqa: S704

    @staticmethod
    def address(entry: Entry) -> str:
        """The address of an entry, the same in each language."""
        return addresses.of_entry(entry)

    # -- words ---------------------------------------------------------------------------------

    def title(self, version: Version) -> str:
        """The real title of a version, for headings."""
        return typography.title(version.title, version.language)

    def safe_title(self, version: Version) -> str:
        """The title that others may see: tab, history, feed, share card."""
        return typography.title(version.safe_title, version.language)

    def text(self, words: str, language: str | None = None) -> str:
        """A plain sentence with its quotes and no-break spaces."""
        return typography.title(words, language or self.language)

    def date(self, value: dt.date, style: str = "long") -> str:
        """A day by CLDR, whatever locales the system has."""
        return _date(value, style, self._locale)

    def month(self, value: dt.date) -> str:
        """A month and its year, standing alone."""
        return _date(value, "LLLL y", self._locale)

    @property
    def _locale(self) -> str:
        # day before month, as everywhere in the region
        return "en_GB" if self.language == "en" else self.language

    def number(self, value: int) -> str:
        """A number with its groups by CLDR."""
        return format_decimal(value, locale=self.language)

    def language_name(self, language: str) -> str:
        """The name of a language in itself; the code where CLDR knows none."""
        try:
            name = Locale.parse(language, sep="-").get_display_name(language)
        except ValueError:
            name = None
        return (name or language)[:1].upper() + (name or language)[1:]

    def language_here(self, language: str) -> str:
        """The name of a language in the reader's own."""
        try:
            return Locale.parse(language, sep="-").get_display_name(self.language) or language
        except ValueError:
            return language

    def languages_of(self, entry: Entry) -> str:
        """The languages an entry is there in, as a list in the reader's language."""
        return format_list([self.language_here(language) for language in entry.versions], locale=self.language)

    def spelt(self, kind: Names, names: Iterable[str]) -> list[str]:
        """Topics or pen names as this language spells them."""
        return [name.in_language(self.language) for name in kind.named(names)]

    def moment(self, value: dt.date) -> str:
        """A day, or a day and time, by RFC 3339. Bishkek keeps UTC+6 the year round."""
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        return f"{moment.isoformat()}+06:00"

    def newest(self, entries: Iterable[Entry]) -> str:
        """The time of the newest change among entries."""
        return self.moment(max((entry.modified or entry.date for entry in entries), default=EPOCH))

    def newest_answer(self, answers: Iterable[Answer]) -> str:
        """The day of the newest answer."""
        return self.moment(max((answer.date for answer in answers), default=EPOCH.date()))

    def note(self, version: Version) -> str:
        """The content note; a known kind is said in the reader's language."""
        kind = self.notes.get(version.note.casefold())
        return self.catalog.gettext(kind) if kind else typography.title(version.note, version.note_language)

    def note_language(self, version: Version) -> str:
        """The language the note is in: an inherited one is the original's."""
        return self.language if version.note.casefold() in self.notes else version.note_language

    # -- what stands where ---------------------------------------------------------------------

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Stories and posts, newest first."""
        return tuple(sorted((*self.library.stories, *self.library.posts), key=attrgetter("order"), reverse=True))

    @property
    def years(self) -> list[int]:
        """The years something came out in, newest first."""
        return sorted({entry.date.year for entry in self.entries}, reverse=True)

    @cached_property
    def topics(self) -> Names:
        """Topics, with the stories and posts on each."""
        return Names.of_topics(self.entries, self.languages)

    @cached_property
    def people(self) -> Names:
        """Pen names, with what each wrote or translated."""
        library = self.library
        credited = sorted((*self.entries, *library.petitions, *library.issues), key=attrgetter("order"), reverse=True)
        return Names.of_people(credited, self.languages)

    def issue_of(self, story: Entry) -> Issue | None:
        """The issue a story stands in."""
        return next((issue for issue in self.library.issues if issue.slug == story.issue), None)

    def neighbours(self, entry: Entry) -> tuple[Entry | None, Entry | None]:
        """What is printed before and after it: stories in their issue, posts by time."""
        issue = self.issue_of(entry)
        row = issue.stories if issue else tuple(reversed(self.library.posts))
        if entry not in row:
            return (None, None)
        place = row.index(entry)
        return (row[place - 1] if place else None, row[place + 1] if place + 1 < len(row) else None)

    def responses(self, entry: Entry) -> Responses:
        """The answers to an entry."""
        if entry.key not in self._responses:
            self._responses[entry.key] = responses(entry.answers)
        return self._responses[entry.key]

    @staticmethod
    def answers_address(entry: Entry, page: int) -> str:
        """A page of an entry's answers."""
        return addresses.of_answers(entry, page)

    def lead(self, entry: Entry) -> Picture | None:
        """The lead picture of an entry."""
        return self.gallery.picture(entry, entry.picture) if entry.picture else None

    def lead_figure(self, entry: Entry, version: Version) -> str:
        """The lead picture as HTML, to be ``located``."""
        picture = self.lead(entry)
        if not picture:
            return ""
        caption = typography.title(version.caption, version.language)
        element = figure(picture, version.alt, caption, self.catalog.gettext)
        return tostring(element, encoding="unicode", method="html")

    def style(self, *names: str) -> assets.Asset:
        """Style sheets of the theme, to stand in the page."""
        return assets.style(self.theme / "static", *names)

    def script(self, name: str) -> assets.Asset:
        """A script of the theme, to stand in the page."""
        return assets.script(self.theme / "static", name)


@lru_cache(maxsize=65536)
def _date(value: dt.date, style: str, locale: str) -> str:
    return format_date(value, style, locale=locale)
