"""The files of a finished site as they stand in the folder, and whether their names can be carried everywhere."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from magazine.messages import marked, say
from magazine.problems import Report
from magazine.release.gate.about import About

LONGEST_NAME, LONGEST_PATH = 255, 200  # bytes; letters: Windows takes 260 with the folder that it is put into
WINDOWS_SIGNS = re.compile(r'[<>:"|?*\\]')
# Microsoft, «Naming Files, Paths, and Namespaces»
WINDOWS_NAMES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
HIDDEN_ALLOWED = {".nojekyll", ".htaccess", ".well-known"}
LEFTOVER = re.compile(
    r"\..*|~.*|.*~|#.*#|.*\.(?:bak|old|orig|rej|swp|swo|tmp|temp|part|crdownload|pyc|log|lnk|url)|thumbs\.db|desktop\.ini"
    r"|ehthumbs\.db|__macosx|__pycache__|icon\r|\$recycle\.bin|system volume information|(?:nohup\.out|core)",
    re.IGNORECASE,
)
CONTROL = marked("it holds an invisible control sign")
SIGN = marked("Windows does not know the sign %(sign)s in names")
RESERVED = marked("Windows keeps this name to itself")
EDGE = marked("Windows drops a dot or space at the end of a name")
LONG = marked("it is too long")
ENCODED = marked("it is written in an encoding that others cannot read")
COMPOSED = marked("its letters are put together in a way that other computers do not recognise")


@dataclass(frozen=True)
class Files:
    """The ordinary files of a folder by path, with their sizes in bytes, and its folders."""

    root: Path
    sizes: Mapping[str, int] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    @property
    def folded(self) -> dict[str, str]:
        """The files by their case-folded paths."""
        return {path.casefold(): path for path in self.sizes}


def found(root: Path, about: About, report: Report) -> Files:
    """What stands in a folder; every name that cannot be carried everywhere, and every special file, is told."""
    sizes: dict[str, int] = {}
    folders: dict[str, None] = {}
    for path, entry in _walk(root, "", report):
        _tell_name(path, entry.name, report)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode) and not _is_junction(entry):
            folders[path] = None
        elif stat.S_ISREG(mode):
            sizes[path] = entry.stat(follow_symlinks=False).st_size
        else:
            report.add("gate-special", _printable(path))
    _tell_cases([*sizes, *folders], report)
    budgets = about.budgets
    for path, size in sizes.items():
        if size > budgets.file and not about.is_allowed(path):
            report.add("gate-file-large", path, size=size // 1000, limit=budgets.file // 1000)
    if (total := sum(sizes.values())) > budgets.total:
        largest = sorted(sizes, key=lambda path: (-sizes[path], path))[:3]
        report.add("gate-total-large", ".", size=total // 10**6, limit=budgets.total // 10**6, files=", ".join(largest))
    return Files(root, sizes, frozenset(folders))


def _walk(root: Path, folder: str, report: Report) -> Iterator[tuple[str, os.DirEntry[str]]]:
    pending = [folder]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            report.add("file-unreadable", _printable(folder) or ".", reason=error.strerror or type(error).__name__)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            yield path, entry
            if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
                pending.append(path)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether it is one of Windows' links between folders (known from Python 3.12 on)."""
    asked = getattr(entry, "is_junction", None)
    return bool(asked and asked())


def _tell_name(path: str, name: str, report: Report) -> None:
    if LEFTOVER.fullmatch(name) and name.casefold() not in HIDDEN_ALLOWED:
        report.add("gate-leftover", _printable(path))
    if reason := _odd(path, name):
        report.add("gate-path-odd", _printable(path), reason=reason)


def _odd(path: str, name: str) -> str:
    """Why a name cannot be carried everywhere, or nothing."""
    size = len(name.encode(errors="surrogateescape"))
    strange = {unicodedata.category(sign) for sign in name} & {"Cc", "Cf", "Cs"}
    if strange:
        reason = ENCODED if "Cs" in strange else CONTROL
        return say(reason)
    if sign := WINDOWS_SIGNS.search(name):
        return say(SIGN, sign=sign[0])
    if WINDOWS_NAMES.fullmatch(name):
        return say(RESERVED)
    if name.endswith((".", " ")) or name.startswith(" "):
        return say(EDGE)
    if size > LONGEST_NAME or len(path) > LONGEST_PATH:
        return say(LONG)
    return "" if unicodedata.is_normalized("NFC", name) else say(COMPOSED)


def _tell_cases(paths: list[str], report: Report) -> None:
    known: dict[str, str] = {}
    for path in sorted(paths):
        other = known.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path:
            report.add("gate-path-case", _printable(path), other=_printable(other))


def _printable(path: str) -> str:
    """The path with what cannot be shown replaced."""
    return "".join("�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in path)
