"""Looking whether the page of a mention links to ours: only when an editor asks for it, and one page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from magazine.desk import linkbacks
from magazine.desk.linkbacks import LinkbacksError
from magazine.desk.linkbacks.hosts import FetchError
from magazine.desk.linkbacks.verify import UnverifiedError, verified
from magazine.desk.moderation.decisions import Decisions
from magazine.desk.moderation.items import COPIED, LINKED, UNLINKED, Finding, Item
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.wordpress.text import escaped
from magazine.intake.submissions import MENTIONS
from magazine.messages import marked, say

FOUND = {
    LINKED: marked("Their page was looked at: it links to us."),
    COPIED: marked("Their page was looked at: it links to a copy of the magazine."),
    UNLINKED: marked("Their page was looked at: it is none that links to us. It is better refused."),
}


def can_be_looked_at(item: Item) -> bool:
    """Whether an item names a page that may link to ours."""
    return item.submission.kind in MENTIONS


def is_covered(settings: Mapping[str, Any]) -> bool:
    """Whether a proxy stands between this computer and who is asked."""
    return bool(settings.get("PROXY"))


def danger(item: Item) -> str:
    """What happens when a page is looked at without a proxy."""
    return say("No proxy is set, so %(host)s, and every host that it leads on to, learns the network address of this "
               "computer and may keep it for ever. Whoever has that address can find out where you are. "
               "PROXY in pelicanconf.py can name a proxy, such as Tor's.",
               host=urlsplit(item.submission.source).hostname or item.submission.source)  # fmt: skip


def look(session: Decisions, name: str, *, direct: bool = False) -> None:
    """Look at the page of a mention: what it says is taken over, and what was found is told by ``told``.

    Takes up to ``guarded.SECONDS``; nothing else waits for it meanwhile. ``direct``: the editor has agreed that no
    proxy stands between. Raises KeyError, ModerationError where nothing was looked at, or is taken over.
    """
    if not session.looking.acquire(blocking=False):
        raise ModerationError(say("Another page is being looked at. Wait until that is done."))
    try:
        before = session.item(name)
        asking = linkbacks.fetcher(session.settings, direct=direct)
        found = verified(before.submission, asking.get, linkbacks.site(session.settings))
    except UnverifiedError as error:
        session.found(name, UNLINKED)
        session.findings[name] = Finding(UNLINKED, str(error))
    except (LinkbacksError, FetchError) as error:
        told = say("Their page could not be looked at now: %(reason)s", reason=error)
        session.findings[name] = Finding(session.item(name).looked, told)
    else:
        looked = COPIED if found.copy else LINKED
        text = escaped(found.excerpt, at_start=True)  # a page's title is shown as it is, its text is read as Markdown
        session.found(name, looked, text=text, title=found.title)
        told = say("It leads to a copy on %(host)s: look whether that is one of ours.", host=found.copy)
        session.findings[name] = Finding(looked, told if found.copy else "")
    finally:
        session.looking.release()


def told(session: Decisions, item: Item) -> list[str]:
    """What is known of the page of a mention."""
    finding = session.findings.get(item.name)
    more = finding.told if finding and finding.looked == item.looked else ""
    return [*([say(FOUND[item.looked])] if item.looked in FOUND else []), *([more] if more else [])]


def doubt(item: Item) -> str:
    """What to tell once before a mention is approved; empty if there is nothing to be told."""
    if not can_be_looked_at(item) or item.looked in (LINKED, COPIED):
        return ""
    if item.looked == UNLINKED:
        return say("Their page is none that links to us. Approve once more to publish it all the same.")
    return say("Nobody has looked whether this page links to us. Approve once more to publish it all the same.")
