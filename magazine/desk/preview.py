"""A preview on this machine alone: builds, serves, and builds again when something is saved."""

from __future__ import annotations

import contextlib
import errno
import functools
import http.server
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from typing import IO

from watchfiles import DefaultFilter, watch

from magazine.messages import say
from magazine.progress import DONE, SHOWS_PROGRESS

HOST, PORT = "127.0.0.1", 8000
WINDOWS_ADDRESS_IN_USE = 10048
PROJECT = Path(__file__).resolve().parents[2]
WATCHED = ("theme", "magazine", "pelicanconf.py")
POLL = 0.5  # seconds
SETTLE_MS = 20  # programs save in several steps; wait for the last of them


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
    saved: queue.Queue[set[Path]] = queue.Queue()
    stop = threading.Event()
    builder = _Builder(content, output)
    # watching starts before the first build, so that nothing saved meanwhile is missed
    for target, arguments in ((_watch, (content, saved, stop)), (server.serve_forever, ())):
        threading.Thread(target=target, args=arguments, daemon=True).start()
    try:
        builder.build()
        print(say("Preview: http://%(host)s:%(port)d/ — saved changes appear after a reload; Ctrl-C ends it.",
                  host=HOST, port=server.server_port), flush=True)  # fmt: skip
        while True:
            with contextlib.suppress(queue.Empty):
                # with a limit: on Windows a wait without one cannot be interrupted
                builder.build(saved.get(timeout=POLL))
    except KeyboardInterrupt:
        return 0
    finally:
        stop.set()
        builder.stop()
        server.shutdown()
        server.server_close()


class _Builder:
    """A process that stays and has everything in mind; what breaks there is told and does not end the preview."""

    def __init__(self, content: Path, output: Path) -> None:
        self.content = content
        self.command = [sys.executable, "-m", "magazine.site.build", "--stay", str(content), str(output)]
        self.process: subprocess.Popen[bytes] | None = None

    def build(self, changed: Collection[Path] = ()) -> None:
        """Build after these files have changed, and wait until it is done; a changed program is started anew."""
        inside = [path.relative_to(self.content).as_posix() for path in changed if path.is_relative_to(self.content)]
        program = len(inside) < len(changed)
        if program or self.process is None or self.process.poll() is not None:
            self.stop()
            environment = {**os.environ, SHOWS_PROGRESS: "1" if sys.stdout.isatty() else ""}
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(self.command, cwd=PROJECT, stdin=pipe, stdout=pipe, env=environment)
        elif self.process.stdin:
            with contextlib.suppress(OSError):  # it has just ended: the next build starts it
                self.process.stdin.write(json.dumps(inside).encode() + b"\n")
                self.process.stdin.flush()
        self._pass_on(self.process.stdout)

    def stop(self) -> None:
        """Let it finish what it is at, and end."""
        if self.process:
            self.process.communicate()

    @staticmethod
    def _pass_on(said: IO[bytes] | None) -> None:
        """Write what the process says, up to the word that it is done."""
        while said and (data := os.read(said.fileno(), 4096)):
            sys.stdout.write(data.decode("utf-8", "replace").replace(DONE, ""))
            sys.stdout.flush()
            if data.endswith(DONE.encode()):
                break


def _watch(content: Path, saved: queue.Queue[set[Path]], stop: threading.Event) -> None:
    """Put into ``saved`` the paths of what was saved together."""
    places = [content, *(PROJECT / name for name in WATCHED)]
    existing = [place for place in places if place.exists()]
    for changes in watch(*existing, watch_filter=DefaultFilter(), step=SETTLE_MS, stop_event=stop):
        saved.put({Path(path) for _, path in changes})
