"""Everybody can read it: axe and Lighthouse in a real browser, WCAG 2.2 AA and contrast of 7 : 1."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browser import ARGUMENTS, DESK, PHONE, tab
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from site_files import LANGUAGES, Page, Site
from toolbox import need, run, told
from web_server import WebServer

RULES = {"rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
COLOURS = {"runOnly": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]}


@dataclass(frozen=True)
class Way:
    """How a page is looked at, and what axe is asked about it."""

    size: tuple[int, int]
    options: dict[str, Any]
    dark: bool = False


WAYS = {"phone": Way(PHONE, RULES), "desk": Way(DESK, RULES), "dark": Way(PHONE, COLOURS, dark=True)}


def objections(shown: Tab, options: dict[str, Any] = RULES) -> list[str]:
    """All that axe objects to on the page that is shown, and every contrast that it cannot measure."""
    options = {"resultTypes": ["violations", "incomplete"]} | options
    said = shown.evaluate("options => axe.run(document, options)", options)
    unmeasured = [rule for rule in said["incomplete"] if rule["id"].startswith("color-contrast")]
    return [
        f"{rule['id']}: {' '.join(node['failureSummary'].split())} {node['html'][:200]}"
        for rule in said["violations"] + unmeasured
        for node in rule["nodes"]
    ]


def open_page(shown: Tab, axe: str, page: Page) -> None:
    """A page with axe in it."""
    shown.goto(page.path.as_uri())
    shown.evaluate(axe)


def gathered(found: Iterable[tuple[str, str]]) -> list[str]:
    """Each objection once, with the pages that it was made to."""
    places: dict[str, list[str]] = {}
    for sentence, address in found:
        places.setdefault(sentence, []).append(address)
    return [f"{sentence} in {', '.join(where[:3])} ({len(where)}×)" for sentence, where in places.items()]


def examine(shown: Tab, axe: str, pages: Iterable[Page]) -> list[str]:
    """What axe objects to on these pages in a tab as it is."""
    found = []
    for page in pages:
        open_page(shown, axe, page)
        found += [(sentence, page.address) for sentence in objections(shown)]
    return gathered(found)


@dataclass
class Examiner:
    """Axe in one tab: one visit of a page serves all ways, and no way is gone twice."""

    shown: Tab
    axe: str
    found: dict[tuple[Path, str], list[str]] = field(default_factory=dict)

    def visit(self, page: Page, ways: Iterable[str] = WAYS) -> None:
        """Look at a page in those ways in which it was not seen yet."""
        new = [way for way in ways if (page.path, way) not in self.found]
        if new:
            open_page(self.shown, self.axe, page)
        for way in new:
            wide, high = WAYS[way].size
            self.shown.set_viewport_size({"width": wide, "height": high})
            self.shown.emulate_media(color_scheme="dark" if WAYS[way].dark else "light")
            self.found[page.path, way] = objections(self.shown, WAYS[way].options)

    def problems(self, pages: Iterable[Page], way: str) -> list[str]:
        """What axe objects to on these pages in one way."""
        pages = list(pages)
        for page in pages:
            self.visit(page, [way])
        return gathered((sentence, page.address) for page in pages for sentence in self.found[page.path, way])


@pytest.fixture(scope="module")
def examiner(chromium: Browser) -> Iterator[Examiner]:
    """The one who looks at all pages."""
    axe = Path(need("axe")).read_text("utf-8")
    with tab(chromium, bypass_csp=True) as shown:
        yield Examiner(shown, axe)


def written(folder: Path, html: str) -> Page:
    (folder / "index.html").write_text(f"<!DOCTYPE html><title>x</title>{html}", "utf-8")
    return Page(folder, "index.html")


def test_axe_sees_what_is_wrong(examiner: Examiner, chromium: Browser, tmp_path: Path) -> None:
    """Else the next tests would prove nothing."""
    pale = "<p style='color: #666; background: #fff'>five and a half to one</p>"
    page = written(tmp_path, f"{pale}<img src='x.png'>")
    found = " ".join(examiner.problems([page], "phone"))
    assert all(rule in found for rule in ("image-alt", "html-has-lang", "color-contrast-enhanced"))
    assert "color-contrast-enhanced" in " ".join(examiner.problems([page], "dark"))


@pytest.mark.parametrize(("way", "media"), [
    ("phone", "(max-width: 400px) and (prefers-color-scheme: light)"), ("desk", "(min-width: 1200px)"),
    ("dark", "(prefers-color-scheme: dark)"),
])  # fmt: skip
def test_one_visit_sees_what_is_wrong_in_one_way_alone(
    way: str, media: str, examiner: Examiner, chromium: Browser, tmp_path: Path
) -> None:
    style = f"<style>p {{ color: #000; background: #fff }} @media {media} {{ p {{ color: #666 }} }}</style>"
    page = written(tmp_path, f"{style}<p>pale now and then</p>")
    examiner.visit(page)
    pale = [one for one in WAYS if "color-contrast-enhanced" in " ".join(examiner.problems([page], one))]
    assert pale == [way]


def test_axe_finds_nothing_on_one_page_of_each_kind(examiner: Examiner, site: Site, chromium: Browser) -> None:
    problems = examiner.problems(site.kinds, "phone")
    assert not problems, told(problems)


@pytest.fixture(scope="module")
def examined(examiner: Examiner, site: Site) -> Examiner:
    """The same when all pages have been looked at."""
    for page in site.samples:
        examiner.visit(page)
    return examiner


@pytest.mark.slow
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing_on_any_kind_in_any_language(
    size: str, examined: Examiner, site: Site, chromium: Browser
) -> None:
    problems = examined.problems(site.samples, size)
    assert not problems, told(problems)


@pytest.mark.slow
def test_axe_finds_every_contrast_high_enough_in_the_dark(examined: Examiner, site: Site, chromium: Browser) -> None:
    problems = examined.problems(site.samples, "dark")
    assert not problems, told(problems)


@pytest.mark.slow
@pytest.mark.judge
@pytest.mark.parametrize(("kind", "language"), list(zip(("home", "story", "petition"), LANGUAGES, strict=True)))
def test_lighthouse_gives_100_for_accessibility(kind: str, language: str, site: Site, web: WebServer) -> None:
    flags = " ".join(["--headless=new", *(flag for flag in ARGUMENTS if " " not in flag)])
    report = run(
        need("node"),
        need("lighthouse"),
        web.address + site.sample(kind, language).address,
        "--only-categories=accessibility",
        "--output=json",
        "--quiet",
        f"--chrome-flags={flags}",
        env={"CHROME_PATH": need("chromium")},
    )
    judged = json.loads(report)
    failed = [
        f"{name}: {audit['title']}" for name, audit in judged["audits"].items() if audit["score"] not in (None, 1)
    ]
    assert judged["categories"]["accessibility"]["score"] == 1, told(failed)
