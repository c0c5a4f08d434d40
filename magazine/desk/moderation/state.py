"""What an editor has decided and nothing is written of yet, sealed to herself and kept after every step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from magazine.desk.moderation import files
from magazine.desk.moderation.items import COPIED, DECISIONS, LINKED, UNLINKED, Draft
from magazine.desk.moderation.keyring import Keyring, NotForUsError
from magazine.signatures import COUNTED

NAME, ASIDE = "state.age", "state-unreadable.age"
FORGOTTEN = 400  # days after which a sealed file may come again: no spool keeps one so long


@dataclass(frozen=True)
class Choice:
    """What an editor wants of a part of the signatures of a petition; ``stamp`` is that of those that she saw."""

    decision: str
    stamp: str = ""


@dataclass(frozen=True)
class Step:
    """What stood before something that can be undone, None where nothing did: drafts by name, choices by part."""

    drafts: Mapping[str, Draft | None] = field(default_factory=dict)
    choices: Mapping[str, Choice | None] = field(default_factory=dict)
    group: str = ""  # the petition whose signatures it was about; empty if it was about one item

    @property
    def item(self) -> str:
        """The item that it was about; empty if it was about a group."""
        return "" if self.group else next(iter(self.drafts), "")


@dataclass
class State:
    """Drafts by name in the queue, the steps that can be undone, and what is known not to be taken twice.

    ``batch`` are the files below the repository that a batch was about to write when it was cut short; ``counted``
    are those of them that are lists of signatures, each with the names in the queue that it settles.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)  # of mail and of other things that were read once
    done: dict[str, str] = field(default_factory=dict)  # names of sealed files that are handled, with the day
    batch: list[str] = field(default_factory=list)
    counted: dict[str, list[str]] = field(default_factory=dict)
    confirmed: dict[str, str] = field(default_factory=dict)  # codes that came back from a mail, with the day
    asked: dict[str, str] = field(default_factory=dict)  # codes that were sent by mail, with the day

    def forget(self, today: dt.date) -> None:
        """Forget sealed files that were handled long ago, and codes."""
        first = (today - dt.timedelta(days=FORGOTTEN)).isoformat()
        for days in (self.done, self.confirmed, self.asked):
            for name in [name for name, day in days.items() if day < first]:
                del days[name]


def load(keyring: Keyring) -> tuple[State, bool]:
    """The state as it was kept, and whether it could be read; one that could not is put aside. Raises OSError."""
    path = keyring.home / NAME
    try:
        return _unpacked(keyring.open(path.read_bytes())), True
    except FileNotFoundError:
        return State(), True
    except (NotForUsError, ValueError, KeyError, TypeError, AttributeError):
        path.replace(path.with_name(ASIDE))
        return State(), False


def save(keyring: Keyring, state: State) -> None:
    """Keep the state, whole and on the disk. Raises OSError."""
    plain = {
        "drafts": {name: vars(draft) for name, draft in state.drafts.items()},
        "choices": {name: vars(choice) for name, choice in state.choices.items()},
        "steps": [_step_packed(step) for step in state.steps],
        "origins": sorted(state.origins),
        "done": state.done,
        "batch": state.batch,
        "counted": state.counted,
        "confirmed": state.confirmed,
        "asked": state.asked,
    }
    files.written(keyring.home / NAME, keyring.seal_for_self(json.dumps(plain, ensure_ascii=False).encode()))


def _unpacked(data: bytes) -> State:
    found = json.loads(data)
    return State(
        drafts={str(name): _draft(values) for name, values in found["drafts"].items()},
        choices={str(name): _choice(values) for name, values in found.get("choices", {}).items()},
        steps=[_step(values) for values in found["steps"]],
        origins=set(found["origins"]),
        done={str(name): str(day) for name, day in found["done"].items()},
        batch=[str(path) for path in found["batch"]],
        counted={str(path): [str(name) for name in names] for path, names in found.get("counted", {}).items()},
        confirmed={str(code): str(day) for code, day in found.get("confirmed", {}).items()},
        asked={str(code): str(day) for code, day in found.get("asked", {}).items()},
    )


def _step_packed(step: Step) -> dict[str, Any]:
    return {
        "drafts": {name: draft and vars(draft) for name, draft in step.drafts.items()},
        "choices": {name: choice and vars(choice) for name, choice in step.choices.items()},
        "group": step.group,
    }


def _step(values: Any) -> Step:
    if isinstance(values, list):  # as it was kept before signatures were decided together
        name, draft = values
        return Step({str(name): _draft(draft) if draft else None})
    return Step(
        {str(name): _draft(draft) if draft else None for name, draft in values["drafts"].items()},
        {str(name): _choice(choice) if choice else None for name, choice in values["choices"].items()},
        str(values["group"]),
    )


def _choice(values: dict[str, str]) -> Choice:
    choice = Choice(**values)
    if choice.decision not in DECISIONS:
        raise ValueError(choice.decision)
    return choice


def _draft(values: dict[str, str]) -> Draft:
    draft = Draft(**values)
    if draft.decision not in DECISIONS or draft.looked not in ("", LINKED, COPIED, UNLINKED):
        raise ValueError(draft.decision)
    if draft.level not in ("", COUNTED):  # none is ever raised
        raise ValueError(draft.level)
    return draft
