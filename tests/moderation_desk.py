"""A magazine in git, editors with real age keys and desks of their own, and what readers send to them."""

import datetime as dt
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
from trees import ISSUE, STORY, write

from magazine import library
from magazine.desk.moderation.items import Item
from magazine.desk.moderation.keyring import Keyring
from magazine.desk.moderation.queued import Queue
from magazine.desk.moderation.session import Session
from magazine.intake.sealing import Keys
from magazine.intake.submissions import COMMENT, Submission
from magazine.problems import Report
from magazine.records import Library
from magazine.site.build import languages_of, said

TODAY = dt.date(2012, 12, 1)
DAY = dt.date(2012, 11, 30)
POST, TALE = "blog/post", "magazine/2008-12/kitchen"
FILES = {
    "magazine/2008-12/ru.md": ISSUE,
    f"{TALE}/ru.md": STORY.replace("Рассказ", "Кухня"),
    f"{POST}/ru.md": STORY.replace("Date:", "Formerly: old-post, /2012/05/zapis/\nDate:"),
    f"{POST}/en.md": "Title: Letter\nTranslator: Swallow\n\nText.\n",
    f"{POST}/comments/1.md": "Author: Соседка\nDate: 2008-12-03\nLang: ru\n\nСпасибо за рассказ.\n",
}


def comment(text: str = "Здравствуйте.", **given: Any) -> Submission:
    """A comment to the post."""
    return Submission(**{"kind": COMMENT, "day": DAY, "entry": POST, "text": text, "name": "Ромашка", **given})


def git(folder: Path, *words: str) -> str:
    """What git says; a failure fails the test."""
    command = ["git", "-C", str(folder), "-c", "user.name=tester", "-c", "user.email=tester@example.org", *words]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def magazine(folder: Path, files: dict[str, str] | None = None) -> Path:
    """The content folder of a magazine in a repository of its own."""
    content = write(folder / "content", files or FILES)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Texts")
    return content


@dataclass
class Editor:
    """An editor; her sessions work on one desk."""

    home: Path
    identity: Any = field(default_factory=pyrage.x25519.Identity.generate)

    @property
    def public(self) -> str:
        return str(self.identity.to_public())

    def keyring(self, editors: Sequence[str] = ()) -> Keyring:
        self.home.mkdir(parents=True, exist_ok=True)
        listed = tuple(editors) or (self.public,)
        every = listed if self.public in listed else (*listed, self.public)
        return Keyring(self.home, self.identity, self.public, Keys(every), listed)

    def session(self, content: Path, editors: Sequence[str] = (), today: dt.date = TODAY, **given: Any) -> Session:
        listed = tuple(editors) or (self.public,)
        chosen = {**said(), "INTAKES": (), "EDITOR_KEYS": listed, "MAIL": "editors@example.org", **given}
        return Session(self.keyring(listed), chosen, content, today)

    @property
    def queue(self) -> Queue:
        return Queue(self.home / "queue")

    def receive(self, *sent: Submission, today: dt.date = TODAY) -> list[str]:
        return [self.queue.put(one, Keys((self.public,)), today) for one in sent]


def texts(content: Path) -> Library:
    """The library, which must read without a mistake."""
    report = Report()
    held = library.read(content, languages_of(said()), report, TODAY)
    assert [problem.text() for problem in report.sorted() if problem.stops] == []
    return held


def answers(content: Path, key: str = POST) -> list[str]:
    """The words of all published answers to a text."""
    return [answer.text for answer in texts(content).entries[key].answers]


def named(session: Session, text: str) -> Item:
    """The item with these words."""
    return next(item for item in session.items() if item.text == text)
