"""Traces of whoever made the site: names of user, computer and git, paths of files, other time zones."""

from __future__ import annotations

import datetime as dt
import getpass
import re
import socket
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from magazine.messages import marked
from magazine.problems import Report
from magazine.release.gate.about import Word
from magazine.release.gate.wording import normalised

USER, HOST, GIT, PLACE = (
    marked("the name of the user of this computer"),
    marked("the name of this computer"),
    marked("the name or mail address that git writes"),
    marked("a folder of this computer"),
)
SHORTEST = 4
# what many computers and users are called: it tells of nobody
COMMON = {"root", "user", "users", "home", "admin", "administrator", "localhost", "local", "guest", "owner", "ubuntu",
          "debian", "fedora", "runner", "build", "builder", "desktop", "laptop", "editor", "editors", "magazine",
          "nobody", "macbook", "windows", "linux", "test", "work", "main"}  # fmt: skip
MACHINE_PATH = re.compile(
    r"(?<![\w.:/~-])(?:/home/|/Users/|/root/|/var/folders/|/private/var/|/mnt/c/|/tmp/[\w.-]+/)[\w.-]"
    r"|(?<![A-Za-z])[A-Za-z]:(?:\\+|/)(?:Users|Documents and Settings)(?:\\+|/)|(?<!\w)file:/+[\w.~%-]",
    re.IGNORECASE,
)
# RFC 3339; RFC 5322; git's own; a PDF's (ISO 32000-2, 7.9.4)
MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)? ?(?P<zone>[+-]\d\d:?\d\d)(?!\d)"
    r"|(?P<mail>\d{1,2} [A-Z][a-z]{2} \d{4}) \d\d:\d\d(?::\d\d)? (?P<mailzone>[+-]\d{4}|[A-Z]{3,4})\b"
    r"|(?<!\d)\d{9,10} (?P<gitzone>[+-]\d{4})(?!\d)"
    r"|D:(?P<pdf>\d{8})\d{0,6}(?P<pdfzone>[+-]\d\d'?\d\d)"
)
# what each path and each moment holds, found much sooner
PATH_PARTS = (
    "/home/", "/users", "\\users", "/root/", "/var/folders/", "/private/var/", "/mnt/c/", "/tmp/", "file:/",  # noqa: S108
    "documents and settings",
)  # fmt: skip
ZONE_HINTS = (" +0", " -0", " +1", " -1", "D:")
ZONED = re.compile(r":\d\d(?:[.,]\d+)? ?(?:[+-]\d\d|[A-Z]{3,4}\b)")
UNIVERSAL = {"GMT", "UTC", "UT"}
LEAST_PARTS = 3  # of a path: /home/anna says it, /work does not


def of_this_computer(folders: Iterable[Path] = (), public: Iterable[str] = ()) -> tuple[Word, ...]:
    """What would tell who works on this computer; ``public`` are names that the magazine shows anyway."""
    known = {normalised(name) for name in public}
    found = [(_user(), USER), *((name, HOST) for name in _hosts()), *((name, GIT) for name in _git())]
    found += [(str(folder), PLACE) for folder in (Path.home(), *folders) if len(folder.parts) >= LEAST_PARTS]
    return tuple(
        dict.fromkeys(
            Word(words, what)
            for words, what in found
            if len(words) >= SHORTEST and normalised(words) not in known | COMMON
        )
    )


def tell(path: str, text: str, zone: str, report: Report) -> None:
    """Tell paths of an editor's computer, and times in a zone that is not the magazine's on that day."""
    small = text.lower()
    if any(part in small for part in PATH_PARTS):
        _tell_paths(path, text, report)
    if any(hint in text for hint in ZONE_HINTS) or ZONED.search(text):
        _tell_moments(path, text, zone, report)


def _tell_paths(path: str, text: str, report: Report) -> None:
    for match in MACHINE_PATH.finditer(text):
        report.add("gate-trace-path", path, text.count("\n", 0, match.start()) + 1)


def _tell_moments(path: str, text: str, zone: str, report: Report) -> None:
    for match in MOMENT.finditer(text):
        if not _is_ours(match, zone):
            report.add("gate-trace-zone", path, text.count("\n", 0, match.start()) + 1, value=match[0])


def _is_ours(match: re.Match[str], zone: str) -> bool:
    name = match["zone"] or match["mailzone"] or match["gitzone"] or match["pdfzone"]
    offset = name.replace(":", "").replace("'", "")
    if offset in UNIVERSAL or offset[1:] == "0000":
        return True
    return offset in _offsets(match["day"] or match["mail"] or match["pdf"] or "", zone)


@lru_cache(maxsize=4096)
def _offsets(day: str, zone: str) -> frozenset[str]:
    """The offsets of a zone on a day and around it; of today where there is no such day."""
    moment = dt.datetime.now(dt.UTC)
    for form in ("%Y-%m-%d", "%d %b %Y", "%Y%m%d"):
        try:
            moment = dt.datetime.strptime(day, form).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
    here = ZoneInfo(zone)
    return frozenset((moment + dt.timedelta(days=days)).astimezone(here).strftime("%z") for days in (-1, 0, 1))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _hosts() -> set[str]:
    name = socket.gethostname()
    return {name, name.partition(".")[0]}


def _git() -> list[str]:
    found = []
    for name in ("user.name", "user.email"):
        try:
            done = subprocess.run(["git", "config", name], capture_output=True, check=False, encoding="utf-8")
        except OSError:  # without git it writes nothing
            return []
        found.append(done.stdout.strip())
    return [name for name in found if name]
