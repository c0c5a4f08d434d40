"""The exit: it leaves at once, covers the page, and tells nobody where the reader was."""

import html
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import KEYPAD_PHONE, Window, tab
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from site_files import LANGUAGES, Site
from toolbox import told
from web_server import WebServer

SLOW = 3.0


def with_exit_to(address: str, site: Site, copy: Path) -> Path:
    """A copy of the site that is the same but for the address in the links of its exit."""
    shutil.copytree(site.root, copy)
    for page in site.pages.values():
        source = page.source.decode()
        for exit_link in page.own(".//a[@id='exit']"):
            old, new = (f'href="{html.escape(one)}"' for one in (exit_link.get("href"), address))
            assert source.count(old) == 1, page.address
            source = source.replace(old, new)
        (copy / page.address).write_text(source, "utf-8", newline="")
    return copy


@pytest.fixture(scope="module")
def refuge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The harmless page, of another origin, to which the exit leads."""
    root = tmp_path_factory.mktemp("refuge")
    (root / "index.html").write_text("<!DOCTYPE html><meta charset=utf-8><title>Weather</title><h1>Sunny", "utf-8")
    with WebServer(root) as server:
        yield server


@pytest.fixture(scope="module")
def house(site: Site, refuge: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The site with an exit to the refuge."""
    copy = tmp_path_factory.mktemp("house") / "output"
    with WebServer(with_exit_to(f"{refuge.address}index.html", site, copy)) as server:
        yield server


@pytest.fixture(scope="module")
def slow_house(site: Site, refuge: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The site with an exit to a refuge that takes its time."""
    copy = tmp_path_factory.mktemp("slow house") / "output"
    with (
        WebServer(refuge.root, delay=SLOW) as slow,
        WebServer(with_exit_to(f"{slow.address}index.html", site, copy)) as server,
    ):
        yield server


def leave(shown: Tab, way: str) -> None:
    """Use the exit as a reader does, without waiting for what comes."""
    link = shown.locator("#exit")
    if way == "Enter":
        link.focus()
        shown.keyboard.press("Enter")
        return
    box = link.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if way == "Control and click":
        shown.keyboard.down("Control")
    shown.mouse.click(*middle, button="middle" if way == "middle click" else "left")
    if way == "Control and click":
        shown.keyboard.up("Control")


def wait_for_request(shown: Tab, server: WebServer) -> None:
    """Wait until the page to which the exit leads was asked for."""
    for _ in range(200):
        if server.requests:
            return
        shown.wait_for_timeout(25)
    pytest.fail("the exit leads nowhere")


def test_every_page_has_one_exit_and_it_leads_to_another_host(site: Site) -> None:
    addresses = {page.address: page.tree.xpath("//a[@id='exit']/@href") for page in site.pages.values()}
    problems = [
        f"{page}: {found}"
        for page, found in addresses.items()
        if len(found) != 1 or urlsplit(found[0]).scheme != "https" or urlsplit(found[0]).netloc == site.host
    ]
    assert not problems, told(problems)


def test_the_exit_of_a_language_is_the_same_on_all_its_pages(site: Site) -> None:
    found = {
        (page.language, address) for page in site.pages.values() for address in page.tree.xpath("//a[@id='exit']/@href")
    }
    assert len(found) == len(LANGUAGES)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("way", ["click", "Enter", "Control and click", "middle click"])
def test_the_exit_sends_no_referrer(
    way: str, script: bool, site: Site, house: WebServer, refuge: WebServer, chromium: Browser
) -> None:
    refuge.requests.clear()
    with tab(chromium, script=script) as shown:
        shown.goto(house.address + site.sample("story").address)
        leave(shown, way)
        wait_for_request(shown, refuge)
        assert [request.referrer for request in refuge.requests if request.path == "/index.html"] == [None]


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_the_page_it_leads_to_cannot_read_a_referrer(
    way: str, site: Site, house: WebServer, refuge: WebServer, chromium: Browser
) -> None:
    with tab(chromium) as shown:
        shown.goto(house.address + site.sample("story").address)
        leave(shown, way)
        shown.wait_for_url(f"{refuge.address}**")
        assert shown.evaluate("document.referrer") == ""
        assert shown.evaluate("window.opener") is None


def test_an_ordinary_link_would_send_a_referrer(house: WebServer, refuge: WebServer, chromium: Browser) -> None:
    """Else the tests before would prove nothing."""
    refuge.requests.clear()
    (house.root / "talkative.html").write_text(
        f'<!DOCTYPE html><a id="exit" href="{refuge.address}index.html">go</a>', "utf-8"
    )
    with tab(chromium) as shown:
        shown.goto(house.address + "talkative.html")
        leave(shown, "click")
        wait_for_request(shown, refuge)
        assert refuge.requests[0].referrer == house.address


def test_without_script_the_exit_leads_away_in_the_same_window(
    site: Site, house: WebServer, refuge: WebServer, chromium: Browser
) -> None:
    with tab(chromium, script=False) as shown:
        shown.goto(house.address + site.sample("story").address)
        leave(shown, "click")
        shown.wait_for_url(f"{refuge.address}**")
        assert len(shown.context.pages) == 1


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_after_the_exit_back_does_not_return_to_the_page(
    way: str, site: Site, house: WebServer, refuge: WebServer, chromium: Browser
) -> None:
    with tab(chromium) as shown:
        shown.goto(house.address + "index.html")
        shown.goto(house.address + site.sample("story").address)
        leave(shown, way)
        shown.wait_for_url(f"{refuge.address}**")
        shown.go_back()
        assert shown.url == house.address + "index.html"


def test_the_exit_covers_the_page_and_its_title_at_once(site: Site, slow_house: WebServer, chromium: Browser) -> None:
    story = site.sample("story")
    with tab(chromium, KEYPAD_PHONE) as shown:
        shown.goto(slow_house.address + story.address)
        window = Window(shown)
        assert not window.is_blank()
        leave(shown, "click")
        shown.wait_for_timeout(100)
        assert window.is_blank()
        address, title = window.address_and_title()
        assert address == slow_house.address + story.address, "the refuge was not slow enough for this test"
        assert title not in (story.title, story.heading)


def test_the_page_is_uncovered_for_who_comes_back(site: Site, house: WebServer, chromium: Browser) -> None:
    """The navigation is cancelled here, and the event sent by hand that a browser sends when it shows a page again."""
    with tab(chromium, KEYPAD_PHONE) as shown:
        shown.goto(house.address + site.sample("story").address)
        window = Window(shown)
        exit_address = shown.locator("#exit").get_attribute("href")
        shown.route(exit_address, lambda route: route.fulfill(status=204))
        leave(shown, "click")
        shown.wait_for_timeout(300)
        assert window.is_blank()
        shown.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        assert not window.is_blank()


def test_the_exit_is_in_sight_wherever_the_reader_is(site: Site, chromium: Browser) -> None:
    with tab(chromium, KEYPAD_PHONE, script=False) as shown:
        for language in LANGUAGES:
            shown.goto(site.sample("story", language).path.as_uri())
            for share in (0, 0.5, 1):
                shown.evaluate(f"window.scrollTo(0, {share} * document.documentElement.scrollHeight)")
                box = shown.locator("#exit").bounding_box()
                assert box
                assert 0 <= box["x"] <= KEYPAD_PHONE[0] - box["width"]
                assert 0 <= box["y"] <= KEYPAD_PHONE[1] - box["height"]
