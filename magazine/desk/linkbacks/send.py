"""Telling other hosts that a published page links to them: by webmention, else by pingback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from magazine.desk.linkbacks import pings
from magazine.desk.linkbacks.endpoints import endpoint
from magazine.desk.linkbacks.guarded import Fetcher, Reply
from magazine.desk.linkbacks.hosts import FetchError, RefusedError
from magazine.desk.linkbacks.hypertext import Hypertext, joined
from magazine.desk.linkbacks.pings import Outcome
from magazine.desk.linkbacks.sent import FAILED, GIVEN_UP, Due, Record, Sent
from magazine.headers import shown
from magazine.intake.submissions import WEBMENTION, line
from magazine.messages import marked, say

GONE_STATUSES = (404, 410)

TOLD = marked("Told: %(source)s → %(target)s (%(way)s)")
UNWANTED = marked("Takes no notices: %(target)s")
AGAIN = marked("Not told, to be tried again from %(day)s: %(target)s. %(reason)s")
OVER = marked("Given up after %(tries)d tries: %(target)s. %(reason)s")
NEVER = marked("Not told: %(target)s. %(reason)s")
NOT_PUBLISHED = marked("Not published yet, so nobody is told of it: %(source)s. Publish the site, then run this again.")
STILL_THERE = marked(
    "The published page still has the link that was taken out: %(source)s. Publish the site, then run this again."
)
UNREACHED = marked("The published page could not be looked at: %(reason)s")
ANSWERED = marked("The other side answered: %(words)s")


@dataclass(frozen=True)
class Step:
    """What became of one link, and the sentence that says so; ``sent`` is None where nothing was tried."""

    due: Due
    sent: Sent | None
    sentence: str

    @property
    def is_open(self) -> bool:
        """Whether it is to be done another time."""
        return self.sent is None or self.sent.state == FAILED

    def keep(self, record: Record) -> None:
        """Write it into the record."""
        key = self.due.source, self.due.target
        if self.due.is_gone and self.sent is not None and self.sent.state not in (FAILED, GIVEN_UP):
            record.pop(key, None)  # nobody has to hear of it again
        elif self.sent is not None:
            record[key] = self.sent


def steps(wanted: Iterable[Due], fetcher: Fetcher, today: dt.date) -> Iterator[Step]:
    """Send what is due, one link after the other, and tell of each; a page that is not published waits."""
    for source, links in groupby(wanted, attrgetter("source")):
        try:
            page = fetcher.get(source)
        except FetchError as error:
            yield from (Step(due, None, say(UNREACHED, reason=error)) for due in links)
            continue
        shown = {link.address for link in Hypertext(page).links if link.is_shown} if page.is_good else set()
        for due in links:
            if reason := _not_ready(due, page, shown):
                yield Step(due, None, say(reason, source=source))
            else:
                yield _sent(due, fetcher, today)


def _not_ready(due: Due, page: Reply, shown: set[str]) -> str:
    """Why the other side, which looks at the page, would not believe us; empty if it would."""
    is_shown = joined(page.address, due.target) in shown
    if not due.is_gone:
        return "" if is_shown else NOT_PUBLISHED
    is_gone = page.status in GONE_STATUSES or (page.is_good and not is_shown)
    return "" if is_gone else STILL_THERE


def _sent(due: Due, fetcher: Fetcher, today: dt.date) -> Step:
    way = WEBMENTION if due.is_gone else ""  # a pingback cannot be taken back
    try:
        target = fetcher.get(due.target)
        if target.status not in GONE_STATUSES and not target.is_good:
            return _failed(due, way, today, say(ANSWERED, words=f"HTTP {target.status}"))
        found = endpoint(target)
        if found is None or way not in ("", found.way):
            return Step(due, due.unwanted(), say(UNWANTED, target=due.target))
        way = found.way
        return _answered(due, way, today, pings.sent(found, due.source, due.target, fetcher))
    except RefusedError as error:
        return Step(due, due.unwanted(), say(NEVER, target=due.target, reason=error))
    except FetchError as error:
        return _failed(due, way, today, str(error))


def _answered(due: Due, way: str, today: dt.date, outcome: Outcome) -> Step:
    if outcome.is_done:
        return Step(due, due.done(way), say(TOLD, source=due.source, target=due.target, way=way))
    reason = say(ANSWERED, words=shown(line(outcome.said), 120))
    if outcome.is_final:
        return Step(due, due.unwanted(), say(NEVER, target=due.target, reason=reason))
    return _failed(due, way, today, reason)


def _failed(due: Due, way: str, today: dt.date, reason: str) -> Step:
    sent = due.failed(way, today)
    if sent.state == GIVEN_UP:
        return Step(due, sent, say(OVER, tries=sent.tries, target=due.target, reason=reason))
    return Step(due, sent, say(AGAIN, day=sent.day, target=due.target, reason=reason))
