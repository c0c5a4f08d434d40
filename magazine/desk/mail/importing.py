"""``import-mail``: what readers mailed is sealed into the editor's queue."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from magazine import cache
from magazine.desk.mail import boxes, imap, reading, report, taken
from magazine.desk.mail.boxes import Box, BoxError
from magazine.desk.mail.reading import BROKEN, Read, SkippedError
from magazine.desk.mail.report import Done
from magazine.desk.mail.subjects import SIGNATURE, Texts
from magazine.desk.mail.taken import Taken
from magazine.desk.moderation import keyring
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.queued import Queue
from magazine.intake.sealing import KeysError
from magazine.intake.spool import FullError
from magazine.intake.submissions import WITHDRAWAL
from magazine.messages import say
from magazine.progress import Progress
from magazine.site.build import said

ON_A_SERVER = "imap"
KEPT_EVERY = 50  # mails


def run(place: str, content: Path | None = None, removes: bool = False) -> int:
    """Seal the mails of a box and print the report; the exit status, 0 only if every mail could be read."""
    settings = said()
    content = content or cache.PROJECT / settings["PATH"]
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        print(told, file=sys.stderr)
        return 2
    done, progress = Done(), Progress(0, sys.stderr)
    failure = ""
    try:
        keys = keyring.unlocked(settings, lambda: getpass.getpass(say("Passphrase of your key: ")), content)
        queue = taken.queue_of(keys)
        with _box(place, settings, removes=removes) as box, taken.opened(keys, queue) as known:
            if not known.is_whole:
                print(say("Which mails were taken before cannot be read any more; some may come twice."),
                      file=sys.stderr)  # fmt: skip
            imported(box, queue, known, Texts.of(content), done, progress, removes=removes)
    except (BoxError, ModerationError, KeysError) as error:
        failure = str(error)
    except FullError:
        failure = say("There is no room for more in %(folder)s. Handle what waits there, or make room on the disk.",
                      folder=keyring.folder(content))  # fmt: skip
    except EOFError:
        failure = say("Nobody is there to type the passphrase.")
    except OSError as error:
        failure = say("The mail could not be read to its end: %(reason)s. Mend that and run the command again: what is "
                      "sealed already is not sealed twice.", reason=error.strerror or str(error))  # fmt: skip
    progress.end()
    if done.mails or not failure:
        for line in report.lines(done):
            print(line)
    if failure:
        print(failure, file=sys.stderr)
    return 1 if failure or done.skipped[BROKEN] else 0


def imported(
    box: Box, queue: Queue, known: Taken, texts: Texts, done: Done, progress: Progress, *, removes: bool
) -> None:
    """Seal all mails of a box that are not known, then remove from it what is sealed, if that is wished.

    Raises BoxError, FullError, OSError; what was sealed until then stays, and nothing is removed.
    """
    progress.expect(box.steps)
    today = dt.datetime.now(dt.UTC).date()
    sealed: set[object] = set()
    for letter in box.letters(progress.step):
        done.mails += 1
        try:
            found = reading.read(letter, texts, known.digest, today)
        except SkippedError as error:
            done.skipped[error.reason] += 1
            continue
        except Exception:  # noqa: BLE001 (Python's own reader of mail fails in many ways; one mail costs no other)
            done.skipped[BROKEN] += 1
            continue
        _keep(found, queue, known, texts, done, today)
        sealed.add(letter.place)
        if done.sealed % KEPT_EVERY == 1:
            known.save()
    if removes:
        known.save()
        done.removed = box.remove(sealed)


def _keep(found: Read, queue: Queue, known: Taken, texts: Texts, done: Done, today: dt.date) -> None:
    fresh = [one for one in found.submissions if one.origin not in known.digests]
    for one in fresh:
        queue.put(one, known.keyring.keys, today)
        known.digests.add(one.origin)
    if not fresh:
        done.known += 1
        return
    done.sealed += 1
    done.withdrawals += fresh[0].kind == WITHDRAWAL
    done.signatures += found.mark == SIGNATURE
    done.parts += len(found.submissions) > 1
    done.unassigned += fresh[0].kind != WITHDRAWAL and fresh[0].entry not in texts.answers
    done.attachments += found.attachments


def _box(place: str, settings: Mapping[str, Any], *, removes: bool) -> AbstractContextManager[Box]:
    """The mail box at a place. Raises BoxError, OSError."""
    if place != ON_A_SERVER:
        return boxes.opened(Path(place), removes=removes)
    account = imap.account(settings, os.environ)
    password = getpass.getpass(say("Password of %(user)s at %(host)s: ", user=account.user, host=account.host))
    return imap.opened(account, password, str(settings.get("PROXY") or ""), removes=removes)
