"""A petition to try the organisers' commands on: lists, tallies, names of all levels, in a folder kept in git."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from toolbox import run
from trees import write

from magazine.desk.petition import command
from magazine.desk.petition.chosen import Chosen, chosen
from magazine.desk.petition.command import Wanted
from magazine.signatures import COUNTED, PEN_NAME, PUBLIC, Signature, composed
from magazine.site.build import said

DAY = dt.date(2026, 11, 20)
HEAD = "Title: {}\nDate: 2026-01-01\nTo: Жогорку Кенеш; Правительство\nGoal: 100\nState: {}\nSummary: {}\n\n{}\n"
RU = (
    "Мы просим **не наказывать**.\n\n## Требуем\n\n1. Уважать.\n2. Остановить.\n\nСм. [закон](https://example.org/law)."
)
KY = "Title: Жаза болбосун, өкмөт\nTranslator: Карлыгач\n\nБиз *суранабыз*: ңөү.\n"
NAMES = ("Айгүл Өмүрова", "Чынара Тоңбаева", "=1+1+", "Ҳабиба", "＋cmd", "Ulan")
# far above the threshold, just one person, nobody
REGIONS = ("bishkek",) * 30 + ("naryn",)


def tree(root: Path, state: str = "open") -> Path:
    """The content folder: 31 + 31 named, 40 only counted, 47 on paper, 2 duplicates that are not counted."""
    named = [
        Signature(DAY - dt.timedelta(turn % 3), PUBLIC if turn % 2 else PEN_NAME, digest(f"a{turn}"), "ab" * 8,
                  f"{NAMES[turn % len(NAMES)]} {turn}", region)
        for turn, region in enumerate(REGIONS + REGIONS)
    ]  # fmt: skip
    only = [Signature(DAY - dt.timedelta(turn % 2), COUNTED, digest(f"b{turn}")) for turn in range(40)]
    folder = "petitions/plea"
    return write(root, {
        f"{folder}/ru.md": HEAD.format("Нет наказанию", state, "Просим.", RU),
        f"{folder}/ky.md": KY,
        f"{folder}/signatures/2026-11-20-1-abcde.md": composed(named, duplicates=2),
        f"{folder}/signatures/2026-11-20-2-abcde.md": composed(only),
        f"{folder}/signatures/2026-11-01.md": "Count: 47\nDate: 2026-11-01\nWay: paper\nRegion: Ош шаары\n",
    })  # fmt: skip


TOTAL = 2 * len(REGIONS) + 40 + 47


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def found(content: Path) -> Chosen:
    """The petition as it stands now."""
    return chosen(content, "plea", said())


def kept_in_git(content: Path) -> Path:
    """The folder as a repository with one commit."""
    nobody = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "-A"], [*nobody, "commit", "-qm", "."]):
        run("git", "-C", content, *words)
    return content


def log(content: Path) -> list[str]:
    """Who committed what, the newest first."""
    return run("git", "-C", content, "log", "--format=%an|%ae|%cd|%s", "--date=format-local:%H:%M").splitlines()


def done(content: Path, action: str, **wanted: object) -> int:
    """The exit status of a command."""
    return command.run(Wanted(action, str(wanted.pop("name", "plea")), **wanted), content)  # type: ignore[arg-type]


def all_text(content: Path) -> str:
    """All that stands in the files of signatures."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(content.rglob("signatures/*.md")))


@pytest.fixture(scope="module", autouse=True)
def in_english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAGAZINE_LANG", "en")
        patch.setenv("MAGAZINE_DESK", str(tmp_path_factory.mktemp("editor") / "desk"))
        yield
