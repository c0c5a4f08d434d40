"""Which items are written together, and into which folder; the same at each run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magazine import headers
from magazine import library as shelves
from magazine.desk.wordpress.addresses import can_lead_on, folder_name
from magazine.desk.wordpress.index import Index, Row
from magazine.headers import Source
from magazine.memory import Shelf
from magazine.places import Places
from magazine.problems import Report
from magazine.records import BLOG, PAGES, SECTIONS
from magazine.site import addresses
from magazine.slugs import MAX_SLUG_LENGTH

SECTION_OF = {"post": BLOG, "page": PAGES}
FORMERLY = "formerly"


@dataclass(frozen=True)
class Standing:
    """What stands in ``content/`` already: folders by slug, by an old path, and by title and day."""

    slugs: dict[str, str] = field(default_factory=dict)
    old_paths: dict[str, str] = field(default_factory=dict)
    titles: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Path, languages: tuple[str, ...]) -> Standing:
        """Of a content folder, which may not be there yet."""
        standing = cls()
        if not content.is_dir():
            return standing
        tree = shelves.scanned(content)
        for place in Places(tree, Report()).entries():
            if not tree.folders.get(place.key):  # an emptied folder is nobody's
                continue
            standing.slugs.setdefault(place.slug, place.key)
            named = {file.name for file in tree.folders.get(place.key, ())}
            sources = [headers.read(content, Path(place.key) / f"{language}.md", Report())
                       for language in languages if f"{language}.md" in named]  # fmt: skip
            read = [source for source in sources if source]
            for source in read:
                for path in old_paths_of(source):
                    standing.old_paths.setdefault(path, place.key)
            day = next((source.text("date") for source in read if source.text("date")), "")
            standing.titles[place.key] = frozenset((source.text("title"), day) for source in read)
        return standing

    def by_path(self, paths: Iterable[str]) -> str:
        """The folder of a text that stood at one of these paths; empty if there is none."""
        return next((self.old_paths[path] for path in paths if path in self.old_paths), "")

    def is_same(self, slug: str, title: str, day: str) -> bool:
        """Whether the folder of this name holds a text of this title and day."""
        return (title, day) in self.titles.get(self.slugs.get(slug, ""), ())


@dataclass(frozen=True)
class Homes:
    """The folders that earlier runs gave to the items of a site, by their numbers."""

    site: str
    remembered: Shelf

    def of(self, identifier: int) -> str:
        """The folder of an item; empty if nothing is remembered."""
        return str(self.remembered.recall(f"{self.site} {identifier}") or "") if identifier else ""

    def keep(self, identifier: int, folder: str) -> None:
        """Remember a folder."""
        if identifier:
            self.remembered.keep(f"{self.site} {identifier}", b"", folder)


def old_paths_of(source: Source) -> tuple[str, ...]:
    """The old paths that a source names, as they are written."""
    return tuple(name.replace("%2C", ",") for name in source.words(FORMERLY))


def settle(index: Index, standing: Standing, languages: tuple[str, ...], homes: Homes) -> tuple[int, int, int]:
    """Give each text its folder and its old paths.

    How many entries there are, how many old paths are lost, and how many pages of attachments lead to no text.
    """
    taken: dict[str, int] = {}
    lost = count = 0
    own = frozenset({*languages, *SECTIONS, *_list_names()})
    for count, members in enumerate(_families(index), start=1):
        first = min(members, key=lambda row: (not row.is_public, row.date or "9", row.number))
        paths = {row.number: _old_paths(index, row) for row in members}
        folder = _folder(first, [path for row in members for path in paths[row.number]], standing, taken, homes)
        homes.keep(first.id, folder)
        taken[folder.rpartition("/")[2]] = count
        index.add_entry(count, folder, [row.number for row in members], is_public=first.is_public)
        for row in members:
            for path in paths[row.number]:
                if not _claimed(index, row.number, path, folder, own) and row.is_public:
                    lost += 1
    return count, lost, _attached(index, own)


def _families(index: Index) -> Iterator[list[Row]]:
    """Texts with their translations, in the order of the export; one text of each language."""
    done: set[str] = set()
    for row in index.rows("fate = 'text'"):
        if not row.family:
            yield [row]
        elif row.family not in done:
            done.add(row.family)
            family: dict[str, Row] = {}
            others: list[Row] = []
            for member in index.rows("fate = 'text' AND family = ?", row.family):
                if member.language in family:
                    others.append(member)
                else:
                    family[member.language] = member
            yield list(family.values())
            yield from ([other] for other in others)


def _old_paths(index: Index, row: Row) -> list[str]:
    return [path for (path,) in index.ask("SELECT path FROM old_paths WHERE number = ? ORDER BY rowid", row.number)]


def _folder(row: Row, paths: list[str], standing: Standing, taken: Mapping[str, int], homes: Homes) -> str:
    base = folder_name(row.slug, row.title, row.id or row.number)
    day = row.date if row.is_public else row.date[:10]
    section = SECTION_OF[row.kind]
    for home in (homes.of(row.id), standing.by_path(paths)):
        slug = home.rpartition("/")[2]
        if home and standing.slugs.get(slug) == home and slug not in taken:
            return home
    for slug in _slugs(base, row.id):
        if slug in taken:
            continue
        if slug not in standing.slugs:
            return f"{section}/{slug}"
        if standing.is_same(slug, row.title, day):
            return standing.slugs[slug]
    raise AssertionError(base)  # there is always another number


def _slugs(base: str, identifier: int) -> Iterator[str]:
    yield base
    yield with_number(base, identifier)
    yield from (with_number(base, identifier, part) for part in itertools.count(2))


def with_number(slug: str, *numbers: int) -> str:
    """A slug with numbers behind it, as long as one may be."""
    behind = "".join(f"-{number}" for number in numbers)
    return slug[: MAX_SLUG_LENGTH - len(behind)].rstrip("-_.") + behind


def _claimed(index: Index, number: int, path: str, folder: str, own: frozenset[str]) -> bool:
    """Whether readers who follow an old path will find the text."""
    if not path or path.startswith(("?", "index.php?")):
        return not path
    parts = path.removesuffix("/").split("/")
    if path == f"{folder}.html":
        return True
    first = 1 if parts[0] in own and len(parts) > 1 and parts[1] in own else 0
    is_ours = parts[0] in own and (len(parts) <= first + 1 or (len(parts) == first + 2 and path.endswith(".html")))
    return can_lead_on(path) and not is_ours and index.claim(path, number)


def _attached(index: Index, own: frozenset[str]) -> int:
    """Let the pages of attachments lead to the texts they belong to; how many belong to none."""
    lost = 0
    question = (
        "SELECT attachments.path, items.number, folder FROM attachments "
        "LEFT JOIN items ON items.id = attachments.parent AND items.fate = 'text' "
        "LEFT JOIN entries USING (entry) WHERE attachments.path != '' ORDER BY place"
    )
    for path, number, folder in list(index.ask(question)):
        if number is None or not _claimed(index, number, path, folder, own):
            lost += 1
    return lost


def _list_names() -> Iterator[str]:
    for name in (addresses.ARCHIVE_INDEX, addresses.TOPIC_INDEX, addresses.CREDIT_INDEX, addresses.of_feed("all")):
        yield name.partition("/")[0]
