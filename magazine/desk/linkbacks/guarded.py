"""Fetching an address that a stranger named, without harm to who asks.

No private network is reached (see ``hosts``), not by a redirect, nor by a name that leads elsewhere the second time
(see ``connections``). No cookie, referrer or name of a program is sent, no setting of the environment is followed,
and what comes is limited in size, also once it is unpacked, and in time.
"""

from __future__ import annotations

import codecs
import re
import time
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from ssl import SSLContext

import httpcore
import httpx
import socksio
from bs4.dammit import EncodingDetector

from magazine.connections import Dated
from magazine.desk.linkbacks.connections import Deadline, Guarded, Resolve, UnknownHostError, resolved
from magazine.desk.linkbacks.hosts import FetchError, Hosts, Peer, port_of
from magazine.messages import marked

REDIRECTS = 5
SECONDS = 30.0  # for one address with all its redirects; Tor takes its time
LIMIT = 1_000_000  # bytes of an answer, unpacked: what comes behind them is not read
MOVED = (301, 302, 303, 307, 308)
SEE_OTHER = 303
ZLIB_OR_GZIP = 47  # zlib's own number for both
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Webmention)", "Accept": "*/*", "Accept-Encoding": "gzip"}
# the encodings of pages: Python knows others, which take time in the square of a text
ENCODING = re.compile(
    r"utf-(?:8|16)(?:-[bl]e|-sig)?|cp(?:125\d|866)|koi8-[rut]|iso8859-\d+|ascii|mac-cyrillic|gb\w+|big5|euc\w+|shift\w+"
)
USUAL, OLDER = "utf-8", "cp1251"

UNKNOWN = marked("%(address)s: nobody knows this host at the moment.")
LATE = marked("%(address)s did not answer in %(seconds)d seconds.")
CIRCLE = marked("%(address)s leads on without end.")
BROKEN = marked("%(address)s could not be fetched (%(reason)s).")
BAD_PROXY = marked("PROXY in pelicanconf.py is %(address)s, which is no address like socks5h://127.0.0.1:9050.")


@dataclass(frozen=True)
class Reply:
    """What a host answered: the ``address`` is the one at the end of all redirects."""

    address: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether it is an answer to what was asked."""
        return 200 <= self.status < 300

    @cached_property
    def text(self) -> str:
        """The body as text, by the encoding that it claims to have, else by one that fits."""
        claimed = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        name = claimed[1] if claimed else EncodingDetector.find_declared_encoding(self.body, is_html=True)
        known = _encoding(str(name or ""))
        if known:
            return self.body.decode(known, "replace")
        try:
            # what was cut off at the limit may end inside of a letter
            return codecs.getincrementaldecoder(USUAL)().decode(self.body.removeprefix(codecs.BOM_UTF8))
        except UnicodeDecodeError:
            return self.body.decode(OLDER, "replace")


@cache  # to read them takes a tenth of a second
def _certificates() -> SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class Fetcher:
    """Fetches through the ``proxy`` if there is one, which then looks up names as well; else directly.

    ``resolve`` looks up a name. Only tests name ``allowed`` peers, which are not public, and other limits. Raises
    FetchError when the proxy has no fit address.
    """

    proxy: str = ""
    resolve: Resolve = resolved
    allowed: Collection[Peer] = ()
    seconds: float = SECONDS
    limit: int = LIMIT
    certificates: SSLContext = field(default_factory=_certificates)

    def __post_init__(self) -> None:
        if self.proxy:
            _proxy(self.proxy)

    def get(self, address: str) -> Reply:
        """What stands at an address; raises FetchError, RefusedError when it may not be asked for."""
        return self._fetched(address, None, {})

    def post(self, address: str, content: bytes, kind: str) -> Reply:
        """What an address answers to this content of this media type; raises as ``get``."""
        return self._fetched(address, content, {"Content-Type": kind})

    def _fetched(self, first: str, content: bytes | None, headers: dict[str, str]) -> Reply:
        hosts = Hosts(through_proxy=bool(self.proxy), allowed=self.allowed)
        deadline, address = Deadline(time.monotonic() + self.seconds), first
        for _ in range(REDIRECTS + 1):
            url = hosts.checked(address)
            try:
                reply = self._asked(url, content, headers, hosts, deadline)
            except httpcore.TimeoutException as error:
                raise FetchError(LATE, address=address, seconds=self.seconds) from error
            except UnknownHostError as error:
                raise FetchError(UNKNOWN, address=address) from error
            # an unfit answer of the proxy is an AssertionError in httpcore
            except (
                httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, socksio.ProtocolError,
                zlib.error, OSError, AssertionError,
            ) as error:  # fmt: skip
                raise FetchError(BROKEN, address=address, reason=str(error) or type(error).__name__) from error
            place = reply.headers.get("location")
            if place is None or reply.status not in MOVED or (content is not None and reply.status == SEE_OTHER):
                return reply
            address = _joined(url, place)
        raise FetchError(CIRCLE, address=first)

    def _asked(
        self, url: httpx.URL, content: bytes | None, headers: dict[str, str], hosts: Hosts, deadline: Deadline
    ) -> Reply:
        """One answer, redirects too. A pool of its own: no connection tells that two were asked by one."""
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port_of(url), target=url.raw_path)
        method = "GET" if content is None else "POST"
        named = tuple({"Host": url.netloc.decode("ascii"), **HEADERS, **headers}.items())
        with self._pool(hosts, deadline) as pool, pool.stream(method, target, headers=named, content=content) as answer:
            found = httpx.Headers(answer.headers)
            is_moved = answer.status in MOVED and "location" in found
            body = b"" if is_moved else _body(answer.iter_stream(), found.get("content-encoding", ""), self.limit)
            return Reply(str(url), answer.status, found, body)

    def _pool(self, hosts: Hosts, deadline: Deadline) -> httpcore.ConnectionPool:
        if not self.proxy:
            backend = Guarded(deadline, hosts, self.resolve)
            return httpcore.ConnectionPool(ssl_context=self.certificates, network_backend=backend)
        url, kind = _proxy(self.proxy)
        place = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
        auth = (url.username, url.password) if url.userinfo else None
        return kind(place, proxy_auth=auth, ssl_context=self.certificates, network_backend=Dated(deadline))


def _proxy(address: str) -> tuple[httpx.URL, type[httpcore.SOCKSProxy | httpcore.HTTPProxy]]:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise FetchError(BAD_PROXY, address=address) from error
    kinds = {"socks5": httpcore.SOCKSProxy, "socks5h": httpcore.SOCKSProxy, "http": httpcore.HTTPProxy}
    if url.scheme not in kinds or not url.host or not url.port:
        raise FetchError(BAD_PROXY, address=address)
    return url, kinds[url.scheme]


def _joined(url: httpx.URL, place: str) -> str:
    try:
        return str(url.join(place))
    except (httpx.InvalidURL, ValueError):
        return place  # is refused


def _body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The bytes of an answer, unpacked, up to the limit."""
    names = encoding.lower().strip()
    if names in ("", "identity"):
        unpack = None
    elif names in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(ZLIB_OR_GZIP)
    else:  # nobody asked for it, and what is packed many times over grows without limit
        raise zlib.error(f"Content-Encoding: {names}")
    body = b""
    for chunk in chunks:
        left = limit - len(body)
        body += chunk[:left] if unpack is None else unpack.decompress(chunk, left)
        if len(body) >= limit:
            break
    return body


def _encoding(name: str) -> str:
    """Python's name of an encoding that a page may have, or an empty string."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return known if ENCODING.fullmatch(known) else ""
