"""A host where the last release stands, reached by rsync: the files come first, what vouches for them comes last."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from magazine.messages import marked
from magazine.release import notes
from magazine.release.publishing.branch import BranchError, telling_line

USUAL = ("rsync", "-rtz", "--omit-dir-times", "--timeout=120", "--delay-updates")
OWN = ("/release.txt*", "/SHA256SUMS.txt", "/keys.txt*")
KEPT = ("/.well-known/", "/mirror-token.txt")  # of the host: proofs of whose it is
ABSENT = (3, 23)  # statuses of rsync: nothing there to copy

NO_RSYNC = marked("There is no rsync on this computer, which PUBLISH_RSYNC needs.")
FAILED = marked("Copying to %(target)s failed: %(what)s")
NO_TARGET = marked("«%(target)s» in PUBLISH_RSYNC is no place such as web@host.example.org:magazine/.")


@dataclass(frozen=True)
class Copy:
    """A place as rsync names it."""

    target: str

    @property
    def place(self) -> str:
        """With the slash that makes it a folder; raises BranchError."""
        if self.target.startswith("-"):  # rsync would take it for an option
            raise BranchError(NO_TARGET, target=self.target)
        return self.target.rstrip("/") + "/"

    def note(self) -> bytes | None:
        """The note of the release that stands there; None where there is none. Raises BranchError."""
        with tempfile.TemporaryDirectory() as folder:
            done = _run([*USUAL[:1], "-t", "--timeout=120", f"{self.place}{notes.FILE}", "./"], Path(folder))
            if done.returncode in ABSENT:
                return None
            self._check(done)
            return (Path(folder) / notes.FILE).read_bytes()[: notes.LIMIT + 1]

    def send(self, folder: Path) -> None:
        """Copy a release there, so that a reader in between finds no list of files that are not there yet.

        Raises BranchError.
        """
        without = [f"--exclude={name}" for name in OWN]
        kept = [f"--filter=protect {name}" for name in KEPT]
        self._check(_run([*USUAL, *without, "./", self.place], folder))
        self._check(_run([*USUAL, *kept, "--delete-after", "./", self.place], folder))

    def _check(self, done: subprocess.CompletedProcess[bytes]) -> None:
        if done.returncode:
            raise BranchError(FAILED, target=self.target, what=telling_line(done.stderr))


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs inside the folder: on Windows its name would be taken for that of a host."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise BranchError(NO_RSYNC) from None
