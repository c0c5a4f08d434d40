"""What was sent, as an editor sees it: with its story, what it replies to, what to look at, and what is decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from magazine.desk.moderation.flags import Flag
from magazine.desk.moderation.keyring import ModerationError
from magazine.intake.submissions import SIGNATURE, Submission
from magazine.records import Answer
from magazine.signatures import COUNTED

OPEN, APPROVED, HELD, REFUSED = DECISIONS = ("open", "approved", "held", "refused")
# what the page of a mention was found to be: it links to us, it links to a copy, it is none that does
LINKED, COPIED, UNLINKED = "linked", "copied", "unlinked"


class UndecidableError(ModerationError):
    """This cannot be decided or written so; the message says why."""


@dataclass(frozen=True)
class Draft:
    """What an editor has made of a submission so far."""

    decision: str = OPEN
    text: str = ""
    author: str = ""
    entry: str = ""
    reply_to: str = ""
    title: str = ""
    looked: str = ""  # what the page of a mention was found to be; empty if nobody has looked
    level: str = ""  # of a signature: COUNTED where the editor wants no more of it to be shown; empty as it came


@dataclass(frozen=True)
class Item:
    """One submission in the queue. ``entry`` is empty where nobody knows what it belongs to."""

    name: str  # its file in the queue
    submission: Submission  # as it came
    entry: str
    text: str
    author: str
    reply_to: str
    title: str
    story: str  # title of the text it answers, "" if there is none
    address: str  # of that text's page, below the root of the site
    parent: Answer | None  # what it replies to
    flags: tuple[Flag, ...]
    decision: str
    approved_by: tuple[str, ...]  # public keys of other editors who have approved just these words
    subject: Answer | None  # of a withdrawal: the published answer that its code belongs to
    is_edited: bool
    received: dt.date = dt.date.min
    is_approved_here: bool = False  # by this editor, and waiting for another one
    looked: str = ""  # as in ``Draft``
    level: str = ""  # of a signature, and its region
    region: str = ""
    signed: str = ""  # of a withdrawal: the petition whose signature its code belongs to


@dataclass(frozen=True)
class Finding:
    """What more is told of a look at a page, as long as the item is what it ``looked`` like then."""

    looked: str
    told: str


def begun(submission: Submission, entry: str, subject: Answer | None) -> Draft:
    """The draft of what nobody here has touched; what changes an answer begins with the name and title of that."""
    if subject and not submission.approvals:
        return Draft(OPEN, submission.text, subject.author, entry, subject.reply_to, subject.title)
    return Draft(OPEN, submission.text, submission.name, entry, submission.reply_to, submission.title)


def edited(submission: Submission, draft: Draft) -> Submission:
    """The submission with the editor's words, as another editor is to see it."""
    words = replace(
        submission, text=draft.text, name=draft.author, entry=draft.entry, reply_to=draft.reply_to, title=draft.title,
    )  # fmt: skip
    if submission.kind != SIGNATURE or (words.name and COUNTED not in (submission.level, draft.level)):
        return words
    return replace(words, level=COUNTED, name="", region="")
