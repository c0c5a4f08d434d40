"""Where a page wants to be told that it was linked to.

Webmention (https://www.w3.org/TR/webmention/, 3.1.2): the first ``Link`` header, else the first ``link`` or ``a`` of
the page. Pingback (https://www.hixie.ch/specs/pingback/pingback, 2): the header ``X-Pingback``, else a ``link``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from magazine.desk.linkbacks.guarded import Reply
from magazine.desk.linkbacks.hypertext import Hypertext, joined
from magazine.intake.submissions import PINGBACK, WEBMENTION

RELATIONS = (WEBMENTION, "http://webmention.org/", "http://webmention.org")  # the last two are older ones
# one link of a header (RFC 8288, 3): <address>; name=value; name="value"
HEADER_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$%&'*+.^`|~-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
PARAMETER = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.IGNORECASE)
MAX_HEADER = 8_000  # letters that are looked at


@dataclass(frozen=True)
class Endpoint:
    """Where and how to tell: ``way`` is a kind of submission, webmention or pingback."""

    way: str
    address: str


def endpoint(target: Reply) -> Endpoint | None:
    """The endpoint that a page names, the webmention's first; None if it names none."""
    page = Hypertext(target)
    webmention = _in_header(target) or next(
        (link.address for link in page.links if set(RELATIONS) & set(link.relations)), None
    )
    if webmention:
        return Endpoint(WEBMENTION, webmention)
    named = target.headers.get("x-pingback", "").strip()
    pingback = named or next(
        (link.address for link in page.links if PINGBACK in link.relations and not link.is_shown), None
    )
    return Endpoint(PINGBACK, joined(target.address, pingback)) if pingback else None


def _in_header(target: Reply) -> str | None:
    whole = ", ".join(target.headers.get_list("link"))[:MAX_HEADER]
    for address, parameters in HEADER_LINK.findall(whole):
        named = PARAMETER.search(parameters)
        relations = ((named[1] or named[2]) if named else "").lower().split()
        if set(RELATIONS) & set(relations):
            return joined(target.address, address.strip())
    return None
