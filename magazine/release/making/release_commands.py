"""The command `release`: builds the site, looks through it, signs it, and puts it where `publish` takes it from."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from magazine.messages import marked, say, say_number
from magazine.problems import Report
from magazine.release import notes
from magazine.release.gate import gate
from magazine.release.keyfile import Keys
from magazine.release.keys import asking, key_files, own_keys
from magazine.release.keys.vault import VaultError
from magazine.release.making import carrying, current, known, signatures
from magazine.release.making.making import Draft, GateError, Order, Press, UnchangedError
from magazine.release.making.release_desk import Desk, Wanted
from magazine.release.making.setup import of_settings
from magazine.release.making.telling import tell, tell_release, told
from magazine.site import fingerprints
from magazine.site.build import said

__all__ = ["Desk", "Wanted", "done", "run"]

NO_DAY = marked("«%(value)s» is no day such as 2026-11-23.")
TAKE_FIRST = marked(
    "There is no release on this computer, but %(branch)s holds some. Take over the last one first: "
    "python3 tasks.py release --take. Without it partners would see numbers begin anew, and refuse them."
)


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
    action = carrying.take if desk.wanted.take else carrying.sign if desk.wanted.sign else _make
    return told(partial(_alone, desk, action))


def _alone(desk: Desk, action: Callable[[Desk], int]) -> int:
    with current.alone(desk.setup.published):
        return action(desk)


def _make(desk: Desk) -> int:
    keys = key_files.read(desk.setup.lists)
    home = desk.home()
    own_keys.active(home, keys)
    _refuse_beginning_anew(desk)
    if status := desk.build():
        return status
    press, report = _press(desk, keys)
    if not press:
        _tell_problems(report)
        return 1
    wanted = desk.wanted
    packs = True if wanted.packs else False if wanted.no_packs else None
    tell(say("Looking through the whole site …"))
    try:
        draft = press.draft(Order(desk.date, packs, wanted.anyway))
    except UnchangedError:
        tell(say("Nothing has changed since the last release, so there is no new one. To make one all the same, "
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
    return desk.finish(keys, draft.folder, draft.before)


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
    if desk.branch().is_known():
        raise VaultError(TAKE_FIRST, branch=name)


def _tell_problems(report: Report) -> None:
    for problem in report.sorted():
        print(f"{say('Error:') if problem.stops else say('Note:')} {problem.text()}", file=sys.stderr)


def _tell_draft(draft: Draft) -> None:
    tell_release(draft.release)
    for path in draft.made:
        tell(f"  {path.name} ({path.stat().st_size / 1e6:.1f} MB)")
    for name in draft.missing:
        tell(say("Without %(name)s, which this computer lacks, some packs are not made.", name=name))
