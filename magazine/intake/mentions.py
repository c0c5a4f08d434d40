"""Pingbacks (hixie.ch/specs/pingback/pingback-1.0) and webmentions (W3C, 2017): kept unverified for the editors.

Nothing is fetched here: verifying one tells a stranger's server who asks, so an editor decides when that is done.
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from magazine.intake import discretion
from magazine.intake.limits import Allowance
from magazine.intake.pages import MAIN_LANGUAGE
from magazine.intake.spool import FullError
from magazine.intake.submissions import ENTRY, LANGUAGES, PINGBACK, WEBMENTION, UnfitError, taken
from magazine.intake.taking import Intake

MAX_PING = 16_384  # bytes
METHOD = "pingback.ping"
# fault codes of XML-RPC (xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php) and of the pingback specification
NOT_WELL_FORMED, NO_METHOD, BAD_PARAMETERS = -32700, -32601, -32602
GENERIC, NO_SOURCE, NO_TARGET = 0, 16, 33
# the page of a text, in whichever folder a mirror has the site
TEXT = re.compile(
    r"/(?:(?P<language>ky|en)/)?(?P<entry>(?:magazine|blog|petitions|pages)/[a-z0-9/_-]{1,200}?)(?:/answers-\d+)?\.html$"
)


class MentionError(ValueError):
    """A mention that is not taken; ``fault`` and ``status`` tell why in the words of the two protocols."""

    def __init__(self, fault: int, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.fault, self.status, self.words = fault, status, words


@dataclass(frozen=True)
class Place:
    """What a target names: the language of a page, and the key of its text, if it has one."""

    language: str
    entry: str


def ping(here: Intake, body: bytes, allowance: Allowance) -> str:
    """Keep a pingback; the XML of the answer, which is a fault where it was not taken."""
    try:
        source, target = _called(body)
        _keep(here, PINGBACK, source, target, allowance)
    except MentionError as error:
        return xmlrpc.client.dumps(xmlrpc.client.Fault(error.fault, error.words), methodresponse=True)
    return xmlrpc.client.dumps(("The pingback waits for an editor.",), methodresponse=True)


def mention(here: Intake, form: Mapping[str, str], allowance: Allowance) -> tuple[HTTPStatus, str]:
    """Keep a webmention; the status and the words of the answer."""
    try:
        _keep(here, WEBMENTION, form.get("source", ""), form.get("target", ""), allowance)
    except MentionError as error:
        return error.status, error.words
    return HTTPStatus.ACCEPTED, "The webmention waits for an editor."


def place(site: str, target: str) -> Place | None:
    """What an address names; None if it is neither on the site's own host nor, as on a mirror, that of a text."""
    try:
        there, own = urlsplit(target), urlsplit(site)
        is_own = (there.hostname, there.port) == (own.hostname, own.port)
        path = unquote(there.path)
    except ValueError:
        return None
    named = TEXT.search(path)
    if named and ENTRY.fullmatch(named["entry"]) and not named["entry"].endswith("/index"):
        return Place(named["language"] or MAIN_LANGUAGE, named["entry"])
    first = path.removeprefix(own.path).partition("/")[0]
    return Place(first if first in LANGUAGES else MAIN_LANGUAGE, "") if is_own else None


def _keep(here: Intake, kind: str, source: str, target: str, allowance: Allowance) -> None:
    found = place(here.settings.site, target)
    place_of = found or Place(MAIN_LANGUAGE, "")
    try:
        values = {"source": source, "target": target, "lang": place_of.language, "entry": place_of.entry}
        submission = taken(kind, values, here.today())
    except UnfitError as error:
        fault, what = (NO_SOURCE, "source") if error.field == "source" else (NO_TARGET, "target")
        raise MentionError(fault, HTTPStatus.BAD_REQUEST, f"The {what} is no web address.") from error
    if found is None or source == target:
        raise MentionError(NO_TARGET, HTTPStatus.BAD_REQUEST, "The target is no page that takes mentions.")
    if not allowance.take() or not here.bucket.take():
        raise MentionError(GENERIC, HTTPStatus.TOO_MANY_REQUESTS, "Too much is coming in. Come back later.")
    try:
        here.keep(submission)
    except FullError as error:
        raise MentionError(GENERIC, HTTPStatus.INSUFFICIENT_STORAGE, "There is no room now.") from error
    except Exception as error:
        discretion.tell_error(error)
        raise MentionError(GENERIC, HTTPStatus.SERVICE_UNAVAILABLE, "It could not be kept. Come back later.") from error


def _called(body: bytes) -> tuple[str, str]:
    """Source and target of a call; raises MentionError."""
    bad = HTTPStatus.BAD_REQUEST
    try:
        call = fromstring(body[: MAX_PING + 1], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MentionError(NOT_WELL_FORMED, bad, "This is no XML-RPC call.") from error
    if len(body) > MAX_PING or call.tag != "methodCall":
        raise MentionError(NOT_WELL_FORMED, bad, "This is no XML-RPC call.")
    if (call.findtext("methodName") or "").strip() != METHOD:
        raise MentionError(NO_METHOD, bad, f"The only method is {METHOD}.")
    values = [_string(value) for value in call.findall("params/param/value")]
    if len(values) != 2 or not all(values):
        raise MentionError(BAD_PARAMETERS, bad, f"{METHOD} has two parameters, source and target.")
    return values[0], values[1]


def _string(value: Element) -> str:
    """A string, in its element or without one; no other type."""
    if len(value) == 0:
        return (value.text or "").strip()
    return (value[0].text or "").strip() if len(value) == 1 and value[0].tag == "string" else ""
