"""The signatures of a petition in a terminal: one petition a screen, one key a decision."""

from __future__ import annotations

import sys

from magazine.desk.moderation import group_words, words
from magazine.desk.moderation.group_words import APPROVE
from magazine.desk.moderation.keys import pressed
from magazine.desk.moderation.session import Session
from magazine.desk.moderation.signing import Group
from magazine.messages import say

CLEAR = "\x1b[2J\x1b[H"


def work(session: Session, key: str = "") -> str:
    """Show petition after petition until a key leads elsewhere; «p» and «q» are given back, for all else nothing."""
    told: list[str] = []
    while True:
        groups = {group.name: group for group in session.groups()}
        if not groups:
            return ""
        key = key if key in groups else next(iter(groups))
        _show(groups[key], told)
        told = []
        chosen = pressed(f"{_keys(groups[key])}  > ")
        if chosen in ("p", "q"):
            return chosen
        if chosen == "i":
            return ""
        order = list(groups)
        if chosen in ("n", "b"):
            key = order[(order.index(key) + (1 if chosen == "n" else -1)) % len(order)]
        else:
            told = _done(session, groups[key], chosen)


def _done(session: Session, group: Group, chosen: str) -> list[str]:
    if chosen == "u":
        return [say("The last step was taken back.") if session.undo() else say("There is nothing to take back.")]
    action = next((one for one in group_words.actions(group) if one.key == chosen), None)
    if action is None:
        return []
    if action.name == APPROVE:
        return [group_words.approved(session.approve_unflagged(group.name))]
    session.choose(group.name, action.parts, action.decision)
    return [say("Done.")]


def _show(group: Group, told: list[str]) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(CLEAR)
    marked = [f"! {line}" for line in (*told, *group_words.seen(group))]
    plain = [f"  {line}" for line in group_words.told(group)]
    for line in (f"{say('Signatures')}: {group.title}", *marked, *plain, ""):
        print(words.harmless(line))


def _keys(group: Group) -> str:
    named = [
        *((action.key, action.label) for action in group_words.actions(group)), ("u", say("Undo")),
        ("n", say("The next one")), ("b", say("The one before")), ("i", say("All that was sent")),
        ("p", say("Publish …")), ("q", say("End moderation")),
    ]  # fmt: skip
    return "  ".join(f"[{key}] {name}" for key, name in named)
