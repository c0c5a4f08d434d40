"""Comments and pings that wait for a decision: sealed into the queue of moderation, written nowhere else."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from magazine.desk.moderation.queued import Queue
from magazine.intake import submissions
from magazine.intake.sealing import Keys
from magazine.intake.submissions import COMMENT, ENTRY, PINGBACK, Submission
from magazine.memory import Shelf

QUEUED, UNFIT, NOWHERE = "comment-queued", "comment-unfit", "comment-pending"
STAMP = b"sealed"


@dataclass
class Waiting:
    """The queue of the desk, if there are keys to seal with, and which comments an earlier import has put there."""

    queue: Queue | None
    keys: Keys | None
    sealed: Shelf
    today: dt.date
    fates: Counter[str] = field(default_factory=Counter)

    def take(self, sent: Iterable[Submission]) -> None:
        """Seal what no import has sealed before. Raises FullError, OSError."""
        for one in sent:
            if not self.queue or not self.keys:
                self.fates[NOWHERE] += 1
                continue
            if not self.sealed.recall(one.origin, STAMP):
                self.queue.put(one, self.keys, self.today)
                self.sealed.keep(one.origin, STAMP, True)
            self.fates[QUEUED] += 1


def submission(
    headers: Mapping[str, str], text: str, folder: str, known_as: tuple[str, str], site: tuple[str, str]
) -> Submission | None:
    """A comment as if it had been sent to us, from what would stand in its file; None where it cannot be taken.

    ``known_as`` is its name among the comments of its text and that of the answer it replies to, ``site`` the address
    of the old blog and that of the magazine.
    """
    (name, reply_to), (old, ours) = known_as, site
    is_comment = headers["Kind"] == COMMENT
    try:
        return submissions.checked(
            Submission(
                kind=COMMENT if is_comment else PINGBACK,
                day=dt.date.fromisoformat(headers["Date"]),
                language=headers["Lang"],
                entry=folder if ENTRY.fullmatch(folder) else "",
                text=text,
                name=headers.get("Author", ""),
                reply_to=reply_to,
                title=headers.get("Title", ""),
                source=headers.get("Source", ""),
                target="" if is_comment else f"{ours.rstrip('/')}/{folder}.html",
                origin=hashlib.sha256(f"wordpress:{old}:{folder}:{name}".encode()).hexdigest(),
            )
        )
    except ValueError:  # too long, too many links, no address; or no day
        return None
