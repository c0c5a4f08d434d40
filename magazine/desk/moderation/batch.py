"""«Publish»: all decisions become files, marks and one commit; cut short anywhere, it is simply done again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from magazine import headers
from magazine.desk.moderation import answer_files, fetching, files, shared_secret, state
from magazine.desk.moderation.commit import CommitError, NoRepositoryError, committed
from magazine.desk.moderation.items import APPROVED, REFUSED, Draft, Item, UndecidableError
from magazine.desk.moderation.keyring import Keyring, ModerationError
from magazine.headers import Source
from magazine.intake.submissions import WITHDRAWAL, Submission
from magazine.messages import say, say_number
from magazine.problems import Report

if TYPE_CHECKING:
    from magazine.desk.moderation.session import Session
    from magazine.desk.moderation.shared_secret import SharedSecret

MESSAGE = "Answers"


@dataclass(frozen=True)
class Published:
    """What a batch did. ``files`` are those that it wrote or took away, by their paths below the content folder.

    ``commit`` is empty where there was nothing to commit, or it could not be done: then a warning says why.
    """

    files: tuple[str, ...] = ()
    commit: str = ""
    returned: int = 0  # to an intake, for another editor
    refused: int = 0
    withdrawn: int = 0
    warnings: tuple[str, ...] = ()


@dataclass
class _Plan:
    """Files with what they shall hold, None for those to be taken away, and the items that are done with it."""

    writes: dict[Path, bytes | None] = field(default_factory=dict)
    touched: list[Path] = field(default_factory=list)  # also what stands already as it shall
    handled: list[str] = field(default_factory=list)
    returned: list[Item] = field(default_factory=list)
    withdrawn: int = 0


def published(session: Session) -> Published:
    """Write what is decided and commit it. Raises ModerationError, OSError; nothing is lost, and it can be repeated."""
    session.reread()
    if not session.keyring.is_listed:
        raise ModerationError(say("Your key %(key)s is not in EDITOR_KEYS, so nothing is sealed to it. "
                                  "Let another editor add it.", key=session.keyring.public))  # fmt: skip
    if session.secret is None:
        raise ModerationError(secret_sentence(session.keyring, session.content))
    items = session.items()
    refused = [item.name for item in items if item.decision == REFUSED]
    approved, unfit = _fit(session, [item for item in items if item.decision == APPROVED])
    plan = _planned(session, session.secret, approved)
    before = [Path(os.path.normpath(session.content / path)) for path in session.state.batch]
    touched = list(dict.fromkeys([*before, *plan.touched]))
    if touched:
        session.state.batch = [_relative(session, path) for path in touched]
        state.save(session.keyring, session.state)
    for path, data in plan.writes.items():
        if data is None:
            files.removed(path)
        else:
            files.written(path, data)
    commit, warnings, is_done = _commit(session, touched)
    session.state.batch = [] if is_done else session.state.batch
    _let_go(session, [*refused, *plan.handled])
    returned, still = _returned(session, plan.returned)
    written = tuple(sorted(_relative(session, path) for path in plan.writes if path in touched))
    return Published(written, commit, returned, len(refused), plan.withdrawn, (*unfit, *warnings, *still))


def secret_sentence(keyring: Keyring, content: Path) -> str:
    """What to do where the editors' secret is sealed to others only."""
    return say("Your key does not open %(file)s. Let an editor who was there before you open moderation and publish "
               "once, and fetch the texts again.", file=shared_secret.place(keyring, content).name)  # fmt: skip


def _fit(session: Session, approved: list[Item]) -> tuple[list[Item], list[str]]:
    """What can still be published as it was when it was approved, and a sentence for each of the others."""
    fit, told = [], []
    for item in approved:
        try:
            # an answer that is gone is one that an earlier batch took away
            if item.submission.kind != WITHDRAWAL or item.subject:
                session.check(item)
            fit.append(item)
        except UndecidableError as error:
            told.append(say("An approved answer stays in the queue: %(reason)s", reason=error))
    return fit, told


def _planned(session: Session, secret: SharedSecret, approved: list[Item]) -> _Plan:
    plan = _Plan()
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
            else:
                _plan_answer(session, secret, item, names, plan)
    for item in approved:  # last, so that what replies to an answer is known
        if item.submission.kind == WITHDRAWAL:
            if item.text and len({*item.approved_by, session.keyring.public}) < session.approvals:
                plan.returned.append(item)
            else:
                _plan_withdrawal(session, item, plan)
    return plan


def _plan_answer(session: Session, secret: SharedSecret, item: Item, names: _Names, plan: _Plan) -> None:
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


def _plan_withdrawal(session: Session, item: Item, plan: _Plan) -> None:
    plan.handled.append(item.name)
    plan.withdrawn += 1
    if not item.subject:
        return  # done before this batch was cut short
    path = session.texts.file_of(item.entry, item.subject.id)
    source = _source(session, path)
    if source is None:
        return
    plan.touched.append(path)
    if item.text:
        if not item.subject.is_removed:
            plan.writes[path] = answer_files.changed(source, session.wanted(item)).encode()
    elif _is_replied_to(session, item, plan):
        plan.writes[path] = answer_files.tombstone(source).encode()
    else:
        plan.writes[path] = None


def _is_replied_to(session: Session, item: Item, plan: _Plan) -> bool:
    """Whether anything hangs on an answer, also what this very batch writes."""
    assert item.subject  # noqa: S101 (the caller has looked)
    old = any(answer.reply_to == item.subject.id for answer in session.texts.entries[item.entry].answers)
    line = f"Reply-To: {item.subject.id}\n".encode()
    folder = session.texts.file_of(item.entry, item.subject.id).parent
    return old or any(path.parent == folder and data and line in data for path, data in plan.writes.items())


class _Names:
    """The names of answers: those that stand, and those that this batch gives."""

    def __init__(self, session: Session) -> None:
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


def _source(session: Session, path: Path) -> Source | None:
    relative = path.relative_to(session.content)
    return headers.read(session.content, relative, Report(), headers.MAX_ANSWER_BYTES) if path.exists() else None


def _commit(session: Session, touched: list[Path]) -> tuple[str, list[str], bool]:
    """The commit, what is to be told of it, and whether there is nothing left to be committed the next time."""
    if not touched:
        return "", [], True
    message, mail = f"{MESSAGE} {session.today.isoformat()}", str(session.settings.get("MAIL") or "")
    try:
        return committed(session.content, touched, message, mail, session.today), [], True
    except NoRepositoryError:
        return "", [say("The files are written; the texts are not kept in git, so nothing was committed.")], True
    except CommitError as error:
        return "", [say("The files are written, but not committed: %(reason)s. Mend that and publish again, or commit "
                        "them yourself.", reason=error)], False  # fmt: skip


def _let_go(session: Session, names: Iterable[str], *, is_over: bool = True) -> None:
    """What is done leaves the queue: first the state knows, so that it does not come again."""
    gone = list(names)
    for name in gone:
        session.handled(name, is_over=is_over)
    session.state.steps = []
    state.save(session.keyring, session.state)
    for name in gone:
        session.queue.remove(name)


def _returned(session: Session, items: list[Item]) -> tuple[int, list[str]]:
    """Hand in what another editor has to approve too; what no intake takes stays here, with the mark."""
    done: list[str] = []
    reason = ""
    for item in items:
        name = item.name if item.is_approved_here else _marked(session, item)
        reason = reason or fetching.given_back(session, session.queue.read(name))
        if not reason:
            done.append(name)
            _let_go(session, [name], is_over=False)
    if not reason:
        return len(done), []
    waiting = say_number(
        "%(number)d answer waits here for another editor, since no intake takes it:",
        "%(number)d answers wait here for another editor, since no intake takes them:",
        len(items) - len(done),
    )
    return len(done), [f"{waiting} {reason}"]


def _marked(session: Session, item: Item) -> str:
    """Put the item with this editor's mark into the queue instead of the one without; its name there."""
    name = session.queue.put(session.with_mark(item), session.keyring.keys, session.today)
    session.state.drafts[name] = Draft(APPROVED, item.text, item.author, item.entry, item.reply_to, item.title,
                                       item.looked)  # fmt: skip
    _let_go(session, [item.name])
    return name


def _relative(session: Session, path: Path) -> str:
    return Path(os.path.relpath(path, session.content)).as_posix()
