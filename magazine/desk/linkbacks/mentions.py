"""The links of what is published that lead to other hosts, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from magazine import headers
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Entry, Library, Petition, Version
from magazine.site import addresses
from magazine.site.inspection import Unmade
from magazine.site.links import Place
from magazine.site.markup import Markup
from magazine.stamps import digest
from magazine.workers import spread


@dataclass(frozen=True)
class Page:
    """A page of the site, where it is published, and the addresses elsewhere that its text links to.

    ``text`` is a stamp that changes when the words or the links do.
    """

    address: str
    text: str
    targets: tuple[str, ...]


def pages(library: Library, site: str, progress: Progress) -> tuple[Page, ...]:
    """All pages of texts that link to other hosts, in the order of their addresses; ``site`` is the published root."""
    shown = [
        (entry, language, told)
        for entry in library.entries.values()
        if entry.has_page
        for language in entry.versions
        if (told := _with_links(library, entry, language))
    ]
    progress.expect(len(shown))
    found = []
    markups = {language: Markup(language) for language in library.languages}
    for _, page in spread(partial(_page, library, markups, site), shown):
        progress.step()
        found.append(page)
    return tuple(sorted((page for page in found if page.targets), key=lambda page: page.address))


Text = tuple[Entry, Version]
Shown = tuple[Entry, str, tuple[Text, ...]]


def _with_links(library: Library, entry: Entry, language: str) -> tuple[Text, ...]:
    """The texts on a page, of which one at least may link elsewhere: news of a petition stand on its page."""
    news = entry.updates if isinstance(entry, Petition) else ()
    texts = tuple((one, one.version(language)) for one in (entry, *news))
    for _, version in texts:
        source = headers.read(library.root, version.path, Report())
        if source and "//" in source.body:
            return texts
    return ()


def _page(library: Library, markups: Mapping[str, Markup], site: str, shown: Shown) -> Page:
    entry, language, texts = shown
    address = addresses.in_language(addresses.of_entry(entry), language, library.languages[0])
    bodies = [_html(library, markups[version.language], one, version) for one, version in texts]
    links = (
        str(link["href"]) for html in bodies for link in BeautifulSoup(html, "html.parser").find_all("a", href=True)
    )
    own = urlsplit(site).netloc.lower()
    targets = dict.fromkeys(link for link in links if _leads_elsewhere(link, own))
    titles = [version.title for _, version in texts]
    return Page(addresses.absolute(address, site), digest(titles, bodies).hex()[:16], tuple(targets))


def _html(library: Library, markup: Markup, entry: Entry, version: Version) -> str:
    report = Report()
    source = headers.read(library.root, version.path, report)
    if source is None:
        return ""
    place = Place(
        entry=entry, version=version, library=library, main=library.languages[0],
        gallery=Unmade(library.root, Path()), report=report, gettext=str,
    )  # fmt: skip
    return markup.convert(source, place).html


def _leads_elsewhere(link: str, own: str) -> bool:
    try:
        host = urlsplit(link).netloc.lower()
    except ValueError:
        return False
    return addresses.is_web(link) and host != own
