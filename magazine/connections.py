"""Connections of which no step waits too long, however small the steps are."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Protocol

import httpcore
import httpx


class Clock(Protocol):
    """Whoever knows how long may be waited."""

    def left(self, wanted: float | None = None) -> float:
        """Seconds that may be waited; raises httpcore.ReadTimeout when there are none."""


@cache  # to read them takes a tenth of a second
def certificates() -> ssl.SSLContext:
    """The authorities that the system, or else certifi, knows; no setting of the environment counts."""
    return httpx.create_ssl_context(trust_env=False)


class Dated(httpcore.NetworkBackend):
    """Connections of which no step waits beyond the clock's end, however small the steps are."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.plain = clock, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection, made in the time that is left."""
        seconds = self.clock.left(timeout)
        return _Stream(self.plain.connect_tcp(host, port, seconds, local_address, socket_options), self.clock)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, clock: Clock) -> None:
        self.stream, self.clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.clock.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self.clock.left(timeout)
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, seconds), self.clock)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)
