"""Comments and pings of a text as the files of its answers: the approved ones, and nothing that tells a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from magazine.answers import IDENTIFIER
from magazine.desk.wordpress import convert, language
from magazine.desk.wordpress.addresses import web_address
from magazine.desk.wordpress.people import anyone, names_somebody, withheld
from magazine.desk.wordpress.portions import portions
from magazine.desk.wordpress.records import Comment
from magazine.desk.wordpress.survey import ANSWERS, state_of_comment
from magazine.desk.wordpress.text import one_line
from magazine.desk.wordpress.waiting import NOWHERE, UNFIT, submission
from magazine.headers import MAX_ANSWER_BYTES
from magazine.intake.submissions import Submission

COMMENT = "comment"
HEADING = re.compile(r"\s*<strong>(.*?)</strong>\s*", re.DOTALL)
MAX_ID_LENGTH = 40
ROOM = 1_000  # bytes for the headers
MAX_NAME = 200  # letters of a name or a title


@dataclass(frozen=True)
class Answers:
    """The files by name; what became of each comment, counted; ids of those that were divided or held an address.

    Those that wait for a decision are counted once it is known whether they could be sealed.
    """

    files: dict[str, str]
    fates: Counter[str]
    divided: tuple[str, ...]
    withheld: tuple[str, ...]
    waiting: tuple[Submission, ...]


def answers(comments: Iterable[Comment], usual: str, day: str, folder: str, site: tuple[str, str]) -> Answers:
    """The answers of a text whose language is ``usual`` and which is of that day; ``site`` as in ``waiting``."""
    every = list(comments)
    names = _names(every)
    states = [state_of_comment(comment) for comment in every]
    fates: Counter[str] = Counter()
    files: dict[str, str] = {}
    divided, hidden = [], []
    said: dict[int, tuple[dict[str, str], list[str]]] = {}
    for place, comment in enumerate(every):
        if states[place] != "approved":
            fates[states[place]] += states[place] != NOWHERE
            continue
        headers, text, is_hidden = _said(comment, usual, day)
        if comment.kind == COMMENT and not text:
            fates["comment-empty"] += 1
            continue
        fates[comment.kind] += 1
        said[place] = headers, list(portions(text, MAX_ANSWER_BYTES - ROOM)) or [""]
        hidden += [names[place]] if is_hidden else []
        divided += [names[place]] if len(said[place][1]) > 1 else []
    parents = _parents(every, set(said))
    for place, (headers, parts) in said.items():
        parent = names[parents[place]] if place in parents else ""
        for number, part in enumerate(parts, start=1):
            reply_to = (
                {"Reply-To": parent} if number == 1 and parent else {"Reply-To": names[place]} if number > 1 else {}
            )
            lines = [f"{name}: {value}" for name, value in {**headers, **reply_to}.items()]
            name = names[place] if number == 1 else f"{names[place]}-part-{number}"
            files[name] = "\n".join([*lines, "", part]).rstrip() + "\n"
    waiting = []
    for place, comment in enumerate(every):
        if states[place] == NOWHERE:
            above = next((one for one in _above(place, every, _places(every)) if one in said), None)
            known_as = names[place], names[above] if above is not None else ""
            sent = _sent(comment, usual, day, folder, known_as, site)
            waiting += [sent] if sent else []
            fates[UNFIT] += not sent
    return Answers(files, +fates, tuple(divided), tuple(hidden), tuple(waiting))


def _sent(
    comment: Comment, usual: str, day: str, folder: str, known_as: tuple[str, str], site: tuple[str, str]
) -> Submission | None:
    if comment.kind not in ANSWERS:
        return None
    headers, text, _ = _said(comment, usual, day)
    return submission(headers, text, folder, known_as, site)


def _said(comment: Comment, usual: str, day: str) -> tuple[dict[str, str], str, bool]:
    """The headers and the text of an answer, and whether an e-mail or a network address was taken out of it."""
    author, body, title, source = one_line(comment.author)[:MAX_NAME], comment.text, "", ""
    if comment.kind != COMMENT:
        source = web_address(comment.address)
        source = "" if names_somebody(source) else source
        heading = HEADING.match(body) if comment.kind == "trackback" else None
        if heading:
            title, body = one_line(heading[1])[:MAX_NAME], body[heading.end() :]
        elif comment.kind != "trackback":
            title, author = author, (urlsplit(source).hostname or "").removeprefix("www.")
    text, count, _ = withheld(convert.words(body), anyone)
    author, title = ("" if names_somebody(name) else name for name in (author, title))
    headers = {
        "Author": author, "Date": comment.day or day, "Lang": language.guessed(body, usual), "Kind": comment.kind,
        "Source": source, "Title": title,
    }  # fmt: skip
    return {name: value for name, value in headers.items() if value}, text, bool(count)


def _names(comments: list[Comment]) -> list[str]:
    """A file name for each, its number where it has one."""
    names: list[str] = []
    taken: set[str] = set()
    for place, comment in enumerate(comments, start=1):
        is_fit = IDENTIFIER.fullmatch(comment.id) and len(comment.id) <= MAX_ID_LENGTH and "part" not in comment.id
        base = comment.id if is_fit else f"c{place}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-again-{number}"
        taken.add(name)
        names.append(name)
    return names


def _parents(comments: list[Comment], written: set[int]) -> dict[int, int]:
    """The nearest written answer above each; none where a chain goes in a circle."""
    places = _places(comments)
    found: dict[int, int] = {}
    for place in sorted(written):
        for above in _above(place, comments, places):
            if above in written:
                found[place] = above
                break
    for place in sorted(found):  # a circle is opened where it is met
        passed, current = {place}, found.get(place)
        while current is not None and current not in passed:
            passed.add(current)
            current = found.get(current)
        if current is not None:
            del found[current]
    return found


def _places(comments: list[Comment]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, comment in enumerate(comments):
        places.setdefault(comment.id, place)
    return places


def _above(place: int, comments: list[Comment], places: dict[str, int]) -> Iterator[int]:
    passed = {place}
    while (above := places.get(comments[place].parent)) is not None and above not in passed:
        passed.add(above)
        yield above
        place = above
