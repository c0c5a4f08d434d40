"""One commit of just these files, by nobody and at no hour."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from magazine.messages import say

NAME = "editors"
# the editor's own ways with git would tell who she is, or ask her something
QUIET = (
    "-c", "commit.gpgsign=false", "-c", f"core.hooksPath={os.devnull}", "-c", "gc.auto=0", "-c", "core.quotepath=false",
    "-c", "i18n.commitEncoding=utf-8", "-c", "commit.status=false",
)  # fmt: skip


class CommitError(Exception):
    """Git did not take the files; the message is for the editor."""


class NoRepositoryError(CommitError):
    """The content is not kept in git."""


def committed(content: Path, files: Iterable[Path], message: str, mail: str, day: dt.date) -> str:
    """The new commit with these files as they stand; empty if they are committed already.

    Whatever else is staged stays so. Raises NoRepositoryError, CommitError.
    """
    content = content.resolve()
    if not any((folder / ".git").exists() for folder in (content, *content.parents)):
        raise NoRepositoryError
    top = Path(_git(content, ["rev-parse", "--show-toplevel"]).rstrip("\n")).resolve()
    ours = [file for file in files if file.is_relative_to(top)]
    standing = [_path(file, top) for file in ours if file.exists()]
    gone = [_path(file, top) for file in ours if not file.exists() and _is_committed(top, file)]
    paths = standing + gone
    if standing:
        _git(top, ["add", "--", *standing])
    if gone:
        _git(top, ["rm", "--cached", "--quiet", "--ignore-unmatch", "--", *gone])
    if not paths or not _git(top, ["status", "--porcelain", "-z", "--untracked-files=all", "--", *paths]):
        return ""
    _git(top, ["commit", "--quiet", "--no-verify", "--only", "-m", message, "--", *paths], _nobody(mail, day))
    return _git(top, ["rev-parse", "HEAD"]).strip()


def _nobody(mail: str, day: dt.date) -> dict[str, str]:
    seconds = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", NAME), ("EMAIL", mail or NAME), ("DATE", f"@{seconds} +0000"))
    }


def _path(file: Path, top: Path) -> str:
    return file.relative_to(top).as_posix()


def _is_committed(top: Path, file: Path) -> bool:
    try:
        return bool(_git(top, ["ls-tree", "--name-only", "HEAD", "--", _path(file, top)]))
    except CommitError:  # there is no commit yet
        return False


def _git(folder: Path, words: Sequence[str], more: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", "--literal-pathspecs", "-C", str(folder), *QUIET, *words],
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(more or {})},
            capture_output=True, encoding="utf-8", errors="replace", check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        raise CommitError(say("there is no git on this computer")) from None
    if done.returncode:
        raise CommitError(say("git says «%(reason)s»", reason=" ".join(done.stderr.split())[:300]))
    return done.stdout
