"""A web server on loopback that is as simple as a mirror's, remembers what it was asked and can be slow."""

import gzip
import mimetypes
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

TYPES = {".xml": "application/xml", ".webp": "image/webp", ".txt": "text/plain; charset=utf-8", ".html": "text/html"}


@dataclass(frozen=True)
class Request:
    """One thing that was asked for."""

    path: str
    headers: dict[str, str]

    @property
    def referrer(self) -> str | None:
        """Where the browser says it comes from."""
        return self.headers.get("referer")


class WebServer:
    """Serves the files of a folder below ``mount``. It knows no index pages: a link to a folder is a 404."""

    def __init__(self, root: Path, mount: str = "/", *, compress: bool = False, delay: float = 0) -> None:
        self.root, self.mount, self.compress, self.delay = root.resolve(), mount, compress, delay
        self.requests: list[Request] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append(Request(self.path, {name.lower(): value for name, value in self.headers.items()}))
                time.sleep(outer.delay)
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing: ``requests`` remembers."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """The absolute address of the folder, with a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.mount}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Send the file that was asked for, or a 404."""
        path = unquote(urlsplit(handler.path).path)
        file = (self.root / path.removeprefix(self.mount)).resolve()
        found = path.startswith(self.mount) and file.is_relative_to(self.root) and file.is_file()
        body = file.read_bytes() if found else b"not found"
        handler.send_response(200 if found else 404)
        kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "text/plain"
        handler.send_header("Content-Type", kind)
        if self.compress and kind.startswith("text/") and "gzip" in handler.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=9, mtime=0)
            handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # the browser may have gone away
            handler.wfile.write(body)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
