"""How little a reader has to load."""

import re

import pytest
from browser import PHONE, tab
from playwright.sync_api import Browser
from site_files import Site, gzipped
from toolbox import told
from web_server import WebServer

PAGE_LIMIT = 13 * 1024
TEXT_SHARE, TEXT_ALLOWANCE = 1.35, 3 * 1024
PICTURE_PAGE_LIMIT = 60 * 1024


def test_every_page_weighs_at_most_13_kilobytes(site: Site) -> None:
    weights = {page.address: gzipped(page.source) for page in site.pages.values()}
    problems = [f"{address}: {weight} bytes" for address, weight in weights.items() if weight > PAGE_LIMIT]
    assert not problems, told(problems)


def test_a_text_page_weighs_little_more_than_its_text(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        weight, text = gzipped(page.source), gzipped(page.visible_text.encode())
        limit = TEXT_SHARE * text + TEXT_ALLOWANCE
        if weight > limit:
            problems.append(f"{page.address}: {weight} bytes for {text} of text, {weight - limit:.0f} too many")
    assert not problems, told(problems)


def test_no_page_links_to_a_style_sheet_or_a_font(site: Site) -> None:
    problems = [
        str(link)
        for page in site.pages.values()
        for link in page.links
        if re.search(r"stylesheet|preload|manifest|preconnect|dns-prefetch", link.rel)
    ]
    assert not problems, told(problems)


def test_every_page_carries_its_icon_in_itself(site: Site) -> None:
    icons = {
        page.address: [link.address for link in page.links if "icon" in link.rel.split()]
        for page in site.pages.values()
    }
    problems = [
        address for address, found in icons.items() if not found or not all(icon.startswith("data:") for icon in found)
    ]
    assert not problems, told(problems)


def test_chromium_asks_for_an_icon_where_a_page_has_none(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Else the next test would prove nothing about icons."""
    root = tmp_path_factory.mktemp("bare")
    (root / "bare.html").write_text("<!DOCTYPE html><title>no icon</title>")
    with WebServer(root) as server, tab(chromium) as page:
        page.goto(f"{server.address}bare.html")
        page.wait_for_timeout(500)
        assert [request.path for request in server.requests] == ["/bare.html", "/favicon.ico"]


def test_a_page_without_a_picture_is_one_request(site: Site, chromium: Browser) -> None:
    addresses = [page.address for page in site.kinds if not page.has_picture]
    with WebServer(site.root) as server, tab(chromium) as page:
        for address in addresses:
            page.goto(server.address + address)
        page.wait_for_timeout(500)
        assert [request.path.lstrip("/") for request in server.requests] == addresses


def test_a_page_with_a_picture_weighs_at_most_60_kilobytes_in_all(
    site: Site, chromium: Browser, web: WebServer
) -> None:
    pages = [page for page in site.pages.values() if page.has_picture]
    assert pages, "the sample must hold a picture"
    problems = []
    for page in pages:
        with tab(chromium, PHONE, device_scale_factor=2) as shown:
            weights: list[int] = []
            session = shown.context.new_cdp_session(shown)
            session.send("Network.enable")
            session.on(
                "Network.loadingFinished", lambda event, weights=weights: weights.append(event["encodedDataLength"])
            )
            shown.goto(web.address + page.address)
            shown.wait_for_timeout(100)
            if len(weights) < 2 or sum(weights) > PICTURE_PAGE_LIMIT:
                problems.append(f"{page.address}: {weights} are {sum(weights):.0f} bytes")
    assert not problems, told(problems)
