"""The command `release`: builds the site, looks through it, signs it, and puts it where `publish` takes it from."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from magazine.messages import marked, say, say_number
from magazine.problems import Report
from magazine.release import (
    asking,
    chain,
    current,
    feeds,
    key_files,
    keyfile,
    known,
    making,
    notes,
    own_keys,
    signatures,
    staging,
    standing,
    sums,
    vault,
)
from magazine.release.asking import Ask
from magazine.release.branch import Branch, BranchError
from magazine.release.codes import ReleaseError
from magazine.release.current import WAITING, beside
from magazine.release.gate import gate
from magazine.release.keyfile import Keys
from magazine.release.making import Draft, GateError, Order, Press, UnchangedError
from magazine.release.packs import every
from magazine.release.packs.every import Makers
from magazine.release.setup import Setup, of_settings
from magazine.release.standing import Standing
from magazine.release.vault import VaultError
from magazine.site import fingerprints
from magazine.site.build import languages_of, said

BUILD = (sys.executable, "-m", "magazine.site.build")

NO_DAY = marked("«%(value)s» is no day such as 2026-11-23.")
TAKE_FIRST = marked(
    "There is no release on this computer, but %(branch)s holds some. Take over the last one first: "
    "python3 tasks.py release --take. Without it partners would see numbers begin anew, and refuse them."
)
NOTHING_NEWER = marked(
    "The branch holds release %(number)d, which is no newer than release %(ours)d here: there is nothing to take over."
)
OTHER_SITE = marked(
    "This is not the site that your own texts make: %(count)d files differ (%(names)s). Bring your copy of the content "
    "up to date and try again. If you know why they differ and want to sign all the same, say --anyway."
)
NOTHING_WAITS = marked("No release waits for a signature in %(folder)s. Name its folder with --folder.")


@dataclass(frozen=True)
class Wanted:
    """What was said with the command; empty where nothing was."""

    packs: bool = False
    no_packs: bool = False
    sign: bool = False
    folder: Path | None = None
    take: bool = False
    anyway: bool = False
    date: str = ""


@dataclass(frozen=True)
class Desk:
    """Where a release is made, by whom, on which day, and by what its packs are."""

    wanted: Wanted
    setup: Setup
    ask: Ask
    date: dt.date
    makers: Makers = every.USUAL

    @property
    def waiting(self) -> Path:
        """Where a release waits for another signature."""
        return beside(self.setup.published, WAITING)

    def home(self) -> Path:
        """The private folder of this computer."""
        return vault.folder(published=self.setup.public)


def run(wanted: Wanted, content: Path | None = None, published: Path | None = None) -> int:
    """Do what is wanted and say what became of it; the exit status."""
    setup = of_settings(said(), content, published)
    try:
        date = dt.date.fromisoformat(wanted.date) if wanted.date else fingerprints.day()
    except ValueError:
        print(say(NO_DAY, value=wanted.date), file=sys.stderr)
        return 1
    return done(Desk(wanted, setup, asking.usual(), date))


def done(desk: Desk) -> int:
    """Do what is wanted at a desk; the exit status."""
    action = _take if desk.wanted.take else _sign if desk.wanted.sign else _make
    return told(partial(_alone, desk, action))


def told(action: Callable[[], int]) -> int:
    """Do something and tell what has kept it from being done; the exit status."""
    try:
        return action()
    except ReleaseError as error:
        print(error.said(), file=sys.stderr)
    except (VaultError, BranchError) as error:
        print(error, file=sys.stderr)
    except EOFError:
        print(say("There was nobody to answer the question."), file=sys.stderr)
    except OSError as error:
        where, reason = error.filename or "", error.strerror or error
        print(say("%(file)s cannot be written: %(reason)s.", file=where, reason=reason), file=sys.stderr)
    return 1


def _alone(desk: Desk, action: Callable[[Desk], int]) -> int:
    with current.alone(desk.setup.published):
        return action(desk)


def _make(desk: Desk) -> int:
    keys = key_files.read(desk.setup.lists)
    home = desk.home()
    own_keys.active(home, keys)
    _refuse_beginning_anew(desk)
    if status := _built(desk):
        return status
    press, report = _press(desk, keys)
    if not press:
        _tell_problems(report)
        return 1
    wanted = desk.wanted
    packs = True if wanted.packs else False if wanted.no_packs else None
    _tell(say("Looking through the whole site …"))
    try:
        draft = press.draft(Order(desk.date, packs, wanted.anyway))
    except UnchangedError:
        _tell(say("Nothing has changed since the last release, so there is no new one. To make one all the same, "
                  "say --anyway."))  # fmt: skip
        return 0
    except GateError as error:
        for problem in error.problems:
            print(f"{say('Error:')} {problem.text()}", file=sys.stderr)
        print(say_number("%(number)d problem: nothing was signed; the last release stands unchanged.",
                         "%(number)d problems: nothing was signed; the last release stands unchanged.",
                         len(error.problems)), file=sys.stderr)  # fmt: skip
        return 1
    _tell_draft(draft)
    with own_keys.unlocked(home, keys, desk.ask) as pair:
        signatures.sign(draft.folder, draft.release, pair, draft.made)
    return _finish(desk, keys, draft.folder, draft.before)


def _built(desk: Desk) -> int:
    """Build the site in a process of its own, whose memory is free again after it; the exit status."""
    command = [*BUILD, desk.setup.content, desk.setup.output]
    return subprocess.run(command, cwd=desk.setup.project, check=False).returncode


def _press(desk: Desk, keys: Keys) -> tuple[Press | None, Report]:
    report = Report()
    hidden, held = known.names(desk.setup, report), known.library(desk.setup, report)
    if report.errors():
        return None, report
    about = known.of(desk.setup, held, hidden, desk.home())
    look = partial(gate.problems, about=about)
    return Press(desk.setup, keys, held, look, hidden, desk.makers), report


def _refuse_beginning_anew(desk: Desk) -> None:
    """A first release where others were made before would be a step back for all who know those; raises VaultError."""
    name = desk.setup.text("PUBLISH_BRANCH")
    if desk.wanted.anyway or (desk.setup.published / notes.FILE).exists() or not name:
        return
    if _branch(desk).is_known():
        raise VaultError(TAKE_FIRST, branch=name)


def _finish(desk: Desk, keys: Keys, folder: Path, before: Standing) -> int:
    """Put a signed release into its place, or let it wait for more signatures."""
    release = notes.parsed((folder / notes.FILE).read_bytes())
    count = len(signatures.holders(folder, keys))
    if count < keys.needs:
        if folder != desk.waiting:
            shutil.rmtree(desk.waiting, ignore_errors=True)
            current.settled()
            folder.rename(desk.waiting)
        _tell(say("Release %(seq)d has %(count)d of %(needs)d signatures. Take %(folder)s to another editor, who adds "
                  "hers: %(command)s", seq=release.seq, count=count, needs=keys.needs, folder=desk.waiting,
                  command="python3 tasks.py release --sign --folder FOLDER"))  # fmt: skip
        return 0
    making.put(folder, desk.setup, keys, before, desk.date)
    note = (desk.setup.published / notes.FILE).read_bytes()
    chain.remember(desk.home(), notes.digest(note), release.prev)
    _tell(say("Release %(seq)d stands in %(folder)s, good until %(end)s. Send it: %(command)s", seq=release.seq,
              folder=desk.setup.published, end=release.expires, command="python3 tasks.py publish"))  # fmt: skip
    return 0


def _sign(desk: Desk) -> int:
    keys, home = key_files.read(desk.setup.lists), desk.home()
    folder = (desk.wanted.folder or desk.waiting).resolve()
    if not (folder / notes.FILE).is_file():
        raise VaultError(NOTHING_WAITS, folder=folder)
    before = standing.read(desk.setup.published)
    release = signatures.proved(folder, keys, before.seen)
    if own_keys.active(home, keys).key not in signatures.holders(folder, keys):
        _tell_release(release)
        if not desk.wanted.anyway and (status := _refuse_another_site(desk, folder)):
            return status
        with own_keys.unlocked(home, keys, desk.ask) as pair:
            signatures.sign(folder, release, pair)
    if folder != desk.waiting and signatures.brought(folder, desk.waiting):
        folder = desk.waiting
    if folder == desk.waiting:
        return _finish(desk, keys, folder, before)
    _tell(say("Signed. Take %(folder)s back to the computer that made the release, and say there: %(command)s",
              folder=folder, command="python3 tasks.py release --sign --folder FOLDER"))  # fmt: skip
    return 0


def _refuse_another_site(desk: Desk, folder: Path) -> int:
    """Build the site from this editor's own texts: the same texts are the same bytes on each computer.

    The exit status of the build. Raises VaultError if it is another site.
    """
    if status := _built(desk):
        return status
    feeds_of_releases = feeds.names(languages_of(desk.setup.settings)).values()
    mine = {name: sha256 for name, sha256 in sums.of_folder(desk.setup.output).items() if name not in feeds_of_releases}
    listed = sums.parsed((folder / sums.SUMS).read_bytes())
    theirs = {name: sha256 for name, sha256 in listed.items() if name not in feeds_of_releases}
    if other := sorted(staging.changed(mine, theirs)):
        raise VaultError(OTHER_SITE, count=len(other), names=", ".join(other[:10]))
    return 0


def _take(desk: Desk) -> int:
    keys, home = key_files.read(desk.setup.lists), desk.home()
    before = standing.read(desk.setup.published)
    part = current.begun(desk.setup.published)
    remote = _branch(desk)
    remote.fetch()
    remote.write(part)
    note = (part / notes.FILE).read_bytes()
    release = notes.parsed(note)
    if note == before.note or chain.follows(home, before.prev, notes.digest(note)):
        raise VaultError(NOTHING_NEWER, number=release.seq, ours=before.seq)
    # of what stands here only the list of keys counts: a release that nobody else has seen may give way
    making.checked(part, keys, replace(before, seen=replace(before.seen, release=0, note="")), release.date)
    signatures.dated(part, before, release.moment)
    staging.date_folders(part)
    current.put(part, desk.setup.published)
    chain.remember(home, notes.digest((desk.setup.published / notes.FILE).read_bytes()), release.prev)
    _tell(say("Release %(seq)d of another editor is taken over: the next one will follow it.", seq=release.seq))
    if (desk.setup.published / keyfile.FILE).read_bytes() != (desk.setup.lists / keyfile.FILE).read_bytes():
        _tell(say("Its list of keys is another one than yours: bring your copy of the content up to date."))
    return 0


def _branch(desk: Desk) -> Branch:
    setup = desk.setup
    return Branch(setup.project, setup.text("PUBLISH_REMOTE"), setup.text("PUBLISH_BRANCH"))


def _tell_draft(draft: Draft) -> None:
    _tell_release(draft.release)
    for path in draft.made:
        _tell(f"  {path.name} ({path.stat().st_size / 1e6:.1f} MB)")
    for name in draft.missing:
        _tell(say("Without %(name)s, which this computer lacks, some packs are not made.", name=name))


def _tell_release(release: notes.Release) -> None:
    _tell(say("Release %(seq)d of %(day)s: %(files)d files, %(count)d of them added, changed or removed.",
              seq=release.seq, day=release.date, files=release.files,
              count=len(release.changed) + release.more))  # fmt: skip
    shown: Sequence[str] = release.changed[:10]
    for name in shown:
        _tell(f"  {name}")


def _tell_problems(report: Report) -> None:
    for problem in report.sorted():
        print(f"{say('Error:') if problem.stops else say('Note:')} {problem.text()}", file=sys.stderr)


def _tell(line: str) -> None:
    print(line, flush=True)
