"""Whether a page that claims to link to one of ours really does, and what it says there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from magazine.desk.linkbacks.guarded import Reply
from magazine.desk.linkbacks.hypertext import Hypertext, Link
from magazine.headers import shown
from magazine.intake.submissions import LANGUAGES, Submission, checked, line
from magazine.messages import marked, say

Fetch = Callable[[str], Reply]
PORTS = {"http": 80, "https": 443}
INDEX = "index.html"
MAX_HOST = 253  # letters

OURS = marked("%(source)s is a page of this magazine itself.")
GONE = marked("%(source)s is not there: its host answers %(status)d.")
NO_LINK = marked("%(source)s does not link to %(target)s.")


class UnverifiedError(Exception):
    """A mention that is none; the message, from a marked ``sentence`` and its ``values``, says why."""

    def __init__(self, sentence: str, **values: object) -> None:
        told = {name: shown(line(value), 120) if isinstance(value, str) else value for name, value in values.items()}
        super().__init__(say(sentence, **told))
        self.sentence, self.values = sentence, told


@dataclass(frozen=True)
class Mention:
    """What a page says where it links to ours: plain text, no markup.

    ``language`` is the tag that the page bears, ``copy`` the host of a copy of the magazine that it links to: an editor
    alone knows whether that is one of ours.
    """

    source: str
    title: str
    excerpt: str
    language: str = ""
    copy: str = ""

    def joined_to(self, submission: Submission) -> Submission:
        """The submission with these words; raises UnfitError, which cannot be but for a limit that is lowered."""
        spoken = self.language.partition("-")[0]
        language = spoken if spoken in LANGUAGES else submission.language
        return checked(replace(submission, title=self.title, text=self.excerpt, language=language))


def verified(submission: Submission, fetch: Fetch, site: str) -> Mention:
    """What the source of a pingback or webmention says about its target.

    ``fetch`` is ``Fetcher.get``, ``site`` the published address of the magazine. Raises UnverifiedError, and FetchError
    when the source cannot be fetched now.
    """
    target = submission.target
    if _below(submission.source, site) is not None:
        raise UnverifiedError(OURS, source=submission.source)
    reply = fetch(submission.source)
    if not reply.is_good:
        raise UnverifiedError(GONE, source=submission.source, status=reply.status)
    if _below(reply.address, site) is not None:
        raise UnverifiedError(OURS, source=submission.source)
    page = Hypertext(reply)
    link = next((link for link in page.links if link.is_shown and is_same(link.address, target, site)), None)
    if link is None:
        raise UnverifiedError(NO_LINK, source=submission.source, target=target)
    return Mention(submission.source, page.title, page.excerpt(link), page.language, _copy(link, site))


def is_same(address: str, target: str, site: str) -> bool:
    """Whether an address is the target, or the page of the site that the target is a copy of."""
    if _plain(address) is not None and _plain(address) == _plain(target):
        return True
    page, copy = _below(address, site), _plain(target)
    return bool(page and copy and copy[1].endswith(f"/{page}"))


def _copy(link: Link, site: str) -> str:
    return "" if _below(link.address, site) is not None else str(urlsplit(link.address).hostname or "")


def _below(address: str, site: str) -> str | None:
    """The path of a page below the root of the site; None for a page elsewhere."""
    page, root = _plain(address), _plain(site)
    if page is None or root is None or page[0] != root[0]:
        return None
    folder = root[1].rstrip("/") + "/"
    return page[1][len(folder) :] if f"{page[1]}/".startswith(folder) else None


def _plain(address: str) -> tuple[str, str] | None:
    """Host and path of an address without what does not tell pages apart: scheme, fragment, query, ``index.html``."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not 0 < len(host) <= MAX_HOST:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    shown_port = "" if port in (None, PORTS[parts.scheme]) else f":{port}"
    return host.removeprefix("www.") + shown_port, unquote(parts.path or "/").removesuffix(INDEX)
