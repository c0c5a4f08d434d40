"""Forgetting who signed, once a petition is delivered: the number stays, names and digests go.

Each list becomes a tally in its own place, by one rename: whenever it is cut short, every signature is counted once.
"""

from __future__ import annotations

import getpass
import sys
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from magazine.desk.moderation import files, keyring, state
from magazine.desk.moderation.keyring import Keyring, ModerationError, NotForUsError
from magazine.desk.moderation.queued import Queue
from magazine.desk.moderation.session import LOCK
from magazine.desk.petition.chosen import Chosen, PetitionError
from magazine.headers import Source
from magazine.intake import submissions
from magazine.intake.submissions import CONFIRMATION, SIGNATURE
from magazine.messages import say, say_number
from magazine.problems import Report
from magazine.progress import Progress
from magazine.region_counts import merged
from magazine.signatures import LIST, Tallied, signatures_in, tallied
from magazine.site import fingerprints


def forgotten(chosen: Chosen, settings: Mapping[str, Any]) -> list[Path]:
    """Turn every list into a tally by day, and region where enough people live in it; the files it touched.

    What an earlier run has done is among them, for it may not be committed yet. Raises PetitionError where a list holds
    what cannot be read, and OSError.
    """
    threshold = int(settings.get("REGION_THRESHOLD") or 0)
    shown = merged(chosen.petition.regions, threshold).shown
    touched: list[Path] = []
    for source in chosen.sources():
        path = chosen.library.root / source.path
        touched.append(path)
        if source.text("kind").casefold() != LIST:
            continue
        text = _anonymous(source, shown)
        files.written(path, text.encode())
    return touched


def queue_emptied(chosen: Chosen, settings: Mapping[str, Any]) -> Iterator[str]:
    """Let go of what waits in this editor's queue for the petition; what is to be told of it."""
    if not keyring.queue_if_any(settings, chosen.library.root):
        return
    try:
        ring = keyring.unlocked(settings, lambda: getpass.getpass(say("Passphrase of your key: ")), chosen.library.root)
        gone = _dropped(chosen, ring)
    except (EOFError, ModerationError, OSError) as error:
        yield say("What waits in the queue was not looked through: %(reason)s", reason=error)
        return
    if gone:
        yield say_number("%(number)d signature that waited in the queue is dropped.",
                         "%(number)d signatures that waited in the queue are dropped.", gone)  # fmt: skip


def _anonymous(source: Source, shown: Container[str]) -> str:
    report = Report()
    found: Counter[tuple[Any, str]] = Counter()
    lines = 0
    for one in signatures_in(source):
        lines += 1
        found[one.date, one.region if one.region in shown else ""] += 1
    if lines != sum(1 for line in source.body.split("\n") if line.strip()):
        raise PetitionError(say("A line of %(file)s cannot be read, or stands there twice: `check` says which. Nothing "
                                "was forgotten in it.", file=source.path.name))  # fmt: skip
    duplicates = source.number("duplicates", report) or 0
    held = [Tallied(day, count, region) for (day, region), count in sorted(found.items())]
    return tallied(held, source.text("way").casefold() or "paper", duplicates)


def _dropped(chosen: Chosen, ring: Keyring) -> int:
    try:
        with FileLock(ring.home / LOCK, timeout=0):
            return _drop(chosen, ring)
    except Timeout:
        raise ModerationError(say("Moderation is open in another window already.")) from None


def _drop(chosen: Chosen, ring: Keyring) -> int:
    queue = Queue(ring.home / keyring.QUEUE)
    known, is_whole = state.load(ring)
    names = queue.names()
    progress = Progress(len(names), sys.stderr)
    gone: list[str] = []
    for name in names:
        progress.step()
        try:
            sent = submissions.unpacked(ring.open(queue.read(name)))
        except (NotForUsError, FileNotFoundError, ValueError, TypeError, RecursionError):
            continue
        if sent.kind in (SIGNATURE, CONFIRMATION) and sent.entry in (chosen.petition.key, *chosen.petition.formerly):
            gone.append(name)
    progress.end()
    if gone and is_whole:  # first the state knows, so that it does not come again
        known.done.update(dict.fromkeys(gone, fingerprints.day().isoformat()))
        for name in gone:
            known.drafts.pop(name, None)
        known.steps = [step for step in known.steps if set(gone).isdisjoint(step.drafts)]
        state.save(ring, known)
    queue.remove(*gone)
    return len(gone)
