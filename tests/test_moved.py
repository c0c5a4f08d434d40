"""Where a text stood before, a page leads to it, in the browser too; two pages never claim one address."""

from pathlib import Path

import pytest
from browser import tab
from playwright.sync_api import Browser
from trees import ISSUE, STORY, TRANSLATION, Files, told, write

from magazine.desk import check
from magazine.problems import Report
from magazine.site import build

POST, STORY_FILE, ISSUE_FILE = "blog/winter-road/ru.md", "magazine/2008-12/letter/ru.md", "magazine/2008-12/ru.md"


def formerly(text: str, names: str) -> str:
    return text.replace("\n\n", f"\nFormerly: {names}\n\n", 1)


FILES: Files = {
    POST: formerly(STORY, "winter, 2012/05/моя-история/"),
    "blog/winter-road/en.md": formerly(TRANSLATION, "en/2012/my-story/"),
    ISSUE_FILE: formerly(ISSUE, "magazine/2008-11"),
    STORY_FILE: STORY,
}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moved")
    assert not build.build(write(folder / "tree", FILES), folder / "output")
    return folder / "output"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("blog/winter.html", "blog/winter-road.html"),
        ("en/blog/winter.html", "en/blog/winter-road.html"),
        ("ky/blog/winter.html", "ky/blog/winter-road.html"),
        ("2012/05/моя-история/index.html", "blog/winter-road.html"),
        ("en/2012/my-story/index.html", "en/blog/winter-road.html"),
        ("magazine/2008-11.html", "magazine/2008-12.html"),
        ("magazine/2008-11/letter.html", "magazine/2008-12/letter.html"),
    ],
)
def test_the_old_place_leads_to_the_new_one(moved: Path, chromium: Browser, old: str, new: str) -> None:
    with tab(chromium, script=False) as page:
        page.goto((moved / old).as_uri())
        page.wait_for_url((moved / new).as_uri())
    assert f"https://magazine.example.org/{new}" in (moved / old).read_text(encoding="utf-8")


def test_lists_feeds_and_maps_know_the_new_place_alone(moved: Path) -> None:
    for path in moved.rglob("*"):
        if path.suffix == ".xml" or path.name == "index.html":
            assert "winter.html" not in path.read_text(encoding="utf-8")
            assert "2008-11" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "beside"),
    [
        ("winter-road", {}),
        ("letter", {"blog/letter/ru.md": STORY}),
        ("index.html", {}),
        ("Archive/index.html", {}),
        ("blog/letter.html/", {"blog/letter/ru.md": STORY}),
        ("old/", {"blog/letter/ru.md": formerly(STORY, "old/")}),
    ],
)
def test_a_place_that_is_taken_stops_check_and_build(tmp_path: Path, names: str, beside: Files) -> None:
    tree = write(tmp_path / "tree", {POST: formerly(STORY, names), **beside})
    expected = [("former-taken", POST, 3)]
    report = Report()
    report.found.update(dict.fromkeys(build.build(tree, tmp_path / "output")))
    assert told(report) == expected
    assert not (tmp_path / "output").exists()
    assert [(one.code, one.path, one.line) for one in check.checked(tree) if one.stops] == expected


def test_a_page_that_leads_on_changes_with_the_place_it_leads_to_and_goes_with_its_name(tmp_path: Path) -> None:
    tree, output = write(tmp_path / "tree", {POST: formerly(STORY, "winter")}), tmp_path / "output"
    assert not build.build(tree, output)
    (tree / "blog" / "winter-road").rename(tree / "blog" / "road")
    assert not build.build(tree, output)
    assert "road.html" in (output / "blog" / "winter.html").read_text(encoding="utf-8")
    write(tree, {"blog/road/ru.md": STORY})
    assert not build.build(tree, output)
    assert not (output / "blog" / "winter.html").exists()
