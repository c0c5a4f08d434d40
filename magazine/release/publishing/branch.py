"""The branch in git where the last release stands for the world, with its past and without a trace of its makers."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

from magazine.messages import marked, say
from magazine.release import notes, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.notes import Release

NAME, MAIL = "magazine", "magazine@invalid"
REFERENCES = "refs/magazine"  # what others' branches are called here
MAX_FILES = 500_000
# an editor's own settings would tell who she is, sign with her key, or run programs
QUIET = (
    "-c",
    "commit.gpgsign=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "gc.auto=0",
    "-c",
    "fetch.fsckObjects=true",
)

NO_GIT = marked("There is no git on this computer.")
FAILED = marked("Git refused: %(what)s")
NO_REPOSITORY = marked("%(folder)s is not kept in git, so there is no branch to send.")
CHECKED_OUT = marked(
    "The branch %(branch)s is checked out in %(folder)s. Check out another one: this one is for the site."
)
NOTHING = marked("%(remote)s has no branch %(branch)s with a release.")
LINK = marked("%(name)s is no plain file in the branch %(branch)s.")
PARTLY = marked("The branch %(branch)s was not written whole. Try again.")


class BranchError(Exception):
    """Something an editor can mend; the message is for her."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(say(sentence, **values))


@dataclass(frozen=True)
class Branch:
    """A branch of another repository, which the one at ``project`` knows as ``remote``, or by its address."""

    project: Path
    remote: str
    name: str

    @property
    def here(self) -> str:
        """What the branch is called here once it is fetched."""
        return f"{REFERENCES}/{self.name}"

    def fetch(self) -> bool:
        """Ask the other repository; whether it has the branch. Raises BranchError."""
        if not is_repository(self.project):
            raise BranchError(NO_REPOSITORY, folder=self.project)
        there = f"refs/heads/{self.name}"
        if not self._git("ls-remote", self.remote, there).strip():
            self._git("update-ref", "-d", self.here)
            return False
        self._git("fetch", "--quiet", "--no-tags", self.remote, f"+{there}:{self.here}")
        return True

    def is_known(self) -> bool:
        """Whether anything here tells of the branch; the network is not asked."""
        found = (f"refs/heads/{self.name}", f"refs/remotes/{self.remote}/{self.name}", self.here)
        return any(self._run(["rev-parse", "--verify", "--quiet", one]).returncode == 0 for one in found)

    def note(self) -> bytes | None:
        """The note of the release that stood there when it was fetched."""
        done = self._run(["cat-file", "blob", f"{self.here}:{notes.FILE}"])
        return done.stdout[: notes.LIMIT + 1] if done.returncode == 0 else None

    def write(self, folder: Path) -> None:
        """Write the files that stood there into a folder. Raises BranchError, ReleaseError, OSError."""
        if self.note() is None:
            raise BranchError(NOTHING, remote=self.remote, branch=self.name)
        entries = list(self._entries())
        for name, reason in sums.unsafe(name for name, _ in entries if not sums.is_own(name)):
            raise ReleaseError(Code.UNSAFE, sums.UNSAFE_FILE, name=sums.shown(name), reason=reason)
        command = self._command(["cat-file", "--batch"])
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as child:
            assert child.stdin and child.stdout  # noqa: S101, PT018 (for the type checker)
            for name, known in entries:
                child.stdin.write(f"{known}\n".encode())
                child.stdin.flush()
                size = int(child.stdout.readline().split()[2])
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    while size:
                        block = child.stdout.read(min(size, sums.BLOCK))
                        if not block:
                            raise BranchError(PARTLY, branch=self.name)
                        size -= file.write(block)
                child.stdout.read(1)

    def commit(self, folder: Path, release: Release) -> str:
        """Let the branch here hold the files of a folder, after what was fetched; the commit. Raises BranchError."""
        if self._run(["symbolic-ref", "--quiet", "HEAD"]).stdout.decode().strip() == f"refs/heads/{self.name}":
            raise BranchError(CHECKED_OUT, branch=self.name, folder=self.project)
        command = [sys.executable, "-m", "ghp_import", "-r", REFERENCES, "-b", self.name,
                   "-m", f"Release {release.seq}", str(folder)]  # fmt: skip
        moment = dt.datetime.fromtimestamp(release.moment, dt.UTC)
        done = subprocess.run(
            command,
            cwd=self.project,
            env=_environment(moment),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise BranchError(FAILED, what=telling_line(done.stderr))
        note = self._run(["cat-file", "blob", f"refs/heads/{self.name}:{notes.FILE}"]).stdout
        if note != (folder / notes.FILE).read_bytes():
            raise BranchError(PARTLY, branch=self.name)
        return self._git("rev-parse", f"refs/heads/{self.name}").strip()

    def push(self) -> None:
        """Send the branch; never over what somebody else has sent meanwhile. Raises BranchError."""
        there = f"refs/heads/{self.name}"
        self._git("push", "--quiet", "--thin", self.remote, f"{there}:{there}")

    def _entries(self) -> Iterator[tuple[str, str]]:
        """The name and the number of each file."""
        for line in self._git("ls-tree", "-r", "-z", self.here).split("\0")[:MAX_FILES]:
            kind, _, name = line.partition("\t")
            if not line:
                continue
            mode, _, known = kind.split()
            if not mode.startswith("100"):
                raise ReleaseError(Code.UNSAFE, LINK, name=sums.shown(name), branch=self.name)
            yield name, known

    def _git(self, *words: str) -> str:
        done = self._run(words)
        if done.returncode:
            raise BranchError(FAILED, what=telling_line(done.stderr))
        return done.stdout.decode("utf-8", "replace")

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(self._command(words), env=_environment(), capture_output=True, check=False)
        except FileNotFoundError:
            raise BranchError(NO_GIT) from None

    def _command(self, words: Sequence[str]) -> list[str]:
        return ["git", "-C", str(self.project), *QUIET, *words]


def is_repository(project: Path) -> bool:
    """Whether a folder is kept in git."""
    return any((folder / ".git").exists() for folder in (project, *project.parents))


def _environment(moment: dt.datetime | None = None) -> Mapping[str, str]:
    """What git is told: who commits is nobody, in no zone, and at the hour of the release."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    date = {"DATE": format_datetime(moment)} if moment else {}
    who = {"NAME": NAME, "EMAIL": MAIL, **date}
    ours = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}
    return {**kept, "TZ": "UTC", "LC_ALL": "C.UTF-8", **ours}


def telling_line(words: bytes) -> str:
    """The line of what a program said that tells what is wrong."""
    lines = [line.strip() for line in words.decode("utf-8", "replace").splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line or "fatal" in line), lines[-1] if lines else "?")
