"""Takes what a form holds: keeps it sealed, or gives every word of it back with what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from ctypes import c_double
from dataclasses import dataclass
from http import HTTPStatus
from zoneinfo import ZoneInfo

from magazine.intake import discretion, pages, receipts
from magazine.intake.limits import Allowance, Bucket
from magazine.intake.pages import MAIN_LANGUAGE, Page, Pages
from magazine.intake.sealing import Keys
from magazine.intake.settings import Settings
from magazine.intake.spool import FullError, Spool
from magazine.intake.submissions import (
    COMMENT,
    ENTRY,
    IDENTIFIER,
    LANGUAGES,
    MAX_ADDRESS,
    MAX_LINKS,
    MAX_NAME,
    MAX_TEXT,
    WITHDRAWAL,
    Submission,
    UnfitError,
    cleaned,
    form_key,
    line,
    taken,
)

MEGABYTE = 1_000_000
WAIT = 60  # seconds until one may send again
TRAP = "website"
MAX_PARENT = 64


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


AGAIN = Advice(HTTPStatus.BAD_REQUEST, pages.AGAIN)
QUICK = Advice(HTTPStatus.TOO_MANY_REQUESTS, pages.QUICK, WAIT)
BUSY = Advice(HTTPStatus.SERVICE_UNAVAILABLE, pages.BUSY, WAIT)
FULL = Advice(HTTPStatus.INSUFFICIENT_STORAGE, pages.FULL)
TROUBLE = Advice(HTTPStatus.SERVICE_UNAVAILABLE, pages.TROUBLE, WAIT)
UNFIT = {
    ("empty", "text"): Advice(HTTPStatus.BAD_REQUEST, pages.EMPTY),
    ("long", "text"): Advice(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, pages.LONG, limit=MAX_TEXT),
    ("long", "name"): Advice(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, pages.LONG_NAME, limit=MAX_NAME),
    ("links", "text"): Advice(HTTPStatus.BAD_REQUEST, pages.LINKS, limit=MAX_LINKS),
    ("links", "name"): Advice(HTTPStatus.BAD_REQUEST, pages.LINK_IN_NAME),
    ("receipt", "receipt"): Advice(HTTPStatus.BAD_REQUEST, pages.BAD_RECEIPT),
}


def answered(here: Intake, form: Mapping[str, str], allowance: Allowance) -> Page:
    """Keep what a form holds, once it is fit; the page that says so, or gives the form back."""
    values = _mended(form)
    # what a reader cannot mend is emptied, and so no longer what the page has sent
    is_ours = not form.get(TRAP) and all(values[name] == form.get(name, "") for name in ("kind", "parent"))
    is_ours &= form.get("entry") == form_key(values["entry"], values["lang"], here.settings.salt)
    receipt = "" if values["kind"] == WITHDRAWAL else receipts.new()
    try:
        code = receipts.typed(values["receipt"])
        submission = taken(values["kind"] or COMMENT, {**values, "receipt": code}, here.today(), receipt)
        advice = _kept(here, submission, allowance) if is_ours else AGAIN
    except UnfitError as error:
        advice = UNFIT.get((error.reason, error.field), AGAIN)
    except Exception as error:  # noqa: BLE001 (whatever it is, the reader's words are given back)
        discretion.tell_error(error)
        advice = TROUBLE
    else:
        if not advice and submission.kind == WITHDRAWAL:
            return here.pages.withdrawn(values)
    if advice:
        return here.pages.given_back(values, advice.status, advice.sentence, advice.retry_after, advice.limit)
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


def _mended(form: Mapping[str, str]) -> dict[str, str]:
    """The fields with those emptied that a reader cannot mend; ``entry`` and ``lang`` are in one on a page's form."""
    entry, _, key = form.get("entry", "").partition(" ")
    language, parent, kind = key.partition(" ")[0], form.get("parent", ""), form.get("kind", "")
    return {
        "entry": entry if len(entry) <= MAX_ADDRESS and ENTRY.fullmatch(entry) else "",
        "lang": language if language in LANGUAGES else MAIN_LANGUAGE,
        "parent": parent if len(parent) <= MAX_PARENT and IDENTIFIER.fullmatch(parent) else "",
        "kind": kind if kind == WITHDRAWAL else "",
        "text": cleaned(form.get("text", "")),
        "name": line(form.get("name", "")),
        "receipt": line(form.get("receipt", "")),
    }
