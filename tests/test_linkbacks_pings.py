"""What endpoints answer is understood, or is a failure; nothing in it is believed more than that."""

import gzip
import xmlrpc.client
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strangers import Stranger

from magazine.desk.linkbacks.endpoints import Endpoint
from magazine.desk.linkbacks.guarded import Fetcher, Reply
from magazine.desk.linkbacks.pings import Outcome, of_pingback, sent

pytestmark = pytest.mark.slow

SOURCE, TARGET = "https://magazine.example.org/blog/дорога.html?a=1&b=2", "https://blog.example.net/p?x=<y>&z"

calm = settings(deadline=None)  # a busy machine is no failure


@pytest.fixture
def there() -> Iterator[Stranger]:
    with Stranger() as stranger:
        yield stranger


def ping(there: Stranger, way: str, status: int = 200, body: bytes = b"") -> Outcome:
    there.pages["/hook?a=b"] = (status, {"Location": "/status"} if status in (201, 303) else {}, body)
    endpoint = Endpoint(way, f"{there.address}/hook?a=b")
    return sent(endpoint, SOURCE, TARGET, Fetcher(allowed={there.peer}, seconds=5))


def fault(code: int, words: str = "no") -> bytes:
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, words), methodresponse=True).encode()


def test_a_webmention_is_a_form(there: Stranger) -> None:
    assert ping(there, "webmention", 202) == Outcome(is_done=True)
    asked = there.asked[0]
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/x-www-form-urlencoded")
    assert httpx.QueryParams(asked.body.decode()) == httpx.QueryParams({"source": SOURCE, "target": TARGET})


@pytest.mark.parametrize(
    ("status", "is_done", "is_final"),
    [
        (200, True, False),
        (201, True, False),
        (202, True, False),
        (303, True, False),
        (400, False, False),
        (404, False, False),
        (410, False, True),
        (429, False, False),
        (500, False, False),
    ],
)
def test_the_status_of_a_webmention_is_the_answer(there: Stranger, status: int, is_done: bool, is_final: bool) -> None:
    outcome = ping(there, "webmention", status)
    assert (outcome.is_done, outcome.is_final) == (is_done, is_final)


def test_a_pingback_is_a_call(there: Stranger) -> None:
    answer = xmlrpc.client.dumps(("Registered.",), methodresponse=True).encode()
    assert ping(there, "pingback", body=answer) == Outcome(is_done=True)
    asked = there.asked[0]
    assert xmlrpc.client.loads(asked.body) == ((SOURCE, TARGET), "pingback.ping")
    assert asked.headers["content-type"] == "text/xml"


@pytest.mark.parametrize(
    ("code", "is_done", "is_final"),
    [
        (0, False, False),
        (16, False, False),
        (17, False, False),
        (32, False, True),
        (33, False, True),
        (48, True, False),
        (49, False, True),
        (50, False, False),
        (-32700, False, False),
        (2**40, False, False),
    ],
)
def test_the_fault_of_a_pingback_is_the_answer(there: Stranger, code: int, is_done: bool, is_final: bool) -> None:
    body = fault(0).replace(b"<int>0</int>", b"<int>%d</int>" % code)
    outcome = ping(there, "pingback", body=body)
    assert (outcome.is_done, outcome.is_final) == (is_done, is_final)
    assert outcome.said.endswith(" no")


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><methodResponse>&b;</methodResponse>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"<html>",
        b"<methodResponse/>",
        b"<methodResponse><params>",
        BOMB,
        b"\xff\xfe\0",
        b"<?xml version='1.0' encoding='x'?><a/>",
        b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><methodResponse><params/></methodResponse>",
        b"<methodResponse><fault/></methodResponse>",
        b"<html><params/></html>",
        b"<a>" * 50_000,
    ],
)
def test_what_is_no_answer_is_a_failure(there: Stranger, body: bytes) -> None:
    assert not ping(there, "pingback", body=body).is_done


def test_a_packed_answer_is_limited_too(there: Stranger) -> None:
    there.pages["/hook?a=b"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"<a>" * 10_000_000))
    endpoint = Endpoint("pingback", f"{there.address}/hook?a=b")
    assert not sent(endpoint, SOURCE, TARGET, Fetcher(allowed={there.peer}, seconds=5)).is_done


PIECES = st.sampled_from(
    [
        b"<methodResponse>",
        b"<fault>",
        b"<value>",
        b"<struct>",
        b"<member>",
        b"<name>faultCode</name>",
        b"<int>48</int>",
        b"</value>",
        b"</member>",
        b"</fault>",
        b"<params>",
        b"</params>",
        b"</methodResponse>",
        b"&lt;",
        b"&x;",
    ]
)


@calm
@given(st.lists(PIECES | st.binary(max_size=10), max_size=20).map(b"".join))
def test_no_answer_breaks_anything(body: bytes) -> None:
    assert isinstance(of_pingback(Reply("https://x.example.org/", 200, httpx.Headers(), body)), Outcome)
