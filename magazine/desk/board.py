"""What a preview knows at one moment, written by those who build and check, read by browsers that wait for news."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

BEGINNING, WHOLE, BROKEN = "beginning", "whole", "broken"


@dataclass(frozen=True)
class News:
    """How the site stands, what a build that failed said, what was found, and how the site with drafts stands."""

    stage: str = BEGINNING
    said: str = ""
    problems: Sequence[Mapping[str, Any]] = ()
    drafts: Sequence[Mapping[str, Any]] = ()
    is_checked: bool = False
    drafts_stage: str = BEGINNING
    drafts_said: str = ""


class Board:
    """Holds the news of a preview. A build that failed is told together with what a check found of it."""

    def __init__(self) -> None:
        self.news = News()
        self.drafts_wanted = threading.Event()
        self.work = threading.Event()  # for those who check
        self._changed = threading.Condition()
        self._builds = 0
        self._failure: str | None = None
        self._saved: Collection[str] = ()

    def built(self, failure: str | None, saved: Collection[str] = ()) -> None:
        """A build is at its end; what it said if it failed, and the files that were saved before it."""
        with self._changed:
            self._builds += 1
            self._failure, self._saved = failure, saved or self._saved
            if failure is None:
                self._renew(stage=WHOLE, said="")
        self.work.set()

    def checked(self, build: int, problems: Sequence[Mapping[str, Any]], drafts: Sequence[Mapping[str, Any]]) -> None:
        """A check after that build is at its end; problems of the file that was saved last come first."""
        with self._changed:
            first = sorted(problems, key=lambda problem: problem["file"] not in self._saved)
            self._renew(problems=first, drafts=drafts, is_checked=True)
            if build == self._builds and self._failure is not None:
                self._renew(stage=BROKEN, said=self._failure)

    def built_drafts(self, failure: str | None) -> None:
        """A build with drafts is at its end."""
        with self._changed:
            self._renew(drafts_stage=WHOLE if failure is None else BROKEN, drafts_said=failure or "")

    @property
    def builds(self) -> int:
        """How many builds came to their end."""
        with self._changed:
            return self._builds

    def want_drafts(self) -> None:
        """Somebody looks at drafts: from now on they are built."""
        if not self.drafts_wanted.is_set():
            self.drafts_wanted.set()
            self.work.set()

    def wait(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait until the news have made it happen, but no longer than so many seconds."""
        with self._changed:
            self._changed.wait_for(happened, seconds)

    def _renew(self, **changes: Any) -> None:
        self.news = replace(self.news, **changes)
        self._changed.notify_all()
