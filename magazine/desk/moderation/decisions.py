"""What an editor decides of what was sent: step by step, each kept at once, each to be taken back."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from magazine import forbidden
from magazine.desk.moderation import fitness, state
from magazine.desk.moderation.flags import Flag, flags, known_as, redacted
from magazine.desk.moderation.inbox import Inbox
from magazine.desk.moderation.items import (
    APPROVED,
    DECISIONS,
    HELD,
    OPEN,
    Draft,
    Finding,
    Item,
    UndecidableError,
    begun,
    edited,
)
from magazine.desk.moderation.keyring import BusyError, Keyring, ModerationError
from magazine.desk.moderation.state import Choice, Step
from magazine.intake import submissions
from magazine.intake.submissions import SIGNATURE, Submission
from magazine.messages import say
from magazine.problems import Report
from magazine.signatures import COUNTED

Value = TypeVar("Value")
ORDER = {OPEN: 0, HELD: 1}


class Decisions(Inbox):
    """An editor's queue with what she has decided so far. May be used from several threads.

    Raises ModerationError where the list of forbidden names cannot be read, OSError.
    """

    def __init__(self, keyring: Keyring, settings: Mapping[str, Any], content: Path, today: dt.date) -> None:
        self.names = _names(settings, content)
        self._flagged: dict[tuple[str, str, bool], tuple[Flag, ...]] = {}
        self._is_closed = False
        self.looking = threading.Lock()  # held while the page of a mention is looked at
        self.findings: dict[str, Finding] = {}
        super().__init__(keyring, settings, content, today)
        self.refresh()

    def refresh(self) -> None:
        """Take in what has come to the queue, forget what is too old, and do what writers asked for themselves."""
        with self._lock:
            super().refresh()
            self._count_texts()

    def reread(self) -> None:
        """Read the texts again, and what all editors know."""
        super().reread()
        self._published_texts = {known_as(answer.text) for _, answer in self.texts.answers() if answer.text}

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
            shown, signed = edited(sent, draft), self.signed_by(sent)
            return Item(
                name=name, submission=sent, entry=key, text=draft.text, author=draft.author, reply_to=draft.reply_to,
                title=draft.title, story=self.texts.title(key, sent.language), address=self.texts.address(key),
                parent=self.texts.answer(key, draft.reply_to) if draft.reply_to else None,
                flags=(*self._flags(draft.text, draft.author), *self._flags_of_signature(name)),
                decision=draft.decision,
                approved_by=tuple(one for one in approvers if one != self.keyring.public),
                subject=subject[1] if subject else None, is_edited=self._is_edited(name), received=opened.received,
                is_approved_here=self.keyring.public in approvers, looked=draft.looked, level=shown.level,
                region=shown.region, signed=self.texts.title(signed[0], sent.language) if signed else "",
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
            sent = self._opened[name].submission
            if sent.kind == SIGNATURE:
                key, author = before.entry, "" if COUNTED in (sent.level, before.level) else author
            elif key and not subject:
                key = self.texts.key_of(key)
                if not key:
                    raise UndecidableError(say("There is no published text «%(value)s».", value=entry))
            wanted = Draft(
                before.decision, submissions.cleaned(text), submissions.line(author), key, reply_to.strip(),
                before.title if title is None else submissions.line(title), before.looked, before.level,
            )  # fmt: skip
            if wanted == before:
                return
            fitness.check_words(edited(self._opened[name].submission, wanted))
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
                fitness.check_words(edited(sent, wanted))
                wanted = replace(wanted, decision=OPEN if before.decision == APPROVED else before.decision)
            self._step(name, wanted)

    def redact(self, name: str) -> None:
        """Take out of the words what leads to a person. Raises KeyError."""
        with self._lock:
            item, draft = self.item(name), self._draft(name)
            author = redacted(draft.author, flags(draft.author, "", self.names, ()))
            self.edit(name, text=redacted(draft.text, item.flags), author=author, entry=draft.entry,
                      reply_to=draft.reply_to)  # fmt: skip

    def lower(self, name: str) -> None:
        """Count a signature and show nothing of it, no name and no reason. Raises UndecidableError, KeyError."""
        with self._lock:
            if self._opened[name].submission.kind != SIGNATURE:
                raise UndecidableError(say("This is no signature."))
            lowered = replace(self._draft(name), level=COUNTED, author="", text="", decision=OPEN)
            fitness.check_petition(lowered.entry, self.texts)
            self._step(name, replace(lowered, decision=APPROVED))

    def undo(self) -> Step | None:
        """Take the last step back; what stood before it, None if there is no step."""
        with self._lock:
            if not self.state.steps:
                return None
            step = self.state.steps.pop()
            for name, before in step.drafts.items():
                undone = self._draft(name)
                _put(self.state.drafts, name, before)
                self._recount(undone, self._draft(name))
            for name, choice in step.choices.items():
                _put(self.state.choices, name, choice)
            state.save(self.keyring, self.state)
            return step

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
        if wanted != self._draft(name):
            self._steps({name: wanted}, {})

    def _steps(self, drafts: Mapping[str, Draft], choices: Mapping[str, Choice | None], group: str = "") -> None:
        """One step, however much it changes; a choice of None is taken away."""
        self.state.steps.append(
            Step(
                {name: self.state.drafts.get(name) for name in drafts},
                {name: self.state.choices.get(name) for name in choices},
                group,
            )
        )
        for name, wanted in drafts.items():
            before = self._draft(name)
            self.state.drafts[name] = wanted
            self._recount(before, wanted)
        for name, choice in choices.items():
            _put(self.state.choices, name, choice)
        state.save(self.keyring, self.state)

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
        fitness.check(item, self.wanted(item), self.texts, self.names)

    def _recount(self, before: Draft, after: Draft) -> None:
        if before.text != after.text:
            self._said[known_as(before.text)] -= 1
            self._said[known_as(after.text)] += 1

    def _count_texts(self) -> None:
        self._said = Counter(known_as(self._draft(name).text) for name in self._opened)

    def _flags_of_signature(self, _name: str) -> tuple[Flag, ...]:
        """What speaks against counting a signature as it stands, besides its words."""
        return ()

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


def _put(held: dict[str, Value], name: str, value: Value | None) -> None:
    if value is None:
        held.pop(name, None)
    else:
        held[name] = value
