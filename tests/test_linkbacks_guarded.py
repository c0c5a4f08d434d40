"""What strangers name is fetched without harm: no way inside, no end without, no trace of who asks."""

import gzip
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from strangers import Socks, Stranger, html, moved
from toolbox import need

from magazine.desk.linkbacks.guarded import LIMIT, REDIRECTS, Fetcher, FetchError
from magazine.desk.linkbacks.hosts import RefusedError

pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture
def there() -> Iterator[Stranger]:
    with Stranger({"/": html("hello")}) as stranger:
        yield stranger


def asking(*strangers: Stranger, **more: object) -> Fetcher:
    return Fetcher(allowed={stranger.peer for stranger in strangers}, **{"seconds": 3.0, **more})


def leads_to(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _host, _port: addresses


def test_what_is_there_is_fetched(there: Stranger) -> None:
    reply = asking(there).get(f"{there.address}/")
    assert (reply.status, reply.text, reply.address) == (200, "hello", f"{there.address}/")


@pytest.mark.parametrize("inside", ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "file:///etc/passwd",
                                    "http://0x7f.1/", "//2130706433/", "http://localhost:22/", "gopher://127.0.0.1:11211/",
                                    "http://[::ffff:10.0.0.1]/", "http://user@127.0.0.1/"])  # fmt: skip
@pytest.mark.parametrize("status", [301, 307])
def test_no_redirect_leads_inside(there: Stranger, inside: str, status: int) -> None:
    there.pages["/"] = moved(inside, status)
    with pytest.raises(RefusedError):
        asking(there).get(f"{there.address}/")


def test_a_redirect_leads_to_no_other_port_of_this_machine(there: Stranger) -> None:
    with Stranger({"/": html("secret")}) as inside:
        there.pages["/"] = moved(f"{inside.address}/")
        with pytest.raises(RefusedError):
            asking(there).get(f"{there.address}/")
        assert inside.asked == []


def test_redirects_are_followed_to_where_they_end(there: Stranger) -> None:
    there.pages |= {f"/{number}": moved(f"/{number + 1}") for number in range(REDIRECTS)}
    there.pages[f"/{REDIRECTS}"] = html("end")
    assert asking(there).get(f"{there.address}/0").address == f"{there.address}/{REDIRECTS}"
    there.pages["/endless"] = moved("/endless")
    with pytest.raises(FetchError, match="without end"):
        asking(there).get(f"{there.address}/endless")
    assert len([one for one in there.asked if one.path == "/endless"]) == REDIRECTS + 1


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("10.0.0.1",), ("::1",), ("169.254.169.254",), ("fe80::1%eth0",),
                                       ("93.184.216.34", "127.0.0.1"), ("::ffff:192.168.0.1",), ("100.64.0.1",),
                                       ("0.0.0.0",), ("nonsense",)])  # fmt: skip
def test_no_name_leads_inside(addresses: tuple[str, ...]) -> None:
    with pytest.raises(RefusedError):
        Fetcher(resolve=leads_to(*addresses)).get("http://rebound.example.org/")


def test_one_inner_address_among_good_ones_is_enough_to_refuse(there: Stranger) -> None:
    port = there.peer[1]
    with pytest.raises(RefusedError):
        asking(there, resolve=leads_to("127.0.0.1", "10.0.0.1")).get(f"http://rebound.example.org:{port}/")
    assert there.asked == []


def test_a_name_is_asked_once_and_what_was_checked_is_connected_to(there: Stranger) -> None:
    answers = iter([("127.0.0.1",), ("127.0.0.2",), ("127.0.0.3",)])
    seen: list[tuple[str, ...]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        seen.append(next(answers))
        return seen[-1]

    name = f"rebound.example.org:{there.peer[1]}"
    reply = asking(there, resolve=rebinding).get(f"http://{name}/")
    assert reply.status == 200
    assert seen == [("127.0.0.1",)]
    assert there.asked[0].headers["host"] == name
    there.pages["/"] = moved("/again")
    answers = iter([("127.0.0.1",), ("127.0.0.2",)])
    with pytest.raises(RefusedError):  # the second time it leads elsewhere: looked at again
        asking(there, resolve=rebinding).get(f"http://{name}/")


def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(FetchError, match="nobody knows"):
        Fetcher(resolve=leads_to()).get("http://nowhere.example.org/")


def test_who_looks_up_names_slowly_is_not_waited_for() -> None:
    hold = threading.Event()

    def never(_host: str, _port: int) -> Sequence[str]:
        hold.wait(20)
        return ()

    begun = time.monotonic()
    with pytest.raises(FetchError, match="did not answer"):
        Fetcher(resolve=never, seconds=0.3).get("http://slow.example.org/")
    hold.set()
    assert time.monotonic() - begun < 8


def test_nothing_is_told_of_who_asks(there: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stranger() as trap:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, trap.address)
        there.pages["/"] = (302, {"Location": "/next", "Set-Cookie": "who=you; Path=/"}, b"")
        there.pages["/next"] = html("x")
        fetcher = asking(there)
        fetcher.get(f"{there.address}/")
        fetcher.get(f"{there.address}/next")
        assert trap.asked == []
    assert len(there.asked) == 3
    for one in there.asked:
        assert set(one.headers) == {"host", "user-agent", "accept", "accept-encoding"}
        assert "python" not in one.headers["user-agent"].lower()


def test_netrc_gives_no_password(there: Stranger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login editor password secret\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    asking(there).get(f"{there.address}/")
    assert "authorization" not in there.asked[0].headers


def drip(write: Callable[[bytes], None]) -> None:
    write(OK + b"Content-Length: 1000\r\n\r\n")
    while True:
        write(b"x")
        time.sleep(0.05)


def drip_headers(write: Callable[[bytes], None]) -> None:
    write(OK)
    while True:
        write(b"X: y\r\n")
        time.sleep(0.05)


def keep_silent(write: Callable[[bytes], None]) -> None:
    time.sleep(20)


def keep_continuing(write: Callable[[bytes], None]) -> None:
    while True:
        write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize("lie", [drip, drip_headers, keep_silent, keep_continuing])
def test_no_host_can_make_one_wait(there: Stranger, lie: Callable[[Callable[[bytes], None]], None]) -> None:
    there.pages["/"] = lie
    begun = time.monotonic()
    with pytest.raises(FetchError, match="did not answer"):
        asking(there, seconds=0.6).get(f"{there.address}/")
    assert time.monotonic() - begun < 8


def test_slow_redirects_share_one_time(there: Stranger) -> None:
    def late(write: Callable[[bytes], None]) -> None:
        time.sleep(0.4)
        write(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")

    there.pages["/"] = late
    begun = time.monotonic()
    with pytest.raises(FetchError, match="did not answer"):
        asking(there, seconds=0.9).get(f"{there.address}/")
    assert time.monotonic() - begun < 8


def test_what_has_no_end_is_cut_off(there: Stranger) -> None:
    written = 0

    def endless(write: Callable[[bytes], None]) -> None:
        nonlocal written
        write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            written += 65536

    there.pages["/"] = endless
    reply = asking(there).get(f"{there.address}/")
    assert reply.body == b"x" * LIMIT
    assert written < 20 * LIMIT


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_bomb_does_not_go_off(there: Stranger, encoding: str) -> None:
    whole = bytes(60_000_000)
    bomb = zlib.compress(whole, 9) if encoding == "deflate" else gzip.compress(whole, 9)
    del whole
    there.pages["/"] = (200, {"Content-Encoding": encoding}, bomb)
    assert len(asking(there).get(f"{there.address}/").body) == LIMIT


def test_what_is_packed_is_unpacked(there: Stranger) -> None:
    there.pages["/"] = (200, {"Content-Encoding": "gzip"}, gzip.compress("Привет".encode()))
    assert asking(there).get(f"{there.address}/").text == "Привет"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, gzip, gzip, gzip", "br", "zstd", "x\udc80"])
def test_what_is_packed_many_times_over_is_not_opened(there: Stranger, encoding: str) -> None:
    def packed(write: Callable[[bytes], None]) -> None:
        data = gzip.compress(gzip.compress(b"x" * 1000))
        name = encoding.encode("utf-8", "surrogateescape")
        write(OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s" % (name, len(data), data))

    there.pages["/"] = packed
    with pytest.raises(FetchError):
        asking(there).get(f"{there.address}/")


@pytest.mark.parametrize("lie", [
    OK + b"Content-Length: 100\r\n\r\nshort",
    OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nxx\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
    OK + b"Content-Length: -1\r\n\r\nx",
    OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    OK + b"X: " + b"y" * 300_000 + b"\r\n\r\n",
    b"SSH-2.0-OpenSSH\r\n", b"\0" * 5000, b"",
])  # fmt: skip
def test_what_is_no_answer_is_told(there: Stranger, lie: bytes) -> None:
    there.pages["/"] = lambda write: write(lie)
    with pytest.raises(FetchError) as told:
        asking(there).get(f"{there.address}/")
    assert "\0" not in str(told.value)


def test_a_port_where_nobody_listens_is_told(there: Stranger) -> None:
    there.__exit__(None, None, None)
    with pytest.raises(FetchError, match="could not be fetched"):
        asking(there).get(f"{there.address}/")


def test_the_next_address_of_a_host_is_tried(there: Stranger) -> None:
    port = there.peer[1]
    allowed = {there.peer, ("127.0.0.9", port)}
    fetcher = Fetcher(allowed=allowed, resolve=leads_to("127.0.0.9", "127.0.0.1"), seconds=3)
    assert fetcher.get(f"http://two.example.org:{port}/").text == "hello"


@pytest.mark.parametrize(("kind", "text"), [
    ("text/html; charset=windows-1251", "Привет".encode("cp1251")),
    ('text/html; charset="koi8-r"', "Привет".encode("koi8-r")),
    ("text/html", "<meta charset=windows-1251>Привет".encode("cp1251")), ("text/html", "Привет".encode("cp1251")),
    ("text/html", "\ufeffПривет".encode()), ("text/html; charset=none-such", "Привет".encode()),
    ("text/html; charset=utf-16", "Привет".encode("utf-16")), ("text/html; charset=zlib", "Привет".encode()),
    ("text/html; charset=idna", "Привет".encode()), ("text/html; charset=utf-8", "Привет".encode() + b"\xff"),
    ("text/html", "Привет".encode() + "П".encode()[:1]),
])  # fmt: skip
def test_a_page_is_read_in_its_own_letters(there: Stranger, kind: str, text: bytes) -> None:
    there.pages["/"] = (200, {"Content-Type": kind}, text)
    assert "Привет" in asking(there).get(f"{there.address}/").text


def test_what_is_posted_goes_on_where_it_is_sent_on(there: Stranger) -> None:
    there.pages |= {"/from": moved("/to", 307), "/to": (202, {}, b"taken"), "/see": moved("/seen", 303)}
    reply = asking(there).post(f"{there.address}/from", b"a=b", "application/x-www-form-urlencoded")
    assert (reply.status, there.asked[-1].method, there.asked[-1].body) == (202, "POST", b"a=b")
    assert asking(there).post(f"{there.address}/see", b"a=b", "text/plain").status == 303
    there.pages["/from"] = moved("http://127.0.0.1/", 307)
    with pytest.raises(RefusedError):
        asking(there).post(f"{there.address}/from", b"a=b", "text/plain")


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[Stranger, Path]]:
    """A host named x.example.org with a certificate that it has made itself."""
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", made]
    named = ["-subj", "/CN=x.example.org", "-addext", "subjectAltName=DNS:x.example.org"]
    subprocess.run([need("openssl"), *map(str, command), *named], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with Stranger({"/": html("sealed")}) as there:
        there._server.socket = context.wrap_socket(there._server.socket, server_side=True)
        yield there, made


def test_a_certificate_of_nobody_is_not_believed(encrypted: tuple[Stranger, Path]) -> None:
    there, _ = encrypted
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        asking(there, resolve=leads_to("127.0.0.1")).get(f"https://x.example.org:{there.peer[1]}/")
    assert there.asked == []


def test_a_certificate_is_that_of_the_name(encrypted: tuple[Stranger, Path]) -> None:
    there, made = encrypted
    trusting = ssl.create_default_context(cafile=made)
    fetcher = asking(there, resolve=leads_to("127.0.0.1"), certificates=trusting)
    assert fetcher.get(f"https://x.example.org:{there.peer[1]}/").text == "sealed"
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        fetcher.get(f"https://y.example.org:{there.peer[1]}/")


def test_through_a_proxy_goes_nothing_in_the_clear(encrypted: tuple[Stranger, Path]) -> None:
    there, made = encrypted
    trusting = ssl.create_default_context(cafile=made)
    with Socks({"x.example.org": there.peer}) as socks:
        fetcher = Fetcher(proxy=socks.address, resolve=refuse, certificates=trusting)
        assert fetcher.get("https://x.example.org/").text == "sealed"
    assert socks.asked == [("x.example.org", 443)]
    assert b"GET" not in socks.sent


def refuse(host: str, port: int) -> Sequence[str]:
    pytest.fail(f"{host} was looked up here")


def test_through_a_proxy_goes_every_byte_and_every_name(there: Stranger) -> None:
    there.pages["/"] = moved("http://other.example.org/x?y")
    there.pages["/x?y"] = html("hello")
    with Socks({"blog.example.org": there.peer, "other.example.org": there.peer}) as socks:
        reply = Fetcher(proxy=socks.address, resolve=refuse).get("http://blog.example.org/")
    assert reply.text == "hello"
    assert socks.asked == [("blog.example.org", 80), ("other.example.org", 80)]
    assert there.peers == ["127.0.0.2", "127.0.0.2"]  # the proxy's own address: nobody else has connected
    assert bytes(socks.sent).count(b"GET /") == 2


@pytest.mark.parametrize("inside", ["http://127.0.0.1/", "http://192.168.1.1/", "http://[::1]/", "http://localhost/",
                                    "http://0x7f.1/", "http://2130706433/", "http://router.lan/"])  # fmt: skip
def test_a_proxy_is_not_asked_for_what_is_inside(there: Stranger, inside: str) -> None:
    there.pages["/"] = moved(inside)
    with Socks({"blog.example.org": there.peer}) as socks:
        fetcher = Fetcher(proxy=socks.address, resolve=refuse)
        with pytest.raises(RefusedError):
            fetcher.get(inside)
        assert socks.asked == []
        with pytest.raises(RefusedError):
            fetcher.get("http://blog.example.org/")
        assert socks.asked == [("blog.example.org", 80)]


def test_a_proxy_that_is_away_is_never_gone_round() -> None:
    with Socks({}) as socks:
        address = socks.address
        with pytest.raises(FetchError, match="could not be fetched"):
            Fetcher(proxy=address, resolve=refuse).get("http://nowhere.example.org/")
    with pytest.raises(FetchError, match="could not be fetched"):
        Fetcher(proxy="socks5h://127.0.0.1:1", resolve=refuse).get("http://blog.example.org/")


def test_what_is_no_proxy_is_told(there: Stranger) -> None:
    proxy = there.address.replace("http", "socks5h")
    with pytest.raises(FetchError):
        Fetcher(proxy=proxy, resolve=refuse, seconds=0.5).get("http://blog.example.org/")
    assert there.asked == []


@pytest.mark.parametrize(
    "address", ["socks4://127.0.0.1:9050", "127.0.0.1:9050", "socks5h://127.0.0.1", "socks5h://", "x"]
)
def test_a_proxy_without_a_fit_address_is_told(address: str) -> None:
    with pytest.raises(FetchError, match="PROXY"):
        Fetcher(proxy=address)


def test_a_web_proxy_is_used_too(there: Stranger) -> None:
    there.pages["http://blog.example.org:80/"] = html("through")
    assert Fetcher(proxy=there.address, resolve=refuse).get("http://blog.example.org/").text == "through"
