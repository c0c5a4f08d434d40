"""``content/`` as plain typed records: the one reader of its folders.

Everything is read, every problem is told, and only what may be published is returned: a draft, hidden
or skipped text takes its translations, pictures and answers with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

from magazine import headers
from magazine.answers import read_answers, read_tallies
from magazine.entries import Folder, assembled
from magazine.headers import Source
from magazine.memory import Memory, Shelf
from magazine.problems import Problem, Report, closest
from magazine.records import BLOG, MAGAZINE, PAGES, PETITIONS, SECTIONS, Entry, Extra, Issue, Library, Petition
from magazine.slugs import MAX_SLUG_LENGTH, is_slug, slug_of
from magazine.stamps import digest
from magazine.tree import Tree, renewed, scan
from magazine.workers import spread

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def read(
    root: Path,
    languages: tuple[str, ...],
    report: Report,
    today: dt.date,
    tree: Tree | None = None,
    memory: Memory | None = None,
) -> Library:
    """The library below a content folder; problems go to the report.

    A petition without a `State:` is closed when its deadline lies before ``today``. Entries whose files are,
    by their stamps, the same as when the memory took them in are not read again.
    """
    entries_known = (memory or Memory(None)).shelf("entry")
    reader = _Reader(root, languages, report, today, tree or scanned(root), entries_known)
    for path in reader.listed(Path()):
        if path.name not in (*SECTIONS, "extra") or not reader.is_folder(path):
            reader.unknown(path)
    found = reader.entries(list(reader.places()))
    stories_of: dict[str, list[Entry]] = {}
    for entry in found:
        stories_of.setdefault(entry.issue, []).append(entry)
    issues = [reader.issue(entry, stories_of.get(entry.slug, ())) for entry in found if isinstance(entry, Issue)]
    petitions = [reader.petition(entry, found) for entry in found if isinstance(entry, Petition)]
    posts, pages = ([entry for entry in found if entry.section == section] for section in (BLOG, PAGES))
    if not reader.seen and not report.errors():
        report.add("empty-content", root.name)
    stories = (story for issue in issues for story in issue.stories)
    updates = (update for petition in petitions for update in petition.updates)
    entries = [*posts, *petitions, *pages, *issues, *stories, *updates]
    _check_slugs(reader.seen, report)
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


def scanned(root: Path) -> Tree:
    """The files of a content folder without those that are none of ours."""
    return scan(root, is_ignored)


def scanned_again(tree: Tree, changed: Iterable[str]) -> Tree:
    """The files of a content folder after changes at these paths below it."""
    return renewed(tree, changed, is_ignored)


def is_ignored(name: str) -> bool:
    """Whether an editor's program left this file: nothing of ours, and nothing to tell."""
    left = ("thumbs.db", "desktop.ini", "__macosx")
    return name.startswith((".", "~")) or name.endswith("~") or name.lower() in left


Known = tuple[Entry | None, tuple[Problem, ...]]  # an entry and what was told of it


@dataclass(frozen=True)
class Place:
    """A folder that holds an entry; a story stands in an issue."""

    folder: Path
    section: str
    kind: type[Entry] = Entry
    issue: str = ""


@dataclass
class _Reader:
    root: Path
    languages: tuple[str, ...]
    report: Report
    today: dt.date
    tree: Tree
    known: Shelf
    seen: dict[str, str] = field(default_factory=dict)  # key: slug, of everything that has a folder

    def is_folder(self, path: Path) -> bool:
        return _name(path) in self.tree.folders or _name(path) in self.tree.unread

    def listed(self, folder: Path) -> list[Path]:
        name = _name(folder)
        if name in self.tree.unread:
            self.report.add("file-unreadable", folder, reason=self.tree.unread[name])
        return [folder / file.name for file in self.tree.folders.get(name, ())]

    def folders(self, folder: str | Path, expected: Iterable[str] = ()) -> Iterator[Path]:
        """The folders below a folder; anything else there is told."""
        if not self.is_folder(Path(folder)):
            return
        for path in self.listed(Path(folder)):
            if self.is_folder(path):
                yield path
            elif path.name not in expected:
                self.unknown(path)

    def files(self, folder: Path) -> Iterator[Path]:
        """The files in a folder, if there is one; a folder there is told."""
        for path in self.listed(folder) if self.is_folder(folder) else ():
            if self.is_folder(path):
                self.report.add("file-unused", path)
            else:
                yield path

    def unknown(self, path: Path) -> None:
        """Tell a file, or every file below a folder, that no rule of the content model has a place for."""
        if self.is_folder(path):
            for below in self.listed(path):
                self.unknown(below)
        else:
            self.report.add("text-misplaced" if path.suffix.lower() == ".md" else "file-unused", path)

    def places(self) -> Iterator[Place]:
        """Every folder that holds an entry, with what kind it is of."""
        for issue in self.folders(MAGAZINE):
            yield Place(issue, MAGAZINE, Issue)
            for story in self.folders(issue, self._own_files(issue)):
                if story.name != "comments":
                    yield Place(story, MAGAZINE, issue=issue.name)
        for petition in self.folders(PETITIONS):
            yield Place(petition, PETITIONS, Petition)
            for update in self.folders(petition / "updates"):
                yield Place(update, PETITIONS)
        for section in (BLOG, PAGES):
            for folder in self.folders(section):
                yield Place(folder, section)

    def entries(self, places: Iterable[Place]) -> list[Entry]:
        """The entries at these places but those that are broken, which is told, or not to be published."""
        found: dict[Place, Entry | None] = {}
        stale: list[tuple[Place, bytes]] = []
        for place in places:
            key, slug = place.folder.as_posix(), place.folder.name
            self.seen[key] = slug
            if not is_slug(slug):
                guess = slug_of(slug)
                self.report.add("slug-bad", key, name=headers.shown(slug), limit=MAX_SLUG_LENGTH, guess=guess)
                continue
            found[place] = None
            stamp = self._stamp(place)
            known: Known | None = self.known.recall(key, stamp) if stamp else None
            if known is None:
                stale.append((place, stamp))
            else:
                found[place] = self._told(known)
        for (place, stamp), known in spread(self._read, stale):
            found[place] = self._told(known)
            if stamp:
                self.known.keep(place.folder.as_posix(), stamp, known)
        return [entry for entry in found.values() if entry]

    def issue(self, issue: Issue, stories: Iterable[Entry]) -> Issue:
        """An issue with its stories in their printed order."""
        order = {slug: number for number, slug in enumerate(self._story_order(issue))}
        printed = sorted(stories, key=lambda story: (order.get(story.slug, len(order)), *story.order))
        return replace(issue, stories=tuple(printed))

    def petition(self, petition: Petition, found: Iterable[Entry]) -> Petition:
        """A petition with its news and its tallies."""
        folder = Path(petition.key)
        updates = (one for one in found if one.key.startswith(f"{petition.key}/"))
        tallies = read_tallies(self.root, self.files(folder / "signatures"), self.report)
        newest_first = tuple(sorted(updates, key=attrgetter("order"), reverse=True))
        return replace(petition, tallies=tallies, updates=newest_first)

    def extras(self) -> Iterator[Extra]:
        pending = [Path("extra")] if self.is_folder(Path("extra")) else []
        while pending:
            for path in self.listed(pending.pop()):
                if self.is_folder(path):
                    pending.append(path)
                else:
                    yield Extra(path, path.relative_to("extra").as_posix())

    def _told(self, known: Known) -> Entry | None:
        self.report.found.update(dict.fromkeys(known[1]))
        return known[0]

    def _stamp(self, place: Place) -> bytes:
        """Of all that an entry is made of; empty where its files cannot vouch for themselves."""
        key = place.folder.as_posix()
        below = {file.name for file in self.tree.folders.get(key, ()) if file.is_folder}
        if place.kind is not Issue and below - set(_folders_of(place.kind)):
            return b""  # what stands in there is told, and it is nowhere else looked at
        files = self.tree.stamp(key, *([f"{key}/comments"] if "comments" in below else []))
        today = self.today if place.kind is Petition else None
        return files and digest(files, self.languages, place.kind.__name__, today)

    def _read(self, stale: tuple[Place, bytes]) -> Known:
        report = Report()
        entry = replace(self, report=report)._assembled(stale[0])  # noqa: SLF001 (its own)
        if entry:
            _ = entry.face, entry.said  # kept with it
        return entry, tuple(report.found)

    def _assembled(self, place: Place) -> Entry | None:
        folder, kind = place.folder, place.kind
        sources, pictures = self._files(folder, kind)
        if sources is None:
            return None
        texts = {language: sources[language] for language in self.languages if language in sources}
        language = next((one for one in texts if "date" in texts[one].headers), next(iter(texts)))
        answers = read_answers(self.root, self.files(folder / "comments"), language, self.report)
        whole = Folder(folder, place.section, kind, texts, pictures, answers, place.issue)
        return assembled(whole, self.report, self.today)

    def _files(self, folder: Path, kind: type[Entry]) -> tuple[dict[str, Source] | None, tuple[str, ...]]:
        """The sources by language, None if one cannot be read or there is none, and the names of the pictures."""
        sources: dict[str, Source | None] = {}
        pictures: list[str] = []
        misnamed = False
        for path in self.listed(folder):
            if self.is_folder(path):
                if kind is not Issue and path.name not in _folders_of(kind):
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
        whole = {language: source for language, source in sources.items() if source}
        return (whole if whole and len(whole) == len(sources) else None), tuple(pictures)

    def _own_names(self) -> set[str]:
        return {f"{language}.md" for language in self.languages}

    def _own_files(self, folder: Path) -> list[str]:
        return [path.name for path in self.listed(folder) if not self.is_folder(path)]

    def _story_order(self, issue: Issue) -> tuple[str, ...]:
        known = [path.name for path in self.listed(Path(issue.key)) if self.is_folder(path)]
        missing = [slug for slug in issue.order_given if slug not in known]
        path = issue.versions[issue.original].path
        source = headers.read(self.root, path, Report()) if missing else None
        line = source.line("stories") if source else 0
        for slug in missing:
            value, guess = headers.shown(slug), closest(slug, known)
            self.report.add("reference-unknown", path, line, name="Stories", value=value, guess=guess)
        return issue.order_given


def _folders_of(kind: type[Entry]) -> tuple[str, ...]:
    """The folders that may stand beside the sources of an entry."""
    return ("comments", "signatures", "updates") if kind is Petition else ("comments",)


def _name(folder: Path) -> str:
    """The path of a folder as the tree knows it."""
    name = folder.as_posix()
    return "" if name == "." else name


def _check_slugs(seen: Mapping[str, str], report: Report) -> None:
    """An entry's slug is its key: no two entries share one. News of a petition, four folders deep, live inside it."""
    owners: dict[str, str] = {}
    for key, slug in seen.items():
        if key.count("/") == 3:
            continue
        if slug in owners:
            report.add("slug-twice", key, name=slug, other=owners[slug])
        owners.setdefault(slug, key)
