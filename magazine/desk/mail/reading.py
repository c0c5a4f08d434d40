"""One mail becomes what an editor decides on: sealed submissions, or the reason why it stays in its box."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import Message

from magazine.desk.mail import hypertext, mime, signing, subjects, tails
from magazine.desk.mail.automatic import is_automatic
from magazine.desk.mail.boxes import Letter
from magazine.desk.mail.mime import BrokenError, EncryptedError, field
from magazine.desk.mail.subjects import SIGNATURE as SIGNED
from magazine.desk.mail.subjects import TRANSLATION as TRANSLATED
from magazine.desk.mail.subjects import Subject, Texts
from magazine.desk.mail.tails import CONTACT
from magazine.desk.mail.withdrawals import asked
from magazine.desk.wordpress.language import guessed
from magazine.intake import submissions
from magazine.intake.submissions import COMMENT, MAX_NAME, MAX_TEXT, SIGNATURE, WITHDRAWAL, Submission, UnfitError
from magazine.messages import marked

FIRST_DAY = dt.date(2000, 1, 1)  # before it nobody mailed an answer
MAX_PARTS = 3
ROOM = 20  # letters for «1/3» and what stands between
NAME_LINE = re.compile(
    r"\s*(?:имя(?: по желанию)?|псевдоним|аты(?:ңыз|м)?|лакап аты|name|pen name)\s*[:：]\s*(.*)", re.IGNORECASE
)
USUAL = "ru"
DATE_LENGTH = 100
AUTOMATIC, EMPTY, LONG, LINKS, ENCRYPTED, TRANSLATION, BROKEN = (
    "automatic", "empty", "long", "links", "encrypted", "translation", "broken",
)  # fmt: skip
REASONS = {
    AUTOMATIC: marked("automatic replies, bounces and mass mail"),
    EMPTY: marked("without words of their own"),
    LONG: marked("too long to be one answer"),
    LINKS: marked("with too many links"),
    ENCRYPTED: marked("encrypted: open them in your mail program"),
    TRANSLATION: marked("about translations, for you to read"),
    BROKEN: marked("damaged, or made to do damage"),
}
UNFIT = {"empty": EMPTY, "links": LINKS, "long": LONG}

Digest = Callable[[str], str]  # a keyed digest of what a mail is known by


class SkippedError(Exception):
    """A mail that stays where it is; ``reason`` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Read:
    """What a mail became. ``attachments`` were left aside; ``mark`` is what the page's link called it."""

    submissions: tuple[Submission, ...]
    attachments: int
    mark: str


def read(letter: Letter, texts: Texts, digest: Digest, today: dt.date) -> Read:
    """The submissions of a mail; none of its headers is kept. Raises SkippedError.

    A text that is too long for one answer becomes a few, which say so; a far longer one stays in the box.
    """
    try:
        mail = mime.parsed(letter.data)
        if is_automatic(mail):
            raise SkippedError(AUTOMATIC)
        given = _given(mail, texts)
        if given.subject.mark == TRANSLATED:
            raise SkippedError(TRANSLATION)
        if given.reaches_end and not letter.is_whole:
            raise SkippedError(LONG)
        made = _submissions(given, field(mail, "Subject"), _day(mail, today))
        known_by = _known_by(mail, given.whole)
        known = [replace(one, origin=digest(f"{number}\n{known_by}")) for number, one in enumerate(made)]
        return Read(tuple(map(submissions.checked, known)), given.attachments, given.subject.mark)
    except EncryptedError:
        raise SkippedError(ENCRYPTED) from None
    except hypertext.LongError:
        raise SkippedError(LONG) from None
    except BrokenError:
        raise SkippedError(BROKEN) from None
    except UnfitError as error:
        raise SkippedError(UNFIT.get(error.reason, BROKEN)) from None


@dataclass(frozen=True)
class _Given:
    subject: Subject
    whole: str
    text: str
    attachments: int
    reaches_end: bool


def _given(mail: Message, texts: Texts) -> _Given:
    """The writer's own words; where a mail only passes another one on, those of that one."""
    subject, said = subjects.read(field(mail, "Subject"), texts), mime.said(mail)
    text = tails.cut(said.text, is_forward=subject.is_forward)
    if text or not said.forwarded:
        return _Given(subject, said.text, text, said.attachments, said.reaches_end)
    inner = said.forwarded[0]
    about, passed_on = subjects.read(field(inner, "Subject"), texts), mime.said(inner)
    text = tails.cut(passed_on.text, is_forward=about.is_forward)
    attachments, reaches_end = said.attachments + passed_on.attachments, said.reaches_end or passed_on.reaches_end
    return _Given(subject if subject.entry else about, passed_on.text, text, attachments, reaches_end)


def _submissions(given: _Given, subject_line: str, day: dt.date) -> list[Submission]:
    if len(given.text) > 2 * MAX_PARTS * MAX_TEXT:
        raise SkippedError(LONG)
    text = submissions.cleaned(given.text)
    withdrawal = asked(subject_line, text)
    if given.subject.mark == SIGNED and not withdrawal:
        return _signature(given.subject, text, day)
    text, name = (withdrawal.text, "") if withdrawal else _without_name(text)
    about = Submission(
        kind=WITHDRAWAL if withdrawal else COMMENT,
        day=day,
        language=guessed(text, given.subject.language or USUAL),
        entry=given.subject.entry,
        reply_to=given.subject.reply_to,
        name=name,
        receipt=withdrawal.receipt if withdrawal else "",
    )
    parts = [text] if len(text) <= MAX_TEXT else _parts(text)
    if len(parts) > (1 if withdrawal else MAX_PARTS):
        raise SkippedError(LONG)
    if len(parts) == 1:
        return [replace(about, text=text)]
    return [replace(about, text=f"{number}/{len(parts)}\n\n{part}") for number, part in enumerate(parts, start=1)]


def _signature(subject: Subject, text: str, day: dt.date) -> list[Submission]:
    """A signature; reasons that are too long for one become answers beside it, for it is to be counted once."""
    signed = signing.read(text)
    language = guessed(signed.text, signed.language or subject.language or USUAL)
    about = Submission(SIGNATURE, day, language, subject.entry, name=signed.name)
    whole = replace(about, level=signed.level, region=signed.region)
    if len(signed.text) <= MAX_TEXT:
        return [replace(whole, text=signed.text)]
    parts = _parts(signed.text)
    if len(parts) > MAX_PARTS:
        raise SkippedError(LONG)
    return [whole, *(replace(about, kind=COMMENT, text=part) for part in parts)]


def _parts(text: str) -> list[str]:
    """The text in pieces that fit, cut where it pauses."""
    parts = []
    while len(text) > MAX_TEXT - ROOM:
        start = text[: MAX_TEXT - ROOM]
        pauses = (start.rfind(pause) + len(pause.rstrip()) for pause in ("\n\n", "\n", ". ", " "))
        end = next((pause for pause in pauses if pause > MAX_TEXT // 2), len(start))
        parts.append(text[:end].strip())
        text = text[end:].strip()
    return [*parts, text] if text else parts


def _without_name(text: str) -> tuple[str, str]:
    """The text, and the pen name of its first line if it names one."""
    first, _, rest = text.partition("\n")
    found = NAME_LINE.fullmatch(first)
    name = submissions.line(found[1]) if found else ""
    if not found or len(name) > MAX_NAME or submissions.LINK.search(name) or CONTACT.search(name):
        return text, ""
    return rest.strip(), name


def _day(mail: Message, today: dt.date) -> dt.date:
    """The day that the mail says it was written, where that can be."""
    try:
        day = email.utils.parsedate_to_datetime(field(mail, "Date")[:DATE_LENGTH]).date()
    except (TypeError, ValueError, OverflowError, IndexError):
        return today
    return day if FIRST_DAY <= day <= today else today


def _known_by(mail: Message, whole: str) -> str:
    """What stays the same when a mail is read twice: its identifier and its words.

    The identifier alone is no proof: anybody can write another's, and a few programs write the same one each time.
    """
    headers = ("Message-ID",) if field(mail, "Message-ID") else ("Date", "From", "Subject")
    return "\n".join([*(field(mail, name) for name in headers), "".join(whole.split())])
