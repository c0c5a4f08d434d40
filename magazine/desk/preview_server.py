"""Serves a preview to the browsers of this machine, and to nobody else; keeps no log."""

from __future__ import annotations

import contextlib
import functools
import http.server
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from magazine.desk.preview_pages import DRAFTS, WAIT, Page, Pages

HOST = "127.0.0.1"
OWN_NAMES = (HOST, "localhost")
USUAL_PORT = 80  # of HTTP: browsers do not name it
PATIENCE = 25.0  # seconds that a browser waits for news before it asks again


def server(port: int, pages: Pages) -> http.server.ThreadingHTTPServer:
    """A server of these pages on loopback. Raises OSError or OverflowError if the port cannot be had."""
    return _Server((HOST, port), functools.partial(_Handler, pages=pages))


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has left is nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as a plain host would, says nothing of who asked, and lets nothing be kept in caches."""

    def __init__(self, *arguments: Any, pages: Pages) -> None:
        self.pages = pages
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Serve a page that renews itself, tell a page that waits that there is another one, or send a file."""
        if self._is_meant():
            if self.path.startswith(WAIT):
                self._wait()
            elif page := self._page(self.path):
                self._send(page.status, "text/html; charset=utf-8", page.renewing())
            else:
                super().do_GET()

    def do_HEAD(self) -> None:
        """The same without the bytes."""
        if self._is_meant():
            if page := self._page(self.path):
                self._send(page.status, "text/html; charset=utf-8", page.renewing())
            else:
                super().do_HEAD()

    def translate_path(self, path: str) -> str:
        """The file for an address, in the folder of the site or in that of the site with its drafts."""
        self.directory = str(self.pages.drafts if path.startswith(DRAFTS) else self.pages.output)
        return super().translate_path(path.removeprefix(DRAFTS))

    def send_head(self) -> Any:
        """The file at an address, if one can have it."""
        try:
            return super().send_head()
        except ValueError:  # a zero in a name
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        """Nobody sees more than the pages show."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Logs are public: none is written."""

    def _is_meant(self) -> bool:
        """Whether this very host is asked; a page from elsewhere may have made its own name lead here."""
        port = self.connection.getsockname()[1]
        names = {f"{name}:{port}" for name in OWN_NAMES} | (set(OWN_NAMES) if port == USUAL_PORT else set())
        is_meant = self.headers.get("Host", "").lower() in names
        if not is_meant:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return is_meant

    def _page(self, asked: str) -> Page | None:
        path, _, query = asked.partition("?")
        with contextlib.suppress(OSError, ValueError):  # no file can have this address
            return self.pages.page(unquote(path), query, Path(self.translate_path(path)))
        return None

    def _wait(self) -> None:
        known, slash, address = self.path.removeprefix(WAIT).partition("/")

        def state() -> str:
            page = self._page(slash + address)
            return page.state if page else ""

        self.pages.board.wait(lambda: state() != known, PATIENCE)
        self._send(HTTPStatus.OK, "text/plain; charset=utf-8", state().encode())

    def _send(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # the page was left meanwhile
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
