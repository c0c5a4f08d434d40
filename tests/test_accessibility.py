"""Everybody can read it: axe and Lighthouse in a real browser, WCAG 2.2 AA and contrast of 7 : 1."""

import json
from pathlib import Path
from typing import Any

import pytest
from browser import ARGUMENTS, DESK, PHONE, tab
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from site_files import LANGUAGES, Page, Site
from toolbox import need, run, told
from web_server import WebServer

RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
COLOURS = {"runOnly": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]}


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe."""
    return Path(need("axe")).read_text("utf-8")


def examine(shown: Tab, axe: str, pages: list[Page], options: dict[str, Any] | None = None) -> list[str]:
    """All that axe objects to on these pages, and every contrast that it cannot measure."""
    options = {"resultTypes": ["violations", "incomplete"]} | (options or {"rules": RULES})
    found: dict[str, list[str]] = {}
    for page in pages:
        shown.goto(page.path.as_uri())
        shown.evaluate(axe)
        said = shown.evaluate("options => axe.run(document, options)", options)
        unmeasured = [rule for rule in said["incomplete"] if rule["id"].startswith("color-contrast")]
        for rule in said["violations"] + unmeasured:
            for node in rule["nodes"]:
                sentence = f"{rule['id']}: {' '.join(node['failureSummary'].split())} {node['html'][:200]}"
                found.setdefault(sentence, []).append(page.address)
    return [f"{sentence} in {', '.join(where[:3])} ({len(where)}×)" for sentence, where in found.items()]


def test_axe_sees_what_is_wrong(axe: str, chromium: Browser, tmp_path: Path) -> None:
    """Else the next tests would prove nothing."""
    pale = "<p style='color: #666; background: #fff'>five and a half to one</p>"
    (tmp_path / "index.html").write_text(f"<!DOCTYPE html><title>x</title>{pale}<img src='x.png'>", "utf-8")
    with tab(chromium, bypass_csp=True) as shown:
        found = " ".join(examine(shown, axe, [Page(tmp_path, "index.html")]))
        in_colour = " ".join(examine(shown, axe, [Page(tmp_path, "index.html")], COLOURS))
    assert all(rule in found for rule in ("image-alt", "html-has-lang", "color-contrast-enhanced"))
    assert "color-contrast-enhanced" in in_colour


def test_axe_finds_nothing_on_one_page_of_each_kind(axe: str, site: Site, chromium: Browser) -> None:
    with tab(chromium, bypass_csp=True) as shown:
        problems = examine(shown, axe, site.kinds)
    assert not problems, told(problems)


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_kind_in_any_language(
    size: tuple[int, int], axe: str, site: Site, chromium: Browser
) -> None:
    with tab(chromium, size, bypass_csp=True) as shown:
        problems = examine(shown, axe, site.samples)
    assert not problems, told(problems)


@pytest.mark.slow
def test_axe_finds_every_contrast_high_enough_in_the_dark(axe: str, site: Site, chromium: Browser) -> None:
    with tab(chromium, dark=True, bypass_csp=True) as shown:
        problems = examine(shown, axe, site.samples, COLOURS)
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
