"""An editor's queue, opened in memory: what is new, what came twice, what its writers take back, what is too old."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from magazine import workers
from magazine.desk.moderation import codes, shared_secret, state
from magazine.desk.moderation.items import APPROVED
from magazine.desk.moderation.keyring import QUEUE, Keyring, NotForUsError
from magazine.desk.moderation.queued import Queue
from magazine.desk.moderation.shared_secret import SharedSecret
from magazine.desk.moderation.signing import Waiting, waiting
from magazine.desk.moderation.texts import Texts
from magazine.intake import submissions
from magazine.intake.submissions import CONFIRMATION, MENTIONS, SIGNATURE, WITHDRAWAL, Submission
from magazine.records import Answer

MANY = 1000  # files that are worth a second process


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
        self.waiting: dict[str, Waiting] = {}  # signatures; those that show something are among what is opened, too
        self._foreign: set[str] = set()
        self._new_secret = shared_secret.new()
        self.secret: SharedSecret | None = None
        self.reread()

    def refresh(self) -> None:
        """Take in what has come to the queue, forget what is too old, and do what writers asked for themselves."""
        with self._lock:
            self._settle()
            names = set(self.queue.names())
            for name in (self._opened.keys() | self.waiting.keys()) - names:
                self._opened.pop(name, None)
                self.waiting.pop(name, None)
            self._foreign &= names
            self._open_all(sorted(names - self._opened.keys() - self.waiting.keys() - self._foreign))
            self._drop_known()
            self._take_back()
            self._confirm()
            days = int(self.settings.get("KEEP_DAYS") or 0)
            if days:
                self.forgotten += self.queue.expire(self.today, days, self._is_kept())
                names = set(self.queue.names())
                for name in (self._opened.keys() | self.waiting.keys()) - names:
                    self._opened.pop(name, None)
                    self.waiting.pop(name, None)
            gone = self.state.drafts.keys() - names
            self.state.drafts = {name: draft for name, draft in self.state.drafts.items() if name not in gone}
            self.state.steps = [step for step in self.state.steps if not gone & step.drafts.keys()]
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
            if sent.kind == CONFIRMATION:
                return codes.typed(sent.contact) not in self._codes()
            return (sent.kind == WITHDRAWAL and not self.subject(sent) and not self.signed_by(sent)
                    and not self._targets(sent))  # fmt: skip

    def handled(self, name: str, *, is_over: bool = True) -> None:
        """Let go of an item, for good unless another editor has it now; the state is to be saved by the caller."""
        opened, waiting = self._opened.pop(name, None), self.waiting.pop(name, None)
        origin = opened.submission.origin if opened else waiting.origin if waiting else ""
        if origin:
            self.state.origins.add(origin)
        if is_over:
            self.state.done[name] = self.today.isoformat()
        self.state.drafts.pop(name, None)

    def reread(self) -> None:
        """Read the texts again, and what all editors know."""
        self.texts = Texts(self.content, self.settings, self.today)
        before = self._digests()
        self.secret = shared_secret.opened(self.keyring, self.content, self._new_secret)
        if before.value != self._digests().value:  # all digests are others now
            self._open_all(list(self.waiting))
        for name, opened in self._opened.items():  # a text may have come, or have been hidden
            self._opened[name] = replace(opened, key=self._key_of(opened.submission))

    def subject(self, sent: Submission) -> tuple[str, Answer] | None:
        """The published answer whose code a withdrawal names, with the key of its text."""
        if sent.kind != WITHDRAWAL or not self.secret:
            return None
        return self.texts.receipts.get(self.secret.receipt(sent.receipt))

    def signed_by(self, sent: Submission) -> tuple[str, Path] | None:
        """The petition and the list with the signature whose code a withdrawal names."""
        if sent.kind != WITHDRAWAL or not self.secret:
            return None
        return self.texts.signed_by(self.secret.receipt(sent.receipt))

    def sent(self, name: str) -> Submission:
        """What lies in the queue under this name; raises NotForUsError, OSError."""
        if name in self._opened:
            return self._opened[name].submission
        sent = self.opened(self.queue.read(name))
        # no intake dates an answer in the future
        return replace(sent, day=self.today) if sent.day > self.today else sent

    def _digests(self) -> SharedSecret:
        """What makes digests: nothing is published with those of a secret that other editors do not know."""
        return self.secret or self._new_secret

    def _open_all(self, names: list[str]) -> None:
        """Open new files; so many that it takes long on all cores, before there are threads.

        Then nothing passes from process to process but digests: what has words of its own is opened once more here.
        """
        if len(names) < MANY or threading.active_count() > 1:
            for name in names:
                self._open(name)
            return
        for name, one in workers.spread(self._glance, names, MANY // 2):
            if one is None:
                self._open(name)
            else:
                self.waiting[name] = one

    def _glance(self, name: str) -> Waiting | None:
        """The signature in a file, if it shows nothing; None of all else."""
        try:
            sent = self.sent(name)
        except (NotForUsError, OSError):
            return None
        if sent.kind != SIGNATURE:
            return None
        one = waiting(name, sent, self._key_of(sent), self._digests(), self.settings)
        return None if one.shows else one

    def _open(self, name: str) -> None:
        self._opened.pop(name, None)
        try:
            sent = self.sent(name)
        except FileNotFoundError:
            return
        except (NotForUsError, OSError):
            self._foreign.add(name)
            return
        key = self._key_of(sent)
        if sent.kind == SIGNATURE:
            self.waiting[name] = waiting(name, sent, key, self._digests(), self.settings)
        if sent.kind != SIGNATURE or self.waiting[name].shows:
            with suppress(FileNotFoundError):
                self._opened[name] = Opened(sent, key, self.queue.received(name))

    def _key_of(self, sent: Submission) -> str:
        key = self.texts.key_of(sent.entry) if sent.entry else ""
        return self.texts.key_at(sent.target) if not key and sent.kind in MENTIONS else key

    def _settle(self) -> None:
        """What a list holds that was written before a batch was cut short is counted, whatever is decided now."""
        if not self.state.counted:
            return
        for path, names in self.state.counted.items():
            if (self.content / path).exists():
                self._forget(*names)
        self.state.counted = {}
        state.save(self.keyring, self.state)

    def _drop_known(self) -> None:
        """What was read twice from a mailbox, or handled before, goes."""
        seen = set(self.state.origins)
        known = []
        for name in sorted(self._opened.keys() | self.waiting.keys()):
            if name in self._opened:
                sent = self._opened[name].submission
                origin = "" if sent.approvals else sent.origin  # what another editor hands on is no second copy
            else:
                origin = self.waiting[name].origin
            if name in self.state.done or (origin and origin in seen):
                known.append(name)
            elif origin:
                seen.add(origin)
        self._forget(*known)

    def _take_back(self) -> None:
        """What its writer takes back before it is published goes; what she changes is changed."""
        asked = sorted((opened.submission.day, name) for name, opened in self._opened.items()
                       if opened.submission.kind == WITHDRAWAL)  # fmt: skip
        for _, name in asked:
            wish = self._opened[name].submission
            targets, subject = self._targets(wish), self.subject(wish)
            if subject and subject[1].is_removed and not wish.text and not self.signed_by(wish):
                self._forget(name)  # that is done
            if not targets:
                continue
            # one that says so already is there when this was cut short before
            worded = [one for one in targets if wish.text and one in self._opened]
            stays = [one for one in worded if self._opened[one].submission.text == wish.text][:1]
            if worded and not stays:
                changed = replace(self._opened[worded[0]].submission, text=wish.text, approvals=(), origin="")
                self._open(self.queue.put(changed, self.keyring.keys, self.today))
            self.taken_back += not worded
            self._forget(*(target for target in targets if target not in stays), name)

    def _confirm(self) -> None:
        """Signatures whose code came back are confirmed, and what brought it goes."""
        came = [name for name, opened in self._opened.items() if opened.submission.kind == CONFIRMATION]
        if came:
            given = {codes.typed(self._opened[name].submission.contact) for name in came}
            self.state.confirmed |= dict.fromkeys(given & self._codes(), self.today.isoformat())
            self._forget(*came)

    def _codes(self) -> set[str]:
        """What can come back from a mail."""
        return {one.code for one in self.waiting.values() if one.code}

    def _targets(self, wish: Submission) -> list[str]:
        """What in the queue has the code of a withdrawal."""
        digest = self._digests().receipt(wish.receipt)
        return [name for name, opened in self._opened.items()
                if opened.submission.receipt == wish.receipt
                and opened.submission.kind not in (WITHDRAWAL, SIGNATURE)] + [
                name for name, one in self.waiting.items() if one.receipt == digest]  # fmt: skip

    def _forget(self, *names: str) -> None:
        """Out of the queue; first the state knows, so that it does not come again."""
        gone = set(names)
        if not gone:
            return
        for name in names:
            self.handled(name)
        self.state.steps = [step for step in self.state.steps if not gone & step.drafts.keys()]
        state.save(self.keyring, self.state)
        self.queue.remove(*names)

    def _is_kept(self) -> Callable[[str], bool]:
        """What is not forgotten however old it is: what is going to be published."""
        return lambda name: name in self.state.drafts and self.state.drafts[name].decision == APPROVED
