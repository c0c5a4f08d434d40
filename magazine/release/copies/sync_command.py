"""``sync``: a partner's copy of the magazine is made or renewed from any other copy."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from magazine.messages import marked, say
from magazine.progress import Progress
from magazine.release import sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.copies import mirroring, remembering, upstream
from magazine.release.copies.mirroring import Outcome, Wanted
from magazine.release.copies.verify_command import about, known_keys, names, refused, today, trouble
from magazine.release.keys.vault import VaultError

ADDED, CHANGED, REMOVED = "+", "~", "-"  # before each file, whatever the language

PETITION = marked("%(name)s is the text of a petition: read it.")
COUNTED = marked("Files added: %(added)d, changed: %(changed)d, removed: %(removed)d.")
NOTHING_NEW = marked("Nothing new: the copy stands as it was.")
READY = marked("The new copy is ready and not live yet. Without --show the same command puts it in place.")
LIVE = marked("The new copy is live in %(folder)s.")
STANDS = marked("Nothing went live; what stood before stands.")
STRAY = marked("%(name)s is neither the magazine's nor named by --allow: it goes to %(folder)s.")
LACKING = marked("%(name)s is not at this mirror: try another one.")


@dataclass(frozen=True)
class Typed:
    """What was typed after ``sync``; several keys or files are parted by commas."""

    address: str
    folder: Path
    roots: str = ""
    packs: bool = False
    show: bool = False
    proxy: str = ""
    allowed: str = ""
    state: Path | None = None


def run(typed: Typed) -> int:
    """Renew the copy and tell what happened; the exit status is the ``Code``, or 1 where this machine failed."""
    progress = Progress(0, sys.stderr)
    try:
        keys = remembering.pinned(typed.roots, known_keys)
        memory = remembering.memory(keys, typed.state)
        wanted = Wanted(keys, today(), names(typed.allowed), with_packs=typed.packs, shows=typed.show)
        with upstream.opened(typed.address, typed.proxy) as source:
            outcome = mirroring.mirrored(source, typed.address, typed.folder, wanted, memory, progress)
    except ReleaseError as error:
        progress.end()
        status = refused(error, () if error.code is Code.USAGE else (say(STANDS),))
    except (VaultError, OSError) as error:
        progress.end()
        status = trouble(error)
    else:
        progress.end()
        print("\n".join(told(outcome, typed)))
        status = outcome.verdict.code
    return status


def told(outcome: Outcome, typed: Typed) -> Iterator[str]:
    """How it ended, in the editor's language; the last line tells what the exit status means."""
    verdict, changes = outcome.verdict, outcome.changes
    if verdict.release:
        yield about(verdict.release.seq, verdict.release.date, verdict.release.expires)
    if typed.show:
        yield from _listed(ADDED, changes.added)
        yield from _listed(CHANGED, changes.changed)
        yield from _listed(REMOVED, changes.removed)
    if outcome.has_news:
        yield say(COUNTED, added=len(changes.added), changed=len(changes.changed), removed=len(changes.removed))
        petitions = {text.path for text in verdict.release.petitions} if verdict.release else set()
        yield from (say(PETITION, name=name) for name in sorted(petitions & {*changes.added, *changes.changed}))
    strays = typed.folder.with_name(f"{typed.folder.name}.part") / "added"
    yield from (say(STRAY, name=sums.shown(name), folder=strays) for name in outcome.strays)
    yield from (say(LACKING, name=name) for name in outcome.lacking)
    if outcome.is_live:
        yield say(LIVE, folder=typed.folder) if outcome.has_news else say(NOTHING_NEW)
    else:
        yield say(READY) if outcome.is_ready else say(STANDS)
    yield from verdict.said()


def _listed(sign: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{sign} {name}" for name in names)
