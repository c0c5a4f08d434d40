"""What is asked of moderation in the browser, and whether it is to be answered at all; keeps no log.

What a page from elsewhere can try: its own name may lead to this machine (so only one name is answered), its forms may
send here (so each must carry a token and come from a page of ours).
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import re
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs

from magazine.desk.moderation import page
from magazine.desk.moderation.door import ENTER, Door, equal
from magazine.desk.moderation.page import Pages
from magazine.messages import say

LARGEST = 200_000  # bytes of a form: a text of 6,000 letters, each written as nine bytes, and room
LENGTH = re.compile(r"[0-9]{1,9}")
PATIENCE = 20.0  # seconds for a browser to send what it has begun
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "Cache-Control": "no-store",
    # own pages tell themselves where a form comes from, nobody else learns anything (Referrer Policy, 3.4)
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class Guarded(Protocol):
    """What is guarded: ``asked`` is when somebody came who may."""

    door: Door
    pages: Pages
    asked: float

    @property
    def host(self) -> str:
        """The only name under which it answers."""


class Server(http.server.ThreadingHTTPServer):
    """A thread for each who asks."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """What went wrong is told by its kind alone: a traceback may quote what was sent."""
        error = sys.exception()
        if error and not isinstance(error, ConnectionError | TimeoutError):
            print(type(error).__name__, file=sys.stderr)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers who may ask; what is shown and done is up to those who take after it."""

    server_version, sys_version = "moderation", ""
    timeout = PATIENCE

    def __init__(self, *arguments: Any, desk: Guarded) -> None:
        self.desk = desk
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Show a page."""
        if not self._is_meant():
            return
        if self.path.startswith(ENTER):
            self._enter(self.path.removeprefix(ENTER))
        elif self._is_known() and self._is_own("none"):
            self._guarded(self._show)

    def do_POST(self) -> None:
        """Do what a form of ours asks for."""
        if self._is_meant() and self._is_known() and self._is_own() and (form := self._form()) is not None:
            self._guarded(functools.partial(self._act, form))

    def _show(self) -> None:
        raise NotImplementedError

    def _act(self, form: dict[str, str]) -> None:
        raise NotImplementedError

    def _guarded(self, act: Callable[[], None]) -> None:
        raise NotImplementedError

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """A page that says no more than that it was not to be; what was asked for is never repeated."""
        title = say("This cannot be shown")
        told = [say("Moderation opens with the address that stands in the window of the command. It works once.")]
        if getattr(self, "path", "").startswith(ENTER):  # a request that cannot be read has none
            told.append(say("If you have not opened it yourself, somebody else has: press Ctrl-C there at once."))
        self._send(page.rendered("moderate_message.html", title, told=told, has_ways=False), HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Logs are public: none is written."""

    def _is_meant(self) -> bool:
        """Whether this very host is asked, and once."""
        is_meant = self.headers.get_all("Host", []) == [self.desk.host]
        if not is_meant:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return is_meant

    def _is_known(self) -> bool:
        """Whether who asks has come in through the door."""
        is_known = self.path.startswith(self.desk.door.base) and self.desk.door.knows(
            self.headers.get_all("Cookie", [])
        )
        if is_known:
            self.desk.asked = time.monotonic()
        else:
            self.send_error(HTTPStatus.FORBIDDEN)
        return is_known

    def _is_own(self, *also: str) -> bool:
        """Whether a page of ours asks, as far as the browser says (Fetch Metadata, 2.2; RFC 6454)."""
        site, origin = self.headers.get("Sec-Fetch-Site"), self.headers.get("Origin")
        is_own = site in (None, "same-origin", *also) and origin in (None, f"http://{self.desk.host}")
        if not is_own:
            self.send_error(HTTPStatus.FORBIDDEN)
        return is_own

    def _enter(self, shown: str) -> None:
        if self.headers.get("Sec-Fetch-Dest", "document") != "document" or not self.desk.door.opens(shown):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        self.desk.asked = time.monotonic()
        self._redirect(self.desk.door.base, {"Set-Cookie": self.desk.door.cookie_line})

    def _form(self) -> dict[str, str] | None:
        """What was sent, if it is a form of ours; of a field that comes twice the last counts."""
        kind = self.headers.get_content_type()
        length = self.headers.get("Content-Length", "")
        if kind != FORM or not LENGTH.fullmatch(length) or int(length) > LARGEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length.isdecimal() else HTTPStatus.LENGTH_REQUIRED)
            return None
        body = self.rfile.read(int(length)).decode("ascii", "replace")
        sent: dict[str, list[str]] = {}
        with contextlib.suppress(ValueError):
            sent = parse_qs(body, keep_blank_values=True, max_num_fields=30)
        form = {name: values[-1] for name, values in sent.items()}
        if not equal(form.get("token", ""), self.desk.pages.token):
            self.send_error(HTTPStatus.FORBIDDEN)
            return None
        return form

    def _place(self) -> tuple[str, str, str]:
        return self.path.removeprefix(self.desk.door.base).partition("?")[0].partition("/")

    def _redirect(self, address: str, headers: dict[str, str] | None = None) -> None:
        self._send("", HTTPStatus.SEE_OTHER, {"Location": address, **(headers or {})})

    def _send(self, text: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> None:
        data = text.encode()
        with contextlib.suppress(ConnectionError):  # the page was left meanwhile
            self.send_response(status)
            for name, value in {**HEADERS, "Content-Security-Policy": page.policy(), **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
