"""How moderation speaks of the signatures of a petition: the same words and keys in the browser and in the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from magazine.desk.moderation.items import APPROVED, HELD, REFUSED
from magazine.desk.moderation.signing import LATE, PARTS, RUN, USUAL, Group
from magazine.messages import say, say_number

APPROVE = "approve"


@dataclass(frozen=True)
class Action:
    """What can be done with a group: what is sent, its key, its words, and what it decides on which parts."""

    name: str
    key: str
    label: str
    parts: tuple[str, ...] = ()
    decision: str = ""


def told(group: Group) -> list[str]:
    """What waits, and what is going to be done with it."""
    lines = []
    if count := group.counted():
        lines.append(say_number("%(number)d signature is counted when you publish.",
                                "%(number)d signatures are counted when you publish.", count))  # fmt: skip
    late = group.parts[LATE]
    if count := group.counted(HELD) - (len(late.names) if late.decision == HELD else 0):
        lines.append(say_number("%(number)d signature is held, and stays in the queue.",
                                "%(number)d signatures are held, and stay in the queue.", count))  # fmt: skip
    if count := group.counted(REFUSED):
        lines.append(say_number("%(number)d signature is refused: it is deleted for good when you publish.",
                                "%(number)d signatures are refused: they are deleted for good when you publish.",
                                count))  # fmt: skip
    if group.unconfirmed:
        lines.append(say_number("%(number)d signature waits until its signer answers the mail.",
                                "%(number)d signatures wait until their signers answer the mail.",
                                group.unconfirmed))  # fmt: skip
    if group.shown:
        lines.append(say_number("%(number)d signature has a name or a reason: it is decided like a comment.",
                                "%(number)d signatures have a name or a reason: each is decided like a comment.",
                                group.shown))  # fmt: skip
    return lines


def seen(group: Group) -> list[str]:
    """What is strange about them, and how it was seen."""
    lines = [] if group.is_known else [say("There is no published petition of this name, so nothing of it is counted.")]
    lines += [
        say("On %(day)s there were %(count)d signatures; %(usual)d are usual in a day.", day=run.day.isoformat(),
            count=run.count, usual=run.usual)
        for run in group.runs
    ]  # fmt: skip
    if group.doubles:
        lines.append(say_number("%(number)d signature has a contact that has signed already: it is not counted twice.",
                                "%(number)d signatures have a contact that has signed already: they are not counted "
                                "twice.", group.doubles))  # fmt: skip
    if group.namesakes:
        lines.append(say_number("%(number)d signature has a name that has signed already.",
                                "%(number)d signatures have a name that has signed already.",
                                group.namesakes))  # fmt: skip
    if group.same_texts:
        lines.append(say_number("%(number)d reason has the same words as another one.",
                                "%(number)d reasons have the same words as another one.",
                                group.same_texts))  # fmt: skip
    late = group.parts[LATE]
    if late.names and group.is_known:
        lines.append(say_number("%(number)d signature came when the petition was not open. It is counted only if you "
                                "say so.", "%(number)d signatures came when the petition was not open. They are "
                                "counted only if you say so.", len(late.names)))  # fmt: skip
    return lines


def actions(group: Group) -> list[Action]:
    """What can be done, the first first."""
    held = {kind for kind in PARTS if group.parts[kind].names}
    usual = tuple(kind for kind in (USUAL, RUN) if kind in held)
    found = []
    if RUN in held:
        found += [Action("hold-run", "s", say("Hold the strange days"), (RUN,), HELD),
                  Action("refuse-run", "d", say("Refuse the strange days"), (RUN,), REFUSED)]  # fmt: skip
    if usual and group.is_known:
        found.append(Action("count", "a", say("Count"), usual, APPROVED))
    if usual:
        found.append(Action("hold", "h", say("Hold all"), usual, HELD))
    if held:
        found.append(Action("refuse", "r", say("Refuse all"), tuple(kind for kind in PARTS if kind in held), REFUSED))
    if LATE in held and group.is_known:
        found.append(Action("count-late", "l", say("Count the late ones, too"), (LATE,), APPROVED))
    if group.unflagged:
        label = say_number("Approve %(number)d signature with nothing to look at",
                           "Approve %(number)d signatures with nothing to look at", group.unflagged)  # fmt: skip
        found.append(Action(APPROVE, "f", label))
    return found


def approved(count: int) -> str:
    """What approving together has done."""
    return say_number("%(number)d signature was approved. «Undo» takes that back.",
                      "%(number)d signatures were approved. «Undo» takes that back.", count)  # fmt: skip
