"""Names, phones and addresses that must never appear, from a file outside the repository; told by their place alone.

What is kept for the next build tells nothing of the list but its size and when it was saved: a cache may be seized.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

from magazine import containers, photos, stamps, tree
from magazine.cache import PROJECT
from magazine.memory import Memory
from magazine.problems import Problem, Report
from magazine.progress import Progress
from magazine.sought import Search, is_common, is_long_enough
from magazine.spellings import in_parts
from magazine.tree import Tree
from magazine.workers import spread

VARIABLE, SETTING = "MAGAZINE_FORBIDDEN", "FORBIDDEN_NAMES"
RULE = "forbidden-name"
HIDDEN = "…"
COMMENT = re.compile(r"(?:^|\s)#.*")
# words in a file that is no text, by how they are written; in cp1251 only letters: all else is noise
WRITTEN = {
    "utf-8": re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xd4][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]){5,}"),
    "cp1251": re.compile(rb"[\xa8\xb8\xc0-\xff](?:[ .,_-]{0,2}[\xa8\xb8\xc0-\xff]){3,}"),
    "utf-16-le": re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff]\x04){4,}"),
    "utf-16-be": re.compile(rb"(?:\x00[\x20-\x7e]|\x04[\x00-\xff]){4,}"),
}
DIVISION = "\n0 zqzq 0\n"  # between names of files: no name of the list goes on behind it


@dataclass(frozen=True)
class Forbidden:
    """The list; ``stamp`` differs when it does, and is empty where there is none."""

    entries: tuple[str, ...] = ()
    stamp: bytes = b""

    def __bool__(self) -> bool:
        return bool(self.entries)

    @cached_property
    def search(self) -> Search:
        """What looks for the entries; made when something is to be looked at."""
        search = Search()
        for entry in self.entries:
            search.take(entry)
        return search

    def prepare(self) -> None:
        """Make what looks for the entries, before processes part that each would make it."""
        _ = self.entries and self.search

    def is_in(self, text: str) -> bool:
        """Whether a text holds something of the list."""
        return bool(self.entries) and bool(self.search.lines_in(text))

    def lines_in(self, data: bytes) -> list[int]:
        """The lines of a file that hold something of the list; a file that is no text has but the line 0."""
        if not self.entries:
            return []
        if b"\0" not in data:
            try:
                return self.search.lines_in(data.decode("utf-8-sig"))
            except UnicodeDecodeError:
                pass
        return [0] if self.is_in("\n".join(_words(data))) else []

    def tell(self, path: str, data: bytes, report: Report) -> bool:
        """Tell where a file or its path holds something of the list; whether it does."""
        lines = [0] if self.is_in(path) else []
        lines += self.lines_in(data)
        for line in dict.fromkeys(lines):
            report.add(RULE, self.masked_path(path), line)
        return bool(lines)

    def masked_path(self, path: str) -> str:
        """The path without the parts that hold something of the list."""
        parts = [HIDDEN + _suffix(part) if self.is_in(part) else part for part in path.split("/")]
        if self.is_in("/".join(parts)):
            parts = [HIDDEN] * (len(parts) - 1) + [HIDDEN + _suffix(parts[-1])]
        return "/".join(parts)

    def masked(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems, sorted, without words that may hold something of the list."""
        told = list(problems)
        is_hit = any(problem.code == RULE for problem in told)
        if not is_hit and not self.is_in(DIVISION.join(map(_quoted, told))):
            return told
        paths = {problem: self.masked_path(problem.path) for problem in told}
        hit = {paths[problem] for problem in told if problem.code == RULE}
        hidden = []
        for problem in told:
            values, path = problem.values, paths[problem]
            # a quotation may be cut off in the middle of a name: nothing is quoted of a file that holds one
            if path in hit or self.is_in(_quoted(problem)):
                values = tuple((name, HIDDEN if isinstance(value, str) and value else value) for name, value in values)
            hidden.append(replace(problem, path=path, values=values))
        return sorted(dict.fromkeys(hidden))


NONE = Forbidden()


def listed(settings: Mapping[str, object], content: Path, report: Report) -> Forbidden:
    """The list that the environment or the settings name; what is wrong with it is told and stops everything."""
    asked, name = os.environ.get(VARIABLE), VARIABLE
    if not asked:
        asked, name = str(settings.get(SETTING) or ""), SETTING
    if not asked:
        return NONE
    path = (PROJECT if name == SETTING else Path.cwd()) / Path(asked).expanduser()
    if any(path.resolve().is_relative_to(folder) for folder in _published(content)):
        report.add("forbidden-inside", name)
        return NONE
    try:
        state, text = path.stat(), path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        report.add("forbidden-not-utf8", name)
        return NONE
    except (OSError, ValueError) as error:
        report.add("forbidden-unreadable", name, reason=getattr(error, "strerror", None) or type(error).__name__)
        return NONE
    if os.name == "posix" and state.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        report.add("forbidden-open", name)
    entries = _entries(text, name, report)
    if not entries:
        report.add("forbidden-empty", name)
    return Forbidden(entries, _stamp(state))


def tell_sources(names: Forbidden, files: Tree, memory: Memory, report: Report) -> None:
    """Tell every place below the content folder; folders that are clean are remembered by their stamp."""
    if not names:
        return
    clean = memory.shelf("clean")
    marks = {
        folder: stamps.digest(names.stamp, mark) if (mark := files.stamp(folder)) else b"" for folder in files.folders
    }
    stale = [folder for folder, mark in marks.items() if not mark or not clean.recall(folder, mark)]
    if not stale:
        return
    names.prepare()
    progress = Progress(len(stale), sys.stderr)
    try:
        for folder, problems in spread(partial(_folder, names, files), stale):
            report.found.update(dict.fromkeys(problems))
            if not problems and marks[folder]:
                clean.keep(folder, marks[folder], True)
            progress.step()
    finally:
        progress.end()


def places_below(folder: Path, names: Forbidden) -> Iterator[Problem]:
    """Every place in a finished site, or any other folder; a file that cannot be read is told as well."""
    files = tree.scan(folder)
    for part in files.folders:
        yield from _folder(names, files, part)


def _folder(names: Forbidden, files: Tree, folder: str) -> tuple[Problem, ...]:
    report = Report()
    paths = {f"{folder}/{file.name}" if folder else file.name: file for file in files.folders[folder]}
    told = {path for path in paths if names.is_in(path)} if names.is_in(DIVISION.join(paths)) else set()
    for path in told if not (folder and names.is_in(folder)) else ():
        report.add(RULE, names.masked_path(path))
    for path, file in paths.items():
        if file.is_folder:
            continue
        try:
            lines = names.lines_in((files.root / path).read_bytes())
        except OSError as error:
            report.add("file-unreadable", names.masked_path(path), reason=error.strerror or type(error).__name__)
            continue
        for line in lines:
            report.add(RULE, names.masked_path(path), line)
    return tuple(report.found)


def _entries(text: str, name: str, report: Report) -> tuple[str, ...]:
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        entry = COMMENT.sub("", line).strip()
        if not entry:
            continue
        if not is_long_enough(entry):
            report.add("forbidden-short", name, number)
            continue
        if is_common(entry):
            report.add("forbidden-common", name, number)
        entries.append(entry)
    return tuple(entries)


def _stamp(state: os.stat_result) -> bytes:
    """Of the list as the system knows it; of nothing but itself while it may still be changed unnoticed."""
    if max(state.st_mtime_ns, state.st_ctime_ns) > time.time_ns() - int(stamps.YOUNG * 1e9):
        return secrets.token_bytes(16)
    return stamps.digest(stamps.of_file(state, None))


def _published(content: Path) -> list[Path]:
    """The folders that others get: the project, the content, and the repository that it stands in."""
    content = content.resolve()
    above = next((folder for folder in (content, *content.parents) if (folder / ".git").exists()), content)
    return [PROJECT, content, above]


def _words(data: bytes) -> Iterator[str]:
    """What may be words in a file that is no text."""
    parts = containers.plain_parts(data)
    for encoding, pattern in WRITTEN.items():
        for part in parts:
            for match in pattern.finditer(part):
                yield in_parts(match[0].decode(encoding, "replace"))
    yield from photos.texts(data)


def _quoted(problem: Problem) -> str:
    return " ".join([problem.path, *(str(value) for _, value in problem.values)])


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if suffix.isascii() and len(suffix) <= 5 else ""
