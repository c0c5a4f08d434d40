"""The command `publish`: sends the last release to the branch in git and to a host, unless somebody was quicker."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from magazine.messages import marked, say
from magazine.release import keyfile, notes, vouching
from magazine.release.codes import ReleaseError
from magazine.release.keys import key_files, vault
from magazine.release.keys.vault import VaultError
from magazine.release.making import chain, current, finishing, standing
from magazine.release.making.setup import Setup, of_settings
from magazine.release.making.standing import Standing
from magazine.release.making.telling import tell, told
from magazine.release.notes import Pack, digest
from magazine.release.publishing.branch import Branch
from magazine.release.publishing.copying import Copy
from magazine.site import fingerprints
from magazine.site.build import said

VIEW = ".branch"  # the folder of what a branch gets, where that is not all
LARGEST = 50_000_000  # bytes of a pack in a branch: hosts of git refuse more

NONE = marked("There is no release yet. Make one first: python3 tasks.py release")
NOWHERE = marked("Neither PUBLISH_BRANCH nor PUBLISH_RSYNC in pelicanconf.py says where to send it.")
UNKNOWN = marked(
    "%(place)s holds release %(number)d, which release %(ours)d does not follow: another editor was quicker, or a "
    "stranger has written there. Take it over and make a new one: python3 tasks.py release --take. If it is a forgery, "
    "say --anyway."
)
STRANGE = marked(
    "%(place)s holds a release that is not written as it must be. Find out who did that; to send ours all the same, "
    "say --anyway."
)


@dataclass(frozen=True)
class Wanted:
    """What was said with the command."""

    dry_run: bool = False
    anyway: bool = False


@dataclass(frozen=True)
class Counter:
    """What is sent, and by which settings."""

    wanted: Wanted
    setup: Setup
    date: dt.date


def run(wanted: Wanted, content: Path | None = None, published: Path | None = None) -> int:
    """Send the last release and say where it went; the exit status."""
    return done(Counter(wanted, of_settings(said(), content, published), fingerprints.day()))


def done(counter: Counter) -> int:
    """Send the last release; the exit status."""
    return told(partial(_alone, counter))


def _alone(counter: Counter) -> int:
    setup = counter.setup
    with current.alone(setup.published):
        ours = standing.read(setup.published)
        if not ours.release:
            raise VaultError(NONE)
        keys = key_files.read(setup.lists)
        finishing.checked(setup.published, keys, Standing(setup.published), counter.date)
        if (setup.published / keyfile.FILE).read_bytes() != (setup.lists / keyfile.FILE).read_bytes():
            tell(say("The list of keys has changed since this release: make another one soon."))
        name, target = setup.text("PUBLISH_BRANCH"), setup.text("PUBLISH_RSYNC")
        if not name and not target:
            raise VaultError(NOWHERE)
        if name:
            _to_branch(counter, ours, Branch(setup.project, setup.text("PUBLISH_REMOTE"), name))
        if target:
            _to_host(counter, ours, Copy(target))
    return 0


def _to_branch(counter: Counter, ours: Standing, branch: Branch) -> None:
    tell(say("Asking %(place)s …", place=f"{branch.remote} {branch.name}"))
    branch.fetch()
    if not _is_news(counter, ours, branch.note(), branch.name):
        return
    assert ours.release  # noqa: S101 (for the type checker)
    large = [pack for pack in ours.release.packs if pack.size > LARGEST]
    for pack in large:
        tell(say("%(name)s is too large for git and is left out there.", name=pack.path))
    if counter.wanted.dry_run:
        return
    with _without(counter.setup.published, large) as folder:
        branch.commit(folder, ours.release)
    branch.push()
    tell(say("Release %(seq)d is in the branch %(branch)s.", seq=ours.seq, branch=branch.name))


def _to_host(counter: Counter, ours: Standing, copy: Copy) -> None:
    tell(say("Asking %(place)s …", place=copy.target))
    # also when it is there already: copying may have been cut short
    if _is_news(counter, ours, copy.note(), copy.target, is_again=True) and not counter.wanted.dry_run:
        copy.send(counter.setup.published)
        tell(say("Release %(seq)d is at %(place)s.", seq=ours.seq, place=copy.target))


def _is_news(counter: Counter, ours: Standing, theirs: bytes | None, place: str, *, is_again: bool = False) -> bool:
    """Whether there is something to send; raises VaultError where it would undo what somebody else has sent."""
    if theirs == ours.note and not is_again:
        tell(say("Release %(seq)d is at %(place)s already.", seq=ours.seq, place=place))
        return False
    if theirs is not None and theirs != ours.note and not counter.wanted.anyway:
        _refuse_a_stranger(counter, ours, theirs, place)
    if counter.wanted.dry_run:
        tell(say("Release %(seq)d would be sent to %(place)s.", seq=ours.seq, place=place))
    return True


def _refuse_a_stranger(counter: Counter, ours: Standing, theirs: bytes, place: str) -> None:
    assert ours.release  # noqa: S101 (for the type checker)
    try:
        other = notes.parsed(theirs)
    except ReleaseError:
        raise VaultError(STRANGE, place=place) from None
    is_past = ours.release.prev == digest(theirs)
    home = vault.folder(published=counter.setup.public)
    if not is_past and not chain.follows(home, digest(ours.note), digest(theirs)):
        raise VaultError(UNKNOWN, place=place, number=other.seq, ours=ours.seq)


@contextmanager
def _without(published: Path, large: list[Pack]) -> Iterator[Path]:
    """The release without some of its packs."""
    if not large:
        yield published
        return
    view = current.beside(published, VIEW)
    left = {published / name for pack in large for name in (pack.path, f"{pack.path}{vouching.SIGNATURE}")}
    shutil.rmtree(view, ignore_errors=True)
    view.mkdir()
    try:
        for path in sorted(published.rglob("*")):
            target = view / path.relative_to(published)
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif path not in left:
                try:
                    os.link(path, target)
                except OSError:  # FAT has no links
                    shutil.copy2(path, target)
        yield view
    finally:
        shutil.rmtree(view, ignore_errors=True)
