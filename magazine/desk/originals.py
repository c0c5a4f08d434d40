"""Earlier versions of an original, known by their fingerprints: from the history of the content, if it has one.

A version that a translation was begun from is put aside in the cache as well, where no history is kept.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from magazine import cache, headers
from magazine.desk.history import git
from magazine.headers import Source
from magazine.problems import Report

MOST = 200  # versions of one file that are looked through


def put_aside(content: Path, source: Source) -> None:
    """Remember this version; a cache that cannot be written remembers nothing."""
    with contextlib.suppress(OSError):
        target = _aside(source.fingerprint)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(content / source.path, target)


def earlier(content: Path, path: Path, fingerprint: str) -> Source | None:
    """The version of a source with this fingerprint; None if nobody knows it."""
    for data in _versions(content, path, fingerprint):
        with contextlib.suppress(UnicodeDecodeError):
            source = headers.parse(path, data.decode(), Report())
            if source.fingerprint == fingerprint:
                return source
    return None


def _versions(content: Path, path: Path, fingerprint: str) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        yield _aside(fingerprint).read_bytes()
    listed = git(content, "log", f"--max-count={MOST}", "--format=%H", "--", path.as_posix())
    for commit in listed.decode("ascii", "ignore").split():
        yield git(content, "show", f"{commit}:./{path.as_posix()}")


def _aside(fingerprint: str) -> Path:
    return cache.folder() / "originals" / f"{fingerprint}.md"
