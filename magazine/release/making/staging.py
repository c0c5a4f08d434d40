"""The next release's files, put together beside the last one: what did not change keeps its time, and its place.

Copies that go by time and size (rsync) then move what changed, and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from magazine.messages import marked
from magazine.progress import Progress
from magazine.release import sums
from magazine.release.codes import Code, ReleaseError
from magazine.workers import spread

MODE = 0o644

TAKEN = marked("%(name)s is a name of the release's own files: rename it in content/extra.")


@dataclass(frozen=True)
class Staging:
    """Puts files into ``folder``: the same as those that stand in ``before``, whose ``hashes`` are known, or new ones.

    New ones get the time ``moment``, in seconds since 1970.
    """

    folder: Path
    before: Path
    hashes: Mapping[str, str]
    moment: int
    may_link: bool = True

    def site(self, output: Path, taken: Iterable[str] = ()) -> dict[str, str]:
        """Put a finished site there; the hashes of all its files, in order. Raises ReleaseError, OSError."""
        names = sorted(sums.listed(output))
        for name in names:
            is_key = name.startswith(sums.KEYS)
            if name in taken or (sums.is_own(name) and not is_key):
                raise ReleaseError(Code.UNSAFE, TAKEN, name=sums.shown(name))
        for name, reason in sums.unsafe(name for name in names if not sums.is_own(name)):
            raise ReleaseError(Code.UNSAFE, sums.UNSAFE_FILE, name=sums.shown(name), reason=reason)
        for folder in sorted({name.rpartition("/")[0] for name in names}):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        found: dict[str, str] = {}
        progress = Progress(len(names), sys.stderr)
        try:
            for name, sha256 in spread(lambda name: self._placed(output, name), names):
                found[name] = sha256
                progress.step()
        finally:
            progress.end()
        return {name: found[name] for name in names}

    def text(self, name: str, data: bytes) -> str:
        """Put a file there that was made here; its hash."""
        target, sha256 = self.folder / name, hashlib.sha256(data).hexdigest()
        target.parent.mkdir(parents=True, exist_ok=True)
        if not self._kept(name, sha256):
            target.write_bytes(data)
            self._dated(target)
        return sha256

    def kept(self, name: str) -> None:
        """Put a file there as it stood before, whatever it holds; raises OSError."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        self._taken_over(name, target)

    def dated(self, names: Iterable[str]) -> None:
        """Give files that were made here their time."""
        for name in names:
            self._dated(self.folder / name)

    def _placed(self, output: Path, name: str) -> str:
        """Put one file there: read once to know it, and once more only if it is new."""
        sha256, _ = sums.of_file(output / name)
        if not self._kept(name, sha256):
            target = self.folder / name
            with sums.opened(output / name) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, sums.BLOCK)
            self._dated(target)
        return sha256

    def _kept(self, name: str, sha256: str) -> bool:
        if self.hashes.get(name) != sha256:
            return False
        try:
            self._taken_over(name, self.folder / name)
        except FileNotFoundError:
            return False
        return True

    def _taken_over(self, name: str, target: Path) -> None:
        source = self.before / name
        if self.may_link:
            with contextlib.suppress(OSError):  # FAT has no links
                os.link(source, target)
                return
        shutil.copyfile(source, target, follow_symlinks=False)
        state = source.stat()
        os.utime(target, ns=(state.st_mtime_ns, state.st_mtime_ns))

    def _dated(self, path: Path) -> None:
        path.chmod(MODE)
        os.utime(path, (self.moment, self.moment))


def date_folders(folder: Path) -> None:
    """Give each folder the time of the newest file below it: it tells no hour, and copies find no difference.

    Raises OSError.
    """
    for place, folders, names in os.walk(folder, topdown=False):
        newest = max((int((Path(place) / name).stat().st_mtime) for name in (*folders, *names)), default=0)
        os.utime(place, (newest, newest))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The names that were added, changed or removed."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
