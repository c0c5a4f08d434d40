"""Where an editor makes releases: folders, settings, the day, and how a release that is signed gets into its place."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from magazine.messages import say
from magazine.release import notes
from magazine.release.keyfile import Keys
from magazine.release.keys import vault
from magazine.release.keys.asking import Ask
from magazine.release.making import chain, current, finishing, signatures
from magazine.release.making.current import WAITING, beside
from magazine.release.making.setup import Setup
from magazine.release.making.standing import Standing
from magazine.release.making.telling import tell
from magazine.release.packs import every
from magazine.release.packs.every import Makers
from magazine.release.publishing.branch import Branch

BUILD = (sys.executable, "-m", "magazine.site.build")


@dataclass(frozen=True)
class Wanted:
    """What was said with the command; empty where nothing was."""

    packs: bool = False
    no_packs: bool = False
    sign: bool = False
    folder: Path | None = None
    take: bool = False
    anyway: bool = False
    date: str = ""


@dataclass(frozen=True)
class Desk:
    """Where a release is made, by whom, on which day, and by what its packs are."""

    wanted: Wanted
    setup: Setup
    ask: Ask
    date: dt.date
    makers: Makers = every.USUAL

    @property
    def waiting(self) -> Path:
        """Where a release waits for another signature."""
        return beside(self.setup.published, WAITING)

    def home(self) -> Path:
        """The private folder of this computer."""
        return vault.folder(published=self.setup.public)

    def branch(self) -> Branch:
        """The branch where releases are published."""
        setup = self.setup
        return Branch(setup.project, setup.text("PUBLISH_REMOTE"), setup.text("PUBLISH_BRANCH"))

    def build(self) -> int:
        """Build the site in a process of its own, whose memory is free again after it; the exit status."""
        command = [*BUILD, str(self.setup.content), str(self.setup.output)]
        return subprocess.run(command, cwd=self.setup.project, check=False).returncode

    def finish(self, keys: Keys, folder: Path, before: Standing) -> int:
        """Put a signed release into its place, or let it wait for more signatures."""
        release = notes.parsed((folder / notes.FILE).read_bytes())
        count = len(signatures.holders(folder, keys))
        if count < keys.needs:
            if folder != self.waiting:
                shutil.rmtree(self.waiting, ignore_errors=True)
                current.settled()
                folder.rename(self.waiting)
            tell(say("Release %(seq)d has %(count)d of %(needs)d signatures. Take %(folder)s to another editor, who "
                      "adds hers: %(command)s", seq=release.seq, count=count, needs=keys.needs, folder=self.waiting,
                      command="python3 tasks.py release --sign --folder FOLDER"))  # fmt: skip
            return 0
        finishing.put(folder, self.setup, keys, before, self.date)
        note = (self.setup.published / notes.FILE).read_bytes()
        chain.remember(self.home(), notes.digest(note), release.prev)
        tell(say("Release %(seq)d stands in %(folder)s, good until %(end)s. Send it: %(command)s", seq=release.seq,
                  folder=self.setup.published, end=release.expires, command="python3 tasks.py publish"))  # fmt: skip
        return 0
