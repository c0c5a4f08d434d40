"""Whether something can be published as an editor wants it."""

from __future__ import annotations

from dataclasses import replace

from magazine.desk.moderation.answer_files import unreadable
from magazine.desk.moderation.items import Item, UndecidableError
from magazine.desk.moderation.texts import Texts
from magazine.forbidden import Forbidden
from magazine.intake import submissions
from magazine.intake.submissions import COMMENT, SIGNATURE, WITHDRAWAL, Submission, UnfitError
from magazine.messages import say


def check(item: Item, wanted: Submission, texts: Texts, names: Forbidden) -> None:
    """Whether an item can be published as it stands, ``wanted`` by the editor; raises UndecidableError."""
    kind = item.submission.kind
    if kind == WITHDRAWAL:
        if item.signed and not item.subject:
            return
        if not item.subject:
            raise UndecidableError(say("No published answer here belongs to this code."))
        if not item.text:
            return
    elif kind == SIGNATURE:
        check_petition(item.entry, texts)
    elif not texts.key_of(item.entry):
        raise UndecidableError(say("Say first which text this belongs to."))
    if kind in (COMMENT, WITHDRAWAL) and not item.text:
        raise UndecidableError(say("There are no words left to publish."))
    if names.is_in(item.text) or names.is_in(item.author) or names.is_in(item.title):
        raise UndecidableError(say("It holds a name that must never appear. Redact it first."))
    if reason := unreadable(wanted):
        raise UndecidableError(reason)


def check_petition(key: str, texts: Texts) -> None:
    """Whether a signature belongs to a petition that has a page; raises UndecidableError."""
    if key not in texts.petitions:
        raise UndecidableError(say("There is no published petition that this signature belongs to."))


def check_words(wanted: Submission) -> None:
    """Whether an answer can have these words; raises UndecidableError."""
    try:
        submissions.checked(wanted if wanted.text else replace(wanted, text="…"))
    except UnfitError as error:
        reasons = {
            "long": say("This is too long."), "links": say("There are too many links in it."),
            "entry": say("This is no name of a text or of an answer."),
        }  # fmt: skip
        raise UndecidableError(reasons.get(error.reason, say("No answer can be like this."))) from None
