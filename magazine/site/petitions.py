"""The pages around a petition: its names, how they are counted, what passes it on, and the feed of its news."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from magazine.records import Entry, Petition, Version
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.pages import Page
from magazine.site.support import message, qr

LINK = re.compile(rf'(<a\b[^>]*?)href="(?={addresses.SCHEME})')
PICTURE = re.compile(r'<picture>.*?\balt="([^"]*)".*?</picture>', re.DOTALL)


@dataclass(frozen=True)
class Text:
    """An entry and one of its versions, as the template of a text knows them of what Pelican has read."""

    entry: Entry
    version: Version


def petition_pages(edition: Edition) -> Iterator[Page]:
    """All of them, for all petitions; none of names where nobody has left one."""
    for petition in edition.library.petitions:
        yield from _counted(edition, petition)
        yield from _passed_on(edition, petition)


def own_shown(edition: Edition, petition: Petition) -> object:
    """What the page of a petition shows beyond its own text: its news, the newest names, how many there are."""
    told = [(edition.contents.shown(one), edition.bodies.stamp_of(one.version(edition.language)))
            for one in petition.updates]  # fmt: skip
    support = edition.support(petition)
    return told, [(one.name, one.region) for one in support.newest], len(petition.signers)


def standing_alone(text: str, site: str) -> Markup:
    """A page that works wherever it is opened: all links are whole, and in place of pictures are their words."""
    linked = LINK.sub(r'\1rel="noreferrer" href="', PICTURE.sub(r"\1", text))
    return Markup(addresses.made_absolute(linked, site))  # noqa: S704 (a page of the theme)


def _counted(edition: Edition, petition: Petition) -> Iterator[Page]:
    """Names and numbers, which are there in every language."""
    everywhere, version, support = edition.languages, petition.version(edition.language), edition.support(petition)
    titles = _titles(version)
    for page in support.pages():
        # not the face of the petition: a full page shall stay as it is whoever signs
        shown = (titles, [(one.name, one.region) for one in page.names], page.is_last)
        values = {"entry": petition, "list": page}
        yield Page(addresses.of_names(petition, page.number), "names", shown, everywhere, values)
    face = edition.contents.shown(petition)
    values = {"entry": petition}
    if petition.tallies:
        yield Page(addresses.of_count(petition), "count", (face, len(petition.signers)), everywhere, values)
    yield Page(addresses.of_badge(petition), "badge", (titles, petition.signed, petition.counted_on), (), values)
    yield Page(addresses.of_qr(petition), "qr", (version.safe_title,), (), {"entry": petition, "qr": qr})


def _passed_on(edition: Edition, petition: Petition) -> Iterator[Page]:
    """What is there in the languages of the petition alone; in others a page says so."""
    language, there = edition.language, tuple(map(_titles, petition.versions.values()))
    share, alone = addresses.of_share(petition), addresses.of_file(petition)
    if language not in petition.versions:
        for address in (share, alone):
            yield Page(address, "missing", there, (), {"entry": petition})
        return
    version = petition.versions[language]
    said = (_titles(version), version.summary, version.message)  # not the face, which each signature changes
    yield Page(share, "share", said, tuple(petition.versions), {"entry": petition, "message": message})
    face = edition.contents.shown(petition)
    shown = (face, petition.is_older(language), edition.bodies.stamp_of(version), own_shown(edition, petition))
    values = {
        "article": Text(petition, version), "page": None, "qr": qr,
        "alone": partial(standing_alone, site=edition.site_url),
    }  # fmt: skip
    yield Page(alone, "petition_file", shown, (), values)
    news = [update for update in petition.updates if language in update.versions]
    told = [(edition.contents.shown(one), edition.bodies.stamp_of(one.versions[language])) for one in news]
    feed = (_titles(version), petition.order, told)
    yield Page(addresses.of_news(petition), "news_feed", feed, (language,), {"entry": petition, "news": news})


def _titles(version: Version) -> tuple[str, str, str]:
    return version.language, version.title, version.discreet
