"""Answers as a page shows them: threads of letters, mentions elsewhere apart, everything sanitised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3
from markdown import Markdown

from magazine.records import Answer
from magazine.site.shortcuts import Shortcuts, plain

ALLOWED_TAGS = {"p", "br", "em", "strong", "b", "i", "a", "blockquote", "ul", "ol", "li", "code", "pre"}
ALLOWED_SCHEMES = {"http", "https", "mailto"}
PICTURE = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>', re.IGNORECASE)
# of strangers: not vouched for, no window handed over, no address of the page told
RELATION = "nofollow ugc noopener noreferrer"
# deeper replies stand beside each other: a phone has no room for a sixth indent
MAX_DEPTH = 4
# letters on one page of answers, and what frames one answer, there and in its form; about 5 KB when compressed
PAGE_WEIGHT, LETTER_FRAME = 16_000, 400


@dataclass(frozen=True)
class Letter:
    """One comment with the replies to it, oldest first."""

    answer: Answer
    replies: tuple[Letter, ...]

    def answers(self) -> Iterator[Answer]:
        """This answer and all below it."""
        yield self.answer
        for reply in self.replies:
            yield from reply.answers()

    def weight(self) -> int:
        """Letters in the whole thread."""
        return LETTER_FRAME + len(self.answer.text) + sum(reply.weight() for reply in self.replies)


@dataclass(frozen=True)
class Responses:
    """All that was answered to one entry; ``count`` is what the heading tells.

    ``pages`` holds whole threads, oldest first, so that a new answer changes the last page alone.
    """

    pages: tuple[tuple[Letter, ...], ...]
    mentions: tuple[Answer, ...]
    count: int

    def page_of(self, identifier: str) -> int:
        """The number of the page, from 1, that shows an answer."""
        for number, letters in enumerate(self.pages, start=1):
            if any(answer.id == identifier for letter in letters for answer in letter.answers()):
                return number
        return 1


def fit_one_page(answers: Iterable[Answer]) -> bool:
    """Whether all answers surely stand on the first page; it costs less than to put them in threads."""
    return sum(LETTER_FRAME + len(answer.text) for answer in answers) <= PAGE_WEIGHT


def responses(answers: Iterable[Answer]) -> Responses:
    """The answers of an entry, which come oldest first, as threads and mentions."""
    comments = _standing([answer for answer in answers if answer.kind == "comment"])
    mentions = [answer for answer in answers if answer.kind != "comment" and not answer.is_removed]
    known = {answer.id for answer in comments}
    # a reply to a mention starts a thread of its own: the mention stands apart
    roots = [answer for answer in comments if answer.reply_to not in known]
    replies: dict[str, list[Answer]] = {}
    for answer in comments:
        replies.setdefault(answer.reply_to, []).append(answer)
    letters = tuple(_letter(answer, replies, 1) for answer in roots)
    count = sum(not answer.is_removed for answer in comments)
    return Responses(_paged(letters), tuple(mentions), count + len(mentions))


@lru_cache(maxsize=256)  # the languages of a page show the same answers and are rendered one after the other
def sanitised(text: str) -> str:
    """The HTML of what a stranger wrote in Markdown: a few plain tags, no foreign scheme, no attribute but ``href``."""
    if (html := plain(text)) is not None:
        return html
    try:
        converted = _markdown().reset().convert(text)
    except RecursionError:  # lists in lists in lists: nobody means that, so it is shown as it was written
        return f"<p>{escape(text)}</p>"
    return nh3.clean(
        PICTURE.sub(r"\1", converted),  # no picture of strangers, but its words
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes=ALLOWED_SCHEMES,
        link_rel=RELATION,
        attribute_filter=_kept,
        strip_comments=True,
    ).strip()


@lru_cache(maxsize=1)
def _markdown() -> Markdown:
    return Markdown(extensions=[Shortcuts()], output_format="html")


def _standing(comments: list[Answer]) -> list[Answer]:
    """The comments without those that were removed and that nothing hangs on any more."""
    parent = {answer.id: answer.reply_to for answer in comments}
    held: set[str] = set()
    for answer in comments:
        above = "" if answer.is_removed else answer.reply_to
        while above in parent and above not in held:
            held.add(above)
            above = parent[above]
    return [answer for answer in comments if not answer.is_removed or answer.id in held]


def _paged(letters: tuple[Letter, ...]) -> tuple[tuple[Letter, ...], ...]:
    pages: list[tuple[Letter, ...]] = [()]
    weight = 0
    for letter in letters:
        weight += letter.weight()
        if weight > PAGE_WEIGHT and pages[-1]:
            pages.append(())
            weight = letter.weight()
        pages[-1] = (*pages[-1], letter)
    return tuple(pages)


def _letter(answer: Answer, replies: Mapping[str, list[Answer]], depth: int) -> Letter:
    if depth == MAX_DEPTH:
        return Letter(answer, ())
    below = replies.get(answer.id, [])
    if depth == MAX_DEPTH - 1:
        below = _all_below(answer, replies)
    return Letter(answer, tuple(_letter(other, replies, depth + 1) for other in below))


def _all_below(answer: Answer, replies: Mapping[str, list[Answer]]) -> list[Answer]:
    found: list[Answer] = []
    waiting = list(reversed(replies.get(answer.id, [])))
    while waiting:
        found.append(waiting.pop())
        waiting.extend(reversed(replies.get(found[-1].id, [])))
    return found


def _kept(_tag: str, name: str, value: str) -> str | None:
    """Only whole addresses: a relative one would lead into the magazine, or nowhere."""
    if name == "rel":
        return value  # nh3's own
    return value if name == "href" and value.lower().startswith(("http://", "https://", "mailto:")) else None
