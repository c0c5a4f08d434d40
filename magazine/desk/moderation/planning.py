"""What a batch is going to write: planned before anything is touched, so that it can be done again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from magazine import headers
from magazine.desk.moderation import answer_files, shared_secret, signature_files
from magazine.desk.moderation.counting import Counting
from magazine.desk.moderation.items import Item
from magazine.desk.moderation.shared_secret import SharedSecret
from magazine.desk.moderation.signature_files import Counted
from magazine.desk.moderation.signing import Waiting
from magazine.headers import Source
from magazine.intake.submissions import SIGNATURE, WITHDRAWAL, Submission
from magazine.problems import Report
from magazine.signatures import COUNTED, Signature


@dataclass
class Plan:
    """Files with what they shall hold, None for those to be taken away, and the items that are done with it."""

    writes: dict[Path, bytes | None] = field(default_factory=dict)
    touched: list[Path] = field(default_factory=list)  # also what stands already as it shall
    handled: list[str] = field(default_factory=list)
    returned: list[Item] = field(default_factory=list)
    withdrawn: int = 0
    signed: dict[str, list[Counted]] = field(default_factory=dict)  # by petition, those to be counted
    lists: dict[str, list[str]] = field(default_factory=dict)  # by path, the names that a list settles
    counted: int = 0
    duplicates: int = 0


def planned(session: Counting, secret: SharedSecret, approved: list[Item], uncounted: Mapping[str, list[str]]) -> Plan:
    """What a batch writes: answers, then what is taken back, then lists. Raises OSError."""
    plan = Plan()
    renewed = shared_secret.resealed(session.keyring, secret)
    if renewed:
        place = shared_secret.place(session.keyring, session.content)
        plan.writes[place] = renewed
        plan.touched += [] if session.keyring.is_trial else [place]
    names = _Names(session)
    for item in approved:
        if item.submission.kind != WITHDRAWAL:
            if len({*item.approved_by, session.keyring.public}) < session.approvals:
                plan.returned.append(item)
            elif item.submission.kind == SIGNATURE:
                _plan_signature(session, secret, item, names, plan)
            else:
                _plan_answer(session, secret, item, names, plan)
    for item in approved:  # last, so that what replies to an answer is known
        if item.submission.kind == WITHDRAWAL:
            if item.text and len({*item.approved_by, session.keyring.public}) < session.approvals:
                plan.returned.append(item)
            else:
                _plan_withdrawal(session, item, plan)
    for key, found in uncounted.items():
        plan.signed.setdefault(key, []).extend(Counted(name, _row(session.waiting[name])) for name in found)
    for key, found_rows in plan.signed.items():
        _plan_lists(session, secret, key, found_rows, plan)  # after all answers: a list settles what it holds
    return plan


def relative(session: Counting, path: Path) -> str:
    """A path as it is told and kept: seen from the content folder."""
    return Path(os.path.relpath(path, session.content)).as_posix()


def _plan_signature(session: Counting, secret: SharedSecret, item: Item, names: _Names, plan: Plan) -> None:
    sent, one = session.wanted(item), session.waiting[item.name]
    row = replace(_row(one), level=sent.level, name=sent.name, region=sent.region)
    plan.signed.setdefault(item.entry, []).append(Counted(item.name, row))
    if sent.text:
        _plan_answer(session, secret, item, names, plan)


def _row(one: Waiting) -> Signature:
    return Signature(one.day, COUNTED, one.receipt, one.contact)


def _plan_lists(session: Counting, secret: SharedSecret, key: str, wanted: list[Counted], plan: Plan) -> None:
    texts = session.texts
    lists, known = signature_files.planned(
        texts.signed[key], wanted, secret, session.today.isoformat(), texts.list_names(key)
    )
    plan.handled += known
    for one in lists:
        path = texts.list_of(key, one.name)
        plan.writes[path] = one.text.encode()
        plan.touched.append(path)
        plan.handled += one.names
        plan.lists[relative(session, path)] = list(one.names)
        plan.counted += one.rows
        plan.duplicates += len(one.names) - one.rows


def _plan_answer(session: Counting, secret: SharedSecret, item: Item, names: _Names, plan: Plan) -> None:
    sent = session.wanted(item)
    # mail that two editors have read, and what comes from a WordPress, is known by its origin
    known_by = sent.receipt or (f"origin:{sent.origin}" if sent.origin else "")
    receipt = secret.receipt(known_by) if known_by else ""
    # a reply to what is not published stands for itself
    data = answer_files.composed(sent, receipt, sent.reply_to if item.parent else "").encode()
    path, is_there = names.place(item.entry, sent, secret, receipt, data)
    if not is_there:
        plan.writes[path] = data
    plan.touched.append(path)
    plan.handled.append(item.name)


def _plan_withdrawal(session: Counting, item: Item, plan: Plan) -> None:
    plan.handled.append(item.name)
    plan.withdrawn += 1
    if signed := session.signed_by(item.submission):
        _plan_removal(session, item.submission, signed[1], plan)
    if not item.subject:
        return  # it was a signature alone, or is done before this batch was cut short
    path = session.texts.file_of(item.entry, item.subject.id)
    source = _source(session, path)
    if source is None:
        return
    plan.touched.append(path)
    if item.text and not signed:
        if not item.subject.is_removed:
            plan.writes[path] = answer_files.changed(source, session.wanted(item)).encode()
    elif _is_replied_to(session, item, plan):
        plan.writes[path] = answer_files.tombstone(source).encode()
    else:
        plan.writes[path] = None


def _plan_removal(session: Counting, wish: Submission, path: Path, plan: Plan) -> None:
    """Take a signature out of its list, from which this batch may have taken others already."""
    assert session.secret  # noqa: S101 (nothing is published without it)
    relative = path.relative_to(session.content)
    done = plan.writes.get(path)
    source = (
        signature_files.parsed(relative, done.decode()) if done else signature_files.read(session.content, relative)
    )
    if source is not None and (path not in plan.writes or done):
        left = signature_files.without(source, [session.secret.receipt(wish.receipt)])
        plan.writes[path] = left.encode() if left else None
        plan.touched.append(path)


def _is_replied_to(session: Counting, item: Item, plan: Plan) -> bool:
    """Whether anything hangs on an answer, also what this very batch writes."""
    assert item.subject  # noqa: S101 (the caller has looked)
    old = any(answer.reply_to == item.subject.id for answer in session.texts.entries[item.entry].answers)
    line = f"Reply-To: {item.subject.id}\n".encode()
    folder = session.texts.file_of(item.entry, item.subject.id).parent
    return old or any(path.parent == folder and data and line in data for path, data in plan.writes.items())


class _Names:
    """The names of answers: those that stand, and those that this batch gives."""

    def __init__(self, session: Counting) -> None:
        self._session = session
        self._taken: dict[str, dict[str, bytes | None]] = {}  # by text: names, with what this batch writes there

    def place(self, key: str, sent: Submission, secret: SharedSecret, receipt: str, data: bytes) -> tuple[Path, bool]:
        """The file for an answer, and whether it stands there already."""
        if key not in self._taken:
            self._taken[key] = dict.fromkeys(self._session.texts.answer_names(key))
        taken = self._taken[key]
        turn, known = 0, list(answer_files.with_letters(secret.letters(sent), taken))
        while known:
            same = next((name for name in known if self._is_same(key, name, receipt, data)), None)
            if same:
                return self._session.texts.file_of(key, same), True
            turn += 1
            known = list(answer_files.with_letters(secret.letters(sent, turn), taken))
        day = sent.day.isoformat()
        name = f"{day}-{answer_files.next_number(day, taken)}-{secret.letters(sent, turn)}"
        taken[name] = data
        return self._session.texts.file_of(key, name), False

    def _is_same(self, key: str, name: str, receipt: str, data: bytes) -> bool:
        path = self._session.texts.file_of(key, name)
        planned = self._taken[key][name]
        if receipt:
            if planned is not None:
                return f"\nReceipt: {receipt}\n".encode() in planned
            source = _source(self._session, path)
            return source is not None and source.text("receipt") == receipt
        return (planned or path.read_bytes()) == data


def _source(session: Counting, path: Path) -> Source | None:
    relative = path.relative_to(session.content)
    return headers.read(session.content, relative, Report(), headers.MAX_ANSWER_BYTES) if path.exists() else None
