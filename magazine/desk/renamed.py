"""Folders that were renamed, so that links to their texts lead nowhere: from git, or from earlier checks without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from magazine import headers
from magazine.desk.history import git
from magazine.headers import Source
from magazine.memory import Memory
from magazine.problems import Report
from magazine.records import SECTIONS, Entry, Library
from magazine.stamps import digest

Faces = Mapping[str, frozenset[bytes]]  # by key: what tells the texts of a folder from all others


def tell(library: Library, memory: Memory, report: Report) -> None:
    """Tell every folder that stood elsewhere, and whose text does not name that place with `Formerly:`."""
    entries, moves = library.entries, _moves(library, memory)
    for old in sorted(moves):
        if old in entries or old in library.unpublished:
            continue
        new, seen = moves[old], {old}
        while new not in entries and new in moves and new not in seen:
            seen.add(new)
            new = moves[new]
        entry = entries.get(new)
        if entry and entry.has_page and not _is_known(library, old, entry) and not _goes_with_issue(old, new, moves):
            report.add("slug-renamed", entry.versions[entry.original].source, former=_shortest(old, new))


def _is_known(library: Library, old: str, entry: Entry) -> bool:
    """Whether a page leads from the old place already."""
    issue = next((one for one in library.issues if one.slug == entry.issue), None)
    before = [f"{key}/{entry.slug}" for key in issue.formerly] if issue else []
    return old in (*entry.formerly, *before)


def _goes_with_issue(old: str, new: str, moves: Mapping[str, str]) -> bool:
    """Whether a story is elsewhere only because its issue is, which is told itself."""
    (before, _, slug), (after, _, now) = old.rpartition("/"), new.rpartition("/")
    return slug == now and moves.get(before) == after


def _shortest(old: str, new: str) -> str:
    before, _, slug = old.rpartition("/")
    return slug if before == new.rpartition("/")[0] else old


def _moves(library: Library, memory: Memory) -> dict[str, str]:
    """The new folder of each old one."""
    now = {key: _faces(entry) for key, entry in library.entries.items()}
    head = git(library.root, "rev-parse", "HEAD").decode("ascii", "ignore").strip()
    shelf = memory.shelf("renamed")
    if not head:
        known: dict[str, frozenset[bytes]] = {**(shelf.recall("faces", b"") or {}), **now}
        shelf.keep("faces", b"", known)
        return dict(_matched(known, now))
    moves: dict[str, str] | None = shelf.recall("history", head.encode())
    if moves is None:
        moves = dict(_committed(library.root))
        shelf.keep("history", head.encode(), moves)
    gone = {key: faces for key, faces in _standing(library).items() if key not in now}
    return {**moves, **dict(_matched(gone, now))}


def _matched(before: Faces, now: Faces) -> Iterator[tuple[str, str]]:
    there = {face: key for key, faces in now.items() for face in faces}
    for old, faces in before.items():
        found = next((there[face] for face in sorted(faces) if face in there), "")
        if old not in now and found:
            yield old, found


def _committed(root: Path) -> Iterator[tuple[str, str]]:
    """The folders that a commit renamed, the oldest first."""
    words = ("log", "--reverse", "--find-renames", "--diff-filter=R", "--name-status", "--format=", "--relative", "-z")
    fields = git(root, *words, "--", ".").decode("utf-8", "replace").split("\0")
    for kind, old, new in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        before, after = _key(old), _key(new)
        if kind.strip().startswith("R") and before and after and before != after:
            yield before, after


def _standing(library: Library) -> dict[str, frozenset[bytes]]:
    """The texts of the last commit that are not there any more."""
    listed = git(library.root, "ls-tree", "-r", "--name-only", "-z", "HEAD", ".").decode("utf-8", "replace")
    found: dict[str, set[bytes]] = {}
    for name in listed.split("\0"):
        key = _key(name)
        if key and key not in library.entries and key not in library.unpublished:
            text = git(library.root, "show", f"HEAD:./{name}").decode("utf-8", "replace")
            found.setdefault(key, set()).add(_face(headers.parse(Path(name), text, Report())))
    return {key: frozenset(faces) for key, faces in found.items()}


def _key(name: str) -> str:
    """The folder of a text; empty for any other file."""
    folder, _, file = name.rpartition("/")
    is_text = file.endswith(".md") and folder.count("/") in (1, 2) and folder.partition("/")[0] in SECTIONS
    return folder if is_text and not folder.endswith(("/comments", "/signatures", "/updates")) else ""


def _faces(entry: Entry) -> frozenset[bytes]:
    day = entry.date.date().isoformat() if entry.date.year > 1 else ""
    return frozenset(digest(version.title, day) for version in entry.versions.values())


def _face(source: Source) -> bytes:
    return digest(source.text("title"), source.text("date")[:10])
