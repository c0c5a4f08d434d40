"""How far long work has come, in one line of a terminal; nothing where no terminal is."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TextIO

SHOWS_PROGRESS = "MAGAZINE_PROGRESS"  # an environment variable, set where a terminal stands behind a pipe
# ASCII's «acknowledge» and «negative acknowledge», said when work is at its end by a process that stays for more
DONE, FAILED = "\x06", "\x15"
INTERVAL = 0.2  # seconds between two figures


@dataclass
class Progress:
    """Counts steps and shows their share of the total."""

    total: int
    stream: TextIO = field(default_factory=lambda: sys.stdout)
    done: int = 0
    shown: float = 0.0

    def expect(self, count: int) -> None:
        """That many steps more are to be done."""
        self.total += count

    @cached_property
    def shows(self) -> bool:
        """Whether somebody sees it."""
        return self.stream.isatty() or bool(os.environ.get(SHOWS_PROGRESS))

    def step(self) -> None:
        """One more step is done."""
        self.done += 1
        now = time.monotonic()
        if self.shows and now - self.shown >= INTERVAL:
            self.shown = now
            self.stream.write(f"\r{min(100, 100 * self.done // max(1, self.total)):3} %")
            self.stream.flush()

    def end(self) -> None:
        """Take the figure off the screen; more steps show it again."""
        if self.shown:
            self.stream.write("\r     \r")
            self.stream.flush()
            self.shown = 0.0
