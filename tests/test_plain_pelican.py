"""Pelican's own command, as a maintainer may start it: the same site, and no problem passes in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from trees import STORY, Files, write

PROJECT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow
BROKEN: dict[str, Files] = {
    "no date": {"blog/post/ru.md": "Title: А\n\nТекст.\n"},
    "a dead link": {"blog/post/ru.md": STORY + "[к](../nowhere/)\n"},
    "a picture that is none": {"blog/post/ru.md": STORY, "blog/post/a.jpg": b"none"},
}


def pelican(content: Path, output: Path, settings: str = "pelicanconf.py", **more: str) -> "tuple[int, str]":
    command = [sys.executable, "-m", "pelican", str(content), "-s", settings, "-o", str(output)]
    environment = {**os.environ, "MAGAZINE_LANG": "en", **more}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_published_address_stands_in_every_language(tmp_path: Path) -> None:
    tree = write(tmp_path / "tree", {"blog/post/ru.md": STORY})
    status, _ = pelican(tree, tmp_path / "output", "publishconf.py", SITEURL="https://other.example.org")
    assert status == 0
    for page in ("index.html", "ky/index.html", "sitemap.xml", "en/feeds/all.xml"):
        text = (tmp_path / "output" / page).read_text(encoding="utf-8")
        assert "https://other.example.org/" in text
        assert "magazine.example.org" not in text


@pytest.mark.parametrize("name", BROKEN)
def test_a_problem_is_told_and_ends_it(name: str, tmp_path: Path) -> None:
    status, told = pelican(write(tmp_path / "tree", BROKEN[name]), tmp_path / "output")
    assert status == 1
    assert "blog/post/" in told
    assert "Traceback" not in told
