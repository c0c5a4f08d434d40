"""``content/`` as plain typed records: the one reader of its folders.

Everything is read, every problem is told, and only what may be published is returned: a draft, hidden
or skipped text takes its translations, pictures and answers with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

from magazine import headers, mirrors
from magazine.answers import read_answers
from magazine.entries import Folder, assembled, drafts_of
from magazine.headers import Source
from magazine.memory import Memory, Shelf
from magazine.mirrors import Mirror
from magazine.places import ANSWERS, MIRRORS, SIGNATURES, Place, Places
from magazine.problems import Problem, Report, closest
from magazine.records import BLOG, PAGES, Entry, Issue, Library, Petition, known_as
from magazine.signatures import read_signatures
from magazine.slugs import MAX_SLUG_LENGTH, is_slug, slug_of
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
    meanwhile: Callable[[], object] = lambda: None,
    drafts: Collection[str] = (),
) -> Library:
    """The library below a content folder; problems go to the report.

    A petition that is open is closed when its deadline lies before ``today``. Entries whose files are,
    by their stamps, the same as when the memory took them in are not read again. ``meanwhile`` is done here
    while other processes read, if there is so much that they do. Of the ``drafts``, sources that a library names as
    such, a library is made as if they were to be published.
    """
    entries_known = (memory or Memory(None)).shelf("entry")
    places = Places(tree or scanned(root), report)
    reader = _Reader(root, languages, places, today, entries_known, frozenset(drafts))
    places.tell_unknown()
    found = reader.entries(list(places.entries()), meanwhile)
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
        extras=tuple(places.extras()),
        mirrors=_mirrors(root, places),
        unpublished=frozenset(reader.seen) - {entry.key for entry in entries},
        drafts=tuple(sorted(reader.kept_out)),
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


Known = tuple[Entry | None, tuple[Problem, ...], tuple[str, ...]]  # an entry, what was told of it, its drafts


@dataclass
class _Reader:
    root: Path
    languages: tuple[str, ...]
    places: Places
    today: dt.date
    known: Shelf
    drafts: frozenset[str]
    seen: dict[str, str] = field(default_factory=dict)  # key: slug, of everything that has a folder
    kept_out: set[str] = field(default_factory=set)

    @property
    def report(self) -> Report:
        return self.places.report

    def entries(self, places: Iterable[Place], meanwhile: Callable[[], object]) -> list[Entry]:
        """The entries at these places but those that are broken, which is told, or not to be published."""
        found: dict[str, Entry | None] = {}
        stale: list[tuple[Place, bytes]] = []
        opened = {path.rpartition("/")[0] for path in self.drafts}
        for place in places:
            key, slug = place.key, place.slug
            self.seen[key] = slug
            if not is_slug(slug):
                guess = slug_of(slug)
                self.report.add("slug-bad", key, name=headers.shown(slug), limit=MAX_SLUG_LENGTH, guess=guess)
                continue
            found[key] = None
            stamp = b"" if key in opened else self._stamp(place)  # nobody else shall know a draft as a text of the site
            known: Known | None = self.known.recall(key, stamp) if stamp else None
            if known is None:
                stale.append((place, stamp))
            else:
                found[key] = self._told(known)
        for (place, stamp), known in spread(self._read, stale, meanwhile=meanwhile):
            found[place.key] = self._told(known)
            if stamp:
                self.known.keep(place.key, stamp, known)
        return [entry for entry in found.values() if entry]

    def issue(self, issue: Issue, stories: Iterable[Entry]) -> Issue:
        """An issue with its stories in their printed order."""
        order = {slug: number for number, slug in enumerate(self._story_order(issue))}
        printed = sorted(stories, key=lambda story: (order.get(story.slug, len(order)), *story.order))
        return replace(issue, stories=tuple(printed))

    def petition(self, petition: Petition, found: Iterable[Entry]) -> Petition:
        """A petition with its news and its signatures."""
        updates = [one for one in found if one.key.startswith(f"{petition.key}/")]
        self._check_recipients(petition, updates)
        signed = read_signatures(self.root, self.places.files(f"{petition.key}/{SIGNATURES}"), self.report)
        newest_first = tuple(sorted(updates, key=attrgetter("order"), reverse=True))
        return replace(
            petition, tallies=signed.tallies, signers=signed.signers, duplicates=signed.duplicates, updates=newest_first
        )

    def _check_recipients(self, petition: Petition, updates: Iterable[Entry]) -> None:
        """Tell of news whose `From:` names nobody whom the petition goes to."""
        recipients = [name for version in petition.versions.values() for name in version.recipients]
        known = {known_as(name) for name in recipients}
        for version in (version for update in updates for version in update.versions.values()):
            value = version.answered_by
            if not value or known_as(value) in known:
                continue
            source = headers.read(self.root, version.path, Report())
            if source and source.text("from"):  # a translation has it from its original
                guess = closest(value, recipients)
                self.report.add(
                    "recipient-unknown", version.path, source.line("from"), value=headers.shown(value), guess=guess
                )

    def _told(self, known: Known) -> Entry | None:
        self.report.found.update(dict.fromkeys(known[1]))
        self.kept_out.update(known[2])
        return known[0]

    def _stamp(self, place: Place) -> bytes:
        """Of all that an entry is made of; empty where its files cannot vouch for themselves."""
        tree = self.places.tree
        below = {file.name for file in tree.folders.get(place.key, ()) if file.is_folder}
        if place.kind is not Issue and not below.issubset(place.below):
            return b""  # what stands in there is told, and it is nowhere else looked at
        stamps = [tree.stamp(place.key), *([tree.stamp(f"{place.key}/{ANSWERS}")] if ANSWERS in below else [])]
        today = self.today if place.kind is Petition else None
        read_as = f"{place.kind.__name__} {self.languages} {today}"
        return b"".join((*stamps, read_as.encode())) if all(stamps) else b""

    def _read(self, stale: tuple[Place, bytes]) -> Known:
        report = Report()
        entry, drafts = replace(self, places=Places(self.places.tree, report))._assembled(stale[0])  # noqa: SLF001 (its own)
        if entry:
            _ = entry.face, entry.said  # kept with it
        return entry, tuple(report.found), drafts

    def _assembled(self, place: Place) -> tuple[Entry | None, tuple[str, ...]]:
        sources, pictures = self._files(place)
        if sources is None:
            return None, ()
        texts = {language: sources[language] for language in self.languages if language in sources}
        language = next((one for one in texts if "date" in texts[one].headers), next(iter(texts)))
        answers = read_answers(self.root, self.places.files(f"{place.key}/{ANSWERS}"), language, self.report)
        whole = Folder(Path(place.key), place.section, place.kind, texts, pictures, answers, place.issue)
        return assembled(whole, self.report, self.today, self.drafts), drafts_of(whole, self.report)

    def _files(self, place: Place) -> tuple[dict[str, Source] | None, tuple[str, ...]]:
        """The sources by language, None if one cannot be read or there is none, and the names of the pictures."""
        sources: dict[str, Source | None] = {}
        pictures: list[str] = []
        misnamed = False
        for file in self.places.listed(place.key):
            name = f"{place.key}/{file.name}"
            path = Path(name)
            if self.places.is_folder(name):
                if place.kind is not Issue and file.name not in place.below:
                    self.places.unknown(name)
            elif path.suffix.lower() == ".md":
                if path.stem in self.languages and path.suffix == ".md":
                    sources[path.stem] = headers.read(self.root, path, self.report)
                else:
                    misnamed = True
                    guess = closest(path.stem.lower(), self.languages)
                    known = ", ".join(sorted(f"{language}.md" for language in self.languages))
                    self.report.add("language-unknown", path, name=headers.shown(path.stem), known=known, guess=guess)
            elif path.suffix.lower() in PICTURE_SUFFIXES:
                pictures.append(file.name)
            else:
                self.report.add("file-unused", path)
        if not sources and not misnamed:
            self.report.add("folder-empty", place.key)
        whole = {language: source for language, source in sources.items() if source}
        return (whole if whole and len(whole) == len(sources) else None), tuple(pictures)

    def _story_order(self, issue: Issue) -> tuple[str, ...]:
        listed = self.places.listed(issue.key)
        known = [file.name for file in listed if self.places.is_folder(f"{issue.key}/{file.name}")]
        missing = [slug for slug in issue.order_given if slug not in known]
        path = issue.versions[issue.original].path
        source = headers.read(self.root, path, Report()) if missing else None
        line = source.line("stories") if source else 0
        for slug in missing:
            value, guess = headers.shown(slug), closest(slug, known)
            self.report.add("reference-unknown", path, line, name="Stories", value=value, guess=guess)
        return issue.order_given


def _mirrors(root: Path, places: Places) -> tuple[Mirror, ...]:
    """The mirrors of both tables, as far as these are there."""
    held: dict[str, bytes | None] = {}
    for name in places.tables():
        path = Path(MIRRORS, name)
        try:
            with (root / path).open("rb") as file:
                held[name] = file.read(mirrors.MAX_BYTES)
        except OSError as error:
            places.report.add("file-unreadable", path, reason=error.strerror or type(error).__name__)
    return mirrors.read(held.get(mirrors.LISTED), held.get(mirrors.CHECKED), Path(MIRRORS), places.report)


def _check_slugs(seen: Mapping[str, str], report: Report) -> None:
    """An entry's slug is its key: no two entries share one. News of a petition, four folders deep, live inside it."""
    owners: dict[str, str] = {}
    for key, slug in seen.items():
        if key.count("/") == 3:
            continue
        if slug in owners:
            report.add("slug-twice", key, name=slug, other=owners[slug])
        owners.setdefault(slug, key)
