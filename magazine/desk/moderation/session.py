"""One editor's work on what was sent: opened in memory, decided step by step, written in one batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from magazine.desk.moderation import batch, fetching
from magazine.desk.moderation.batch import Published
from magazine.desk.moderation.counting import Counting
from magazine.desk.moderation.fetching import Fetched
from magazine.desk.moderation.keyring import BusyError, Keyring, folder
from magazine.messages import say, say_number

LOCK = "moderation.lock"


class Session(Counting):
    """An editor's work on her queue. May be used from several threads; what is decrypted stays in memory.

    Raises BusyError, ModerationError where the list of forbidden names cannot be read, OSError.
    """

    def __init__(self, keyring: Keyring, settings: Mapping[str, Any], content: Path, today: dt.date) -> None:
        folder(content)
        self._alone = FileLock(keyring.home / LOCK)
        try:
            self._alone.acquire(timeout=0)
        except Timeout:
            raise BusyError(say("Moderation is open in another window already.")) from None
        try:
            super().__init__(keyring, settings, content, today)
        except BaseException:
            self._alone.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another window work on the queue."""
        with self._lock:
            self._is_closed = True
            self._alone.release()

    def fetch(self, say_progress: Callable[[str], None], folders: Iterable[Path] = ()) -> Fetched:
        """Fetch from all intakes and from these folders; one that does not answer is told, and stops no other."""
        found = fetching.fetched(self, say_progress, folders)
        self.refresh()
        return found

    def publish(self) -> Published:
        """Write what is decided and commit it. Raises UndecidableError, ModerationError, OSError: then again."""
        with self._lock:
            done = batch.published(self)
            self.reread()
            self.refresh()
            return done

    def warnings(self) -> tuple[str, ...]:
        """What an editor should be told of the queue as a whole."""
        told = []
        if not self.keyring.is_listed:
            told.append(say("Your key %(key)s is not in EDITOR_KEYS, so nothing is sealed to it. "
                            "Let another editor add it.", key=self.keyring.public))  # fmt: skip
        if not self.is_state_whole:
            told.append(say("What was decided before cannot be read; everything stands open again."))
        if self.secret is None:
            told.append(batch.secret_sentence(self.keyring, self.content))
        if self._foreign:
            told.append(say_number(
                "%(number)d file cannot be opened with your key: it is damaged, or sealed to others.",
                "%(number)d files cannot be opened with your key: they are damaged, or sealed to others.",
                len(self._foreign)))  # fmt: skip
        if self.taken_back:
            told.append(say_number("%(number)d was taken back by who wrote it before anybody decided.",
                                   "%(number)d were taken back by who wrote them before anybody decided.",
                                   self.taken_back))  # fmt: skip
        if self.forgotten:
            told.append(say_number("%(number)d was forgotten: nobody had decided in time.",
                                   "%(number)d were forgotten: nobody had decided in time.",
                                   self.forgotten))  # fmt: skip
        return tuple(told)
