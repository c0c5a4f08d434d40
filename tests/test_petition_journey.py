"""The whole way of a signature: any copy of the page, the intake, an editor, one number everywhere, and back out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import KEYPAD_PHONE, tab
from intake_server import running
from moderation_desk import magazine
from playwright.sync_api import Browser, Page
from signing import PETITION
from site_files import Site, text_of
from test_answer_journey import Place
from web_server import WebServer

from magazine.intake import receipts
from magazine.signatures import COUNTED, PEN_NAME, PUBLIC

pytestmark = [pytest.mark.slow, pytest.mark.judge]
TRANSLATION = "Title: Petition\nTranslator: Swallow\n\nPlease.\n"
FILES = {
    f"{PETITION}/ru.md": "Title: Петиция\nDate: 2012-05-21\nTo: Парламент\nGoal: 50, 100\nDeadline: 2099-12-31\n"
    "\nПросим.\n",
    f"{PETITION}/ky.md": TRANSLATION,
    f"{PETITION}/en.md": TRANSLATION,
    f"{PETITION}/signatures/2012-06-03.md": "Kind: tally\nCount: 47\nDate: 2012-06-03\nWay: street\nRegion: Ош\n",
}
LANGUAGES = {"ru": "", "ky": "ky/", "en": "en/"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("petition")
    with running(folder / "intake") as intake:
        yield Place(folder, intake, magazine(folder, FILES))


def sign(page: Page, place: Place, level: str, name: str, contact: str) -> str:
    """The receipt of a signer who fills in everything, whatever her level is."""
    form = page.locator("#sign form")
    form.locator(f"[value={level}]").check()
    form.locator("[name=name]").fill(name)
    form.locator("select").select_option(index=3)
    form.locator("[name=contact]").fill(contact)
    form.locator("button").first.click()
    page.wait_for_url(f"{place.address}**")
    (code,) = {word for word in page.inner_text("main").split() if receipts.typed(word) == word}
    return code


def numbers(site: Site) -> set[str]:
    """The number of signatures wherever it is shown."""
    found = set()
    for folder in LANGUAGES.values():
        pages = [site.pages[f"{folder}{name}"] for name in (f"{PETITION}.html", f"{PETITION}/count.html")]
        found |= {text_of(page.tree.xpath("//*[@class='count']")[0]) for page in pages}
        badge = (site.root / f"{folder}{PETITION}/badge.svg").read_text("utf-8")
        found.add(badge.partition('font-weight="bold"')[2].partition(">")[2].partition("<")[0])
    return found


def test_a_signature_travels_from_any_copy_into_one_number_and_back_out(place: Place, chromium: Browser) -> None:
    site = place.built()
    assert numbers(site) == {"47"}
    codes = {}
    with WebServer(site.root, "/a/b/") as below, WebServer(site.root) as root:
        copies = {
            COUNTED: (site.root / f"{PETITION}.html").as_uri(),
            PEN_NAME: f"{below.address}ky/{PETITION}.html",
            PUBLIC: f"{root.address}en/{PETITION}.html",
        }
        for level, address in copies.items():
            for turn in range(2 if level == PEN_NAME else 1):  # whoever signs twice is counted once
                with tab(chromium, KEYPAD_PHONE, script=False) as page:
                    page.goto(address)
                    code = sign(page, place, level, f"Мира {level}", f"{level}@example.org")
                    codes.setdefault(level, code)
                    assert turn == 0 or code != codes[level]
    place.approve_all()
    assert list((place.folder / "intake" / "spool").glob("*.age")) == []
    site = place.built()
    assert numbers(site) == {"50"}
    shown = {path: path.read_text("utf-8") for path in site.root.rglob("*") if path.suffix in (".html", ".xml", ".svg")}
    for level, is_shown in ((COUNTED, False), (PEN_NAME, True), (PUBLIC, True)):
        assert any(f"Мира {level}" in text for text in shown.values()) == is_shown
        assert not any(f"{level}@example.org" in text for text in shown.values())
    for folder in LANGUAGES.values():  # the goal of fifty is reached, so the next one is shown
        assert "100" in text_of(site.pages[f"{folder}{PETITION}.html"].tree.xpath("//*[@class='sheet']")[0])

    for level in (PUBLIC, COUNTED):
        with tab(chromium, script=False) as page:
            page.goto(f"{place.address}?lang=ky")
            page.fill("[name=receipt]", codes[level].upper())
            page.click("form button")
            page.wait_for_load_state()
    place.approve_all()
    site = place.built()
    assert numbers(site) == {"48"}
    for path in (*site.root.rglob("*.html"), *Path(place.content).rglob("*.md")):
        assert f"Мира {PUBLIC}" not in path.read_text("utf-8")
