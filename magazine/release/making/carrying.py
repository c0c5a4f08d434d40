"""Releases that come from another editor: to be signed by a second one, or to go on from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from magazine.messages import marked, say
from magazine.release import keyfile, notes, sums  # fmt: skip
from magazine.release.keys import key_files, own_keys  # fmt: skip
from magazine.release.keys.vault import VaultError
from magazine.release.making import chain, current, feeds, finishing, signatures, staging, standing  # fmt: skip
from magazine.release.making.release_desk import Desk
from magazine.release.making.telling import tell, tell_release
from magazine.site.build import languages_of

NOTHING_NEWER = marked(
    "The branch holds release %(number)d, which is no newer than release %(ours)d here: there is nothing to take over."
)
OTHER_SITE = marked(
    "This is not the site that your own texts make: %(count)d files differ (%(names)s). Bring your copy of the content "
    "up to date and try again. If you know why they differ and want to sign all the same, say --anyway."
)
NOTHING_WAITS = marked("No release waits for a signature in %(folder)s. Name its folder with --folder.")


def sign(desk: Desk) -> int:
    """Add a signature to a release that waits; the exit status. Raises VaultError, ReleaseError, OSError."""
    keys, home = key_files.read(desk.setup.lists), desk.home()
    folder = (desk.wanted.folder or desk.waiting).resolve()
    if not (folder / notes.FILE).is_file():
        raise VaultError(NOTHING_WAITS, folder=folder)
    before = standing.read(desk.setup.published)
    release = signatures.proved(folder, keys, before.seen)
    if own_keys.active(home, keys).key not in signatures.holders(folder, keys):
        tell_release(release)
        if not desk.wanted.anyway and (status := _refuse_another_site(desk, folder)):
            return status
        with own_keys.unlocked(home, keys, desk.ask) as pair:
            signatures.sign(folder, release, pair)
    if folder != desk.waiting and signatures.brought(folder, desk.waiting):
        folder = desk.waiting
    if folder == desk.waiting:
        return desk.finish(keys, folder, before)
    tell(say("Signed. Take %(folder)s back to the computer that made the release, and say there: %(command)s",
              folder=folder, command="python3 tasks.py release --sign --folder FOLDER"))  # fmt: skip
    return 0


def take(desk: Desk) -> int:
    """Go on from the release in the branch; the exit status. Raises VaultError, BranchError, ReleaseError, OSError."""
    keys, home = key_files.read(desk.setup.lists), desk.home()
    before = standing.read(desk.setup.published)
    part = current.begun(desk.setup.published)
    remote = desk.branch()
    remote.fetch()
    remote.write(part)
    note = (part / notes.FILE).read_bytes()
    release = notes.parsed(note)
    if note == before.note or chain.follows(home, before.prev, notes.digest(note)):
        raise VaultError(NOTHING_NEWER, number=release.seq, ours=before.seq)
    # of what stands here only the list of keys counts: a release that nobody else has seen may give way
    finishing.checked(part, keys, replace(before, seen=replace(before.seen, release=0, note="")), release.date)
    signatures.dated(part, before, release.moment)
    staging.date_folders(part)
    current.put(part, desk.setup.published)
    chain.remember(home, notes.digest((desk.setup.published / notes.FILE).read_bytes()), release.prev)
    tell(say("Release %(seq)d of another editor is taken over: the next one will follow it.", seq=release.seq))
    if (desk.setup.published / keyfile.FILE).read_bytes() != (desk.setup.lists / keyfile.FILE).read_bytes():
        tell(say("Its list of keys is another one than yours: bring your copy of the content up to date."))
    return 0


def _refuse_another_site(desk: Desk, folder: Path) -> int:
    """Build the site from this editor's own texts: the same texts are the same bytes on each computer.

    The exit status of the build. Raises VaultError if it is another site.
    """
    if status := desk.build():
        return status
    feeds_of_releases = feeds.names(languages_of(desk.setup.settings)).values()
    mine = {name: sha256 for name, sha256 in sums.of_folder(desk.setup.output).items() if name not in feeds_of_releases}
    listed = sums.parsed((folder / sums.SUMS).read_bytes())
    theirs = {name: sha256 for name, sha256 in listed.items() if name not in feeds_of_releases}
    if other := sorted(staging.changed(mine, theirs)):
        raise VaultError(OTHER_SITE, count=len(other), names=", ".join(other[:10]))
    return 0
