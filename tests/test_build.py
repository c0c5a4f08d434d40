"""A whole build: what it tells beyond the sources, and what it leaves standing."""

import random
import shutil
from pathlib import Path

import pytest
from trees import STORY, write

from magazine.site import build

POST = "blog/post/ru.md"


def test_a_page_over_its_budget_is_told_and_published(tmp_path: Path) -> None:
    letters = random.Random(7)
    words = ("".join(letters.choices("абвгдежзиклмнопрстуфхцчшэюя", k=7)) for _ in range(4000))
    tree = write(tmp_path / "tree", {POST: STORY + " ".join(words)})
    problems = build.build(tree, tmp_path / "output")
    assert {(problem.code, problem.stops) for problem in problems} == {("page-heavy", False)}
    assert "blog/post.html" in {problem.path for problem in problems}
    assert (tmp_path / "output" / "blog" / "post.html").exists()


def test_an_extra_file_in_the_place_of_a_page_stops_the_build(tmp_path: Path) -> None:
    problems = build.build(write(tmp_path / "tree", {POST: STORY, "extra/index.html": "x"}), tmp_path / "output")
    assert [(problem.code, problem.path) for problem in problems] == [("extra-taken", "extra/index.html")]
    assert not (tmp_path / "output").exists()


def test_a_broken_theme_is_told_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theme = shutil.copytree(build.PROJECT / "theme", tmp_path / "theme")
    (theme / "templates" / "blog.html").write_text("{% if %}")
    usual = build.settings
    monkeypatch.setattr(build, "settings", lambda **values: usual(**{"THEME": str(theme), **values}))
    problems = build.build(write(tmp_path / "tree", {POST: STORY}), tmp_path / "output")
    assert [problem.code for problem in problems] == ["internal"]
    assert not (tmp_path / "output").exists()
