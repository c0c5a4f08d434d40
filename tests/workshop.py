"""A tiny magazine whose releases are made for tests: its folders, its keys, and packs that are made at once."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import minisign
import pytest

from magazine.forbidden import NONE, Forbidden
from magazine.problems import Problem
from magazine.records import Library
from magazine.release import notes
from magazine.release.keyfile import Keys
from magazine.release.keys import asking, key_commands, key_files, own_keys, vault
from magazine.release.keys.key_commands import Bench, Wanted
from magazine.release.making import chain, current, finishing, signatures
from magazine.release.making.making import Draft, Order, Press
from magazine.release.making.setup import Setup, of_settings
from magazine.release.notes import Release
from magazine.release.packs.every import Makers
from magazine.release.packs.source import Source
from magazine.site.build import said

TODAY = dt.datetime.now(dt.UTC).date()
WORDS, OTHER_WORDS = "ozero karta veter stakan lodka", "kniga oblako most zerno ryba"
PAGES = {
    "index.html": "<p>Красный зонт</p>\n",
    "ky/story.html": "<p>Окуя</p>\n",
    "story.html": "<p>История</p>\n",
    "petitions/law/law.html": "<p>Мы просим</p>\n",
}


@dataclass
class Said:
    """Answers as they are typed."""

    release: str = WORDS
    root: str = OTHER_WORDS
    again: str = ""
    may_repeat: bool = False

    def known(self, question: str) -> str:
        return self.release if question in (asking.RELEASE, asking.NEW_RELEASE) else self.root

    def new(self, question: str) -> tuple[str, str]:
        return self.known(question), self.again or self.known(question)


def all_in_one(source: Source, folder: Path) -> list[Path]:
    """A pack that holds what the site holds."""
    pack = folder / source.named("", ".zip")
    pack.write_bytes(b"".join((source.folder / name).read_bytes() for name in source.files))
    return [pack]


def beside(_: Source, pack: Path) -> Path:
    """A file that belongs to a pack."""
    made = pack.with_name(f"{pack.name}.torrent")
    made.write_bytes(b"d4:infoe")
    return made


QUICK = Makers((all_in_one,), (beside,))


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheaper scrypt: how strong it is has a test of its own."""
    monkeypatch.setattr(vault, "OPERATIONS", 1 << 15)
    monkeypatch.setattr(vault, "MEMORY", 1 << 24)


@dataclass
class Workshop:
    """The folders of a magazine, and whoever sits down there; ``settings`` are put over those of the project."""

    tmp: Path
    monkeypatch: pytest.MonkeyPatch
    settings: dict[str, object] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=lambda: dict(PAGES))
    day: dt.date = TODAY
    ask: Said = field(default_factory=Said)
    makers: Makers = QUICK
    hidden: Forbidden = NONE
    held: Library | None = None
    gate: Callable[[Path], Sequence[Problem]] = lambda _: ()

    def __post_init__(self) -> None:
        quick(self.monkeypatch)
        self.stick, self.second = self.tmp / "stick", self.tmp / "second"
        (self.tmp / "content").mkdir(exist_ok=True)
        self.at("desk")

    def at(self, desk: str) -> Path:
        """Sit down at another computer, as far as its private folder goes."""
        self.desk = self.tmp / desk
        self.monkeypatch.setenv(vault.VARIABLE, str(self.desk))
        return self.desk

    @property
    def setup(self) -> Setup:
        settings = {**said(), "PUBLISH_BRANCH": "", **self.settings}
        found = of_settings(settings, self.tmp / "content", self.tmp / "published")
        return replace(found, output=self.tmp / "output", project=self.tmp)

    @property
    def published(self) -> Path:
        return self.tmp / "published"

    @property
    def keys(self) -> Keys:
        return key_files.read(self.setup.lists)

    @property
    def release(self) -> Release:
        return notes.parsed(self.note)

    @property
    def note(self) -> bytes:
        return (self.published / notes.FILE).read_bytes()

    @property
    def roots(self) -> tuple[str, str]:
        return vault.public(self.stick, "root"), vault.public(self.second, "second-root")

    def key(self, action: str, what: str = "", word: str = "", root: Path | None = None, **more: Path) -> None:
        """Change the list of keys."""
        wanted = Wanted(action, what, word, root or self.stick, **more)
        assert key_commands.done(Bench(wanted, self.setup, self.ask, self.day)) == 0

    def first_keys(self) -> "Workshop":
        self.key("make", second=self.second)
        return self

    def build(self) -> None:
        """Write the pages, and the files of the list of keys, as a build would."""
        output = self.setup.output
        wanted: dict[str, bytes] = {name: text.encode() for name, text in self.pages.items()}
        wanted |= {name: (self.setup.lists / name).read_bytes() for name in key_files.NAMES}
        for path in [path for path in output.rglob("*") if path.is_file()]:
            if path.relative_to(output).as_posix() not in wanted:
                path.unlink()
        for name, data in wanted.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)

    def press(self) -> Press:
        held = self.held or Library(self.tmp / "content", ("ru", "ky", "en"))
        return Press(self.setup, self.keys, held, self.gate, self.hidden, self.makers)

    def draft(self, **more: bool) -> Draft:
        self.build()
        return self.press().draft(Order(self.day, **more))

    def print(self, **more: bool) -> Release:
        """Make a release as the command does, without its build."""
        with current.alone(self.published):
            draft = self.draft(**more)
            with own_keys.unlocked(self.desk, self.keys, self.ask) as pair:
                signatures.sign(draft.folder, draft.release, pair, draft.made)
            finishing.put(draft.folder, self.setup, self.keys, draft.before, self.day)
            chain.remember(self.desk, notes.digest(self.note), draft.release.prev)
        return self.release


def files(folder: Path) -> Mapping[str, bytes]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def times(folder: Path) -> Mapping[str, int]:
    """When each was changed, in seconds."""
    return {name: int((folder / name).stat().st_mtime) for name in files(folder)}


def thief(key: minisign.SecretKey) -> str:
    """The public key of somebody else."""
    return str(key.get_public_key().to_base64().decode())
