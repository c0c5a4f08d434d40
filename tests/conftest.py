"""The finished site, built once, and the browser that opens it."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import ARGUMENTS
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright
from site_files import Site, build_site
from toolbox import REPOSITORY, need
from web_server import WebServer
from wordpress_site import WordPress, wordpress_below

EVERYDAY = "not slow and not judge"  # what `tasks.py test --quick` asks for
LEFT_OUT = re.compile(r"^pytestmark = .*\bpytest\.mark\.(?:slow|judge)\b", re.MULTILINE)
# A test that uses one of these asks a browser or another independent tool.
JUDGES = {"chromium", "verdicts", "dumps", "facts", "wordpress", "zim"}


def pytest_configure(config: pytest.Config) -> None:
    """No test knows the desk of whoever runs it."""
    folder = tempfile.TemporaryDirectory(prefix="magazine-desk-")
    os.environ["MAGAZINE_DESK"] = folder.name
    config.add_cleanup(folder.cleanup)
    if sys.dont_write_bytecode and config.pluginmanager.has_plugin("cacheprovider"):
        compiled = config.cache.mkdir("compiled")
        remember_compiled(compiled)
        config.add_cleanup(lambda: forget_compiled(compiled))


def remember_compiled(folder: Path) -> None:
    """Nothing beside the sources where Python is told so; but every command of a test would compile it all anew."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def forget_compiled(folder: Path) -> None:
    """All but the project and what it stands on: a copy that a test has made is not there the next time."""
    homes = (REPOSITORY, Path(sys.prefix), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())
    kept = {folder / home.relative_to(home.anchor) for home in homes}
    ways = {parent for home in kept for parent in home.parents if folder in (parent, *parent.parents)}
    for way in (way for way in ways if way.is_dir() and not kept & {way, *way.parents}):
        for child in set(way.iterdir()) - kept - ways:
            shutil.rmtree(child, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def _own_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nor that of the tests in another file, which may have made keys there."""
    before = os.environ["MAGAZINE_DESK"]
    os.environ["MAGAZINE_DESK"] = str(tmp_path_factory.mktemp("desk"))
    yield
    os.environ["MAGAZINE_DESK"] = before


# these come first, so that no core waits for one of them at the end
LONGEST = (
    "test_accessibility", "test_warm", "test_bench", "test_kit_sync", "test_guides", "test_intake_canaries",
    "test_intake_server", "test_moderation_page", "test_preview", "test_intake_pages", "test_html",
    "test_moderation_signing_crash", "test_pack_epub", "test_sign_oracle", "test_petition_levels", "test_kit_verify",
    "test_visits", "test_moderation_command", "test_phone", "test_sync", "test_mail_import", "test_petition_deliver",
    "test_petition_pages", "test_pack_archives", "test_pack_zim",
)  # fmt: skip


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To read the files of which the everyday tests leave out all takes each worker seconds."""
    is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    if is_test and config.option.markexpr == EVERYDAY and LEFT_OUT.search(collection_path.read_text(encoding="utf-8")):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need more than Python; begin with the files that take longest."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
    for item in items:
        if JUDGES & set(getattr(item, "fixturenames", ())):
            item.add_marker("judge")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site built from the repository, once for all workers, or the built folder that MAGAZINE_SITE names."""
    ready = os.environ.get("MAGAZINE_SITE")
    if ready:
        return Site(Path(ready).resolve())
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(shared / "site.lock"):
        if not (shared / "site" / "whole").exists():
            build_site(shared / "site" / "output")
            (shared / "site" / "whole").touch()
    return Site(shared / "site" / "output")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests."""
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def web(site: Site) -> Iterator[WebServer]:
    """The site on a web server that compresses, as nearly all do."""
    with WebServer(site.root, compress=True) as server:
        yield server


@pytest.fixture(scope="session")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """A real WordPress, one for all tests: each begins with ``empty()``."""
    with wordpress_below(tmp_path_factory.mktemp("wordpress")) as site:
        yield site
