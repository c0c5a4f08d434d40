"""Every address that a page of the site will have, found out without making one."""

from __future__ import annotations

import gettext
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from magazine.memory import Memory
from magazine.problems import Report
from magazine.records import Library, Version
from magazine.site import own_files
from magazine.site.bodies import Bodies
from magazine.site.contents import Contents
from magazine.site.edition import Edition
from magazine.site.inspection import Unmade
from magazine.site.plan import planned


def taken(library: Library, settings: Mapping[str, Any], report: Report) -> Collection[str]:
    """All of them with its own files; former places of texts that would be those of two pages go to the report."""
    plan = planned(_editions(library), b"", settings["LIST_SIZE"], settings["FEED_SIZE"], _never, report)
    return plan.keys.keys() | own_files.names(settings)


class _Unread(Bodies):
    """Texts of which nothing is needed but that they are there."""

    def stamp_of(self, version: Version) -> str:  # noqa: ARG002
        return ""


def _editions(library: Library) -> dict[str, Edition]:
    nothing, gallery = Path(), Unmade(library.root, Path(), digest_of=str)
    words = {language: gettext.NullTranslations() for language in library.languages}
    edition = Edition(
        contents=Contents(library), bodies=_Unread(library, gallery, words, Memory(None), b""),
        language=library.languages[0], main=library.languages[0], site_url="",
        catalog=words[library.languages[0]], gallery=gallery, theme=nothing, region_threshold=0,
    )  # fmt: skip
    return {language: replace(edition, language=language) for language in library.languages}


def _never(_address: str, _key: bytes) -> bool:
    return False
