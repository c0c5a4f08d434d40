"""Bringing what was sent into the editor's queue from all places at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from magazine.desk.moderation import intakes
from magazine.desk.moderation.intakes import Folder, GoneError, Source, SourceError, TooLargeError
from magazine.desk.moderation.keyring import Keyring, NotForUsError, laptop_spool
from magazine.desk.moderation.queued import Queue, name_of
from magazine.intake.spool import FullError
from magazine.intake.submissions import CONFIRMATION, WITHDRAWAL, Submission
from magazine.messages import say

MOST = 600.0  # seconds for one source: the next time brings the rest
STALLED = 100.0  # seconds that a source may be over its time before it is left alone

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Fetched:
    """What came: new files, those left where they are for another editor, those that this editor cannot open.

    ``failed`` are the places that did not answer as they should, with the reason.
    """

    new: int = 0
    left: int = 0
    unopened: int = 0
    failed: tuple[tuple[str, str], ...] = ()


class Receiver(Protocol):
    """Who fetches."""

    queue: Queue
    keyring: Keyring
    settings: Mapping[str, Any]
    today: dt.date

    def known(self, name: str) -> bool:
        """Whether a sealed file of this name is in the queue, or was handled here."""

    def opened(self, sealed: bytes) -> Submission:
        """What is in a sealed file; raises NotForUsError."""

    def is_for_others(self, sent: Submission) -> bool:
        """Whether a file is to stay where it is."""

    def refresh(self) -> None:
        """Take in what has come to the queue."""


def fetched(receiver: Receiver, tell: Tell, folders: Iterable[Path] = ()) -> Fetched:
    """Fetch from all intakes and from these folders; one that does not answer is told, and stops no other."""
    with intakes.client(receiver.settings) as asking:
        rounds, failed = _sources(receiver, folders, asking)
        work = [_Round(source, receiver, tell) for source in rounds]
        threads = [threading.Thread(target=one.run, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        end = time.monotonic() + MOST + STALLED
        for one, thread in zip(work, threads, strict=True):
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                one.failed = say("it does not answer in time")
        receiver.refresh()
        for one in work:
            one.take_waiting()
    failed += [(one.source.name, one.failed) for one in work if one.failed]
    new, left, unopened = (sum(getattr(one, name) for one in work) for name in ("new", "left", "unopened"))
    return Fetched(new, left, unopened, tuple(failed))


def given_back(receiver: Receiver, sealed: bytes) -> str:
    """Hand in a sealed file for another editor at the first intake that takes it; empty if one did, else why none."""
    reason = say("no intake is named")
    with intakes.client(receiver.settings) as asking:
        for address in receiver.settings.get("INTAKES") or ():
            try:
                intakes.intake(address, _tokens(receiver), receiver.settings, asking).give(sealed)
            except SourceError as error:
                reason = str(error)
            else:
                return ""
    return reason


@dataclass
class _Round:
    """One source, asked once for all it has."""

    source: Source
    receiver: Receiver
    tell: Tell
    new: int = 0
    left: int = 0
    unopened: int = 0
    failed: str = ""
    # who takes something back, or confirms it, can only be heard where that is known: after all else has come
    waiting: list[tuple[str, bytes, Submission]] = field(default_factory=list)

    def run(self) -> None:
        """Fetch all files there."""
        with self._told():
            end = time.monotonic() + MOST
            names = self.source.names()
            for number, name in enumerate(names, start=1):
                if time.monotonic() > end:
                    raise SourceError(say("it takes too long; the next time brings the rest"))
                self.tell(
                    say("%(place)s: %(done)d of %(count)d", place=self.source.name, done=number, count=len(names))
                )
                with contextlib.suppress(GoneError):  # another editor was quicker
                    self._take(name)

    def take_waiting(self) -> None:
        """Fetch what takes back, or confirms, something that is known here."""
        with self._told():
            for name, sealed, sent in self.waiting:
                if self.receiver.is_for_others(sent):
                    self.left += 1
                else:
                    with contextlib.suppress(GoneError):
                        self._hold(name, sealed)

    def _take(self, name: str) -> None:
        try:
            sealed = self.source.read(name)
        except TooLargeError:
            self.unopened += 1
            return
        if self.receiver.known(name_of(sealed)):
            self.source.remove(name, sealed)
            return
        try:
            sent = self.receiver.opened(sealed)
        except NotForUsError:
            self.unopened += 1
            return
        if sent.kind in (WITHDRAWAL, CONFIRMATION):
            self.waiting.append((name, sealed, sent))
        elif self.receiver.is_for_others(sent):
            self.left += 1
        else:
            self._hold(name, sealed)

    def _hold(self, name: str, sealed: bytes) -> None:
        self.receiver.queue.keep(sealed, self.receiver.today)
        self.new += 1
        self.source.remove(name, sealed)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            self.failed = str(error)
        except FullError:
            self.failed = say("there is no room on this computer")
        except OSError as error:
            self.failed = error.strerror or type(error).__name__
        except Exception:  # noqa: BLE001 (whatever a library stumbles over there must stop no other source)
            self.failed = say("it cannot be reached")


def _sources(
    receiver: Receiver, folders: Iterable[Path], asking: httpx.Client
) -> tuple[list[Source], list[tuple[str, str]]]:
    sources: list[Source] = [Folder(folder) for folder in folders]
    if receiver.keyring.is_trial:
        sources.append(Folder(laptop_spool()))
    failed = []
    tokens = _tokens(receiver)
    for address in receiver.settings.get("INTAKES") or ():
        if receiver.keyring.is_trial and address not in tokens:
            continue  # the address of the settings as they come is an example
        try:
            sources.append(intakes.intake(address, tokens, receiver.settings, asking))
        except SourceError as error:
            failed.append((address, str(error)))
    return sources, failed


def _tokens(receiver: Receiver) -> dict[str, str]:
    try:
        return receiver.keyring.tokens()
    except (NotForUsError, OSError):
        return {}
