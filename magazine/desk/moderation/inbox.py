"""An editor's queue, opened in memory: what is new, what came twice, what its writers take back, what is too old."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from magazine.desk.moderation import shared_secret, state
from magazine.desk.moderation.items import APPROVED
from magazine.desk.moderation.keyring import QUEUE, Keyring, NotForUsError
from magazine.desk.moderation.queued import Queue
from magazine.desk.moderation.texts import Texts
from magazine.intake import submissions
from magazine.intake.submissions import MENTIONS, WITHDRAWAL, Submission
from magazine.records import Answer


@dataclass(frozen=True)
class Opened:
    """A file of the queue that this editor could open; ``key`` is that of the text it belongs to."""

    submission: Submission
    key: str
    received: dt.date


class Inbox:
    """What has come to an editor, and what is known of it. Raises OSError."""

    def __init__(self, keyring: Keyring, settings: Mapping[str, Any], content: Path, today: dt.date) -> None:
        self.keyring, self.settings, self.content, self.today = keyring, settings, content.resolve(), today
        self.approvals = max(1, int(settings.get("APPROVALS") or 1))
        self.queue = Queue(keyring.home / QUEUE)
        self.state, self.is_state_whole = state.load(keyring)
        self.taken_back = self.forgotten = 0
        self._lock = threading.RLock()
        self._opened: dict[str, Opened] = {}
        self._foreign: set[str] = set()
        self._new_secret = shared_secret.new()
        self.reread()

    def refresh(self) -> None:
        """Take in what has come to the queue, forget what is too old, and do what writers asked for themselves."""
        with self._lock:
            days = int(self.settings.get("KEEP_DAYS") or 0)
            if days:
                self.forgotten += self.queue.expire(self.today, days, self._is_approved)
            names = set(self.queue.names())
            for name in self._opened.keys() - names:
                del self._opened[name]
            self._foreign &= names
            for name in sorted(names - self._opened.keys() - self._foreign):
                self._open(name)
            self._drop_known()
            self._take_back()
            gone = self.state.drafts.keys() - names
            self.state.drafts = {name: draft for name, draft in self.state.drafts.items() if name not in gone}
            self.state.steps = [(name, draft) for name, draft in self.state.steps if name not in gone]
            if gone:
                state.save(self.keyring, self.state)

    def known(self, name: str) -> bool:
        """Whether a sealed file is in the queue, or was handled here."""
        return name in self.state.done or (self.queue.folder / name).exists()

    def opened(self, sealed: bytes) -> Submission:
        """What is in a sealed file; raises NotForUsError."""
        try:
            return submissions.unpacked(self.keyring.open(sealed))
        except (ValueError, TypeError, RecursionError) as error:
            raise NotForUsError from error

    def is_for_others(self, sent: Submission) -> bool:
        """Whether a file is to stay where it is: this editor has approved it, or its answer is not known here."""
        with self._lock:
            approvers = self.secret.approvers(sent, self.keyring.editors) if self.secret and sent.approvals else ()
            if self.keyring.public in approvers:
                return len(approvers) < self.approvals
            return sent.kind == WITHDRAWAL and not self.subject(sent) and not self._targets(sent)

    def handled(self, name: str, *, is_over: bool = True) -> None:
        """Let go of an item, for good unless another editor has it now; the state is to be saved by the caller."""
        opened = self._opened.pop(name, None)
        if opened and opened.submission.origin:
            self.state.origins.add(opened.submission.origin)
        if is_over:
            self.state.done[name] = self.today.isoformat()
        self.state.drafts.pop(name, None)

    def reread(self) -> None:
        """Read the texts again, and what all editors know."""
        self.texts = Texts(self.content, self.settings, self.today)
        self.secret = shared_secret.opened(self.keyring, self.content, self._new_secret)
        for name, opened in self._opened.items():  # a text may have come, or have been hidden
            self._opened[name] = replace(opened, key=self._key_of(opened.submission))

    def subject(self, sent: Submission) -> tuple[str, Answer] | None:
        """The published answer whose code a withdrawal names, with the key of its text."""
        if sent.kind != WITHDRAWAL or not self.secret:
            return None
        return self.texts.receipts.get(self.secret.receipt(sent.receipt))

    def _open(self, name: str) -> None:
        try:
            sent = self.opened(self.queue.read(name))
            sent = replace(sent, day=min(sent.day, self.today))  # no intake dates an answer in the future
            received = self.queue.received(name)
        except FileNotFoundError:
            return
        except (NotForUsError, OSError):
            self._foreign.add(name)
            return
        self._opened[name] = Opened(sent, self._key_of(sent), received)

    def _key_of(self, sent: Submission) -> str:
        key = self.texts.key_of(sent.entry) if sent.entry else ""
        return self.texts.key_at(sent.target) if not key and sent.kind in MENTIONS else key

    def _drop_known(self) -> None:
        """What was read twice from a mailbox, or handled before, goes."""
        seen = set(self.state.origins)
        for name in sorted(self._opened):
            sent = self._opened[name].submission
            origin = "" if sent.approvals else sent.origin  # what another editor hands on is no second copy
            if name in self.state.done or (origin and origin in seen):
                self._forget(name)
            elif origin:
                seen.add(origin)

    def _take_back(self) -> None:
        """What its writer takes back before it is published goes; what she changes is changed."""
        asked = sorted((opened.submission.day, name) for name, opened in self._opened.items()
                       if opened.submission.kind == WITHDRAWAL)  # fmt: skip
        for _, name in asked:
            wish = self._opened[name].submission
            targets, subject = self._targets(wish), self.subject(wish)
            if subject and subject[1].is_removed and not wish.text:
                self._forget(name)  # that is done
            if not targets:
                continue
            # one that says so already is there when this was cut short before
            stays = [one for one in targets if wish.text and self._opened[one].submission.text == wish.text][:1]
            if wish.text and not stays:
                changed = replace(self._opened[targets[0]].submission, text=wish.text, approvals=(), origin="")
                self._open(self.queue.put(changed, self.keyring.keys, self.today))
            self.taken_back += not wish.text
            for one in [*(target for target in targets if target not in stays), name]:
                self._forget(one)

    def _targets(self, wish: Submission) -> list[str]:
        """What in the queue has the code of a withdrawal."""
        return [name for name, opened in self._opened.items()
                if opened.submission.receipt == wish.receipt and opened.submission.kind != WITHDRAWAL]  # fmt: skip

    def _forget(self, name: str) -> None:
        """Out of the queue; first the state knows, so that it does not come again."""
        self.handled(name)
        self.state.steps = [step for step in self.state.steps if step[0] != name]
        state.save(self.keyring, self.state)
        self.queue.remove(name)

    def _is_approved(self, name: str) -> bool:
        return name in self.state.drafts and self.state.drafts[name].decision == APPROVED
