"""A browser opens a page of each kind from everywhere: it asks no other host, stores nothing, misses nothing."""

from urllib.parse import urlsplit

import pytest
from browser import Visit, visit
from playwright.sync_api import Browser
from site_files import Site
from toolbox import told
from web_server import WebServer


@pytest.fixture(scope="module", params=["at the root", "under a path", "from disk", "without script"])
def visits(request: pytest.FixtureRequest, site: Site, chromium: Browser) -> list[Visit]:
    """One page of each kind, opened in every way in which the site must work."""
    addresses = [page.address for page in site.kinds]
    if request.param == "from disk":
        return visit(chromium, site.root.as_uri() + "/", addresses)
    with WebServer(site.root, "/a/b/" if request.param == "under a path" else "/") as server:
        return visit(chromium, server.address, addresses, script=request.param != "without script")


def test_the_browser_has_nothing_to_complain_about(visits: list[Visit]) -> None:
    """Every violation of the Content-Security-Policy is a complaint on the console."""
    problems = [f"{visit.address}: {complaint}" for visit in visits for complaint in visit.complaints]
    assert visits
    assert not problems, told(problems)


def test_no_other_host_is_asked(visits: list[Visit]) -> None:
    asked = {address for visit in visits for address in visit.requested}
    assert len(asked) >= len(visits)
    problems = [
        one for one in asked if urlsplit(one).scheme not in ("file", "data") and urlsplit(one).hostname != "127.0.0.1"
    ]
    assert not problems, told(problems)


def test_nothing_is_stored(visits: list[Visit]) -> None:
    problems = [
        f"{visit.address}: {visit.stored}" for visit in visits if not visit.stored or any(visit.stored.values())
    ]
    assert not problems, told(problems)


def test_nothing_a_page_asks_for_is_missing(visits: list[Visit]) -> None:
    problems = [f"{visit.address}: {failed}" for visit in visits for failed in visit.failed]
    assert visits
    assert not problems, told(problems)
