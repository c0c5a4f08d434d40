"""The magazine in one language, as its pages need it: the one object that templates talk to."""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from xml.etree.ElementTree import tostring

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from jinja2.runtime import Macro
from markupsafe import Markup

from magazine import regions
from magazine.intake.submissions import NO_END, form_key
from magazine.messages import for_readers
from magazine.records import Answer, Entry, Issue, Library, Petition, Version
from magazine.site import addresses, assets, typography
from magazine.site.bodies import Bodies
from magazine.site.contents import Contents, Neighbours
from magazine.site.copies import Copies
from magazine.site.gallery import Gallery, Picture, only_offered
from magazine.site.markup import figure
from magazine.site.names import Names
from magazine.site.responses import Responses, sanitised
from magazine.site.support import Support

# a content note may be one of these words, and is then said in the language of the page
NOTES = {
    "violence": for_readers("This text tells of violence."),
    "sexual violence": for_readers("This text tells of sexual violence."),
    "police violence": for_readers("This text tells of violence by the police."),
    "discrimination": for_readers("This text tells of discrimination."),
    "death": for_readers("This text tells of a death."),
}
EPOCH = dt.datetime(2008, 12, 1)  # of an empty feed: a feed needs a date, and a build has no clock


@dataclass(frozen=True)
class Edition:
    """``main`` is the language at the root of the site, ``site_url`` the absolute address of the root.

    Search engines are sent to ``canonical_url``, another root or this one; to none if it is empty.
    """

    contents: Contents
    bodies: Bodies
    language: str
    main: str
    site_url: str
    catalog: gettext.NullTranslations
    gallery: Gallery
    theme: Path
    region_threshold: int
    copies: Copies = field(default_factory=Copies)
    canonical_url: str = ""
    _once: dict[tuple[str, ...], Markup] = field(default_factory=dict, repr=False)
    _sentences: dict[str, Markup] = field(default_factory=dict, repr=False)
    _supports: dict[str, Support] = field(default_factory=dict, repr=False)

    @property
    def library(self) -> Library:
        """All that may be published."""
        return self.contents.library

    @property
    def languages(self) -> tuple[str, ...]:
        """All languages, the main one first."""
        return self.library.languages

    # -- addresses -----------------------------------------------------------------------------

    def place(self, address: str, language: str | None = None) -> str:
        """The address of a page below the root of the whole site."""
        return addresses.in_language(address, language or self.language, self.main)

    def href(self, address: str, language: str | None = None) -> str:
        """A ``site:`` reference to another page; the writer makes it relative."""
        return addresses.SCHEME + self.place(address, language)

    def to(self, entry: Entry, language: str | None = None) -> str:
        """A ``site:`` reference to an entry."""
        return addresses.SCHEME + self.place(addresses.of_entry(entry), language)

    def once(self, macro: Macro, *entries: Entry) -> Markup:
        """What a macro tells, alone or of an entry, rendered for the first page that shows it and kept for others."""
        name = (macro.name, *(entry.key for entry in entries))
        if name not in self._once:
            self._once[name] = Markup(macro(*entries))  # noqa: S704 (of the theme, escaped where it was written)
        return self._once[name]

    def alternates(self, address: str, here: Iterable[str]) -> list[tuple[str, str]]:
        """The absolute addresses of a page in those of the languages that it is really in."""
        return [(language, self.absolute(address, language)) for language in self.languages if language in here]

    def canonical(self, address: str, language: str | None = None) -> str:
        """The address of a page on the host that search engines are sent to; where there is none, on any host."""
        if not self.canonical_url:
            return self.href(address, language)
        return addresses.absolute(self.place(address, language), self.canonical_url)

    def onion(self, address: str, onion: str) -> str:
        """The address of a page on the onion service."""
        return addresses.absolute(self.place(address), onion)

    def absolute(self, address: str, language: str | None = None) -> str:
        """The address of a page on the site's own host."""
        return addresses.absolute(self.place(address, language), self.site_url)

    def absolute_body(self, version: Version) -> Markup:
        """A converted body for readers that know no page: feeds."""
        return Markup(addresses.made_absolute(self.body(version), self.site_url))  # noqa: S704 (as above)

    @staticmethod
    def address(entry: Entry) -> str:
        """The address of an entry, the same in each language."""
        return addresses.of_entry(entry)

    # -- words ---------------------------------------------------------------------------------

    def gettext(self, sentence: str, **values: object) -> Markup:
        """A sentence of the theme in this language, as Jinja's own ``_`` gives it; nine in ten hold no values."""
        if sentence not in self._sentences:
            self._sentences[sentence] = Markup(self.catalog.gettext(sentence))  # noqa: S704 (of the theme's catalogs)
        return self._sentences[sentence] % values if values or "%" in sentence else self._sentences[sentence]

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

    def load_names(self) -> None:
        """Read what CLDR knows of this language, which is quicker once than in each of several processes."""
        self.date(EPOCH)
        for language in self.languages:
            self.language_here(language)

    @property
    def _locale(self) -> str:
        # day before month, as everywhere in the region
        return "en_GB" if self.language == "en" else self.language

    def number(self, value: int) -> str:
        """A number with its groups by CLDR."""
        return format_decimal(value, locale=self.language)

    def language_name(self, language: str) -> str:
        """The name of a language in itself; the code where CLDR knows none."""
        return _own_name(language)

    def language_here(self, language: str) -> str:
        """The name of a language in the reader's own."""
        return _language_name(language, self.language)

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

    @property
    def region_names(self) -> list[str]:
        """The regions that one can live in."""
        return [names[self.language] for names in regions.REGIONS.values()]

    def newest(self, entries: Iterable[Entry]) -> str:
        """The time of the newest change among entries."""
        return self.moment(max((entry.modified or entry.date for entry in entries), default=EPOCH))

    def newest_answer(self, answers: Iterable[Answer]) -> str:
        """The day of the newest answer."""
        return self.moment(max((answer.date for answer in answers), default=EPOCH.date()))

    def note(self, version: Version) -> str:
        """The content note; a known kind is said in the reader's language."""
        kind = NOTES.get(version.note.casefold())
        return self.catalog.gettext(kind) if kind else typography.title(version.note, version.note_language)

    def note_language(self, version: Version) -> str:
        """The language the note is in: an inherited one is the original's."""
        return self.language if version.note.casefold() in NOTES else version.note_language

    # -- what stands where ---------------------------------------------------------------------

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Stories and posts, newest first."""
        return self.contents.entries

    @property
    def years(self) -> list[int]:
        """The years something came out in, newest first."""
        return self.contents.years

    @property
    def topics(self) -> Names:
        """Topics, with the stories and posts on each."""
        return self.contents.topics

    @property
    def people(self) -> Names:
        """Pen names, with what each wrote or translated."""
        return self.contents.people

    def issue_of(self, story: Entry) -> Issue | None:
        """The issue a story stands in."""
        return self.contents.issues.get(story.issue)

    def neighbours(self, entry: Entry) -> Neighbours:
        """What is printed before and after it: stories in their issue, posts by time."""
        return self.contents.neighbours(entry)

    def form_key(self, entry: Entry, salt: str) -> str:
        """What a form for answers to an entry carries."""
        return form_key(entry.key, self.language, salt)

    def support(self, petition: Petition) -> Support:
        """Who and how many support a petition, as it may be shown."""
        if petition.key not in self._supports:
            self._supports[petition.key] = Support(petition, self.region_threshold)
        return self._supports[petition.key]

    def region(self, code: str) -> str:
        """The name of a region of signers."""
        return regions.name(code, self.language)

    def sign_key(self, petition: Petition, salt: str) -> str:
        """What the form for signing a petition carries."""
        until = petition.deadline.isoformat() if petition.deadline else NO_END
        return form_key(petition.key, self.language, salt, until)

    def responses(self, entry: Entry) -> Responses:
        """The answers to an entry."""
        return self.contents.responses(entry)

    def body(self, version: Version) -> Markup:
        """The converted body of a version."""
        return Markup(self.bodies.html(version))  # noqa: S704 (converted from Markdown, HTML in it is text)

    @staticmethod
    def said(answer: Answer) -> Markup:
        """What an answer says, as HTML."""
        return Markup(sanitised(answer.text))  # noqa: S704 (as its name says)

    @staticmethod
    def file_address(petition: Petition) -> str:
        """A petition in one file."""
        return addresses.of_file(petition)

    @staticmethod
    def answers_address(entry: Entry, page: int) -> str:
        """A page of an entry's answers."""
        return addresses.of_answers(entry, page)

    def lead(self, entry: Entry) -> Picture | None:
        """The lead picture of an entry."""
        return self.gallery.picture(entry, entry.picture) if entry.picture else None

    def lead_figure(self, entry: Entry, version: Version) -> str:
        """The lead picture as HTML with ``site:`` addresses."""
        picture = self.lead(entry)
        if not picture:
            return ""
        caption = typography.title(version.caption, version.language)
        element = figure(picture, version.alt, caption, self.catalog.gettext)
        return tostring(element, encoding="unicode", method="html")

    @staticmethod
    def only_offered(markup: str) -> list[str]:
        """The pictures in a text that only a choice names, for programs that copy sites by their links."""
        return only_offered(str(markup))

    def style(self, names: str) -> assets.Asset:
        """Style sheets of the theme by their names, to stand in the page."""
        return assets.style(self.theme, str(names))

    def script(self, name: str) -> assets.Asset:
        """A script of the theme, to stand in the page."""
        return assets.script(self.theme, name)


@lru_cache(maxsize=8192)
def _date(value: dt.date, style: str, locale: str) -> str:
    return format_date(value, style, locale=_locale(locale))


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@cache
def _own_name(language: str) -> str:
    name = _language_name(language, language)
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=1024)
def _language_name(language: str, shown_in: str) -> str:
    try:
        return Locale.parse(language, sep="-").get_display_name(shown_in) or language
    except ValueError:
        return language
