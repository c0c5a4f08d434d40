"""Telling an endpoint that a page of ours links to one of theirs, and what it answers."""

from __future__ import annotations

import xmlrpc.client
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from magazine.desk.linkbacks.endpoints import Endpoint
from magazine.desk.linkbacks.guarded import Fetcher, Reply
from magazine.intake.submissions import WEBMENTION

# https://www.hixie.ch/specs/pingback/pingback, 3: known already; no such page, none that takes pings, not allowed
REGISTERED, FINAL = 48, (32, 33, 49)


@dataclass(frozen=True)
class Outcome:
    """Whether a ping arrived; if not, whether another time may help, and what the endpoint said."""

    is_done: bool
    is_final: bool = False
    said: str = ""


def sent(endpoint: Endpoint, source: str, target: str, fetcher: Fetcher) -> Outcome:
    """Send one ping; raises FetchError."""
    if endpoint.way == WEBMENTION:
        form = urlencode({"source": source, "target": target}).encode("ascii")
        return _of_webmention(fetcher.post(endpoint.address, form, "application/x-www-form-urlencoded"))
    call = xmlrpc.client.dumps((source, target), "pingback.ping", encoding="utf-8").encode()
    return of_pingback(fetcher.post(endpoint.address, call, "text/xml"))


def _of_webmention(reply: Reply) -> Outcome:
    if reply.is_good or reply.status == 303:  # «See other» is where its state can be seen
        return Outcome(is_done=True)
    return Outcome(is_done=False, is_final=reply.status == 410, said=f"HTTP {reply.status}")


def of_pingback(reply: Reply) -> Outcome:
    """What an XML-RPC answer tells; one that is none is a failure."""
    if not reply.is_good:
        return Outcome(is_done=False, said=f"HTTP {reply.status}")
    try:
        answer = fromstring(reply.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        return Outcome(is_done=False, said=f"XML-RPC: {type(error).__name__}")
    if answer.tag != "methodResponse":
        return Outcome(is_done=False, said="XML-RPC")
    fault = answer.find("fault")
    if fault is None:
        is_done = answer.find("params") is not None
        return Outcome(is_done=is_done, said="" if is_done else "XML-RPC")
    code, words = _member(fault, "faultCode"), _member(fault, "faultString")
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 9 else 0
    return Outcome(is_done=number == REGISTERED, is_final=number in FINAL, said=f"{number} {words}".strip())


def _member(fault: Element, name: str) -> str:
    for member in fault.iterfind("value/struct/member"):
        if (member.findtext("name") or "").strip() == name:
            value = member.find("value")
            return "".join(value.itertext()).strip() if value is not None else ""
    return ""
