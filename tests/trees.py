"""The smallest trees of the content model, written to a folder and read."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from magazine import library
from magazine.problems import Report
from magazine.records import Library

LANGUAGES = ("ru", "ky", "en")
TODAY = dt.date(2012, 12, 1)

STORY = "Title: Рассказ\nDate: 2008-12-02\n\nТекст.\n"
TRANSLATION = "Title: Story\nTranslator: Swallow\n\nText.\n"
ISSUE = "Title: Выпуск\nDate: 2008-12-01\n\nПривет.\n"
ANSWER = "Author: Соседка\nDate: 2008-12-03\n\nСпасибо.\n"

Files = Mapping[str, str | bytes]


def write(root: Path, files: Files) -> Path:
    """The folder with the files in it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def read(root: Path, files: Files) -> tuple[Library, Report]:
    """The library of a tree, and what was told of it."""
    report = Report()
    return library.read(write(root, files), LANGUAGES, report, TODAY), report


def told(report: Report) -> list[tuple[str, str, int]]:
    """Rule, file and line of every problem."""
    return [(problem.code, problem.path, problem.line) for problem in report.sorted()]
