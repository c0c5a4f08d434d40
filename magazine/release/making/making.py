"""A release, from a finished site to the folder that is published: looked through, listed, signed, verified."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from magazine.forbidden import NONE, Forbidden
from magazine.messages import marked
from magazine.problems import Problem
from magazine.progress import Progress
from magazine.records import Library
from magazine.release import fields, notes, sums, vouching
from magazine.release.keyfile import Keys
from magazine.release.making import current, feeds, staging, standing
from magazine.release.making.setup import Setup
from magazine.release.making.staging import Staging
from magazine.release.making.standing import Standing
from magazine.release.notes import Pack, Release, Text
from magazine.release.packs import every
from magazine.release.packs.every import Makers
from magazine.release.packs.source import Source
from magazine.site import addresses

SHARE_OF_LIFE = 2  # a release that has lived that part of its days is due again even if nothing has changed

EARLIER = marked("The last release is of %(day)s, which is later than %(date)s. Is the clock of this computer right?")
KEYS_EXPIRED = marked("The list of keys expired on %(day)s. Renew it first: python3 tasks.py keys renew --root FOLDER")


class UnchangedError(Exception):
    """Nothing has changed since the last release, and it is not due."""


class GateError(Exception):
    """The site has problems; nothing was signed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


@dataclass(frozen=True)
class Order:
    """What a release is to be: ``packs`` are made when they are due unless it says yes or no."""

    date: dt.date
    packs: bool | None = None
    anyway: bool = False


@dataclass(frozen=True)
class Draft:
    """A release that nobody has signed, in its folder. The ``missing`` libraries have kept packs from being made."""

    folder: Path
    release: Release
    before: Standing
    made: tuple[Path, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass
class Press:
    """Makes the drafts of one magazine. The ``gate`` tells what is wrong in a folder."""

    setup: Setup
    keys: Keys
    held: Library
    gate: Callable[[Path], Sequence[Problem]]
    hidden: Forbidden = NONE
    makers: Makers = every.USUAL
    may_link: bool = True
    progress: Progress = field(default_factory=lambda: Progress(0, sys.stderr))

    @property
    def languages(self) -> tuple[str, ...]:
        """The main one first."""
        return (self.setup.settings["DEFAULT_LANG"], *self.setup.settings["I18N_SUBSITES"])

    def draft(self, order: Order) -> Draft:
        """The next release, complete but for its signatures.

        Raises UnchangedError, GateError, ReleaseError, OSError.
        """
        before = standing.read(self.setup.published)
        if before.release and before.release.date > order.date:
            raise fields.malformed(EARLIER, day=before.release.date, date=order.date)
        if self.keys.is_expired(order.date):
            raise fields.malformed(KEYS_EXPIRED, day=self.keys.expires)
        seq = before.seq + 1
        folder = current.begun(self.setup.published)
        stage = Staging(folder, before.folder, before.hashes, notes.moment(order.date, seq), self.may_link)
        where = feeds.names(self.languages)
        listed = stage.site(self.setup.output, where.values())
        own = {name: listed.pop(name) for name in list(listed) if sums.is_own(name)}
        entries = feeds.cleared(self._entries(before, where), self.hidden)
        wants_packs = self._wants_packs(order, before, entries)
        self._pass_due(order, before, {**listed, **own}, where, wants_packs=wants_packs)
        if found := self.gate(folder):
            raise GateError(found)
        changed = staging.changed({name: before.listed[name] for name in before.listed if name not in where.values()},
                                  listed)  # fmt: skip
        release = self._noted(order.date, seq, before, own)
        made: tuple[Path, ...] = ()
        missing: list[str] = []
        if wants_packs:
            release, made, missing = self._packed(release, folder, listed)
            stage.dated(path.relative_to(folder).as_posix() for path in made)
            seen = (name for name in changed if not self.hidden.is_in(name))
            entries = (feeds.entry(seq, stage.moment, before.prev, seen), *entries)
        else:
            for pack in before.packs:
                stage.kept(pack.path)
                stage.kept(f"{pack.path}{vouching.SIGNATURE}")
            release = replace(release, packs=before.packs)
        listed |= self._fed(stage, where, entries, release.packs)
        release = self._listed(stage, release, before, listed)
        return Draft(folder, release, before, made, tuple(missing))

    def _entries(self, before: Standing, where: dict[str, str]) -> tuple[feeds.Entry, ...]:
        path = before.folder / where[self.languages[0]]
        return feeds.read(path.read_bytes()) if path.is_file() else ()

    def _wants_packs(self, order: Order, before: Standing, entries: Sequence[feeds.Entry]) -> bool:
        if order.packs is not None:
            return order.packs
        last = feeds.day(entries)
        # packs name the site's address, which may be lost
        is_elsewhere = before.release is not None and before.release.site != self.setup.site
        return (
            before.lacks_packs
            or is_elsewhere
            or last is None
            or (order.date - last).days >= self.setup.days("PACKS_EVERY")
        )

    def _pass_due(
        self, order: Order, before: Standing, after: dict[str, str], where: dict[str, str], *, wants_packs: bool
    ) -> None:
        """Raise UnchangedError if there is no reason for a release."""
        if not before.release or order.anyway or wants_packs:
            return
        known = {name: sha256 for name, sha256 in before.hashes.items() if name not in where.values()}
        own = {name for name in known if sums.is_own(name) and not name.startswith(sums.KEYS)}
        life = (before.release.expires - before.release.date) / SHARE_OF_LIFE
        is_young = order.date - before.release.date < life
        is_same = not staging.changed({name: known[name] for name in known.keys() - own}, after)
        if is_same and is_young and before.release.site == self.setup.site:
            raise UnchangedError

    def _noted(self, date: dt.date, seq: int, before: Standing, own: dict[str, str]) -> Release:
        """What is known of a release before its files are listed."""
        shown = [one.address for one in self.held.mirrors if one.kind == "web" and one.shown and not one.is_wrong]
        return Release(
            site=self.setup.site,
            seq=seq,
            date=date,
            expires=date + dt.timedelta(days=self.setup.days("RELEASE_DAYS")),
            files=0,
            sha256sums="",
            keys=own.get(sums.KEYS, ""),
            prev=before.prev,
            forms=tuple(self.setup.settings["INTAKES"]),
            mirrors=tuple(address for address in shown if fields.ADDRESS.fullmatch(address)),
        )

    def _packed(
        self, release: Release, folder: Path, listed: dict[str, str]
    ) -> tuple[Release, tuple[Path, ...], list[str]]:
        """Make packs of the staged site."""
        source = Source(
            folder,
            dict(listed),
            release.seq,
            release.date,
            release.site,
            release.mirrors,
            self.setup.settings["SITENAMES"],
            self.held,
        )
        place = folder / sums.PACKS / str(release.seq)
        place.mkdir(parents=True)
        try:
            made, missing = every.made(source, place, self.makers, self.progress)
        finally:
            self.progress.end()
        found = []
        for path in made:
            sha256, size = sums.of_file(path)
            found.append(Pack(path.relative_to(folder).as_posix(), size, sha256))
        for path in sorted(place.iterdir()):
            if path not in made:  # what a maker left lying
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return replace(release, packs=tuple(found)), tuple(made), missing

    def _fed(
        self, stage: Staging, where: dict[str, str], entries: Sequence[feeds.Entry], found: Sequence[Pack]
    ) -> dict[str, str]:
        titles, site = self.setup.settings["SITENAMES"], self.setup.site
        return {
            name: stage.text(name, feeds.composed(language, f"{site}{name}", site, titles, entries, found))
            for language, name in where.items()
        }

    def _listed(self, stage: Staging, release: Release, before: Standing, listed: dict[str, str]) -> Release:
        """Write the list of hashes and the note that names it."""
        names = sorted(listed)
        data = sums.composed({name: listed[name] for name in names})
        every_changed = staging.changed(before.listed, listed)
        told, _ = notes.named(name for name in every_changed if not self.hidden.is_in(name))
        release = replace(
            release,
            files=len(names),
            sha256sums=stage.text(sums.SUMS, data),
            changed=told,
            more=len(every_changed) - len(told),
            petitions=tuple(self._petitions(listed)),
            cid=every.cid_of(stage.folder, names, self.makers),
        )
        stage.text(notes.FILE, notes.composed(release))
        return release

    def _petitions(self, listed: dict[str, str]) -> Iterable[Text]:
        """The one-file page of each petition in each of its languages."""
        found = []
        for petition in self.held.petitions:
            for language in petition.versions:
                page = addresses.of_file(petition)
                found.append(page if language == self.languages[0] else f"{language}/{page}")
        return [Text(page, listed[page]) for page in sorted(found) if page in listed]
