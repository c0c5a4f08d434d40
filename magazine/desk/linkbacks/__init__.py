"""Pingbacks and webmentions: telling others that we link to them, and looking whether they link to us."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from magazine import cache
from magazine import library as shelves
from magazine.desk.linkbacks import mentions, sent
from magazine.desk.linkbacks.guarded import Fetcher
from magazine.desk.linkbacks.hosts import FetchError
from magazine.desk.linkbacks.mentions import Page
from magazine.desk.linkbacks.send import Step, steps
from magazine.desk.linkbacks.sent import DONE, FAILED, UNWANTED, Due, Record
from magazine.desk.linkbacks.verify import UnverifiedError, verified
from magazine.desk.moderation import keyring
from magazine.desk.moderation.keyring import ModerationError
from magazine.intake.submissions import WEBMENTION, Submission, UnfitError, checked
from magazine.messages import say, say_number
from magazine.problems import Report
from magazine.progress import Progress
from magazine.site import fingerprints
from magazine.site.build import languages_of, said

CHECK, SEND = "check", "send"
LOCK = "linkbacks.lock"


class LinkbacksError(Exception):
    """Nothing was done; the message is for the editor."""


def run(
    action: str | None = None,
    source: str | None = None,
    target: str | None = None,
    content: Path | None = None,
    direct: bool = False,
) -> int:
    """List what is to be told to whom, ``send`` it, or ``check`` one mention; the exit status."""
    settings = said()
    if action not in (None, CHECK, SEND) or (source and action != CHECK):
        print(say("After «linkbacks» comes nothing, «send», or «check» with two addresses: the page elsewhere and "
                  "ours."), file=sys.stderr)  # fmt: skip
        return 1
    try:
        if action == CHECK:
            return _check(source or "", target or "", fetcher(settings, direct=direct), site(settings))
        content = (content or cache.PROJECT / settings["PATH"]).resolve()
        folder, today = keyring.folder(content), fingerprints.day()
        with _alone(folder) if action == SEND else contextlib.nullcontext():
            record = _record(folder)
            wanted = sent.due(_pages(settings, content, today), record, today)
            if action is None or not wanted:
                return _list(wanted, record)
            return _send(wanted, record, folder, fetcher(settings, direct=direct), today)
    except (LinkbacksError, FetchError, ModerationError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(say("A file could not be used: %(reason)s.", reason=error), file=sys.stderr)
    return 1


def fetcher(settings: Mapping[str, Any], *, direct: bool = False) -> Fetcher:
    """What asks other hosts: through the proxy that the settings name, or directly if that is said.

    Raises LinkbacksError where neither is.
    """
    proxy = str(settings.get("PROXY") or "")
    if not proxy and not direct:
        raise LinkbacksError(say(
            "Without a proxy every host that is asked sees the network address of this computer, and whoever has that "
            "can find out where you are. Name a proxy in pelicanconf.py, such as Tor's: PROXY = "
            "\"socks5h://127.0.0.1:9050\". Where this is no danger to anybody, add --direct."))  # fmt: skip
    return Fetcher(proxy)


def site(settings: Mapping[str, Any]) -> str:
    """The published address of the magazine."""
    return str(os.environ.get("SITEURL", settings["SITEURL"]))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that send at once would tell everybody twice, and each forget what the other has told."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        told = say("Links are being told of in another window already. Wait until that is done.")
        raise LinkbacksError(told) from None
    try:
        yield
    finally:
        lock.release()


def _check(source: str, target: str, asking: Fetcher, root: str) -> int:
    """Look whether a page links to ours, and show what an editor would publish of it."""
    try:
        asked = checked(Submission(WEBMENTION, fingerprints.day(), source=source, target=target))
        found = verified(asked, asking.get, root)
    except UnfitError as error:
        raise LinkbacksError(say("Name two whole web addresses after «check»: the page elsewhere and ours.")) from error
    except UnverifiedError as error:
        raise LinkbacksError(str(error)) from error
    print(say("The link is there: %(source)s", source=found.source))
    for line in (found.title, found.excerpt, found.language):
        if line:
            print(f"  {line}")
    if found.copy:
        print(say("It leads to a copy on %(host)s: look whether that is one of ours.", host=found.copy))
    return 0


def _list(wanted: Sequence[Due], record: Record) -> int:
    """Show what would be sent."""
    page = ""
    for due in wanted:
        if due.source != page:
            page = due.source
            print(page)
        print(f"  {'-' if due.is_gone else '+'} {due.target}")
    waiting = [one for one in record.values() if one.state == FAILED]
    for one in sorted(waiting, key=lambda one: (one.day, one.source, one.target)):
        if (one.source, one.target) not in {(due.source, due.target) for due in wanted}:
            print(say("Waits until %(day)s: %(target)s", day=one.day, target=one.target))
    if not wanted:
        print(say("There is nothing to send now."))
        return 0
    print(say_number("%(number)d link is to be told of.", "%(number)d links are to be told of.", len(wanted)))
    print(say("Once the site is published, send it: %(command)s", command="python3 tasks.py linkbacks send"))
    return 0


def _send(wanted: Sequence[Due], record: Record, folder: Path, asking: Fetcher, today: dt.date) -> int:
    """Send it, remembering each; 0 only if nothing is left to be done."""
    made: list[Step] = []
    for step in steps(wanted, asking, today):
        print(step.sentence, file=sys.stderr if step.is_open else sys.stdout, flush=True)
        step.keep(record)
        if step.sent:
            sent.write(folder, record)
        made.append(step)
    told = sum(step.sent is not None and step.sent.state == DONE for step in made)
    settled = sum(step.sent is not None and step.sent.state in (DONE, UNWANTED) for step in made)
    print(say_number("%(number)d link was told of.", "%(number)d links were told of.", told))
    if settled < len(made):
        left = len(made) - settled
        print(say_number("%(number)d was not.", "%(number)d were not.", left), file=sys.stderr)
    return int(settled < len(made))


def _pages(settings: Mapping[str, Any], content: Path, today: dt.date) -> tuple[Page, ...]:
    if not content.is_dir():
        raise LinkbacksError(say("%(folder)s is no folder. Name the folder of your texts with --content.",
                                 folder=content))  # fmt: skip
    report = Report()
    library = shelves.read(content, languages_of(settings), report, today)
    if report.errors():
        raise LinkbacksError(say("The texts have mistakes, so it is not known what is published. Mend them first: "
                                 "%(command)s", command="python3 tasks.py check"))  # fmt: skip
    progress = Progress(0)
    try:
        return mentions.pages(library, site(settings), progress)
    finally:
        progress.end()


def _record(folder: Path) -> Record:
    try:
        return sent.read(folder)
    except ValueError as error:
        place = folder / sent.FILE
        raise LinkbacksError(say("%(file)s is damaged. Delete it: everything is then sent once more, which does no "
                                 "harm.", file=place)) from error  # fmt: skip
