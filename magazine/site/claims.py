"""Addresses that files of ``extra/`` and former places of texts claim: whether a page has them, without making one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from magazine.problems import Report
from magazine.records import SECTIONS, Library
from magazine.site import addresses

# what the site puts at its root beside its sections and its other languages
OWN_NAMES = (
    addresses.HOME, addresses.NOT_FOUND, "sitemap.xml", *SECTIONS,
    *(index.partition("/")[0] for index in (addresses.ARCHIVE_INDEX, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX)),
    addresses.of_feed("all").partition("/")[0], addresses.MIRRORS,
    addresses.MIRROR_LINES, addresses.MIRROR_POOL, addresses.MIRROR_STATUS.partition("/")[0], addresses.KIT,
    addresses.OWN_NAME,
)  # fmt: skip


def tell(library: Library, settings: Mapping[str, Any], report: Report) -> None:
    """Tell every claim to an address that a page has. To plan the site takes a moment: only where one may be."""
    own = {*OWN_NAMES, *library.languages}
    extras = [extra for extra in library.extras if extra.address.partition("/")[0] in own]
    if extras or _has_moved(library, lambda address: address.partition("/")[0].casefold() in own):
        from magazine.site.claimed import taken  # noqa: PLC0415 (slow, and seldom needed)

        pages = taken(library, settings, report)
        for extra in extras:
            if extra.address in pages:
                report.add("extra-taken", extra.path)


def _has_moved(library: Library, is_near: Callable[[str], bool]) -> bool:
    """Whether a text has a former folder, two the same former address, or one an address near pages of today."""
    if any(entry.formerly for entry in library.entries.values()):
        return True
    named = [address.casefold() for _, version in library.texts.values() for address in version.formerly]
    return len(set(named)) < len(named) or any(map(is_near, named))
