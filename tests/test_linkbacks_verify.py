"""A mention is believed when the page it names really links to ours, and not otherwise."""

import datetime as dt

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.desk.linkbacks.guarded import Reply
from magazine.desk.linkbacks.verify import Mention, UnverifiedError, is_same, verified
from magazine.intake.submissions import MAX_ADDRESS, Submission, checked, unpacked

SITE = "https://magazine.example.org/m"
TARGET = f"{SITE}/blog/winter-road.html"
SOURCE = "https://blog.example.net/2026/our-roads"
DAY = dt.date(2026, 11, 22)


def mention(html: str, target: str = TARGET, status: int = 200, end: str = SOURCE, kind: str = "text/html") -> Mention:
    submission = checked(Submission("pingback", DAY, source=SOURCE, target=target))
    asked: list[str] = []

    def fetch(address: str) -> Reply:
        asked.append(address)
        return Reply(end, status, httpx.Headers({"content-type": kind}), html.encode())

    found = verified(submission, fetch, SITE)
    assert asked == [SOURCE]
    return found


def page(link: str) -> str:
    return f'<html lang="ky"><title>Our roads</title><p>They wrote <a href="{link}">of winter</a> there.</p>'


def test_what_it_says_is_told() -> None:
    assert mention(page(TARGET)) == Mention(SOURCE, "Our roads", "They wrote of winter there.", "ky")


calm = settings(deadline=None)  # a busy machine is no failure


@pytest.mark.parametrize(
    "link",
    [
        TARGET,
        TARGET.replace("https", "http"),
        f"{TARGET}#answers",
        f"{TARGET}?utm_source=x",
        TARGET.replace("winter", "w%69nter"),
        TARGET.replace("magazine.example.org", "MAGAZINE.example.org:443"),
        TARGET.replace("//", "//www."),
        "//magazine.example.org/m/blog/winter-road.html",
        TARGET.replace("winter-road", "&#119;inter-road"),
    ],
)
def test_one_page_has_many_spellings(link: str) -> None:
    assert mention(page(link)).copy == ""


@pytest.mark.parametrize(
    "link",
    [
        f"{SITE}/blog/winter.html",
        f"{SITE}/ky/blog/winter-road.html",
        SITE,
        "https://magazine.example.org/blog/winter-road.html",
        "https://other.example.org/m/blog/winter-road.html",
        TARGET.replace("https", "ftp"),
        f"{TARGET}/x",
        "/m/blog/winter-road.html",
        "https://magazine.example.org@evil.example.org/m/blog/winter-road.html",
        f"{TARGET}.",
        "https://[::1",
        "javascript:x",
        TARGET.replace("org/", "org:8443/"),
        TARGET.replace("magazine", "evil-magazine"),
    ],
)
def test_another_page_is_no_target(link: str) -> None:
    with pytest.raises(UnverifiedError, match="does not link"):
        mention(page(link))


def test_a_ping_for_a_copy_may_link_to_the_magazine_or_to_the_copy() -> None:
    copy = "https://mirror.example.com/saved/m2/blog/winter-road.html"
    assert mention(page(TARGET), target=copy).copy == ""
    assert mention(page(copy), target=copy).copy == "mirror.example.com"
    with pytest.raises(UnverifiedError):
        mention(page(copy), target=TARGET)  # anybody can call a page of theirs a copy


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{TARGET}</p>",
        f"<!-- <a href='{TARGET}'>x</a> -->",
        f"<script><a href='{TARGET}'>x</a></script>",
        "",
        f"&lt;a href='{TARGET}'&gt;",
        f'<img src="{TARGET}">',
        f'<link rel="x" href="{TARGET}">',
        f'<p title="<a href={TARGET}>">',
    ],
)
def test_what_nobody_can_follow_is_no_link(html: str) -> None:
    with pytest.raises(UnverifiedError, match="does not link"):
        mention(html)


def test_a_file_that_is_no_page_is_no_mention() -> None:
    with pytest.raises(UnverifiedError, match="does not link"):
        mention(page(TARGET), kind="text/plain")


def test_a_page_that_is_gone_is_told() -> None:
    with pytest.raises(UnverifiedError, match="answers 410"):
        mention(page(TARGET), status=410)


def test_nobody_mentions_herself() -> None:
    with pytest.raises(UnverifiedError, match="magazine itself"):
        mention(page(TARGET), end=f"{SITE}/blog/other.html")
    own = checked(Submission("pingback", DAY, source=f"{SITE}/blog/other.html", target=TARGET))
    with pytest.raises(UnverifiedError, match="magazine itself"):
        verified(own, lambda _: pytest.fail("fetched"), SITE)


def test_the_words_join_what_was_sent_and_can_be_sealed() -> None:
    sent = checked(Submission("webmention", DAY, source=SOURCE, target=TARGET, entry="blog/winter-road"))
    joined = mention(page(TARGET)).joined_to(sent)
    assert (joined.title, joined.text, joined.language) == ("Our roads", "They wrote of winter there.", "ky")
    assert (joined.entry, joined.kind) == ("blog/winter-road", "webmention")
    assert unpacked(joined.packed()) == joined
    assert Mention(SOURCE, "", "", "de-AT").joined_to(sent).language == "ru"


@calm
@given(st.text(max_size=400), st.text(max_size=600))
def test_whatever_a_page_says_can_be_sealed(title: str, text: str) -> None:
    sent = checked(Submission("webmention", DAY, source=SOURCE, target=TARGET))
    link = f"<a href='{TARGET}'>{text}</a>"
    html = f"<title>{title}</title><div>{text}{link}www.a www.b www.c www.d www.e http://f {text}</div>"
    try:
        found = mention(html.replace("\ud800", ""))
    except UnverifiedError:
        return  # the text has eaten the link
    joined = found.joined_to(sent)
    assert unpacked(joined.packed()) == joined


@calm
@given(st.text(max_size=MAX_ADDRESS), st.text(max_size=60))
def test_no_address_breaks_the_comparison(address: str, part: str) -> None:
    for one in (address, f"https://{part}/x", f"{SITE}/{part}", f"https://magazine.example.org:{part}/"):
        assert isinstance(is_same(one, TARGET, SITE), bool)
        assert isinstance(is_same(TARGET, one, SITE), bool)
