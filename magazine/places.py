"""Where everything stands in ``content/``: which folder holds what; what has no place there is told.

Folders go by the names the tree knows them by: their paths below ``content/``, with slashes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from magazine.mirrors import CHECKED, LISTED
from magazine.problems import Report
from magazine.records import BLOG, MAGAZINE, PAGES, PETITIONS, SECTIONS, Entry, Extra, Issue, Petition
from magazine.tree import File, Tree

ANSWERS, SIGNATURES, NEWS, EXTRA, MIRRORS = "comments", "signatures", "updates", "extra", "mirrors"


@dataclass(frozen=True)
class Place:
    """A folder that holds an entry, whose key is its name; a story stands in an issue."""

    key: str
    section: str
    kind: type[Entry] = Entry
    issue: str = ""

    @property
    def slug(self) -> str:
        """The last part of the folder's name."""
        return self.key.rpartition("/")[2]

    @property
    def below(self) -> tuple[str, ...]:
        """The folders that may stand beside the sources; in an issue they are its stories."""
        return (ANSWERS, SIGNATURES, NEWS) if self.kind is Petition else (ANSWERS,)


@dataclass(frozen=True)
class Places:
    """The folders of one tree; what has no place goes to the report."""

    tree: Tree
    report: Report

    def entries(self) -> Iterator[Place]:
        """Every folder that holds an entry."""
        for issue in self.folders(MAGAZINE):
            yield Place(issue, MAGAZINE, Issue)
            sources = {file.name for file in self.listed(issue) if not self.is_folder(f"{issue}/{file.name}")}
            for story in self.folders(issue, sources):
                if not story.endswith(f"/{ANSWERS}"):
                    yield Place(story, MAGAZINE, issue=issue.rpartition("/")[2])
        for petition in self.folders(PETITIONS):
            yield Place(petition, PETITIONS, Petition)
            for update in self.folders(f"{petition}/{NEWS}"):
                yield Place(update, PETITIONS)
        for section in (BLOG, PAGES):
            for folder in self.folders(section):
                yield Place(folder, section)

    def extras(self) -> Iterator[Extra]:
        """The files that are put into the site as they are."""
        pending = [EXTRA] if self.is_folder(EXTRA) else []
        while pending:
            folder = pending.pop()
            for file in self.listed(folder):
                name = f"{folder}/{file.name}"
                if self.is_folder(name):
                    pending.append(name)
                else:
                    yield Extra(Path(name), name.removeprefix(f"{EXTRA}/"))

    def tables(self) -> frozenset[str]:
        """The names of the tables of mirrors that there are; any other file there is told."""
        found = frozenset(file.name for file in self.listed(MIRRORS)) if self.is_folder(MIRRORS) else frozenset()
        for name in sorted(found - {LISTED, CHECKED}):
            self.unknown(f"{MIRRORS}/{name}")
        return found & {LISTED, CHECKED}

    def tell_unknown(self) -> None:
        """Tell what stands beside the sections."""
        for file in self.listed(""):
            if file.name not in (*SECTIONS, EXTRA, MIRRORS) or not self.is_folder(file.name):
                self.unknown(file.name)

    def is_folder(self, name: str) -> bool:
        """Whether there is such a folder."""
        return name in self.tree.folders or name in self.tree.unread

    def listed(self, folder: str) -> tuple[File, ...]:
        """All that stands right in a folder; tells if it cannot be read."""
        if folder in self.tree.unread:
            self.report.add("file-unreadable", folder, reason=self.tree.unread[folder])
        return self.tree.folders.get(folder, ())

    def folders(self, folder: str, expected: Container[str] = ()) -> Iterator[str]:
        """The folders below a folder, if there is one; anything else there is told."""
        for file in self.listed(folder):
            name = f"{folder}/{file.name}"
            if self.is_folder(name):
                yield name
            elif file.name not in expected:
                self.unknown(name)

    def files(self, folder: str) -> Iterator[Path]:
        """The files in a folder, if there is one; a folder there is told."""
        for file in self.listed(folder):
            name = f"{folder}/{file.name}"
            if self.is_folder(name):
                self.report.add("file-unused", name)
            else:
                yield Path(name)

    def unknown(self, name: str) -> None:
        """Tell a file, or every file below a folder, that no rule of the content model has a place for."""
        if self.is_folder(name):
            for file in self.listed(name):
                self.unknown(f"{name}/{file.name}")
        else:
            self.report.add("text-misplaced" if name.lower().endswith(".md") else "file-unused", name)
