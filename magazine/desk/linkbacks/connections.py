"""Connections that end at a deadline and lead only where one may ask; a name leads to what was checked, never again."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import httpcore

from magazine.desk.linkbacks.hosts import PRIVATE, Hosts, RefusedError

Resolve = Callable[[str, int], Sequence[str]]  # the network addresses of a name
TRY = 8.0  # seconds for one of several addresses of a host


class UnknownHostError(Exception):
    """A name that leads nowhere now."""


def resolved(host: str, port: int) -> Sequence[str]:
    """All network addresses that the system knows for a name; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(peer[0]) for *_, peer in found))


@dataclass(frozen=True)
class Deadline:
    """The moment, on the monotonic clock, at which all waiting ends."""

    end: float

    def left(self, wanted: float | None = None) -> float:
        """Seconds that may be waited; raises httpcore.ReadTimeout when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if wanted is None else min(left, wanted)


class Dated(httpcore.NetworkBackend):
    """Connects to any peer until the deadline: to the proxy that an editor has named."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline, self.plain = deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a peer."""
        seconds = self.deadline.left(timeout)
        stream = self.plain.connect_tcp(host, port, seconds, local_address, socket_options)
        return _Stream(stream, self.deadline)


class Guarded(Dated):
    """Connects to a host when all its addresses may be asked, and to one of these very addresses."""

    def __init__(self, deadline: Deadline, hosts: Hosts, resolve: Resolve) -> None:
        super().__init__(deadline)
        self.hosts, self.resolve = hosts, resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host; raises RefusedError and UnknownHostError."""
        addresses = self._addresses(host, port)
        if not addresses:
            raise UnknownHostError
        # one that is private among public ones is a trap: the system would choose
        if not all(self.hosts.admits(address, port) for address in addresses):
            raise RefusedError(PRIVATE, address=host)
        for number, address in enumerate(addresses, start=1):
            try:
                wanted = timeout if number == len(addresses) else TRY
                return super().connect_tcp(address, port, wanted, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise UnknownHostError

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """What the name leads to; the system's own question knows no deadline, so it is left alone when it is over."""
        answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError):
                answers.put(())

        threading.Thread(target=ask, daemon=True).start()
        try:
            return answers.get(timeout=self.deadline.left())
        except queue.Empty as error:
            raise httpcore.ConnectTimeout from error


class _Stream(httpcore.NetworkStream):
    """A stream of which no step waits beyond the deadline, however small the steps are."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self.deadline.left(timeout)
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, seconds), self.deadline)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)
