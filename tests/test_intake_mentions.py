"""Pingbacks and webmentions wait for an editor; what is none is told so in the words of the protocol."""

import xmlrpc.client
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_server import SITE, Desk

from magazine.intake.limits import Bucket
from magazine.intake.mentions import Place, place

SOURCE, TARGET = "https://elsewhere.example.net/post", f"{SITE}en/blog/post.html"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "spool")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("intake") / "spool")


def ping(desk: Desk, body: str | bytes) -> str | int:
    """The words of the answer, or the code of the fault."""
    answer = desk.client.post("/pingback", data=body, content_type="text/xml")
    assert answer.status_code == 200
    try:
        return xmlrpc.client.loads(answer.data)[0][0]
    except xmlrpc.client.Fault as fault:
        return fault.faultCode


def call(*values: object, method: str = "pingback.ping") -> str:
    return xmlrpc.client.dumps(values, method)


def test_a_pingback_waits_for_an_editor(desk: Desk) -> None:
    assert isinstance(ping(desk, call(SOURCE, TARGET)), str)
    (found,) = desk.kept()
    assert (found.kind, found.source, found.target) == ("pingback", SOURCE, TARGET)
    assert (found.entry, found.language, found.text) == ("blog/post", "en", "")


def test_values_without_a_type_are_strings(desk: Desk) -> None:
    body = call(SOURCE, TARGET).replace("<string>", "").replace("</string>", "")
    assert isinstance(ping(desk, body), str)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("", -32700),
        ("<methodCall>", -32700),
        ("<html/>", -32700),
        (call(SOURCE, TARGET).replace("?>", "?><!DOCTYPE a [<!ENTITY b 'c'>]>"), -32700),
        (call(SOURCE, TARGET) + " " * 20_000, -32700),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", -32700),
        (call(SOURCE, TARGET, method="system.listMethods"), -32601),
        (call(SOURCE), -32602),
        (call(SOURCE, TARGET, TARGET), -32602),
        (call(SOURCE, 7), -32602),
        (call([SOURCE], TARGET), -32602),
        (call("file:///etc/passwd", TARGET), 16),
        (call("javascript:alert(1)", TARGET), 16),
        (call(SOURCE, "ftp://magazine.example.org/"), 33),
        (call(SOURCE, "https://other.example.net/"), 33),
        (call(TARGET, TARGET), 33),
        (call(SOURCE, "https://[bad/blog/post.html"), 33),
    ],
)
def test_what_is_no_pingback_is_a_fault(desk: Desk, body: str | bytes, fault: int) -> None:
    assert ping(desk, body) == fault
    assert desk.kept() == []


def test_a_webmention_waits_for_an_editor(desk: Desk) -> None:
    answer = desk.client.post("/webmention", data={"source": SOURCE, "target": TARGET})
    assert answer.status_code == 202
    (found,) = desk.kept()
    assert (found.kind, found.source, found.target, found.entry) == ("webmention", SOURCE, TARGET, "blog/post")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"source": SOURCE},
        {"source": "x", "target": TARGET},
        {"source": TARGET, "target": TARGET},
        {"source": SOURCE, "target": "https://other.example.net/a.html"},
    ],
)
def test_what_is_no_webmention_is_told(desk: Desk, sent: dict[str, str]) -> None:
    assert desk.client.post("/webmention", data=sent).status_code == 400
    assert desk.kept() == []


def test_mentions_are_limited_with_all_the_rest(tmp_path) -> None:
    desk = Desk(tmp_path, Bucket(1, 1))
    assert desk.client.post("/webmention", data={"source": SOURCE, "target": TARGET}).status_code == 202
    assert desk.client.post("/webmention", data={"source": SOURCE, "target": TARGET}).status_code == 429
    assert ping(desk, call(SOURCE, TARGET)) == 0


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (f"{SITE}blog/post.html", Place("ru", "blog/post")),
        (f"{SITE}ky/magazine/2012-12/winter-road.html#answer-1", Place("ky", "magazine/2012-12/winter-road")),
        (f"{SITE}magazine/2012-12/winter-road/answers-2.html", Place("ru", "magazine/2012-12/winter-road")),
        ("http://mirror.example.net/a/b/en/petitions/safe.html", Place("en", "petitions/safe")),
        (f"{SITE}en/index.html", Place("en", "")),
        (SITE, Place("ru", "")),
        (f"{SITE}blog/index.html", Place("ru", "")),
        (f"{SITE}blog/../../x.html", Place("ru", "")),
        ("http://mirror.example.net/", None),
        ("http://mirror.example.net/blog/index.html", None),
    ],
)
def test_the_text_that_a_target_names(target: str, found: Place | None) -> None:
    assert place(SITE, target) == found


PIECES = st.sampled_from(
    [
        "<methodCall>",
        "</methodCall>",
        "<methodName>pingback.ping</methodName>",
        "<params>",
        "<param>",
        "<value>",
        "<string>",
        "http://a",
        "</string>",
        "</value>",
        "</param>",
        "</params>",
        "&lt;",
        "&a;",
        "<!DOCTYPE a>",
        "<![CDATA[",
        "]]>",
        "<?xml version='1.0' encoding='utf-16'?>",
        "\0",
        "ң",
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=20).map(lambda parts: "".join(parts).encode())))
@settings(max_examples=60, deadline=None)
def test_no_bytes_of_a_ping_break_it(shared: Desk, body: bytes) -> None:
    assert ping(shared, body)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_addresses_break_it(shared: Desk, source: str, target: str) -> None:
    place(SITE, f"http://{target}")
    sent = {"source": source.encode("utf-8", "replace"), "target": target.encode("utf-8", "replace")}
    assert shared.client.post("/webmention", data=sent).status_code == 400
