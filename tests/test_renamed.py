"""A folder that was renamed is told until its text says so, whether git remembers it or earlier checks do."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from trees import ISSUE, STORY, write

from magazine.desk import check

LONG = STORY + "\n".join(f"Строка {number}." for number in range(20)) + "\n"
FILES = {
    "blog/winter/ru.md": LONG,
    "magazine/2008-12/ru.md": ISSUE,
    "magazine/2008-12/letter/ru.md": LONG.replace("Рассказ", "Письмо"),
}
Commit = Callable[[], None]


def renamed(folder: Path) -> list[tuple[str, str]]:
    """Where a text stands and where it did."""
    return [(one.path, str(dict(one.values)["former"])) for one in check.checked(folder) if one.code == "slug-renamed"]


@pytest.fixture(params=["with git", "with git, not committed", "without git"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Commit]:
    """A tree that was looked at once, and what keeps its state."""
    folder = write(tmp_path / "content", FILES)

    def git(*words: str) -> None:
        who = ("-c", "user.name=Mira", "-c", "user.email=mira@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)

    def commit() -> None:
        if request.param == "with git":
            git("add", "--all")
            git("commit", "--quiet", "--message", "x")

    if request.param != "without git":
        git("init", "--quiet")
        git("add", "--all")
        git("commit", "--quiet", "--message", "x")
    assert not renamed(folder)
    return folder, commit


def test_a_renamed_text_is_told_until_it_says_so(tree: tuple[Path, Commit]) -> None:
    folder, commit = tree
    (folder / "blog" / "winter").rename(folder / "blog" / "road")
    commit()
    assert renamed(folder) == [("blog/road/ru.md", "winter")]
    assert renamed(folder) == [("blog/road/ru.md", "winter")]
    write(folder, {"blog/road/ru.md": LONG.replace("\n\n", "\nFormerly: winter\n\n", 1)})
    commit()
    assert not renamed(folder)


def test_a_text_that_moved_to_another_issue_is_told_with_its_whole_folder(tree: tuple[Path, Commit]) -> None:
    folder, commit = tree
    write(folder, {"magazine/2009-01/ru.md": ISSUE})
    (folder / "magazine/2008-12/letter").rename(folder / "magazine/2009-01/letter")
    commit()
    assert renamed(folder) == [("magazine/2009-01/letter/ru.md", "magazine/2008-12/letter")]


def test_a_renamed_issue_is_told_once_for_all_its_stories(tree: tuple[Path, Commit]) -> None:
    folder, commit = tree
    (folder / "magazine/2008-12").rename(folder / "magazine/2008-11")
    commit()
    assert renamed(folder) == [("magazine/2008-11/ru.md", "2008-12")]
    write(folder, {"magazine/2008-11/ru.md": ISSUE.replace("\n\n", "\nFormerly: 2008-12\n\n", 1)})
    commit()
    assert not renamed(folder)


def test_a_text_that_was_taken_down_is_not_told(tree: tuple[Path, Commit]) -> None:
    folder, commit = tree
    (folder / "blog/winter/ru.md").unlink()
    (folder / "blog/winter").rmdir()
    commit()
    assert not renamed(folder)
