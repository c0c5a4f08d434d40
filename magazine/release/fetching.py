"""Fetching the files of a mirror that may be slow, without end or lying: size and time are limited at every step.

A mirror is asked as itself alone: it may lead to another address of its own host, never to another host. Nothing of
this machine is told, and no setting of the environment is followed.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpcore
import httpx
import socksio

from magazine.messages import marked
from magazine.release.codes import Code, ReleaseError

SECONDS, WHOLE, CALM = 120.0, 7_200.0, 30.0  # for one file, for all of them, and without a byte
REDIRECTS = 3
MOVED, GONE = (301, 302, 303, 307, 308), (404, 410)
STEP = 1 << 16  # bytes that are unpacked at once
ZLIB_OR_GZIP = 47  # zlib's own number for both
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; mirror)", "Accept": "*/*", "Accept-Encoding": "gzip"}

NO_ADDRESS = marked("%(address)s is no address of a site, like https://magazine.example.org/.")
LATE = marked("%(address)s did not answer in time.")
LONG = marked("%(address)s sends more than %(count)d bytes, which is more than there should be.")
ELSEWHERE = marked("%(address)s leads to another host, which is not followed.")
CIRCLE = marked("%(address)s leads on without end.")
ANSWERED = marked("%(address)s answered with the status %(status)d.")
BROKEN = marked("%(address)s could not be fetched (%(what)s).")


@dataclass
class Fetcher:
    """Fetches below one address, through the ``proxy`` if there is one; to be closed by ``with``.

    Raises ReleaseError (unreachable) for whatever does not come as it should, or if an address is none.
    """

    address: str
    proxy: str = ""
    seconds: float = SECONDS
    whole: float = WHOLE
    calm: float = CALM
    end: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.base = _url(self.address if self.address.endswith("/") else f"{self.address}/")
        self.last = time.monotonic() + self.whole

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pool.close()

    @cached_property
    def pool(self) -> httpcore.ConnectionPool:
        """The connections, which stay open from one file to the next."""
        certificates = _certificates()
        if not self.proxy:
            return httpcore.ConnectionPool(ssl_context=certificates, network_backend=_Dated(self))
        url = httpx.URL(self.proxy)
        kinds = {"socks5": httpcore.SOCKSProxy, "socks5h": httpcore.SOCKSProxy, "http": httpcore.HTTPProxy}
        if url.scheme not in kinds or not url.host or not url.port:
            raise _unreachable(NO_ADDRESS, self.proxy)
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
        auth = (url.username, url.password) if url.userinfo else None
        kind: type[httpcore.SOCKSProxy | httpcore.HTTPProxy] = kinds[url.scheme]
        return kind(place, proxy_auth=auth, ssl_context=certificates, network_backend=_Dated(self))

    def whole_file(self, name: str, limit: int) -> bytes | None:
        """A small file; None if there is none."""
        found = self.blocks(name, limit)
        return None if found is None else b"".join(found)

    def blocks(self, name: str, limit: int) -> Iterator[bytes] | None:
        """The blocks of a file, of at most ``limit`` bytes; None if there is none."""
        blocks = self._blocks(name, limit)
        first = next(blocks, b"")
        return None if first is None else _from(first, blocks)

    def left(self, wanted: float | None = None) -> float:
        """Seconds that may be waited; raises httpcore.ReadTimeout when there are none."""
        left = min(self.end, self.last) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, self.calm if wanted is None else wanted)

    def _blocks(self, name: str, limit: int) -> Iterator[bytes | None]:
        self.end = time.monotonic() + self.seconds
        url = first = self.base.join(quote(name))
        try:
            for _ in range(REDIRECTS + 1):
                with self._asked(url) as answer:
                    found = httpx.Headers(answer.headers)
                    if answer.status in MOVED and "location" in found:
                        url = self._followed(url, found["location"])
                        continue
                    if answer.status in GONE:
                        yield None
                    elif answer.status == 200:
                        yield from _limited(answer.iter_stream(), found.get("content-encoding", ""), limit, str(url))
                    else:
                        raise _unreachable(ANSWERED, str(url), status=answer.status)
                    return
        except httpcore.TimeoutException:
            raise _unreachable(LATE, str(url)) from None
        # an unfit answer of the proxy is an AssertionError in httpcore
        except (
            httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, socksio.ProtocolError,
            httpcore.UnsupportedProtocol, zlib.error, OSError, AssertionError,
        ) as error:  # fmt: skip
            raise _unreachable(BROKEN, str(url), what=(str(error) or type(error).__name__)[:200]) from error
        raise _unreachable(CIRCLE, str(first))

    @contextmanager
    def _asked(self, url: httpx.URL) -> Iterator[httpcore.Response]:
        """An answer, asked for twice where a connection that was kept open turns out to be closed."""
        with ExitStack() as stack:
            try:
                answer = stack.enter_context(self.pool.stream("GET", _target(url), headers=_headers(url)))
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                answer = stack.enter_context(self.pool.stream("GET", _target(url), headers=_headers(url)))
            yield answer

    def _followed(self, url: httpx.URL, place: str) -> httpx.URL:
        try:
            led = url.join(place)
        except (httpx.InvalidURL, ValueError):
            raise _unreachable(ELSEWHERE, str(url)) from None
        kept = led.scheme in {"https", url.scheme} and led.host == self.base.host
        if not kept or (led.port != url.port and led.scheme == url.scheme):
            raise _unreachable(ELSEWHERE, str(url))
        return led


@cache  # to read them takes a tenth of a second
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Dated(httpcore.NetworkBackend):
    """Connections of which no step waits beyond the fetcher's end, however small the steps are."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher, self.plain = fetcher, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self.fetcher.left(timeout)
        return _Stream(self.plain.connect_tcp(host, port, seconds, local_address, socket_options), self.fetcher)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, fetcher: Fetcher) -> None:
        self.stream, self.fetcher = stream, fetcher

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.fetcher.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.fetcher.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self.fetcher.left(timeout)
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, seconds), self.fetcher)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)


def _limited(chunks: Iterable[bytes], encoding: str, limit: int, address: str) -> Iterator[bytes]:
    """The blocks of an answer, unpacked once; raises ReleaseError when there are more bytes than there may be."""
    names, size = encoding.lower().strip(), 0
    if names not in {"", "identity", "gzip", "x-gzip"}:  # nobody asked for it
        raise zlib.error(f"Content-Encoding: {names[:40]}")
    for block in chunks if names in {"", "identity"} else _unpacked(chunks):
        size += len(block)
        if size > limit:
            raise _unreachable(LONG, address, count=limit)
        yield block


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(ZLIB_OR_GZIP)
    for chunk in chunks:
        yield unpack.decompress(chunk, STEP)
        while unpack.unconsumed_tail:
            yield unpack.decompress(unpack.unconsumed_tail, STEP)
    yield unpack.flush()
    if not unpack.eof:
        raise zlib.error("gzip")


def _from(first: bytes, rest: Iterator[bytes | None]) -> Iterator[bytes]:
    yield first
    for block in rest:
        yield block or b""


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise _unreachable(NO_ADDRESS, address) from None
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise _unreachable(NO_ADDRESS, address)
    return url


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _headers(url: httpx.URL) -> list[tuple[str, str]]:
    return [("Host", url.netloc.decode("ascii")), *HEADERS.items()]


def _unreachable(sentence: str, address: str, **values: object) -> ReleaseError:
    return ReleaseError(Code.UNREACHABLE, sentence, address=ascii(address)[1:-1][:200], **values)
