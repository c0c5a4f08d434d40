"""Where pages want to be told: every way in which the two specifications let them say so."""

import time

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.desk.linkbacks.endpoints import Endpoint, endpoint
from magazine.desk.linkbacks.guarded import Reply
from magazine.desk.linkbacks.hypertext import MAX_EXCERPT, Hypertext

pytestmark = pytest.mark.slow

PAGE = "https://blog.example.org/posts/1"
THERE = "https://blog.example.org/hook"


def reply(
    html: str = "", headers: list[tuple[str, str]] | None = None, address: str = PAGE, kind: str = "text/html"
) -> Reply:
    return Reply(
        address,
        200,
        httpx.Headers([(name.encode(), value.encode()) for name, value in [("content-type", kind), *(headers or [])]]),
        html.encode(),
    )


# what webmention.rocks asks for, and what the specification says besides
WEBMENTIONS = {
    "header, unquoted, relative": ("", ["</hook>; rel=webmention"]),
    "header, absolute": ("", [f"<{THERE}>; rel=webmention"]),
    "link, relative": ('<link rel="webmention" href="/hook">', []),
    "link, absolute": (f'<link rel="webmention" href="{THERE}">', []),
    "a, relative": ('<p>Tell <a rel="webmention" href="/hook">me</a>', []),
    "a, absolute": (f"<p>Tell <a rel=webmention href={THERE}>me</a>", []),
    "header, quoted": ("", ['</hook>; rel="webmention"']),
    "header, other case": ("", ["</hook>; REL=WebMention"]),
    "link, several relations": ('<link rel="webmention somethingelse" href="/hook">', []),
    "header, several relations": ("", ['</hook>; rel="somethingelse webmention"']),
    "header before link": ('<link rel=webmention href="/no">', ["</hook>; rel=webmention"]),
    "header before a": ('<a rel=webmention href="/no">x</a>', ["</hook>; rel=webmention"]),
    "no part of a word": ('<link rel="not-webmention" href="/no"><a rel=webmention href="/hook">x</a>', []),
    "not in a comment": ('<!-- <link rel="webmention" href="/no"> --><a rel=webmention href="/hook">x</a>', []),
    "not in text": ('<code>&lt;a rel=webmention href="/no">&lt;/a></code><a rel=webmention href="/hook">x</a>', []),
    "not in a script": ('<script>"<link rel=webmention href=/no>"</script><a rel=webmention href="/hook">x</a>', []),
    "a before link": ('<a rel=webmention href="/hook">x</a><link rel=webmention href="/no">', []),
    "link before a": ('<link rel=webmention href="/hook"><a rel=webmention href="/no">x</a>', []),
    "several headers": ("", ["</no>; rel=other", "</hook>; rel=webmention"]),
    "several in one header": ("", ['</no>; rel="other"; title="a, b", </hook>; rel="webmention"; x, </x>; rel=next']),
    "a link without address is none": ('<link rel="webmention"><a rel=webmention href="/hook">x</a>', []),
    "below a base": ('<base href="https://blog.example.org/x/"><link rel=webmention href="../hook">', []),
    "not a link of the page before": ('<p>x</p><link href="/hook" rel="WEBMENTION">', []),
    "an older name": ('<link rel="http://webmention.org/" href="/hook">', []),
    "on a broken page": ("<table><p></b><div><link rel=webmention href=/hook><select", []),
}

calm = settings(deadline=None)  # a busy machine is no failure


@pytest.mark.parametrize("name", WEBMENTIONS)
def test_a_webmention_goes_where_the_page_says(name: str) -> None:
    html, headers = WEBMENTIONS[name]
    assert endpoint(reply(html, [("Link", value) for value in headers])) == Endpoint("webmention", THERE)


def test_an_empty_address_is_that_of_the_page() -> None:
    assert endpoint(reply('<link rel="webmention" href="">')) == Endpoint("webmention", PAGE)
    assert endpoint(reply("", [("Link", "<>; rel=webmention")])) == Endpoint("webmention", PAGE)


def test_an_address_keeps_its_query() -> None:
    found = endpoint(reply('<link rel=webmention href="?a=1&amp;b=2">'))
    assert found == Endpoint("webmention", f"{PAGE}?a=1&b=2")


def test_an_address_is_that_below_the_end_of_all_redirects() -> None:
    found = endpoint(reply('<link rel=webmention href="hook">', address="https://other.example.org/a/b"))
    assert found == Endpoint("webmention", "https://other.example.org/a/hook")


PINGBACKS = {
    "header": ("", [("X-Pingback", THERE)]),
    "header before link": ('<link rel="pingback" href="/no">', [("X-Pingback", THERE)]),
    "link": (f'<link rel="pingback" href="{THERE}" />', []),
    "link with an entity": ('<link rel="pingback" href="https://blog.example.org/ho&#111;k">', []),
    "not an anchor": (f'<a rel="pingback" href="/no">x</a><link rel="pingback" href="{THERE}">', []),
}


@pytest.mark.parametrize("name", PINGBACKS)
def test_a_pingback_goes_where_the_page_says(name: str) -> None:
    assert endpoint(reply(*PINGBACKS[name])) == Endpoint("pingback", THERE)


def test_a_webmention_goes_before_a_pingback() -> None:
    found = endpoint(reply('<a rel=webmention href="/hook">x</a>', [("X-Pingback", "https://blog.example.org/no")]))
    assert found == Endpoint("webmention", THERE)


@pytest.mark.parametrize("html", ["", "<p>webmention", '<link rel="stylesheet" href="/x">', "<link rel=pingback>"])
def test_most_pages_want_nothing(html: str) -> None:
    assert endpoint(reply(html)) is None


def test_what_is_no_html_has_no_links() -> None:
    assert endpoint(reply(f'<link rel="webmention" href="{THERE}">', kind="application/pdf")) is None
    assert endpoint(reply("", [("Link", f"<{THERE}>; rel=webmention")], kind="application/pdf"))


def test_a_page_of_another_scheme_is_no_endpoint() -> None:
    assert endpoint(reply('<link rel="webmention" href="javascript:alert(1)">')) is None


def words_around(html: str) -> str:
    page = Hypertext(reply(html))
    return page.excerpt(next(link for link in page.links if link.address == THERE))


def test_the_words_around_a_link_are_plain() -> None:
    link = '<a href="/hook">a <i>story</i></a>'
    assert (
        words_around(f"<p>Before</p><p>They <b>wrote</b> {link} &amp; more<script>x()</script></p><p>After")
        == "They wrote a story & more"
    )


def test_of_many_words_those_next_to_the_link_are_kept() -> None:
    html = f'<p>{"before " * 200}<a href="/hook">the link</a>{" after" * 200}</p>'
    found = words_around(html)
    assert len(found) <= MAX_EXCERPT
    assert found.startswith("[…] before")
    assert found.endswith("after […]")
    assert 0.3 < found.index("the link") / len(found) < 0.7


def test_a_long_link_is_cut() -> None:
    found = words_around(f'<p><a href="/hook">{"word " * 200}</a></p>')
    assert len(found) <= MAX_EXCERPT
    assert found.endswith("[…]")
    assert len(words_around(f'<p><a href="/hook">{"x" * 5000}</a></p>')) <= MAX_EXCERPT


def test_addresses_and_signs_that_cannot_be_seen_are_left_out() -> None:
    found = words_around(
        '<p>Buy https://spam.example.org/ www.spam.example.org \u202etxet\u202c \x07 <a href="/hook">us</a></p>'
    )
    assert found == "Buy txet us"


def test_a_page_tells_its_language_and_title() -> None:
    page = Hypertext(reply('<!doctype html><html class="x" lang="ru-RU"><title> Красный\n зонт </title><p>'))
    assert (page.language, page.title) == ("ru-ru", "Красный зонт")
    assert Hypertext(reply("<p>x")).language == Hypertext(reply("<p>x")).title == ""
    assert len(Hypertext(reply(f"<title>{'word ' * 500}</title>")).title) < 210


@pytest.mark.parametrize("part", ["<div>", "<", "&", "<!--", "<![CDATA["])
def test_a_hostile_page_is_read_in_a_moment(part: str) -> None:
    begun = time.process_time()  # whatever else the machine does
    endpoint(reply(part * (1_000_000 // len(part))))
    assert time.process_time() - begun < 20


def test_one_tag_with_all_attributes_there_are_is_left_out() -> None:
    names = "".join(f" x{number}" + ('=\'"\' y=">"' if number % 500 == 0 else "") for number in range(130_000))
    begun = time.process_time()  # whatever else the machine does
    found = endpoint(reply(f'<link rel=webmention href="/hook"><a{names}>x</a>'))
    assert found == Endpoint("webmention", THERE)
    assert time.process_time() - begun < 5


def test_what_is_long_but_no_tag_is_read() -> None:
    long = "word > 'word\" " * 2_000
    hidden = f'<script>{long}</script><!--{long}<a rel=webmention href="/no">-->'
    found = endpoint(reply(f'{hidden}<p>{long}<a rel=webmention href="/hook">'))
    assert found == Endpoint("webmention", THERE)


PIECES = st.sampled_from(
    [
        "<link rel=webmention href=/hook>",
        "<a ",
        "rel=",
        "x" * 100,
        '"',
        "'",
        "webmention",
        "pingback",
        " href=",
        "//",
        "[::1",
        ">",
        "<!--",
        "-->",
        "<template>",
        "<p>",
        "</",
        "<base href=",
        "<title>",
        "\0",
        "\ud7ff",
        "&#0;",
        "&amp",
        "<svg>",
        "<html lang=",
        "<script>",
    ]
)


@calm
@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join), st.lists(st.text(max_size=40), max_size=3))
def test_no_page_and_no_header_breaks_anything(html: str, headers: list[str]) -> None:
    found = reply(html, [(name, value) for value in headers for name in ("Link", "X-Pingback")])
    assert endpoint(found) is None or endpoint(found).way in ("webmention", "pingback")
    page = Hypertext(found)
    assert all(len(page.excerpt(link)) <= MAX_EXCERPT for link in page.links)
    assert "\n" not in page.title + page.language


@calm
@given(st.text(alphabet="<>;,=\" \\rel*webmention/'", max_size=200))
def test_no_link_header_breaks_anything(value: str) -> None:
    endpoint(reply("", [("Link", value * 50)]))
