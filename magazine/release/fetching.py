"""Fetching the files of a mirror that may be slow, without end or lying: size and time are limited at every step.

A mirror is asked as itself alone: it may lead to another address of its own host, never to another host. Nothing of
this machine is told, and no setting of the environment is followed.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpcore
import httpx
import socksio

from magazine import connections
from magazine.connections import Dated
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


@dataclass(frozen=True)
class Answer:
    """What a mirror answers: its status, its headers and the blocks of what it sends."""

    status: int
    headers: httpx.Headers
    blocks: Iterator[bytes]


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
    headers: Mapping[str, str] | None = None  # instead of the few bytes that are sent usually
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
        certificates = connections.certificates()
        if not self.proxy:
            return httpcore.ConnectionPool(ssl_context=certificates, network_backend=Dated(self))
        url = httpx.URL(self.proxy)
        kinds = {"socks5": httpcore.SOCKSProxy, "socks5h": httpcore.SOCKSProxy, "http": httpcore.HTTPProxy}
        if url.scheme not in kinds or not url.host or not url.port:
            raise _unreachable(NO_ADDRESS, self.proxy)
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
        auth = (url.username, url.password) if url.userinfo else None
        kind: type[httpcore.SOCKSProxy | httpcore.HTTPProxy] = kinds[url.scheme]
        return kind(place, proxy_auth=auth, ssl_context=certificates, network_backend=Dated(self))

    def whole_file(self, name: str, limit: int) -> bytes | None:
        """A small file; None if there is none."""
        found = self.blocks(name, limit)
        return None if found is None else b"".join(found)

    def blocks(self, name: str, limit: int) -> Iterator[bytes] | None:
        """The blocks of a file, of at most ``limit`` bytes; None if there is none."""
        answer = self.asked(name, limit)
        return None if answer.status in GONE else answer.blocks

    def asked(self, name: str, limit: int, conditions: Mapping[str, str] | None = None) -> Answer:
        """The answer for a file of at most ``limit`` bytes: 200, or 404 and 410 where there is none.

        The headers in ``conditions`` may lead to 304, nothing is new, or 206, a part as was asked for (RFC 9110).
        """
        given = conditions or {}
        found = self._found(name, limit, given)
        head = next(found)
        if not isinstance(head, Answer):
            raise TypeError
        return replace(head, blocks=(block for block in found if isinstance(block, bytes)))

    def left(self, wanted: float | None = None) -> float:
        """Seconds that may be waited; raises httpcore.ReadTimeout when there are none."""
        left = min(self.end, self.last) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, self.calm if wanted is None else wanted)

    def _found(self, name: str, limit: int, conditions: Mapping[str, str]) -> Iterator[Answer | bytes]:
        """The head of the answer, then its blocks."""
        self.end = time.monotonic() + self.seconds
        url = first = self.base.join(quote(name))
        try:
            for _ in range(REDIRECTS + 1):
                with self._asked(url, conditions) as answer:
                    found = httpx.Headers(answer.headers)
                    if answer.status in MOVED and "location" in found:
                        url = self._followed(url, found["location"])
                        continue
                    if answer.status not in {200, *GONE, *_expected(conditions)}:
                        raise _unreachable(ANSWERED, str(url), status=answer.status)
                    yield Answer(answer.status, found, iter(()))
                    if answer.status in {200, 206}:
                        yield from _limited(answer.iter_stream(), found.get("content-encoding", ""), limit, str(url))
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
    def _asked(self, url: httpx.URL, conditions: Mapping[str, str]) -> Iterator[httpcore.Response]:
        """An answer, asked for twice where a connection that was kept open turns out to be closed."""
        headers = [("Host", url.netloc.decode("ascii")), *({**(self.headers or HEADERS), **dict(conditions)}).items()]
        with ExitStack() as stack:
            try:
                answer = stack.enter_context(self.pool.stream("GET", _target(url), headers=headers))
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                answer = stack.enter_context(self.pool.stream("GET", _target(url), headers=headers))
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


def _expected(conditions: Mapping[str, str]) -> set[int]:
    return ({304} if "If-None-Match" in conditions else set()) | ({206} if "Range" in conditions else set())


def _unreachable(sentence: str, address: str, **values: object) -> ReleaseError:
    return ReleaseError(Code.UNREACHABLE, sentence, address=ascii(address)[1:-1][:200], **values)
