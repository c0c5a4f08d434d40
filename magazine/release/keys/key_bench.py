"""Where the list of keys is changed: folders, the day, and how one list follows another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from magazine.messages import marked, say
from magazine.release import keyfile
from magazine.release.keyfile import Keys
from magazine.release.keys import asking, key_files, vault
from magazine.release.keys.asking import Ask
from magazine.release.keys.key_files import Root
from magazine.release.keys.vault import VaultError
from magazine.release.making.setup import Setup
from magazine.release.making.telling import tell

NO_ROOT_NAMED = marked("Say with --root where the root key lies, or is to lie: a folder on a stick, apart from here.")


@dataclass(frozen=True)
class Wanted:
    """What was said with the command; empty where nothing was."""

    action: str = ""
    what: str = ""
    word: str = ""
    root: Path | None = None
    second: Path | None = None


@dataclass(frozen=True)
class Bench:
    """Where an action works, and on which day."""

    wanted: Wanted
    setup: Setup
    ask: Ask
    today: dt.date

    @property
    def folder(self) -> Path:
        """Of the list of keys."""
        return self.setup.lists

    def home(self) -> Path:
        """The private folder of this computer."""
        return vault.folder(published=self.setup.public)

    def expires(self) -> dt.date:
        """The last day of a list that is made today."""
        return self.today + dt.timedelta(days=self.setup.days("KEYS_DAYS"))

    def root_folder(self) -> Path:
        """The folder that was named for the root key; raises VaultError."""
        if not self.wanted.root:
            raise VaultError(NO_ROOT_NAMED)
        return self.wanted.root

    def change(self, change: Callable[[Keys, Root], Keys]) -> Keys:
        """Make the next list and put it in its place. Raises VaultError, ReleaseError, OSError."""
        keys = key_files.read(self.folder)
        root = key_files.root_in(self.root_folder(), keys)
        after = change(keyfile.renewed(keys, self.today, self.expires()), root)
        with asking.unlocked(root.home, root.name, self.ask, asking.ROOT) as secret:
            key_files.write(self.folder, after, secret)
        tell(say("List %(number)d is written: %(file)s", number=after.seq, file=self.folder / keyfile.FILE))
        tell(say("Keep it in git; the next release takes it to all partners: python3 tasks.py release"))
        return after
