"""Connections that lead only where one may ask; a name leads to what was checked, and is not looked up again."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import httpcore

from magazine.connections import Dated
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
            return answers.get(timeout=self.clock.left())
        except queue.Empty as error:
            raise httpcore.ConnectTimeout from error
