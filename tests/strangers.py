"""Hosts of strangers on loopback, kind and hostile, and a SOCKS5 proxy that tells everything that goes through it."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

Headers = Mapping[str, str]
Page = tuple[int, Headers, bytes]  # what is answered properly
Lie = Callable[[Callable[[bytes], None]], None]  # what writes to the wire itself


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def html(text: str, **headers: str) -> Page:
    """A good page."""
    return 200, {"Content-Type": "text/html; charset=utf-8", **headers}, text.encode()


def moved(address: str, status: int = 302) -> Page:
    """A redirect."""
    return status, {"Location": address}, b""


class Stranger:
    """A web server with these pages, by their paths; it remembers what it was asked."""

    def __init__(self, pages: Mapping[str, Page | Lie] | None = None) -> None:
        self.pages: dict[str, Page | Lie] = dict(pages or {})
        self.asked: list[Asked] = []
        self.peers: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append(Asked(self.command, self.path, headers, body))
                outer.peers.append(self.client_address[0])
                page = outer.pages.get(self.path, (404, {}, b"not found"))
                with contextlib.suppress(OSError):  # who asked may have gone away
                    if callable(page):
                        self.close_connection = True
                        page(self.wfile.write)
                        return
                    status, more, data = page
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(data)), **more}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(data)

            do_GET = do_HEAD = do_POST = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # who asked has gone away

    @property
    def peer(self) -> tuple[str, int]:
        """Its network address and port."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    @property
    def address(self) -> str:
        """Its root, without a slash."""
        return f"http://{self.peer[0]}:{self.peer[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Socks:
    """A SOCKS5 proxy (RFC 1928) that knows names by itself and speaks to hosts from an address of its own."""

    names: Mapping[str, tuple[str, int]]
    source: str = "127.0.0.2"
    asked: list[tuple[str, int]] = field(default_factory=list)
    sent: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def address(self) -> str:
        """What the setting PROXY names."""
        return f"socks5h://127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve_one, args=(self._socket.accept()[0],), daemon=True).start()

    def _serve_one(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            _, count = client.recv(2)
            client.recv(count)
            client.sendall(b"\5\0")
            kind = client.recv(4)[3]
            length = {1: 4, 4: 16}.get(kind) or client.recv(1)[0]
            plain = client.recv(length)
            family = {1: socket.AF_INET, 4: socket.AF_INET6}.get(kind)
            host = socket.inet_ntop(family, plain) if family else plain.decode("ascii")
            (port,) = struct.unpack(">H", client.recv(2))
            self.asked.append((host, port))
            there = self.names.get(host) or ((host, port) if family else None)
            if there is None:
                client.sendall(b"\5\4\0\1" + bytes(6))
                return
            with socket.create_connection(there, source_address=(self.source, 0)) as other:
                client.sendall(b"\5\0\0\1" + bytes(6))
                back = threading.Thread(target=_pass, args=(other, client, bytearray()), daemon=True)
                back.start()
                _pass(client, other, self.sent)
                back.join()


def _pass(here: socket.socket, there: socket.socket, seen: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := here.recv(65536):
            seen += data
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
