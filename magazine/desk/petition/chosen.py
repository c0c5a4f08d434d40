"""The petition that a command is about, and why a command cannot be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magazine import answers
from magazine import library as shelves
from magazine.headers import Source
from magazine.messages import say
from magazine.places import SIGNATURES, Places
from magazine.problems import Report, closest, did_you_mean
from magazine.records import PETITIONS, Library, Petition
from magazine.signatures import HEADERS, MAX_LIST_BYTES
from magazine.site import fingerprints
from magazine.site.build import languages_of


class PetitionError(Exception):
    """Something an organiser can mend; the message is for her."""


@dataclass(frozen=True)
class Chosen:
    """A petition with the library that it stands in."""

    library: Library
    petition: Petition

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.library.root / self.petition.key

    def files(self) -> list[Path]:
        """The files of its signatures, by their paths below the content folder, as they stand now."""
        places = Places(shelves.scanned(self.library.root), Report())
        return sorted(places.files(f"{self.petition.key}/{SIGNATURES}"))

    def sources(self) -> Iterator[Source]:
        """The same, read."""
        return answers.sources(self.library.root, self.files(), HEADERS, MAX_LIST_BYTES, Report())


def chosen(content: Path, name: str, settings: Mapping[str, Any]) -> Chosen:
    """The published petition of this name or folder.

    Raises PetitionError where there is none, or where a file beside it is broken: its number would be wrong.
    """
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        raise PetitionError(told)
    report = Report()
    held = shelves.read(content, languages_of(settings), report, fingerprints.day())
    slug = name.replace("\\", "/").strip("/").removeprefix(f"{PETITIONS}/")
    named = {petition.slug: petition for petition in held.petitions}
    if slug in named:
        broken = [one for one in report.sorted() if one.path.startswith(f"{PETITIONS}/{slug}/") and one.stops]
        if broken:
            raise PetitionError("\n".join(one.text() for one in broken))
        return Chosen(held, named[slug])
    if f"{PETITIONS}/{slug}" in held.unpublished:
        raise PetitionError(say("«%(value)s» is not published: it is a draft, or `check` finds a mistake in it.",
                                value=slug))  # fmt: skip
    raise PetitionError(_unknown(slug, sorted(named)))


def _unknown(name: str, known: list[str]) -> str:
    listed = ", ".join(known) or "–"
    if not name:
        return say("Say which petition: %(known)s.", known=listed)
    guess = closest(name, known)
    hint = did_you_mean(guess, None) if guess else ""
    return say("There is no petition «%(value)s»%(hint)s. There are: %(known)s.", value=name, hint=hint, known=listed)
