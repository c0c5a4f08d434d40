"""What reading the mail tells at its end: numbers alone, no sender, no subject, no word. Others may read it too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from magazine.desk.mail.reading import REASONS
from magazine.messages import say

INDENT, WIDTH = "  ", 6


@dataclass
class Done:
    """How many mails became what. ``parts`` were divided, ``lost`` name no text that is known here."""

    mails: int = 0
    sealed: int = 0
    known: int = 0
    withdrawals: int = 0
    signatures: int = 0
    parts: int = 0
    unassigned: int = 0
    attachments: int = 0
    removed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def lines(done: Done) -> Iterator[str]:
    """The report, line by line, in the editor's language."""
    yield say("Mails: %(number)d", number=done.mails)
    yield from _counted(done.sealed, say("sealed, waiting for moderation"))
    yield from _counted(done.withdrawals, say("of them ask to take an answer back or to change it"), INDENT)
    yield from _counted(done.signatures, say("of them sign a petition"), INDENT)
    yield from _counted(done.unassigned, say("of them do not say to which text: choose it in moderation"), INDENT)
    yield from _counted(done.parts, say("of them were long and were divided into parts"), INDENT)
    yield from _counted(done.known, say("known from before"))
    if done.skipped:
        yield say("Not taken, still in the mail box: %(number)d", number=done.skipped.total())
        for reason, name in REASONS.items():
            yield from _counted(done.skipped[reason], say(name))
    if done.attachments:
        yield say("Attachments that were left out: %(number)d. If one matters, open it in your mail program.",
                  number=done.attachments)  # fmt: skip
    if done.removed:
        yield say("Removed from the mail box: %(number)d", number=done.removed)
    if done.sealed:
        yield say("Now run `moderate`.")


def _counted(number: int, name: str, indent: str = "") -> Iterator[str]:
    if number:
        yield f"{indent}{INDENT}{number:>{WIDTH}}  {name}"
