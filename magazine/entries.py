"""An entry from the sources in its folder: what the original says, what a translation adds or inherits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magazine import formerly, headers
from magazine.headers import Source
from magazine.problems import Report, closest
from magazine.records import PAGES, PETITIONS, Answer, Entry, Issue, Petition, Version
from magazine.stamps import digest

STATES = ("published", "draft", "hidden", "skip")
PETITION_STATES = ("open", "closed", "delivered")
UNDATED = dt.datetime(1, 1, 1)
MAX_MESSAGE = 200  # letters; messengers show 300, and the address follows

PLACE_HEADERS = ("Lang", "Slug", "Category")
ENTRY_HEADERS = (
    "Title", "Date", "Author", "Translator", "Tags", "Summary", "Note", "Discreet", "Picture", "Alt", "Caption",
    "Status", "Modified", "Formerly", "Original-Version", "Review", "Authors", "Topics", "Translators", *PLACE_HEADERS,
)  # fmt: skip
OWN_HEADERS: Mapping[type[Entry], tuple[str, ...]] = {
    Entry: (),
    Issue: ("Number", "Stories"),
    Petition: ("To", "Goal", "Deadline", "State", "Message"),
}
NEWS_HEADERS = ("From",)


@dataclass(frozen=True)
class Folder:
    """What was found in the folder of one entry: its sources by language, in the order of the languages."""

    path: Path
    section: str
    kind: type[Entry]
    texts: Mapping[str, Source]
    pictures: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    issue: str = ""


def assembled(folder: Folder, report: Report, today: dt.date, drafts: Container[str] = ()) -> Entry | None:
    """The entry of a folder; None if it is broken, which is told, or not to be published.

    The sources among ``drafts`` are taken as if they were to be published.
    """
    for source in folder.texts.values():
        headers.check_names(source, (*ENTRY_HEADERS, *_own_headers(folder)), report)
        _check_place(source, folder, report)
    unpublished = drafts_of(folder, report)
    kept_out = {path for path in unpublished if path not in drafts}
    original = original_of(folder, report, kept_out)
    if len(kept_out) < len(unpublished):
        original = original or next(iter(folder.texts))  # a draft without a date is looked at all the same
    if original is None or folder.texts[original].path.as_posix() in kept_out:
        return None
    first = folder.texts[original]
    date = _date(first, folder, report)
    versions = {
        language: _version(source, first, folder, report)
        for language, source in folder.texts.items()
        if source.path.as_posix() not in kept_out
    }
    picture, own = _picture(first, folder, report), _own(first, folder.kind, report, today)
    before = [key for source in folder.texts.values() for key in formerly.read(source, folder.section, Report())[0]]
    if date is None or not first.text("title"):
        return None
    return folder.kind(
        key=folder.path.as_posix(),
        section=folder.section,
        slug=folder.path.name,
        date=date,
        original=original,
        versions=versions,
        modified=first.moment("modified", report),
        picture=picture,
        pictures=folder.pictures,
        answers=folder.answers,
        issue=folder.issue,
        formerly=tuple(dict.fromkeys(before)),
        **own,
    )


def drafts_of(folder: Folder, report: Report) -> tuple[str, ...]:
    """The paths of the sources that their ``Status`` keeps out of the site."""
    return tuple(source.path.as_posix() for source in folder.texts.values() if _state(source, report) != "published")


def _state(source: Source, report: Report) -> str:
    return source.choice("status", STATES, "published", report)


def original_of(folder: Folder, report: Report, kept_out: Collection[str] = ()) -> str | None:
    """The language that carries the date; of pages and issues, which need none, the first that is no translation."""
    texts = folder.texts
    ordered = sorted(texts, key=lambda language: "translator" in texts[language].headers)
    dated = [language for language in ordered if "date" in texts[language].headers]
    for language in dated[1:]:
        source = texts[language]
        report.add("originals-two", source.path, source.line("date"), other=texts[dated[0]].path.name)
    if dated:
        return dated[0] if len(dated) == 1 else None
    if folder.section == PAGES or folder.kind is Issue:
        return ordered[0]
    if not kept_out:
        report.add("date-missing", texts[ordered[0]].path)
    return None


def _date(first: Source, folder: Folder, report: Report) -> dt.datetime | None:
    if "date" in first.headers:
        return first.moment("date", report)
    if folder.kind is not Issue:
        return UNDATED
    match = re.fullmatch(r"([1-9]\d{3})-(\d\d)(?:-\d\d)?.*", folder.path.name, re.ASCII)
    if match and 1 <= int(match[2]) <= 12:
        return dt.datetime(int(match[1]), int(match[2]), 1)
    report.add("date-missing", first.path)
    return None


def _version(source: Source, first: Source, folder: Folder, report: Report) -> Version:
    if not source.text("title"):
        report.add("header-missing", source.path, name="Title")
    if not source.body and folder.kind is not Issue and _state(source, report) == "published":
        report.add("body-missing", source.path, source.body_line)
    if len(source.text("message")) > MAX_MESSAGE:
        size = len(source.text("message"))
        report.add("message-long", source.path, source.line("message"), size=size, limit=MAX_MESSAGE)
    return Version(
        language=source.path.stem,
        source=source.path.as_posix(),
        title=source.text("title"),
        fingerprint=source.fingerprint if source is first else "",
        body=digest(source.body_line, source.body),
        discreet=source.text("discreet") or first.text("discreet"),
        summary=source.text("summary"),
        note=source.text("note") or first.text("note"),
        note_language=(source if source.text("note") else first).path.stem,
        alt=source.text("alt") or first.text("alt"),
        caption=source.text("caption"),
        authors=_names(source, "author", "authors") or _names(first, "author", "authors"),
        translators=_names(source, "translator", "translators"),
        tags=_names(source, "tags", "topics") or _names(first, "tags", "topics"),
        recipients=source.words("to", ";") or first.words("to", ";"),
        made_from="" if source is first else _made_from(source, first, report),
        has_text=bool(source.body),
        formerly=formerly.read(source, folder.section, report)[1],
        message=source.text("message"),
        answered_by=source.text("from") or first.text("from"),
    )


def _made_from(source: Source, first: Source, report: Report) -> str:
    made_from = source.text("original-version").lower()
    line = source.line("original-version")
    if made_from and not re.fullmatch(r"[0-9a-f]{12}", made_from):
        report.add("version-bad", source.path, line, value=headers.shown(made_from), now=first.fingerprint)
        return ""
    if made_from and made_from != first.fingerprint:
        report.add("version-older", source.path, line, now=first.fingerprint)
    return made_from


def _own(first: Source, kind: type[Entry], report: Report, today: dt.date) -> dict[str, Any]:
    """What only an issue or only a petition has."""
    if kind is Issue:
        return {"number": first.number("number", report), "order_given": first.words("stories")}
    if kind is not Petition:
        return {}
    moment = first.moment("deadline", report)
    deadline = moment.date() if moment else None
    state = first.choice("state", PETITION_STATES, "", report)
    is_over = deadline is not None and deadline < today
    if state == "open" and is_over:
        report.add("deadline-past", first.path, first.line("deadline"), value=str(deadline))
    return {
        "goals": _goals(first, report),
        "deadline": deadline,
        # whatever is written: the form of a petition that is over is not shown
        "state": "closed" if is_over and state in ("", "open") else state or "open",
    }


def _own_headers(folder: Folder) -> tuple[str, ...]:
    is_news = folder.section == PETITIONS and folder.kind is Entry
    return NEWS_HEADERS if is_news else OWN_HEADERS[folder.kind]


def _goals(first: Source, report: Report) -> tuple[int, ...]:
    """The goals of a petition, the next one for when one is reached."""
    given = [first.number("goal", report, value) for value in first.words("goal")]
    return tuple(sorted(goal for goal in given if goal is not None))


def _picture(first: Source, folder: Folder, report: Report) -> str:
    name = first.text("picture")
    if name and name not in folder.pictures:
        guess = closest(name, folder.pictures)
        report.add("picture-dead", first.path, first.line("picture"), target=headers.shown(name), guess=guess)
        return ""
    if name and not first.text("alt"):
        report.add("picture-alt", first.path, first.line("picture"), name=name)
    return name


def _check_place(source: Source, folder: Folder, report: Report) -> None:
    place = {"lang": source.path.stem, "slug": folder.path.name, "category": folder.section}
    for name, value in place.items():
        typed = source.text(name)
        if typed and typed.lower() != value:
            report.add("header-place", source.path, source.line(name), name=name.title(), value=headers.shown(typed))


def _names(source: Source, *names: str) -> tuple[str, ...]:
    return next(filter(None, (source.words(name) for name in names)), ())
