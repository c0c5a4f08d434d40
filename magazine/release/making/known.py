"""What the gate must know of this magazine and this computer: settings, what is held back, who must not be named."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from magazine import forbidden
from magazine import library as shelves
from magazine.forbidden import Forbidden
from magazine.problems import Report
from magazine.records import Library
from magazine.release.gate import about, drafts, traces
from magazine.release.gate.about import COMING, About
from magazine.release.making import feeds
from magazine.release.making.setup import Setup
from magazine.site import assets, fingerprints
from magazine.site.build import languages_of, opened

SIGNED_BEFORE = ("releases/*",)
PROGRAMS = ("kit/*",)  # what partners run: scripts, and settings of servers
SCRIPTS = ("exit",)
TITLE = re.compile(r"^Title:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
QUEUES = ("queue", "laptop/queue")  # in the private folder
SEALED = re.compile(r"[0-9a-f]{32}\.age")
HEADERS = 10_000  # signs of a source that hold its headers


def library(setup: Setup, report: Report) -> Library:
    """What is published, read as the build that has just ended has read it."""
    memory = opened(setup.content, setup.output)
    try:
        languages = languages_of(setup.settings)
        return shelves.read(setup.content, languages, report, fingerprints.day(), None, memory)
    finally:
        memory.close()


def names(setup: Setup, report: Report) -> Forbidden:
    """The editors' list of what must never appear; what is wrong with it is told."""
    return forbidden.listed(setup.settings, setup.content, report)


def of(setup: Setup, held: Library, hidden: Forbidden, home: Path, **more: Any) -> About:
    """What the gate is told; ``home`` is the private folder, and ``more`` are fields of ``About``."""
    texts = [version for entry in held.entries.values() for version in entry.versions.values()]
    people = {name for version in texts for name in (*version.authors, *version.translators)}
    published = [title for version in texts for title in (version.title, version.discreet)]
    words = drafts.words(_titles(held), published, _waiting(home))
    public = [*people, *setup.settings["SITENAMES"].values()]
    theme = setup.project / str(setup.settings["THEME"])
    values: dict[str, Any] = {
        "scripts": tuple(str(assets.script(theme, name).source) for name in SCRIPTS),
        "languages": languages_of(setup.settings),
        "names": hidden,
        "held_back": tuple(sorted(held.unpublished)),
        "words": (*words, *traces.of_this_computer([setup.project, setup.content], public)),
        "allowed": (*PROGRAMS, *SIGNED_BEFORE),
        "coming": (*COMING, *feeds.names(languages_of(setup.settings)).values()),
    }
    return about.of_settings(setup.settings, **{**values, **more})


def _titles(held: Library) -> list[str]:
    """The titles of drafts, which no library holds."""
    found = []
    for source in held.drafts:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            found += TITLE.findall(_start(held.root / source))
    return found


def _waiting(home: Path) -> list[str]:
    """The marks of what readers have sent and nobody has decided upon: names of sealed files."""
    found = (path for queue in QUEUES for path in (home / queue).glob("*"))
    return [path.stem for path in found if SEALED.fullmatch(path.name)]


def _start(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        return file.read(HEADERS)
