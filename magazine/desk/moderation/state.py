"""What an editor has decided and nothing is written of yet, sealed to herself and kept after every step."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

from magazine.desk.moderation import files
from magazine.desk.moderation.items import COPIED, DECISIONS, LINKED, UNLINKED, Draft
from magazine.desk.moderation.keyring import Keyring, NotForUsError

NAME, ASIDE = "state.age", "state-unreadable.age"
FORGOTTEN = 400  # days after which a sealed file may come again: no spool keeps one so long


@dataclass
class State:
    """Drafts by name in the queue, the steps that can be undone, and what is known not to be taken twice.

    ``batch`` are the files below the repository that a batch was about to write when it was cut short.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    steps: list[tuple[str, Draft | None]] = field(default_factory=list)  # what stood before each
    origins: set[str] = field(default_factory=set)  # of mail and of other things that were read once
    done: dict[str, str] = field(default_factory=dict)  # names of sealed files that are handled, with the day
    batch: list[str] = field(default_factory=list)

    def forget(self, today: dt.date) -> None:
        """Forget sealed files that were handled long ago."""
        first = (today - dt.timedelta(days=FORGOTTEN)).isoformat()
        self.done = {name: day for name, day in self.done.items() if day >= first}


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
        "steps": [(name, draft and vars(draft)) for name, draft in state.steps],
        "origins": sorted(state.origins),
        "done": state.done,
        "batch": state.batch,
    }
    files.written(keyring.home / NAME, keyring.seal_for_self(json.dumps(plain, ensure_ascii=False).encode()))


def _unpacked(data: bytes) -> State:
    found = json.loads(data)
    return State(
        drafts={str(name): _draft(values) for name, values in found["drafts"].items()},
        steps=[(str(name), _draft(values) if values else None) for name, values in found["steps"]],
        origins=set(found["origins"]),
        done={str(name): str(day) for name, day in found["done"].items()},
        batch=[str(path) for path in found["batch"]],
    )


def _draft(values: dict[str, str]) -> Draft:
    draft = Draft(**values)
    if draft.decision not in DECISIONS or draft.looked not in ("", LINKED, COPIED, UNLINKED):
        raise ValueError(draft.decision)
    return draft
