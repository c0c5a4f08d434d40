"""One editor's work on what was sent: opened in memory, decided step by step, written in one batch."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from magazine import forbidden
from magazine.desk.moderation import batch, fetching, state
from magazine.desk.moderation.answer_files import unreadable
from magazine.desk.moderation.batch import Published
from magazine.desk.moderation.fetching import Fetched
from magazine.desk.moderation.flags import Flag, flags, known_as, redacted
from magazine.desk.moderation.inbox import Inbox
from magazine.desk.moderation.items import (
    APPROVED,
    DECISIONS,
    HELD,
    OPEN,
    Draft,
    Item,
    UndecidableError,
    begun,
    edited,
)
from magazine.desk.moderation.keyring import Keyring, ModerationError, folder
from magazine.desk.moderation.verification import Finding
from magazine.intake import submissions
from magazine.intake.submissions import COMMENT, WITHDRAWAL, Submission, UnfitError
from magazine.messages import say, say_number
from magazine.problems import Report

ORDER = {OPEN: 0, HELD: 1}
LOCK = "moderation.lock"


class BusyError(ModerationError):
    """Another window works on the same queue."""


class Session(Inbox):
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
            self.names = _names(settings, content)
            self._flagged: dict[tuple[str, str, bool], tuple[Flag, ...]] = {}
            self._is_closed = False
            self.looking = threading.Lock()  # held while the page of a mention is looked at
            self.findings: dict[str, Finding] = {}
            super().__init__(keyring, settings, content, today)
            self.refresh()
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

    def refresh(self) -> None:
        """Take in what has come to the queue, forget what is too old, and do what writers asked for themselves."""
        with self._lock:
            super().refresh()
            self._count_texts()

    def reread(self) -> None:
        """Read the texts again, and what all editors know."""
        super().reread()
        self._published_texts = {known_as(answer.text) for _, answer in self.texts.answers() if answer.text}

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

    def items(self) -> tuple[Item, ...]:
        """All items in the order to be worked through: open ones, then held, then decided; the oldest first."""
        with self._lock:
            found = [self.item(name) for name in self._opened]
            return tuple(sorted(found, key=lambda item: (
                ORDER.get(item.decision, len(ORDER)), item.submission.day, item.name)))  # fmt: skip

    def item(self, name: str) -> Item:
        """One item; raises KeyError."""
        with self._lock:
            opened = self._opened[name]
            sent, draft = opened.submission, self._draft(name)
            subject = self.subject(sent)
            key = subject[0] if subject else draft.entry
            approvers = self._approvers(name)
            return Item(
                name=name, submission=sent, entry=key, text=draft.text, author=draft.author, reply_to=draft.reply_to,
                title=draft.title, story=self.texts.title(key, sent.language), address=self.texts.address(key),
                parent=self.texts.answer(key, draft.reply_to) if draft.reply_to else None,
                flags=self._flags(draft.text, draft.author),
                decision=draft.decision,
                approved_by=tuple(one for one in approvers if one != self.keyring.public),
                subject=subject[1] if subject else None, is_edited=self._is_edited(name), received=opened.received,
                is_approved_here=self.keyring.public in approvers, looked=draft.looked,
            )  # fmt: skip

    def decide(self, name: str, decision: str) -> None:
        """Approve, hold, refuse or open again. Raises UndecidableError for what cannot be published, KeyError."""
        if decision not in DECISIONS:
            raise ValueError(decision)
        with self._lock:
            if decision == APPROVED:
                self.check(self.item(name))
            self._step(name, replace(self._draft(name), decision=decision))

    def edit(self, name: str, *, text: str, author: str, entry: str, reply_to: str, title: str | None = None) -> None:
        """Change the words, or what they belong to. Raises UndecidableError for what no answer can be, KeyError.

        An approved item whose words change must be approved again.
        """
        with self._lock:
            before = self._draft(name)
            subject = self.subject(self._opened[name].submission)
            key = entry.strip("/ ")
            if key and not subject:
                key = self.texts.key_of(key)
                if not key:
                    raise UndecidableError(say("There is no published text «%(value)s».", value=entry))
            wanted = Draft(
                before.decision, submissions.cleaned(text), submissions.line(author), key, reply_to.strip(),
                before.title if title is None else submissions.line(title), before.looked,
            )  # fmt: skip
            if wanted == before:
                return
            _check_words(edited(self._opened[name].submission, wanted))
            decision = OPEN if before.decision == APPROVED else before.decision
            self._step(name, replace(wanted, decision=decision))

    def found(self, name: str, looked: str, *, text: str = "", title: str = "") -> None:
        """Keep what the page of a mention was found to be, and its words where the editor has put none of her own.

        Raises KeyError, UndecidableError for words that no answer can have, BusyError when the session is over.
        """
        with self._lock:
            if self._is_closed:  # the queue is another window's now
                raise BusyError(say("Moderation has ended"))
            before, sent = self._draft(name), self._opened[name].submission
            wanted = replace(
                before, looked=looked,
                text=submissions.cleaned(text) if text and before.text == sent.text else before.text,
                title=submissions.line(title) if title and before.title == sent.title else before.title,
            )  # fmt: skip
            if (wanted.text, wanted.title) != (before.text, before.title):
                _check_words(edited(sent, wanted))
                wanted = replace(wanted, decision=OPEN if before.decision == APPROVED else before.decision)
            self._step(name, wanted)

    def redact(self, name: str) -> None:
        """Take out of the words what leads to a person. Raises KeyError."""
        with self._lock:
            item, draft = self.item(name), self._draft(name)
            author = redacted(draft.author, flags(draft.author, "", self.names, ()))
            self.edit(name, text=redacted(draft.text, item.flags), author=author, entry=draft.entry,
                      reply_to=draft.reply_to)  # fmt: skip

    def undo(self) -> Item | None:
        """Take the last step back; the item it was about, None if there is no step."""
        with self._lock:
            if not self.state.steps:
                return None
            name, before = self.state.steps.pop()
            undone = self._draft(name)
            if before is None:
                self.state.drafts.pop(name, None)
            else:
                self.state.drafts[name] = before
            state.save(self.keyring, self.state)
            self._recount(undone, self._draft(name))
            return self.item(name)

    def publish(self) -> Published:
        """Write what is decided and commit it. Raises UndecidableError, ModerationError, OSError: then again."""
        with self._lock:
            done = batch.published(self)
            self.reread()
            self.refresh()
            return done

    def wanted(self, item: Item) -> Submission:
        """An item's submission as it was edited."""
        return edited(self._opened[item.name].submission, self._draft(item.name))

    def with_mark(self, item: Item) -> Submission:
        """An item's submission as it was edited, with this editor's mark and those of others that still hold."""
        assert self.secret  # noqa: S101 (nothing is published without it)
        words = self.wanted(item)
        holders = {*self.secret.approvers(words, self.keyring.editors), self.keyring.public}
        return replace(words, approvals=tuple(self.secret.mark(one, words) for one in sorted(holders)))

    def _draft(self, name: str) -> Draft:
        if name in self.state.drafts:
            return self.state.drafts[name]
        opened = self._opened[name]
        subject = self.subject(opened.submission)
        return begun(opened.submission, subject[0] if subject else opened.key, subject[1] if subject else None)

    def _step(self, name: str, wanted: Draft) -> None:
        before = self._draft(name)
        if wanted == before:
            return
        self.state.steps.append((name, self.state.drafts.get(name)))
        self.state.drafts[name] = wanted
        state.save(self.keyring, self.state)
        self._recount(before, wanted)

    def _approvers(self, name: str) -> tuple[str, ...]:
        if not self.secret or not self._opened[name].submission.approvals:
            return ()
        return self.secret.approvers(edited(self._opened[name].submission, self._draft(name)), self.keyring.editors)

    def _is_edited(self, name: str) -> bool:
        opened, draft = self._opened[name], self._draft(name)
        subject = self.subject(opened.submission)
        first = begun(opened.submission, subject[0] if subject else opened.key, subject[1] if subject else None)
        return replace(draft, decision=OPEN, looked="") != first

    def check(self, item: Item) -> None:
        """Whether an item can be published as it stands; raises UndecidableError."""
        sent = item.submission
        if sent.kind == WITHDRAWAL:
            if not item.subject:
                raise UndecidableError(say("No published answer here belongs to this code."))
            if not item.text:
                return
        elif not self.texts.key_of(item.entry):
            raise UndecidableError(say("Say first which text this belongs to."))
        if (sent.kind in (COMMENT, WITHDRAWAL)) and not item.text:
            raise UndecidableError(say("There are no words left to publish."))
        if self.names.is_in(item.text) or self.names.is_in(item.author) or self.names.is_in(item.title):
            raise UndecidableError(say("It holds a name that must never appear. Redact it first."))
        if reason := unreadable(self.wanted(item)):
            raise UndecidableError(reason)

    def _recount(self, before: Draft, after: Draft) -> None:
        if before.text != after.text:
            self._said[known_as(before.text)] -= 1
            self._said[known_as(after.text)] += 1

    def _count_texts(self) -> None:
        self._said = Counter(known_as(self._draft(name).text) for name in self._opened)

    def _flags(self, text: str, author: str) -> tuple[Flag, ...]:
        own = known_as(text)
        is_known = bool(own) and (own in self._published_texts or self._said[own] > 1)
        asked = (text, author, is_known)
        if asked not in self._flagged:
            self._flagged[asked] = flags(text, author, self.names, {own} if is_known else ())
        return self._flagged[asked]


def _names(settings: Mapping[str, Any], content: Path) -> forbidden.Forbidden:
    report = Report()
    names = forbidden.listed(settings, content, report)
    if report.errors():
        raise ModerationError("\n".join(problem.text() for problem in report.sorted()))
    return names


def _check_words(wanted: Submission) -> None:
    try:
        submissions.checked(wanted if wanted.text else replace(wanted, text="…"))
    except UnfitError as error:
        reasons = {
            "long": say("This is too long."), "links": say("There are too many links in it."),
            "entry": say("This is no name of a text or of an answer."),
        }  # fmt: skip
        raise UndecidableError(reasons.get(error.reason, say("No answer can be like this."))) from None
