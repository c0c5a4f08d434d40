"""``content/`` as plain typed records: the one reader of its folders.

Everything is read, every problem is told, and only what may be published is returned: a draft, hidden
or skipped text takes its translations, pictures and answers with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any

from magazine import headers
from magazine.answers import read_answers, read_tallies
from magazine.headers import Source
from magazine.problems import Report, closest
from magazine.records import BLOG, MAGAZINE, PAGES, PETITIONS, SECTIONS, Entry, Extra, Issue, Library, Petition, Version
from magazine.slugs import MAX_SLUG_LENGTH, is_slug, slug_of

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
STATES = ("published", "draft", "hidden", "skip")
PETITION_STATES = ("open", "closed", "delivered")
UNDATED = dt.datetime(1, 1, 1)

PLACE_HEADERS = ("Lang", "Slug", "Category")
ENTRY_HEADERS = (
    "Title", "Date", "Author", "Translator", "Tags", "Summary", "Note", "Discreet", "Picture", "Alt", "Caption",
    "Status", "Modified", "Original-Version", "Review", "Authors", "Topics", "Translators", *PLACE_HEADERS,
)  # fmt: skip
OWN_HEADERS: Mapping[type[Entry], tuple[str, ...]] = {
    Entry: (),
    Issue: ("Number", "Stories"),
    Petition: ("To", "Goal", "Deadline", "State"),
}


def read(root: Path, languages: tuple[str, ...], report: Report, today: dt.date) -> Library:
    """The library below a content folder; problems go to the report.

    A petition without a `State:` is closed when its deadline lies before ``today``.
    """
    reader = _Reader(root, languages, report, today)
    for path in reader.listed(Path()):
        if path.name not in (*SECTIONS, "extra") or not (root / path).is_dir():
            reader.unknown(path)
    issues = tuple(filter(None, map(reader.issue, reader.folders(MAGAZINE))))
    petitions = tuple(filter(None, map(reader.petition, reader.folders(PETITIONS))))
    posts = tuple(filter(None, (reader.entry(folder, BLOG) for folder in reader.folders(BLOG))))
    pages = tuple(filter(None, (reader.entry(folder, PAGES) for folder in reader.folders(PAGES))))
    if not reader.seen and not report.errors():
        report.add("empty-content", root.name)
    _check_slugs(reader.seen, report)
    _check_names([*posts, *petitions, *pages, *issues, *(s for issue in issues for s in issue.stories)], report)
    entries = [*posts, *petitions, *pages, *issues, *(story for issue in issues for story in issue.stories)]
    entries += [update for petition in petitions for update in petition.updates]
    return Library(
        root=root,
        languages=languages,
        issues=tuple(sorted(issues, key=attrgetter("order"), reverse=True)),
        posts=tuple(sorted(posts, key=attrgetter("order"), reverse=True)),
        petitions=tuple(sorted(petitions, key=attrgetter("order"), reverse=True)),
        pages=tuple(sorted(pages, key=attrgetter("slug"))),
        extras=tuple(reader.extras()),
        unpublished=frozenset(reader.seen) - {entry.key for entry in entries},
        entries={entry.key: entry for entry in entries},
    )


def is_ignored(name: str) -> bool:
    """Whether an editor's program left this file: nothing of ours, and nothing to tell."""
    return name.startswith((".", "~")) or name.endswith("~") or name.lower() in ("thumbs.db", "desktop.ini", "__macosx")


@dataclass
class _Reader:
    root: Path
    languages: tuple[str, ...]
    report: Report
    today: dt.date
    seen: dict[str, str] = field(default_factory=dict)  # key: slug, of everything that has a folder

    def listed(self, folder: Path) -> list[Path]:
        try:
            names = sorted(path.name for path in (self.root / folder).iterdir())
        except OSError as error:
            self.report.add("file-unreadable", folder, reason=error.strerror or type(error).__name__)
            return []
        return [folder / name for name in names if not is_ignored(name)]

    def folders(self, folder: str | Path, expected: Iterable[str] = ()) -> Iterator[Path]:
        """The folders below a folder; anything else there is told."""
        if not (self.root / folder).is_dir():
            return
        for path in self.listed(Path(folder)):
            if (self.root / path).is_dir():
                yield path
            elif path.name not in expected:
                self.unknown(path)

    def unknown(self, path: Path) -> None:
        """Tell a file, or every file below a folder, that no rule of the content model has a place for."""
        if (self.root / path).is_dir():
            for below in self.listed(path):
                self.unknown(below)
        else:
            self.report.add("text-misplaced" if path.suffix.lower() == ".md" else "file-unused", path)

    def issue(self, folder: Path) -> Issue | None:
        issue = self.entry(folder, MAGAZINE, Issue)
        stories = (path for path in self.folders(folder, self._own_files(folder)) if path.name != "comments")
        found = [self.entry(path, MAGAZINE, issue=folder.name) for path in stories]
        if not isinstance(issue, Issue):
            return None
        order = {slug: place for place, slug in enumerate(self._story_order(issue, folder))}
        printed = sorted(filter(None, found), key=lambda story: (order.get(story.slug, len(order)), *story.order))
        return replace(issue, stories=tuple(printed))

    def petition(self, folder: Path) -> Petition | None:
        petition = self.entry(folder, PETITIONS, Petition)
        if not isinstance(petition, Petition):
            return None
        updates = filter(None, (self.entry(path, PETITIONS) for path in self.folders(folder / "updates")))
        tallies = read_tallies(self.root, folder / "signatures", self.listed, self.report)
        newest_first = tuple(sorted(updates, key=attrgetter("order"), reverse=True))
        return replace(petition, tallies=tallies, updates=newest_first)

    def extras(self) -> Iterator[Extra]:
        pending = [Path("extra")] if (self.root / "extra").is_dir() else []
        while pending:
            for path in self.listed(pending.pop()):
                if (self.root / path).is_dir():
                    pending.append(path)
                else:
                    yield Extra(path, path.relative_to("extra").as_posix())

    def entry(self, folder: Path, section: str, kind: type[Entry] = Entry, issue: str = "") -> Entry | None:
        """The entry in a folder; None if it is broken, told to the report, or not to be published."""
        key, slug = folder.as_posix(), folder.name
        self.seen[key] = slug
        if not is_slug(slug):
            self.report.add("slug-bad", folder, name=headers.shown(slug), limit=MAX_SLUG_LENGTH, guess=slug_of(slug))
            return None
        sources, pictures = self._files(folder, kind)
        if not sources or any(source is None for source in sources.values()):
            return None
        texts = {language: source for language, source in sources.items() if source}
        for source in texts.values():
            headers.check_names(source, (*ENTRY_HEADERS, *OWN_HEADERS[kind]), self.report)
            self._check_place(source, section, slug)
        original = self._original(folder, texts, needs_date=section != PAGES and kind is not Issue)
        if original is None or self._state(texts[original]) != "published":
            return None
        first = texts[original]
        date = first.moment("date", self.report)
        if date is None and "date" not in first.headers:
            date = _issue_date(slug) if kind is Issue else UNDATED
            if date is None:
                self.report.add("date-missing", first.path)
        published = [language for language in self.languages if language in texts and self._state(texts[language]) == "published"]
        versions = {language: self._version(language, texts[language], first, kind) for language in published}
        answers = read_answers(self.root, folder / "comments", self.listed, original, self.report)
        picture, own = self._picture(first, pictures), self._own(kind, first)
        if date is None or not first.text("title"):
            return None
        return kind(
            key=key, section=section, slug=slug, date=date, original=original, versions=versions,
            modified=first.moment("modified", self.report), picture=picture, pictures=pictures,
            answers=answers, issue=issue, **own,
        )  # fmt: skip

    def _state(self, source: Source) -> str:
        return source.choice("status", STATES, "published", self.report)

    def _files(self, folder: Path, kind: type[Entry]) -> tuple[dict[str, Source | None], tuple[str, ...]]:
        sources: dict[str, Source | None] = {}
        pictures: list[str] = []
        misnamed = False
        below = ("comments", "signatures", "updates") if kind is Petition else ("comments",)
        for path in self.listed(folder):
            if (self.root / path).is_dir():
                if kind is not Issue and path.name not in below:
                    self.unknown(path)
            elif path.suffix.lower() == ".md":
                if path.name in self._own_names():
                    sources[path.stem] = headers.read(self.root, path, self.report)
                else:
                    misnamed = True
                    guess = closest(path.stem.lower(), self.languages)
                    known = ", ".join(sorted(self._own_names()))
                    self.report.add("language-unknown", path, name=headers.shown(path.stem), known=known, guess=guess)
            elif path.suffix.lower() in PICTURE_SUFFIXES:
                pictures.append(path.name)
            else:
                self.report.add("file-unused", path)
        if not sources and not misnamed:
            self.report.add("folder-empty", folder)
        return sources, tuple(pictures)

    def _own_names(self) -> set[str]:
        return {f"{language}.md" for language in self.languages}

    def _own_files(self, folder: Path) -> list[str]:
        return [path.name for path in self.listed(folder) if not (self.root / path).is_dir()]

    def _original(self, folder: Path, texts: Mapping[str, Source], *, needs_date: bool) -> str | None:
        ordered = [language for language in self.languages if language in texts]
        ordered.sort(key=lambda language: "translator" in texts[language].headers)
        dated = [language for language in ordered if "date" in texts[language].headers]
        for language in dated[1:]:
            source = texts[language]
            self.report.add("originals-two", source.path, source.line("date"), other=texts[dated[0]].path.name)
        if dated:
            return dated[0] if len(dated) == 1 else None
        if needs_date:
            if all(self._state(source) == "published" for source in texts.values()):
                self.report.add("date-missing", texts[ordered[0]].path)
            return None
        return ordered[0]

    def _version(self, language: str, source: Source, first: Source, kind: type[Entry]) -> Version:
        report = self.report
        if not source.text("title"):
            report.add("header-missing", source.path, name="Title")
        if not source.body and kind is not Issue:
            report.add("body-missing", source.path, source.body_line)
        made_from = source.text("original-version").lower()
        if source is first:
            made_from = ""
        elif made_from and not re.fullmatch(r"[0-9a-f]{12}", made_from):
            report.add("version-bad", source.path, source.line("original-version"), value=headers.shown(made_from), now=first.fingerprint)
            made_from = ""
        elif made_from and made_from != first.fingerprint:
            report.add("version-older", source.path, source.line("original-version"), now=first.fingerprint)
        inherit = lambda name: source.text(name) or first.text(name)  # noqa: E731
        return Version(
            language=language, path=source.path, title=source.text("title"), fingerprint=source.fingerprint,
            discreet=source.text("discreet"), summary=source.text("summary"), note=inherit("note"),
            alt=inherit("alt"), caption=source.text("caption"),
            authors=_list(source, "author", "authors") or _list(first, "author", "authors"),
            translators=_list(source, "translator", "translators"),
            tags=_list(source, "tags", "topics") or _list(first, "tags", "topics"),
            recipients=source.words("to", ";") or first.words("to", ";"), made_from=made_from, has_text=bool(source.body),
        )  # fmt: skip

    def _own(self, kind: type[Entry], first: Source) -> dict[str, Any]:
        if kind is Issue:
            return {"number": first.number("number", self.report)}
        if kind is Petition:
            moment = first.moment("deadline", self.report)
            deadline = moment.date() if moment else None
            state = first.choice("state", PETITION_STATES, "", self.report)
            is_over = deadline is not None and deadline < self.today
            if state == "open" and is_over:
                self.report.add("deadline-past", first.path, first.line("deadline"), value=str(deadline))
            return {
                "goal": first.number("goal", self.report),
                "deadline": deadline,
                "state": state or ("closed" if is_over else "open"),
            }
        return {}

    def _picture(self, first: Source, pictures: tuple[str, ...]) -> str:
        name = first.text("picture")
        if name and name not in pictures:
            self.report.add("picture-dead", first.path, first.line("picture"), target=headers.shown(name), guess=closest(name, pictures))
            return ""
        if name and not first.text("alt"):
            self.report.add("picture-alt", first.path, first.line("picture"), name=name)
        return name

    def _story_order(self, issue: Issue, folder: Path) -> tuple[str, ...]:
        source = headers.read(self.root, issue.versions[issue.original].path, Report())
        order = source.words("stories") if source else ()
        known = [path.name for path in self.listed(folder) if (self.root / path).is_dir()]
        for slug in order:
            if source and slug not in known:
                self.report.add("reference-unknown", source.path, source.line("stories"), name="Stories", value=headers.shown(slug), guess=closest(slug, known))
        return order

    def _check_place(self, source: Source, section: str, slug: str) -> None:
        place = {"lang": source.path.stem, "slug": slug, "category": section}
        for name, value in place.items():
            if source.text(name) and source.text(name).lower() != value:
                self.report.add("header-place", source.path, source.line(name), name=name.title(), value=headers.shown(source.text(name)))


def _list(source: Source, *names: str) -> tuple[str, ...]:
    return next(filter(None, (source.words(name) for name in names)), ())


def _issue_date(slug: str) -> dt.datetime | None:
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?.*", slug, re.ASCII)
    try:
        return dt.datetime(int(match[1]), int(match[2]), int(match[3] or 1)) if match else None
    except ValueError:
        return None


def _check_slugs(seen: Mapping[str, str], report: Report) -> None:
    """An entry's slug is its key: no two entries share one (news of a petition live inside it)."""
    owners: dict[str, str] = {}
    for key, slug in seen.items():
        if "updates" in PurePosixPath(key).parts:
            continue
        if slug in owners:
            report.add("slug-twice", key, name=slug, other=owners[slug])
        owners.setdefault(slug, key)


def _check_names(entries: Iterable[Entry], report: Report) -> None:
    """Two topics, or two pen names, that would get one page."""
    spelt: dict[tuple[str, str], str] = {}
    for entry in sorted(entries, key=attrgetter("key")):
        for version in entry.versions.values():
            for shelf, names in (("topics", version.tags), ("credits", (*version.authors, *version.translators))):
                for name in names:
                    other = spelt.setdefault((shelf, slug_of(name)), name)
                    if other.casefold() != name.casefold():
                        report.add("title-collides", version.path, name=headers.shown(name), other=headers.shown(other))
