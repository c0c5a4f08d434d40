"""A process that serves for a while and then leaves, so that what it has read leaves the memory with it.

Freed memory of Python keeps its bytes. So whoever reads a request is gone two seconds after the last one; a fresh
process, which has seen nothing, is there instead. No connection is refused meanwhile: the socket at which all of them
listen stays open in the supervisor.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import multiprocessing
import signal
import socket
import time
from collections import deque
from ctypes import Array, c_double, c_long
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask

from magazine.intake import discretion
from magazine.intake.app import ALLOWANCE, app
from magazine.intake.limits import Allowance, Bucket, Limits
from magazine.intake.settings import Settings
from magazine.intake.taking import Intake, intake

READY, RETIRING, LEAVE = b"ready", b"retiring", b"leave"
TICK = 0.25  # seconds
GLANCE = 0.01  # seconds
FEW = 3  # requests
NOBODY = 1 << 30  # connections of a place where no worker is that takes any
TOO_MANY = "429"
NO_FILES = 1 << 26  # bytes: waitress writes what is longer to a file
# all that an answer can depend on; nothing else reaches the application
KNOWN = {
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "SERVER_PORT",
    "SERVER_NAME", "SERVER_PROTOCOL", "HTTP_AUTHORIZATION", "HTTP_DIGEST_SHA256", "HTTP_ACCEPT_ENCODING",
}  # fmt: skip


@dataclass(frozen=True)
class Shares:
    """How many connections each worker has; ``own`` is the place of this one."""

    counts: Array[c_long]
    own: int

    def tell(self, count: int) -> None:
        """Tell the others how many it has."""
        self.counts[self.own] = count

    def may_take(self) -> bool:
        """Whether nobody has clearly less to do: else the first to wake would take nearly all."""
        return bool(self.counts[self.own] <= min(self.counts) + 1)


@dataclass(frozen=True)
class Gauges:
    """What the processes of an intake know of each other, in memory that they share."""

    level: c_double  # answers that may still be taken at once
    filled: c_double  # bytes in the spool
    counts: Array[c_long]  # connections of each worker, by its place


def work(listener: socket.socket, settings: Settings, gauges: Gauges, own: int, pipe: Connection) -> None:
    """Serve until it is time to leave, then finish what is begun."""
    discretion.keep()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor is told, too, and tells us
    here = intake(settings, Bucket(settings.limits.rate, settings.limits.burst, gauges.level), gauges.filled)
    server = _Server(here, listener, Shares(gauges.counts, own))
    gc.freeze()  # what is there now stays: looking through it again and again makes readers wait
    signal.signal(signal.SIGTERM, lambda *_: server.leave())
    pipe.send_bytes(READY)
    supervisor = multiprocessing.parent_process()
    is_announced = False
    while not server.is_done():
        if not server.turn():
            continue
        if supervisor is not None and not supervisor.is_alive():
            server.leave()
        with contextlib.suppress(OSError, EOFError):  # the supervisor has gone
            if pipe.poll() and pipe.recv_bytes() == LEAVE:
                server.leave()
            if server.is_leaving and not is_announced:
                pipe.send_bytes(RETIRING)
        is_announced = server.is_leaving
    server.end()
    if server.is_used:
        here.spool.tidy(dt.datetime.now(dt.UTC).date(), settings.keep_days)


class _Task(WSGITask):  # type: ignore[misc]
    """Gives the application what it needs of a request, and nothing of who sent it."""

    wrote_header: bool

    def get_environment(self) -> dict[str, Any]:
        whole = super().get_environment()
        kept = {name: value for name, value in whole.items() if name in KNOWN or name.startswith("wsgi.")}
        return {**kept, ALLOWANCE: self.channel.allowance}

    def build_response_header(self) -> bytes:
        # who was told to wait comes back over another connection and is taken
        if self.channel.server.is_leaving or self.status.startswith(TOO_MANY):
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header

    def write(self, data: bytes) -> None:
        # head and page in one: each packet costs a phone time
        if self.complete and not self.wrote_header and self.has_body and self.content_length == len(data):
            head = self.build_response_header()
            self.wrote_header, self.content_bytes_written = True, len(data)
            self.channel.write_soon(head + data)
        else:
            super().write(data)


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What nobody could read, answered by a page of ours: waitress would quote it."""

    def execute(self) -> None:
        error = self.request.error
        server = self.channel.server
        body = server.refusal if error.code == 413 else b""
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [*server.refusal_headers] if body else []
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, which knows how much may still come over it, and since when it sends what it is sending."""

    task_class = _Task
    error_task_class = _Refusal

    def __init__(self, server: _Server, *arguments: Any, **named: Any) -> None:
        limits = server.limits
        self.allowance = Allowance(limits.connection_rate / 60, limits.connection_burst)
        self.begun = time.monotonic()
        server.is_used = True
        server.last = time.monotonic()
        super().__init__(server, *arguments, **named)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.begun = time.monotonic()
        self.server.last = time.monotonic()
        return bool(super().received(data))

    @property
    def is_at_work(self) -> bool:
        """Whether a request is being read or answered."""
        return bool(self.requests or self.request is not None or self.total_outbufs_len)


class _Tasks:
    """What is to be answered, in the order in which it came.

    There are processes enough to wait for the disk: threads would take more time from each other than they save.
    """

    def __init__(self) -> None:
        self.waiting: deque[_Channel] = deque()

    def add_task(self, task: _Channel) -> None:
        """Answer it later."""
        self.waiting.append(task)

    def work(self) -> None:
        """Answer a few of those that wait longest.

        New requests are read between them: whoever was answered last would else always come too late for the next
        round, and wait twice as long as the others.
        """
        for _ in range(min(FEW, len(self.waiting))):
            self.waiting.popleft().service()


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """Waitress at a socket that others listen at, too."""

    channel_class = _Channel

    def __init__(self, here: Intake, listener: socket.socket, shares: Shares) -> None:
        self.shares = shares
        self.limits: Limits = here.settings.limits
        page = here.pages.refusal()
        self.refusal = page.html.encode()
        self.refusal_headers = [
            ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", here.pages.policy),
            ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
        ]  # fmt: skip
        self.is_used = self.is_leaving = self.is_wanting = False
        self.first = self.last = time.monotonic()
        self._looked = 0.0
        adjustments = Adjustments(
            sockets=[listener], connection_limit=self.limits.connections,
            channel_timeout=self.limits.quiet, cleanup_interval=1, ident=None, log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
            max_request_body_size=self.limits.body, max_request_header_size=self.limits.head,
            inbuf_overflow=NO_FILES, outbuf_overflow=NO_FILES, outbuf_high_watermark=NO_FILES,
        )  # fmt: skip
        self.tasks = _Tasks()
        info = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(
            app(here), {}, _sock=listener, dispatcher=self.tasks, adj=adjustments, sockinfo=info, bind_socket=False
        )

    def turn(self) -> bool:
        """Wait a moment for something to do, and do it; whether it is time to look around."""
        if not self.is_leaving:
            self.shares.tell(len(self.active_channels))
            self.is_wanting = self.shares.may_take()
        # nobody tells when it is the turn of this one again
        patience = 0 if self.tasks.waiting else TICK if self.is_wanting or self.is_leaving else GLANCE
        wasyncore.loop(timeout=patience, use_poll=True, map=self._map, count=1)
        self._take_share()
        self.tasks.work()
        now = time.monotonic()
        if now - self._looked < TICK:
            return False
        self._looked = now
        self._look(now)
        return True

    def _take_share(self) -> None:
        """Accept, of those who wait, its share at once: they would wait for the answers to those before them."""
        known = 0
        while self.accepting and self.shares.may_take() and known < (known := len(self.active_channels)):
            self.handle_accept()
            self.shares.tell(len(self.active_channels))

    def leave(self) -> None:
        """Accept nobody from now on, and finish what is begun."""
        if not self.is_leaving:
            self.is_leaving, self.is_wanting = True, False
            self.shares.tell(NOBODY)
            self.left = time.monotonic()
            self.accepting = False
            self.del_channel()  # others listen

    def is_done(self) -> bool:
        """Whether nothing that was begun is left."""
        return self.is_leaving and (
            not self.active_channels or time.monotonic() - self.left > self.limits.request + self.limits.quiet
        )

    def end(self) -> None:
        """Close what is left."""
        wasyncore.close_all(self._map)

    def pull_trigger(self) -> None:
        """There is no other thread that would have to be woken."""

    def readable(self) -> bool:
        """Whether another connection is wanted."""
        return bool(super().readable()) and self.is_wanting

    def handle_accept(self) -> None:
        if not self.is_used:
            self.first = time.monotonic()
        super().handle_accept()

    def _look(self, now: float) -> None:
        channels = list(self.active_channels.values())
        for channel in channels:
            if channel.request is not None and now - channel.begun > self.limits.request:
                channel.will_close = True  # it comes letter by letter, to keep us busy
        if any(channel.is_at_work for channel in channels):
            self.last = now
        if self.is_used and (now - self.last > self.limits.idle or now - self.first > self.limits.life):
            self.leave()
        if self.is_leaving:
            self.maintenance(time.time())
            for channel in channels:
                if not channel.is_at_work and time.time() - channel.last_activity > self.limits.idle:
                    channel.will_close = True
