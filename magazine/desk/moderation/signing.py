"""Signatures that wait to be counted: together by petition, and what is strange about them."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from magazine.desk.moderation import shared_secret
from magazine.desk.moderation.items import APPROVED, HELD, REFUSED
from magazine.desk.moderation.shared_secret import SharedSecret
from magazine.desk.moderation.signature_files import Standing
from magazine.desk.moderation.state import Choice
from magazine.intake.submissions import Submission
from magazine.records import Petition
from magazine.signatures import COUNTED
from magazine.stamps import digest

USUAL, RUN, LATE = PARTS = ("usual", "run", "late")
SUSPICIOUS = 50  # signatures of one day, fewer are never a run
TIMES = 5  # as many as are usual in a day
DAYS = 3  # with signatures, from which can be told what is usual
OPEN_STATE, DELIVERED = "open", "delivered"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signature in the queue, without anything that leads to a person: digests alone.

    ``code`` is what confirms it, where that has to be asked for by mail. ``shows`` is whether it has words of its own,
    a name or a reason, that are decided like those of a comment.
    """

    petition: str
    day: dt.date
    receipt: str
    contact: str = ""
    code: str = ""
    origin: str = ""
    shows: bool = False


@dataclass(frozen=True)
class Run:
    """A day on which many more signed than on others."""

    day: dt.date
    count: int
    usual: int


@dataclass(frozen=True)
class Part:
    """Some signatures of a group, by their names in the queue, and what is going to be done with them."""

    names: tuple[str, ...] = ()
    decision: str = APPROVED


@dataclass(frozen=True)
class Group:
    """The signatures of a petition that show nothing and are decided together; those that do are only counted here.

    ``name`` is the key of the petition, ``doubles`` are those whose contact has signed already, also among those that
    show something, ``unconfirmed`` those that wait until their signer answers a mail.
    """

    name: str
    title: str
    parts: Mapping[str, Part]
    runs: tuple[Run, ...] = ()
    doubles: int = 0
    unconfirmed: int = 0
    shown: int = 0  # items of this petition
    open: int = 0  # of them, not decided yet
    unflagged: int = 0  # of those
    namesakes: int = 0
    same_texts: int = 0
    is_known: bool = True  # whether there is such a petition

    def counted(self, decision: str = APPROVED) -> int:
        """How many are going to be treated so."""
        return sum(len(part.names) for part in self.parts.values() if part.decision == decision)


def waiting(name: str, sent: Submission, key: str, secret: SharedSecret, settings: Mapping[str, Any]) -> Waiting:
    """A signature as it waits in the queue, without its words."""
    petition = key or sent.entry
    contact = secret.contact(petition, sent.contact) if sent.contact else ""
    slugs = settings.get("CONFIRM_BY_MAIL") or ()
    is_asked = contact and petition.rpartition("/")[2] in slugs and shared_secret.is_mail(sent.contact)
    known_by = sent.receipt or (f"origin:{sent.origin}" if sent.origin else f"file:{name}")
    return Waiting(
        sys.intern(petition), sent.day, secret.receipt(known_by), contact,
        secret.confirmation(petition, contact) if is_asked else "", sent.origin,
        bool(sent.text or sent.level != COUNTED),
    )  # fmt: skip


def is_late(petition: Petition | None, day: dt.date) -> bool:
    """Whether a signature of that day came when the petition was not open; before its deadline it was."""
    if petition is None:
        return True
    if petition.deadline and petition.state != DELIVERED:
        return day > petition.deadline
    return petition.state != OPEN_STATE


def doubles(waiting: Mapping[str, Waiting], standing: Mapping[str, Standing]) -> frozenset[str]:
    """Names of those whose contact has signed the same petition before, on a page or in the queue."""
    seen = {key: set(held.contacts) for key, held in standing.items()}
    found = []
    for name in sorted((name for name in waiting if waiting[name].contact), key=lambda one: (waiting[one].day, one)):
        contacts = seen.setdefault(waiting[name].petition, set())
        if waiting[name].contact in contacts:
            found.append(name)
        contacts.add(waiting[name].contact)
    return frozenset(found)


def runs(days: Mapping[dt.date, int]) -> tuple[Run, ...]:
    """The days on which many more signed than is usual, where enough is known to say so."""
    found = []
    for day, count in sorted(days.items()):
        others = [number for other, number in days.items() if other != day]
        if len(others) < DAYS or count < SUSPICIOUS:
            continue
        usual = int(median(others))
        if count > TIMES * max(1, usual):
            found.append(Run(day, count, usual))
    return tuple(found)


def days_of(waiting: Iterable[Waiting], standing: Standing) -> Counter[dt.date]:
    """How many signed on each day, as far as that is known one by one."""
    found = Counter(one.day for one in waiting)
    for day, count in standing.days.items():
        found[dt.date.fromisoformat(day)] += count
    return found


def part(key: str, kind: str, names: Iterable[str], choices: Mapping[str, Choice]) -> Part:
    """A part of a group with what is decided on it.

    What is usual is counted unless the editor says something else, what is late is not. To refuse for good, and to
    count what is late, is decided on those that were seen: once others have come, all of them are held.
    """
    held = tuple(sorted(names))
    choice = choices.get(choice_name(key, kind))
    if choice is None:
        return Part(held, HELD if kind == LATE else APPROVED)
    is_bound = choice.decision == REFUSED or (kind == LATE and choice.decision == APPROVED)
    return Part(held, HELD if is_bound and choice.stamp != stamp(held) else choice.decision)


def choice_name(key: str, kind: str) -> str:
    """Under what a decision on a part is kept."""
    return f"{key} {kind}"


def stamp(names: Iterable[str]) -> str:
    """What tells these names from others."""
    return digest(*sorted(names)).hex()
