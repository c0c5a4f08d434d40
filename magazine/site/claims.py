"""Addresses that files of ``extra/`` and former places of texts claim: whether a page has them, without making one."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from magazine.memory import Memory
from magazine.problems import Report
from magazine.records import SECTIONS, Library, Version
from magazine.site import addresses
from magazine.site.bodies import Bodies
from magazine.site.contents import Contents
from magazine.site.edition import Edition
from magazine.site.inspection import Unmade
from magazine.site.plan import planned

# what the site puts at its root beside its sections and its other languages
OWN_NAMES = (
    addresses.HOME, addresses.NOT_FOUND, "sitemap.xml", *SECTIONS,
    *(index.partition("/")[0] for index in (addresses.ARCHIVE_INDEX, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX)),
    addresses.of_feed("all").partition("/")[0],
)  # fmt: skip


class _Unread(Bodies):
    """Texts of which nothing is needed but that they are there."""

    def stamp_of(self, version: Version) -> str:  # noqa: ARG002
        return ""


def tell(library: Library, settings: Mapping[str, Any], report: Report) -> None:
    """Tell every claim to an address that a page has. To plan the site takes a moment: only where one may be."""
    own = {*OWN_NAMES, *library.languages}
    extras = [extra for extra in library.extras if extra.address.partition("/")[0] in own]
    if extras or _has_moved(library, lambda address: address.partition("/")[0].casefold() in own):
        taken = planned(_editions(library), b"", settings["LIST_SIZE"], settings["FEED_SIZE"], _never, report).keys
        for extra in extras:
            if extra.address in taken:
                report.add("extra-taken", extra.path)


def _has_moved(library: Library, is_near: Callable[[str], bool]) -> bool:
    """Whether a text has a former folder, two the same former address, or one an address near pages of today."""
    if any(entry.formerly for entry in library.entries.values()):
        return True
    named = [address.casefold() for _, version in library.texts.values() for address in version.formerly]
    return len(set(named)) < len(named) or any(map(is_near, named))


def _editions(library: Library) -> dict[str, Edition]:
    nothing, gallery = Path(), Unmade(library.root, Path(), digest_of=str)
    words = {language: gettext.NullTranslations() for language in library.languages}
    edition = Edition(
        contents=Contents(library), bodies=_Unread(library, gallery, words, Memory(None), b""),
        language=library.languages[0], main=library.languages[0], site_url="",
        catalog=words[library.languages[0]], gallery=gallery, theme=nothing,
    )  # fmt: skip
    return {language: replace(edition, language=language) for language in library.languages}


def _never(_address: str, _key: bytes) -> bool:
    return False
