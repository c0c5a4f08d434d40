"""«Publish»: all decisions become files, marks and one commit; cut short anywhere, it is simply done again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from magazine.desk.moderation import fetching, files, shared_secret, state
from magazine.desk.moderation.commit import CommitError, NoRepositoryError, committed
from magazine.desk.moderation.counting import Counting
from magazine.desk.moderation.items import APPROVED, REFUSED, Draft, Item, UndecidableError
from magazine.desk.moderation.keyring import Keyring, ModerationError
from magazine.desk.moderation.planning import planned, relative
from magazine.intake.submissions import WITHDRAWAL
from magazine.messages import say, say_number

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
    counted: int = 0  # signatures
    duplicates: int = 0  # signatures that were not counted, since their contact has signed already
    warnings: tuple[str, ...] = ()


def published(session: Counting) -> Published:
    """Write what is decided and commit it. Raises ModerationError, OSError; nothing is lost, and it can be repeated."""
    session.reread()
    if not session.keyring.is_listed:
        raise ModerationError(say("Your key %(key)s is not in EDITOR_KEYS, so nothing is sealed to it. "
                                  "Let another editor add it.", key=session.keyring.public))  # fmt: skip
    if session.secret is None:
        raise ModerationError(secret_sentence(session.keyring, session.content))
    items = session.items()
    rejected = session.to_refuse()
    refused = [item.name for item in items if item.decision == REFUSED] + [
        name for names in rejected.values() for name in names]  # fmt: skip
    approved, unfit = _fit(session, [item for item in items if item.decision == APPROVED])
    uncounted = session.to_count()
    plan = planned(session, session.secret, approved, uncounted)
    before = [Path(os.path.normpath(session.content / path)) for path in session.state.batch]
    touched = list(dict.fromkeys([*before, *plan.touched]))
    if touched:
        session.state.batch = [relative(session, path) for path in touched]
        session.state.counted = plan.lists
        state.save(session.keyring, session.state)
    for folder in {path.parent for path in touched}:
        files.tidied(folder)
    lists = {session.content / path for path in plan.lists}
    files.written_all({path: data for path, data in plan.writes.items() if data is not None and path not in lists})
    for path, data in plan.writes.items():
        if data is None:
            files.removed(path)
    files.written_all({path: data for path, data in plan.writes.items() if data is not None and path in lists})
    commit, warnings, is_done = _commit(session, touched)
    session.state.batch = [] if is_done else session.state.batch
    session.state.counted = {}
    session.settled({*rejected, *uncounted})
    _let_go(session, [*refused, *plan.handled])
    returned, still = _returned(session, plan.returned)
    written = tuple(sorted(relative(session, path) for path in plan.writes if path in touched))
    return Published(written, commit, returned, len(refused), plan.withdrawn, plan.counted, plan.duplicates,
                     (*unfit, *warnings, *still))  # fmt: skip


def secret_sentence(keyring: Keyring, content: Path) -> str:
    """What to do where the editors' secret is sealed to others only."""
    return say("Your key does not open %(file)s. Let an editor who was there before you open moderation and publish "
               "once, and fetch the texts again.", file=shared_secret.place(keyring, content).name)  # fmt: skip


def _fit(session: Counting, approved: list[Item]) -> tuple[list[Item], list[str]]:
    """What can still be published as it was when it was approved, and a sentence for each of the others."""
    fit, told = [], []
    for item in approved:
        try:
            # an answer that is gone is one that an earlier batch took away
            if item.submission.kind != WITHDRAWAL or item.subject or item.signed:
                session.check(item)
            if item.name not in session.waiting or session.is_ready(item.name):
                fit.append(item)
        except UndecidableError as error:
            told.append(say("An approved answer stays in the queue: %(reason)s", reason=error))
    return fit, told


def _commit(session: Counting, touched: list[Path]) -> tuple[str, list[str], bool]:
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


def _let_go(session: Counting, names: Iterable[str], *, is_over: bool = True) -> None:
    """What is done leaves the queue: first the state knows, so that it does not come again."""
    gone = list(dict.fromkeys(names))
    for name in gone:
        session.handled(name, is_over=is_over)
    session.state.steps = []
    state.save(session.keyring, session.state)
    session.queue.remove(*gone)


def _returned(session: Counting, items: list[Item]) -> tuple[int, list[str]]:
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


def _marked(session: Counting, item: Item) -> str:
    """Put the item with this editor's mark into the queue instead of the one without; its name there."""
    name = session.queue.put(session.with_mark(item), session.keyring.keys, session.today)
    session.state.drafts[name] = Draft(APPROVED, item.text, item.author, item.entry, item.reply_to, item.title,
                                       item.looked)  # fmt: skip
    _let_go(session, [item.name])
    return name
