"""A preview on this machine alone: builds, serves, and builds again when something is saved."""

from __future__ import annotations

import errno
import functools
import http.server
import subprocess
import sys
import threading
from pathlib import Path

from watchfiles import DefaultFilter, watch

from magazine.messages import say

HOST, PORT = "127.0.0.1", 8000
WINDOWS_ADDRESS_IN_USE = 10048
PROJECT = Path(__file__).resolve().parents[2]
WATCHED = ("theme", "magazine", "pelicanconf.py")
POLL = 0.5  # seconds
SETTLE_MS = 200  # programs save in several steps; wait for the last of them


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as a plain host would, says nothing of who asked, and keeps nothing in caches."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Logs are public: none is written."""


def run(content: Path | None = None, output: Path | None = None, port: int | None = None) -> int:
    """Serve until Ctrl-C; the exit status."""
    content = (content or PROJECT / "content").resolve()
    output = (output or PROJECT / "output").resolve()
    handler = functools.partial(_Handler, directory=str(output))
    try:
        server = http.server.ThreadingHTTPServer((HOST, PORT if port is None else port), handler)
    except (OSError, OverflowError) as error:
        taken = getattr(error, "errno", 0) in (errno.EADDRINUSE, WINDOWS_ADDRESS_IN_USE)
        asked = PORT if port is None else port
        told = say(
            "Port %(port)d cannot be used (%(reason)s). Choose another one: --port %(other)d",
            port=asked,
            reason=say("in use") if taken else error,
            other=PORT + 1 if asked != PORT + 1 else PORT + 2,
        )
        print(told, file=sys.stderr)
        return 1
    saved, stop = threading.Event(), threading.Event()
    # watching starts before the first build, so that nothing saved meanwhile is missed
    for target, arguments in ((_watch, (content, saved, stop)), (server.serve_forever, ())):
        threading.Thread(target=target, args=arguments, daemon=True).start()
    try:
        _build(content, output)
        print(say("Preview: http://%(host)s:%(port)d/ — saved changes appear after a reload; Ctrl-C ends it.",
                  host=HOST, port=server.server_port), flush=True)  # fmt: skip
        while True:
            if saved.wait(POLL):  # with a limit: on Windows a wait without one cannot be interrupted
                saved.clear()
                _build(content, output)
    except KeyboardInterrupt:
        return 0
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


def _build(content: Path, output: Path) -> None:
    """Build in a process of its own: what breaks there is told and does not end the preview."""
    command = [sys.executable, "-m", "magazine.site.build", str(content), str(output)]
    subprocess.run(command, cwd=PROJECT, check=False)


def _watch(content: Path, saved: threading.Event, stop: threading.Event) -> None:
    places = [content, *(PROJECT / name for name in WATCHED)]
    existing = [place for place in places if place.exists()]
    for _ in watch(*existing, watch_filter=DefaultFilter(), step=SETTLE_MS, stop_event=stop):
        saved.set()
