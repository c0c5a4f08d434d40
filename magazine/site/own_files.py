"""The files of a site that are no pages: lists for programs, the partners' kit, and what hosts of pages look for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from magazine.kit import folder as kit
from magazine.kit.presets import Preset
from magazine.messages import for_readers
from magazine.problems import Report
from magazine.site import addresses, mirror_lists
from magazine.site.copies import Copies
from magazine.site.support import qr

# GitHub and those who do as it does leave out what begins with a low line, unless this file is there
# (it holds one line end: zimcheck takes an empty file for a fault)
PAGES_AS_THEY_ARE, NOTHING = ".nojekyll", b"\n"
# at the head of the plain list, in every language
COMMENTS = (
    for_readers("Other addresses of this magazine: kind, address, what the last check found, release, day."),
    for_readers("A copy is proven by the programs in kit/ with one of the keys below."),
)


def kit_files(settings: Mapping[str, Any], roots: Sequence[str], script: str, report: Report) -> dict[str, bytes]:
    """The partners' kit by path below the site; a setting that would be no single word in it is told, and none made.

    ``script`` is the source expression of the script that pages hold.
    """
    site = urlsplit(settings["SITEURL"])
    intakes = dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(intake)) for intake in settings["INTAKES"])
    try:
        preset = Preset(
            host=site.netloc, intakes=tuple(intakes), scripts=(script,), onion=settings["ONION"].rstrip("/"),
            folder=f"{site.path.rstrip('/')}/",
        )  # fmt: skip
    except ValueError as error:
        report.add("setting-bad", "pelicanconf.py", value=str(error))
        return {}
    made = kit.files(settings["SITEURL"].rstrip("/") + "/", tuple(roots), preset)
    return {f"{addresses.KIT}/{name}": data for name, data in sorted(made.items())}


def names(settings: Mapping[str, Any]) -> set[str]:
    """The addresses that no file of ``extra/`` may have, found out without making one."""
    own = {addresses.MIRROR_LINES, addresses.MIRROR_POOL, addresses.MIRROR_STATUS}
    own |= {f"{addresses.KIT}/{name}" for name in kit.files("", (), Preset("example.org"))}
    return own | ({addresses.OWN_NAME} if settings["PUBLISH_CNAME"] else set())


def others(settings: Mapping[str, Any], copies: Copies, comments: Iterable[str]) -> dict[str, bytes]:
    """All but the kit by address; ``comments`` are those of the plain list in each language."""
    found = {
        addresses.MIRROR_LINES: mirror_lists.plain(copies, settings["SITEURL"], settings["ONION"], comments),
        addresses.MIRROR_POOL: mirror_lists.pool(copies.mirrors),
        addresses.MIRROR_STATUS: mirror_lists.status(copies.mirrors),
        PAGES_AS_THEY_ARE: NOTHING,
    }
    if settings["PUBLISH_CNAME"]:
        found[addresses.OWN_NAME] = f"{settings['PUBLISH_CNAME']}\n".encode()
    for number, root in enumerate(copies.roots, 1):
        found[addresses.of_key(number)] = qr(root, root).encode()
    return found
