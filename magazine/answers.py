"""What readers sent and editors approved: the files below ``comments/``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from magazine import headers
from magazine.headers import Source
from magazine.problems import Report, closest
from magazine.records import Answer

KINDS = ("comment", "pingback", "trackback", "webmention")
REMOVED = "removed"  # taken back by who wrote it: what replies to it still stands below something
SHOWN_STATES = ("approved", "published", REMOVED)
WITHHELD_STATES = ("pending", "held", "refused", "draft", "hidden", "skip", "spam", "trash")
ANSWER_HEADERS = ("Author", "Date", "Lang", "Reply-To", "Kind", "Source", "Title", "Status", "Receipt")
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # the part of BCP 47 that occurs
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)


def read_answers(root: Path, files: Iterable[Path], language: str, report: Report) -> tuple[Answer, ...]:
    """The approved answers of an entry from the files in its folder, oldest first; no others are returned."""
    found: dict[str, tuple[Answer, Source]] = {}
    for source in sources(root, files, ANSWER_HEADERS, headers.MAX_ANSWER_BYTES, report):
        state = source.choice("status", (*SHOWN_STATES, *WITHHELD_STATES), "approved", report, "answer-state")
        if state not in SHOWN_STATES:
            continue
        answer = _answer(source, language, report, is_removed=state == REMOVED)
        if answer:
            found[answer.id] = (answer, source)
    known = {key: answer for key, (answer, _) in found.items()}
    for answer, source in found.values():
        if answer.reply_to and answer.reply_to not in found:
            parent = headers.shown(answer.reply_to)
            guess = closest(answer.reply_to, found)
            report.add("answer-parent", source.path, source.line("reply-to"), parent=parent, guess=guess)
        elif _in_circle(answer, known):
            report.add("answer-cycle", source.path, source.line("reply-to"))
    return tuple(sorted(known.values(), key=lambda answer: (answer.date, _natural(answer.id))))


def sources(root: Path, files: Iterable[Path], known: Iterable[str], limit: int, report: Report) -> Iterator[Source]:
    """The files of a folder that hold answers or signatures, none longer than ``limit`` bytes; others are told."""
    for path in files:
        if path.suffix.lower() != ".md":
            report.add("file-unused", path)
        elif not IDENTIFIER.fullmatch(path.stem) or len(path.stem) > 64:
            report.add("answer-name", path, name=headers.shown(path.stem))
        elif source := headers.read(root, path, report, limit):
            headers.check_names(source, known, report)
            yield source


def _answer(source: Source, language: str, report: Report, *, is_removed: bool) -> Answer | None:
    kind = source.choice("kind", KINDS, "comment", report, "answer-kind")
    date = source.moment("date", report)
    if not source.text("date"):
        report.add("header-missing", source.path, name="Date")
    if kind == "comment" and not source.body and not is_removed:
        report.add("body-missing", source.path, source.body_line)
    tag = source.text("lang") or language
    if not LANGUAGE_TAG.fullmatch(tag):
        line, value = source.line("lang"), headers.shown(tag)
        report.add("value-unknown", source.path, line, name="Lang", value=value, known="ru, ky, en", guess="")
        tag = language
    address = source.text("source")
    if address and not WEB_ADDRESS.fullmatch(address):
        report.add("link-scheme", source.path, source.line("source"), target=headers.shown(address))
        address = ""
    if date is None:
        return None
    if is_removed:
        return Answer(source.path.stem, "", date.date(), tag, kind, "", source.text("reply-to"), is_removed=True)
    return Answer(
        id=source.path.stem, author=source.text("author"), date=date.date(), language=tag, kind=kind,
        text=source.body, reply_to=source.text("reply-to"), source=address, title=source.text("title"),
    )  # fmt: skip


def _in_circle(answer: Answer, answers: Mapping[str, Answer]) -> bool:
    passed: set[str] = set()
    current: Answer | None = answer
    while current and current.reply_to:
        if current.id in passed:
            return True
        passed.add(current.id)
        current = answers.get(current.reply_to)
    return False


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """2 before 10, and every name comparable with every other."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", name))
