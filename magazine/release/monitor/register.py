"""What is known of partners beside the public tables: contacts, and on how many days each was right or not.

It is a file in the editor's private folder: whom to write to is nobody else's business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from magazine.release import files

FILE, SECRET = "mirrors.json", "mirrors.key"
DAYS = 3  # in a row, after which a mirror is left out, or comes back


@dataclass(frozen=True)
class Partner:
    """A partner; ``bad`` and ``good`` count the days in a row before ``day``, on which all was well or not."""

    contact: str = ""
    day: str = ""
    was_good: bool = True
    bad: int = 0
    good: int = 0
    full: str = ""  # the day of the last look at all texts

    @property
    def failures(self) -> int:
        """Days in a row on which something was wrong, today among them."""
        return 0 if self.was_good or not self.day else self.bad + 1

    @property
    def successes(self) -> int:
        """Days in a row on which all was well, today among them."""
        return self.good + 1 if self.was_good and self.day else 0


@dataclass
class Register:
    """The partners by their addresses."""

    partners: dict[str, Partner] = field(default_factory=dict)

    def of(self, address: str) -> Partner:
        """A partner, also one that nothing is known of yet."""
        return self.partners.get(address, Partner())


def read(home: Path) -> Register:
    """What was kept; nothing where there is no such file. Raises OSError, ValueError where it is damaged."""
    try:
        held: dict[str, dict[str, Any]] = json.loads((home / FILE).read_bytes())
    except FileNotFoundError:
        return Register()
    try:
        return Register({address: Partner(**values) for address, values in held.items()})
    except (TypeError, AttributeError) as error:
        raise ValueError(FILE) from error


def keep(home: Path, register: Register) -> None:
    """Write it, whole or not at all; raises OSError."""
    held = {address: asdict(partner) for address, partner in sorted(register.partners.items())}
    files.written(home / FILE, json.dumps(held, indent=1).encode(), 0o600)


def looked(partner: Partner, day: dt.date, *, is_good: bool, was_full: bool) -> Partner:
    """A partner after a look. A day counts once, and as bad as soon as one look of it was.

    Who was found wrong is looked at in full until all is well.
    """
    full = str(day) if was_full and is_good else ""  # a quick look must not acquit one that was found wrong
    full = full or (partner.full if is_good else "")
    if partner.day == str(day):
        return replace(partner, was_good=partner.was_good and is_good, full=full)
    return replace(partner, day=str(day), was_good=is_good, bad=partner.failures, good=partner.successes, full=full)


def is_shown(partner: Partner, *, before: bool) -> bool:
    """Whether readers are told of it now: it goes after three bad days, and comes back after three good ones."""
    if partner.failures >= DAYS:
        return False
    return True if partner.successes >= DAYS else before


def word(home: Path, address: str) -> str:
    """The word that a partner puts on her site to prove that it is hers, the same each time; raises OSError."""
    path = home / SECRET
    if not path.exists():
        files.written(path, secrets.token_bytes(32), 0o600)
    return "umbrella-" + hmac.new(path.read_bytes(), address.encode(), hashlib.sha256).hexdigest()[:16]
