"""How much may come in. Nothing is counted by address, and no figure tells a time once all is quiet.

A mobile gateway has thousands of people behind one address, so limits hold for all together, and for one connection:
who has sent much over one is asked to send again, which browsers do over a new one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from ctypes import c_double
from dataclasses import dataclass, field, fields, replace

from magazine.messages import marked

PREFIX = "MAGAZINE_INTAKE_"
LEAST = {"reserve": 0}
BAD_LIMIT = marked("%(name)s in the environment must be a whole number, and not too small.")


class LimitError(ValueError):
    """The environment names a limit that is none; ``name`` is the variable."""

    def __init__(self, name: str) -> None:
        super().__init__(BAD_LIMIT % {"name": name})
        self.name = name


@dataclass(frozen=True)
class Limits:
    """Each is set by a variable of the environment: ``MAGAZINE_INTAKE_RATE`` sets ``rate``."""

    workers: int = 4  # processes, one request at a time each: while one waits for the disk, others work
    connections: int = 400  # of each worker; more wait in the system's queue
    body: int = 262_144  # bytes of a request: five times the longest text, as old phones write it
    head: int = 16_384  # bytes of its header fields
    quiet: int = 30  # seconds that a connection may say nothing
    request: int = 120  # seconds that one request may take: a phone may be slow
    idle: int = 2  # seconds without work after which a worker leaves, and its memory with it
    life: int = 60  # seconds of work after which it leaves in any case
    rate: int = 5  # answers of all readers in a second, in the long run
    burst: int = 500  # and at once
    connection_rate: int = 6  # answers over one connection in a minute, in the long run
    connection_burst: int = 12  # and at once
    spool: int = 500  # megabytes of sealed files
    reserve: int = 20  # megabytes of the disk that stay free


def limits(environment: Mapping[str, str]) -> Limits:
    """The usual limits with those that the environment changes; raises LimitError."""
    chosen = Limits()
    for each in fields(Limits):
        name = PREFIX + each.name.upper()
        said = environment.get(name, "")
        if not said:
            continue
        if not (said.isascii() and said.isdigit() and len(said) < 12 and int(said) >= LEAST.get(each.name, 1)):
            raise LimitError(name)
        chosen = replace(chosen, **{each.name: int(said)})
    return chosen


class Bucket:
    """What all workers may still take in together; ``level`` stands in memory that they share.

    It has no lock: a worker that is killed while it holds one would stop all others, and two that take the same token
    do no harm. It is filled by the supervisor's clock, so that, once full, it tells nothing of when it was not.
    """

    def __init__(self, rate: int, burst: int, level: c_double | None = None) -> None:
        self.rate, self.burst = rate, burst
        self.level = c_double(burst) if level is None else level

    def take(self) -> bool:
        """Whether there was a token to take."""
        if self.level.value < 1:
            return False
        self.level.value -= 1
        return True

    def pour(self, seconds: float) -> None:
        """Let that much time have passed."""
        self.level.value = min(self.burst, self.level.value + seconds * self.rate)


@dataclass
class Allowance:
    """What one connection may still send."""

    rate: float  # in a second
    burst: int
    since: float = field(default_factory=time.monotonic)
    level: float = -1.0

    def take(self) -> bool:
        """Whether there was a token to take."""
        now = time.monotonic()
        filled = self.burst if self.level < 0 else min(self.burst, self.level + (now - self.since) * self.rate)
        self.since, self.level = now, max(0.0, filled - 1)
        return filled >= 1
