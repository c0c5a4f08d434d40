"""Chromium as a reader has it: a small phone or a desk, light or dark, with script or without."""

import base64
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, Request, Response

PHONE = (360, 740)
KEYPAD_PHONE = (240, 320)
DESK = (1280, 800)
# Nothing but loopback can be reached, whatever a page asks for.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
STORED = """async () => ({
    cookie: document.cookie,
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(one => one.name),
    caches: window.caches ? await caches.keys().catch(() => []) : [],
    workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations().catch(() => [])).length : 0,
})"""


@contextmanager
def tab(
    browser: Browser, size: tuple[int, int] = PHONE, *, script: bool = True, dark: bool = False, **more: Any
) -> Iterator[Page]:
    """A tab with a memory of its own, forgotten when closed."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
        **more,
    )
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


@dataclass
class Visit:
    """What happened when a page was opened."""

    address: str
    requested: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    stored: dict[str, Any] = field(default_factory=dict)


def visit(browser: Browser, base: str, addresses: Iterable[str], *, script: bool = True) -> list[Visit]:
    """Open one page after the other in one tab and take notes."""
    visits: list[Visit] = []
    with tab(browser, script=script) as page:

        def answered(response: Response) -> None:
            if response.status >= 400:
                visits[-1].failed.append(f"{response.status} {response.url}")

        def asked(request: Request) -> None:
            visits[-1].requested.append(request.url)

        page.on("request", asked)
        page.on("requestfailed", lambda request: visits[-1].failed.append(request.url))
        page.on("response", answered)
        page.on("pageerror", lambda error: visits[-1].complaints.append(str(error)))
        page.on("console", lambda message: visits[-1].complaints.append(message.text))
        for address in addresses:
            visits.append(Visit(address))
            page.goto(base + address)
            visits[-1].stored = page.evaluate(STORED) | {"cookies": page.context.cookies()}
    return visits


class Window:
    """What the window of a tab shows right now: Playwright's own questions wait until a navigation has ended."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def is_blank(self) -> bool:
        """Whether it shows nothing but one colour."""
        picture = base64.b64decode(self._session.send("Page.captureScreenshot")["data"])
        with Image.open(io.BytesIO(picture)) as shown:
            return len(shown.convert("RGB").getcolors(2) or (0, 0)) == 1

    def address_and_title(self) -> tuple[str, str]:
        """Where it is and what stands in its frame."""
        facts = self._session.send("Target.getTargetInfo")["targetInfo"]
        return facts["url"], facts["title"]
