"""Where else the magazine can be read: the editors' list of mirrors, and what the last check found of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Mirror:
    """A line of ``mirrors/list.csv``, with what ``mirrors/checked.csv`` says of it.

    ``kind`` is one of ``web``, ``onion``, ``rsync``, ``ipfs``; an ``operator`` may wish not to be named. ``state`` is
    one of those that a check can tell, empty where it was never looked at; ``checked`` is the day of the look, ``seq``
    the release it had. One that is not ``shown`` has failed three times and has not been right three times since.
    """

    address: str
    kind: str
    operator: str = ""
    link: str = ""
    country: str = ""
    since: dt.date | None = None
    state: str = ""
    checked: dt.date | None = None
    seq: int = 0
    shown: bool = True
