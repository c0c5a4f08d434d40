"""Takes what a form holds: keeps it sealed, or gives every word of it back with what to do."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from ctypes import c_double
from dataclasses import dataclass
from http import HTTPStatus
from zoneinfo import ZoneInfo

from magazine.intake import discretion, receipts, sentences
from magazine.intake.limits import Allowance, Bucket
from magazine.intake.pages import MAIN_LANGUAGE, Page, Pages
from magazine.intake.sealing import Keys
from magazine.intake.settings import Settings
from magazine.intake.spool import FullError, Spool
from magazine.intake.submissions import (
    COMMENT,
    CONFIRMATION,
    ENTRY,
    IDENTIFIER,
    LANGUAGES,
    MAX_ADDRESS,
    MAX_CONTACT,
    MAX_LINKS,
    MAX_NAME,
    MAX_TEXT,
    NO_END,
    SIGNATURE,
    WITHDRAWAL,
    Submission,
    UnfitError,
    cleaned,
    form_key,
    line,
    taken,
)
from magazine.regions import code_of
from magazine.signatures import LEVELS

MEGABYTE = 1_000_000
WAIT = 60  # seconds until one may send again
TRAP = "website"
MAX_PARENT = 64
OTHERS = (WITHDRAWAL, SIGNATURE, CONFIRMATION)  # forms that say what they are: that of a comment does not
UNTIL = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIXED = ("kind", "parent", "level")  # what a form of ours has as the page made it
SHORT_CODE = re.compile(r"[0-9a-z]{6,32}")


@dataclass(frozen=True)
class Intake:
    """What one process of the intake needs; ``bucket`` is shared by all of them."""

    settings: Settings
    keys: Keys
    spool: Spool
    bucket: Bucket
    pages: Pages

    def keep(self, submission: Submission) -> None:
        """Seal it and keep it, on the disk and whole; raises FullError or OSError."""
        self.spool.store(self.keys.seal(submission.packed()), submission.day)

    def today(self) -> dt.date:
        """The day where the magazine is at home."""
        return dt.datetime.now(ZoneInfo(self.settings.zone)).date()


def intake(settings: Settings, bucket: Bucket, filled: c_double | None = None) -> Intake:
    """An intake with its folder made; raises KeysError or OSError. ``filled`` is what the spool takes of it."""
    chosen = settings.limits
    spool = Spool(settings.spool, chosen.spool * MEGABYTE, chosen.reserve * MEGABYTE, filled)
    return Intake(settings, Keys(settings.keys), spool, bucket, Pages(settings))


@dataclass(frozen=True)
class Advice:
    """Why something is not kept, and what to do; ``limit`` is the figure in the sentence."""

    status: HTTPStatus
    sentence: str
    retry_after: int = 0
    limit: int = 0


AGAIN = Advice(HTTPStatus.BAD_REQUEST, sentences.AGAIN)
QUICK = Advice(HTTPStatus.TOO_MANY_REQUESTS, sentences.QUICK, WAIT)
BUSY = Advice(HTTPStatus.SERVICE_UNAVAILABLE, sentences.BUSY, WAIT)
FULL = Advice(HTTPStatus.INSUFFICIENT_STORAGE, sentences.FULL)
TROUBLE = Advice(HTTPStatus.SERVICE_UNAVAILABLE, sentences.TROUBLE, WAIT)
UNFIT = {
    ("empty", "text"): Advice(HTTPStatus.BAD_REQUEST, sentences.EMPTY),
    ("long", "text"): Advice(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentences.LONG, limit=MAX_TEXT),
    ("long", "name"): Advice(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentences.LONG_NAME, limit=MAX_NAME),
    ("links", "text"): Advice(HTTPStatus.BAD_REQUEST, sentences.LINKS, limit=MAX_LINKS),
    ("links", "name"): Advice(HTTPStatus.BAD_REQUEST, sentences.LINK_IN_NAME),
    ("receipt", "receipt"): Advice(HTTPStatus.BAD_REQUEST, sentences.BAD_RECEIPT),
    ("receipt", "contact"): Advice(HTTPStatus.BAD_REQUEST, sentences.BAD_CODE),
    ("name", "name"): Advice(HTTPStatus.BAD_REQUEST, sentences.NO_NAME),
    ("long", "contact"): Advice(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentences.LONG_CONTACT, limit=MAX_CONTACT),
}


def answered(here: Intake, form: Mapping[str, str], allowance: Allowance) -> Page:
    """Keep what a form holds, once it is fit; the page that says so, or gives the form back.

    Nothing of what was kept before is known here, so nobody is told whether somebody has signed already.
    """
    values, today = _mended(form), here.today()
    # what a reader cannot mend is emptied, and so no longer what the page has sent
    is_ours = not form.get(TRAP) and all(values[name] == form.get(name, "") for name in FIXED)
    is_ours &= bool(values["region"]) == bool(form.get("region"))
    is_ours &= form.get("entry") == form_key(values["entry"], values["lang"], here.settings.salt, values["until"])
    is_late = values["kind"] == SIGNATURE and values["until"] < today.isoformat()
    receipt = "" if values["kind"] in (WITHDRAWAL, CONFIRMATION) else receipts.new()
    submission = None
    try:
        submission = taken(values["kind"] or COMMENT, {**values, **_codes(values)}, today, receipt)
        is_late &= submission.kind == SIGNATURE  # what was signed in time can be taken back later
        advice = None if is_late else _kept(here, submission, allowance) if is_ours else AGAIN
    except UnfitError as error:
        advice = UNFIT.get((error.reason, error.field), AGAIN)
    except Exception as error:  # noqa: BLE001 (whatever it is, the reader's words are given back)
        discretion.tell_error(error)
        advice = TROUBLE
    if is_late:
        return here.pages.over(values)
    if advice:
        return here.pages.given_back(values, advice.status, advice.sentence, advice.retry_after, advice.limit)
    if submission and submission.kind == WITHDRAWAL:
        return here.pages.withdrawn(values)
    if submission and submission.kind == CONFIRMATION:
        return here.pages.confirmed(values)
    return here.pages.thanks(values, receipt)


def _kept(here: Intake, submission: Submission, allowance: Allowance) -> Advice | None:
    """Nothing once it is kept, or why it is not."""
    if not allowance.take():
        return QUICK
    if not here.bucket.take():
        return BUSY
    try:
        here.keep(submission)
    except FullError:
        return FULL
    return None


def _codes(values: Mapping[str, str]) -> dict[str, str]:
    """The codes in a form, however they were typed; raises UnfitError."""
    if values["kind"] != CONFIRMATION:
        return {"receipt": receipts.typed(values["receipt"])}
    code = receipts.letters_of(values["contact"])
    if not SHORT_CODE.fullmatch(code):
        raise UnfitError("receipt", "contact")
    return {"receipt": "", "contact": code}


def _mended(form: Mapping[str, str]) -> dict[str, str]:
    """The fields with those emptied that a reader cannot mend; on a page ``entry`` holds ``lang`` and ``until``.

    A form that has such a day is one for a signature, even where it has lost the word that says so: what was meant to
    be counted only must never become an answer with a name.
    """
    entry, _, key = form.get("entry", "").partition(" ")
    language, _, rest = key.partition(" ")
    until, parent, kind = rest.partition(" ")[0], form.get("parent", ""), form.get("kind", "")
    level, region = form.get("level", ""), form.get("region", "")
    if UNTIL.fullmatch(until):
        kind = SIGNATURE
    else:
        until = NO_END if kind == SIGNATURE else ""
    return {
        "entry": entry if len(entry) <= MAX_ADDRESS and ENTRY.fullmatch(entry) else "",
        "lang": language if language in LANGUAGES else MAIN_LANGUAGE,
        "until": until,
        "parent": parent if len(parent) <= MAX_PARENT and IDENTIFIER.fullmatch(parent) else "",
        "kind": kind if kind in OTHERS else "",
        "text": cleaned(form.get("text", "")),
        "name": line(form.get("name", "")),
        "receipt": line(form.get("receipt", "")),
        "level": level if level in LEVELS else "",
        "region": code_of(region) if 0 < len(region) <= MAX_NAME else "",
        "contact": line(form.get("contact", "")),
    }
