"""A phone of 2012: 240 × 320, a keypad instead of a finger, no script, 50 kbit/s."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser import KEYPAD_PHONE, tab
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from site_files import LANGUAGES, MAIN_LANGUAGE, Page, Site
from toolbox import told
from web_server import WebServer

FIRST_PAINT_LIMIT = 4.0
BITS_PER_SECOND, LATENCY = 50_000, 500

# All that Tab must reach: links always, even if they are not shown; controls unless they are taken out for people.
WANTED = """() => [...document.body.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(e => e.matches('a[href]') || !(e.disabled || e.type == 'hidden' || e.tabIndex < 0 || e.matches('.trap')))
    .map(e => e.outerHTML.slice(0, 160))"""

# What the focus is on after a Tab, and whether one can see it.
FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e == document.body || e == document.documentElement) return null;
    const part = e.getClientRects()[0], box = e.getBoundingClientRect(), ring = getComputedStyle(e);
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    // a browser brings only the first line of a large field into the window: the middle of what is seen of it
    const middle = part && (Math.max(part.top, 0) + Math.min(part.bottom, high)) / 2;
    const hit = part && document.elementFromPoint(part.x + part.width / 2, middle);
    const faults = [];
    if (!part || box.width < 1 || box.height < 1) faults.push('has no size');
    else if (box.left < -1 || box.right > wide + 1) faults.push('sticks out at a side');
    else if (box.height > high || e.localName == 'textarea' ? box.top > high || box.bottom < 0
        : box.top < -1 || box.bottom > high + 1)
        faults.push('is not in the window');
    else if (!hit || !(e.contains(hit) || hit.contains(e)))
        faults.push('is covered by ' + (hit && hit.outerHTML.slice(0, 80)));
    if (ring.outlineStyle == 'none' || parseFloat(ring.outlineWidth) < 1) faults.push('has no ring');
    const all = [...document.querySelectorAll('*')];
    return {
        place: all.indexOf(e), name: e.outerHTML.slice(0, 160), faults,
        closed: e.localName == 'summary' && !e.parentElement.open,
        radio: e.type == 'radio',
    };
}"""

# Elements that reach over the right edge, but for those in a box that scrolls by itself.
OUTSIDE = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const box = e => e.getBoundingClientRect();
    return [...document.body.querySelectorAll('*')]
        .filter(e => box(e).right > wide + 1 && box(e).height > 0 && !scrolls(e.parentElement))
        .map(e => e.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[Tab]:
    """The phone."""
    with tab(chromium, KEYPAD_PHONE, script=False, has_touch=False) as page:
        yield page


def open_page(phone: Tab, site: Site, page: Page) -> None:
    """Open a page from disk."""
    phone.goto((site.root / page.address).as_uri())


def walk(phone: Tab) -> list[dict[str, Any]]:
    """Press Tab from the top of the page to its end, opening all that is folded; every stop on the way.

    One of several choices is one stop; arrows lead through them and back to the first.
    """
    stops: list[dict[str, Any]] = []
    for _ in range(2000):
        phone.keyboard.press("Tab")
        stop = phone.evaluate(FOCUSED)
        if stop is None or stop["place"] in {earlier["place"] for earlier in stops}:
            return stops
        stops.append(stop)
        while stop["radio"]:
            phone.keyboard.press("ArrowDown")
            choice = phone.evaluate(FOCUSED)
            if choice["place"] == stop["place"]:
                break
            stops.append(choice)
        if stop["closed"]:
            phone.keyboard.press("Enter")
    raise AssertionError("Tab never comes to an end")


KINDS = ("home", "issue", "story", "post", "petition", "page")


@pytest.mark.parametrize("kind", KINDS)
def test_tab_alone_reaches_everything_and_shows_where_it_is(kind: str, phone: Tab, site: Site) -> None:
    page = site.sample(kind, LANGUAGES[KINDS.index(kind) % len(LANGUAGES)])
    open_page(phone, site, page)
    wanted = phone.evaluate(WANTED)
    stops = walk(phone)
    reached = [stop["name"] for stop in stops]
    assert len(wanted) > 5
    unreached = [name for name in wanted if reached.count(name) < wanted.count(name)]
    assert not unreached, told(unreached)
    faults = [f"{stop['name']} {fault}" for stop in stops for fault in stop["faults"]]
    assert not faults, told(faults)


@pytest.mark.parametrize("kind", ["home", "story", "petition"])
@pytest.mark.parametrize("language", ["ky", "en"])
def test_enter_on_a_language_opens_this_very_page_in_it(kind: str, language: str, phone: Tab, site: Site) -> None:
    page = site.sample(kind, MAIN_LANGUAGE)
    open_page(phone, site, page)
    for _ in range(100):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.hreflang") == language:
            break
    phone.keyboard.press("Enter")
    phone.wait_for_url((site.root / language / page.address).as_uri())


@pytest.mark.parametrize("pages", ["kinds", pytest.param("samples", marks=pytest.mark.slow)])
def test_nothing_has_to_be_scrolled_sideways(pages: str, phone: Tab, site: Site) -> None:
    problems = []
    for page in getattr(site, pages):
        open_page(phone, site, page)
        width = phone.evaluate("document.documentElement.scrollWidth")
        if width > KEYPAD_PHONE[0]:
            problems.append(f"{page.address} is {width} wide")
        problems += [f"{page.address}: {element}" for element in phone.evaluate(OUTSIDE)]
    assert not problems, told(problems)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_story_is_painted_within_four_seconds_on_a_slow_line(
    language: str, site: Site, web: WebServer, chromium: Browser
) -> None:
    with tab(chromium, KEYPAD_PHONE) as shown:
        session = shown.context.new_cdp_session(shown)
        speed = BITS_PER_SECOND / 8
        line = {"offline": False, "latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed}
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", line)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        shown.goto(web.address + site.sample("story", language).address, wait_until="load", timeout=60_000)
        paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        shown.wait_for_function(paint)
        seconds = shown.evaluate(paint) / 1000
        assert seconds > LATENCY / 1000, "the line was not slow"
        assert seconds <= FIRST_PAINT_LIMIT
