"""Where mirrors are looked after: the tables of them, the release that they are compared with, and what was typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from magazine import mirrors
from magazine.messages import marked, say
from magazine.mirrors import CHECKED, LISTED, Mirror
from magazine.problems import Report
from magazine.release import keyfile, notes, sums
from magazine.release.keys import vault
from magazine.release.making import chain
from magazine.release.making.setup import Setup
from magazine.release.monitor.looking import Newest

FOLDER = "mirrors"  # below the content, and in the private folder

NO_RELEASE = marked("There is no release at %(folder)s to compare with: python3 tasks.py release makes one.")
BAD_TABLE = marked("The tables of mirrors have mistakes: python3 tasks.py check tells them.")


@dataclass(frozen=True)
class Wanted:
    """What was typed after ``mirrors``; empty where nothing was."""

    action: str = ""
    address: str = ""
    operator: str = ""
    link: str = ""
    country: str = ""
    contact: str = ""
    full: bool = False
    proxy: str = ""


class MirrorsError(Exception):
    """Something an editor can mend; the message is for her."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(say(sentence, **values))


@dataclass(frozen=True)
class Office:
    """Where mirrors are looked after, on which day."""

    wanted: Wanted
    setup: Setup
    today: dt.date

    @property
    def tables(self) -> Path:
        """The folder of both tables."""
        return self.setup.content / FOLDER

    @property
    def proxy(self) -> str:
        """What other hosts are asked through; empty where they learn this computer's own address."""
        return self.wanted.proxy or self.setup.text("PROXY")

    def home(self) -> Path:
        """The private folder of this computer."""
        return vault.folder(published=self.setup.public)

    def listed(self) -> tuple[Mirror, ...]:
        """The mirrors of both tables; raises MirrorsError where one is broken, OSError."""
        report = Report()
        found = mirrors.read(_bytes(self.tables / LISTED), _bytes(self.tables / CHECKED), Path(FOLDER), report)
        if report.found:
            raise MirrorsError(BAD_TABLE)
        return found

    def roots(self) -> tuple[str, ...]:
        """The root keys of the magazine; raises ReleaseError, OSError."""
        return keyfile.parsed((self.setup.lists / keyfile.FILE).read_bytes()).roots

    def newest(self) -> Newest:
        """The release that stands here; raises MirrorsError, ReleaseError, OSError."""
        folder = self.setup.published
        try:
            note = (folder / notes.FILE).read_bytes()
        except FileNotFoundError:
            raise MirrorsError(NO_RELEASE, folder=folder) from None
        release = notes.parsed(note)
        past = chain.past(self.home(), notes.digest(note), release.seq)
        if release.prev:
            past.setdefault(release.seq - 1, release.prev)
        return Newest(release, note, sums.parsed((folder / sums.SUMS).read_bytes()), folder, past)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
