"""A mirror on loopback that knows entity tags, ranges and gzip like nginx, and can misbehave; every byte is counted."""

import gzip
import hashlib
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

PACKED = (".html", ".txt", ".xml")
Answer = Callable[[BaseHTTPRequestHandler, bytes], bool]  # whether it has answered


class MirrorServer:
    """Serves a folder; ``asked`` and ``ranges`` are what was asked for; ``own`` may answer first."""

    def __init__(self, root: Path, own: Answer | None = None) -> None:
        self.root, self.own = root, own
        self.asked: list[str] = []
        self.ranges: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def version_string(self) -> str:
                return "nginx/1.22.1"

            def do_GET(self) -> None:
                name = unquote(self.path[1:])
                outer.asked.append(name)
                outer.ranges += [self.headers["Range"]] if "Range" in self.headers else []
                file = outer.root / name
                data = file.read_bytes() if file.is_file() else None
                if not (outer.own and outer.own(self, data or b"")):
                    outer.answer(self, name, data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def answer(self, handler: BaseHTTPRequestHandler, name: str, data: bytes | None) -> None:
        status, body, headers = 200, data or b"", {}
        if data is None:
            status, body = 404, b"none"
        else:
            headers = {"Last-Modified": "Mon, 23 Nov 2026 00:00:42 GMT", "ETag": f'"{_digest(data)[:13]}"'}
            part = re.fullmatch(r"bytes=([0-9]+)-([0-9]*)", handler.headers.get("Range", ""))
            if handler.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            elif part and "gzip" not in handler.headers.get("Accept-Encoding", ""):
                end = min(len(data), int(part[2]) + 1) if part[2] else len(data)
                status, body = 206, data[int(part[1]) : end]
                headers["Content-Range"] = f"bytes {part[1]}-{end - 1}/{len(data)}"
            elif name.endswith(PACKED) and "gzip" in handler.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, compresslevel=5, mtime=0)
                headers["Content-Encoding"] = "gzip"
        handler.send_response(status)
        for header in {"Content-Type": "text/html", **headers}.items():
            handler.send_header(*header)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(body)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class Counter:
    """Stands before a server on loopback and counts the bytes of both directions."""

    def __init__(self, port: int) -> None:
        self.behind, self.count = port, 0
        self._listening = socket.create_server(("127.0.0.1", 0))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/"

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self.behind))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self.count += len(data)
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.close()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
