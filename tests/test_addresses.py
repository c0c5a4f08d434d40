"""One address for one thing, and links that work wherever the files are put."""

import datetime as dt
import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magazine.records import Entry, Issue
from magazine.site import addresses

calm = settings(deadline=None)  # a busy machine is no failure

NAME = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=6)
ADDRESS = st.builds(lambda folders, name: "/".join((*folders, f"{name}.html")), st.lists(NAME, max_size=3), NAME)


def entry(section: str, slug: str, issue: str = "", kind: type[Entry] = Entry) -> Entry:
    return kind(
        key=slug, section=section, slug=slug, date=dt.datetime(2012, 6, 3), original="ru", versions={}, issue=issue
    )


@pytest.mark.parametrize(
    ("target", "page", "reference"),
    [
        ("index.html", "index.html", "index.html"),
        ("blog/a.html", "index.html", "blog/a.html"),
        ("index.html", "blog/a.html", "../index.html"),
        ("blog/b.html", "blog/a.html", "b.html"),
        ("blog/index.html", "magazine/2008-12/a.html", "../../blog/index.html"),
        ("ky/blog/a.html", "blog/a.html", "../ky/blog/a.html"),
        ("blog/a.html", "ky/blog/a.html", "../../blog/a.html"),
        ("blog/b.html#c", "blog/a.html", "b.html#c"),
        ("blog/a.html#c", "blog/a.html", "#c"),
        ("blog/a.html", "blog/a.html", "a.html"),
        ("key of ours.txt", "blog/a.html", "../key%20of%20ours.txt"),
        ("ключ.asc", "index.html", "%D0%BA%D0%BB%D1%8E%D1%87.asc"),
        ("a?b.txt", "index.html", "a%3Fb.txt"),
    ],
)
def test_relative_references(target: str, page: str, reference: str) -> None:
    assert addresses.relative(target, page) == reference


@calm
@given(ADDRESS, ADDRESS)
def test_a_reference_leads_where_it_should_and_is_normalised(target: str, page: str) -> None:
    reference = addresses.relative(target, page)
    assert posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(reference))) == target
    assert reference == posixpath.normpath(reference)
    assert "../" not in reference.lstrip("./")
    assert reference.endswith(".html")


@calm
@given(ADDRESS, ADDRESS)
def test_a_reference_never_leads_above_the_root(target: str, page: str) -> None:
    assert addresses.relative(target, page).count("../") <= page.count("/")


def test_a_name_with_a_colon_is_no_scheme() -> None:
    assert addresses.relative("a:b.txt", "index.html") == "a%3Ab.txt"


def test_absolute_addresses() -> None:
    assert addresses.absolute("ky/blog/a.html", "https://x.org") == "https://x.org/ky/blog/a.html"
    assert addresses.absolute("blog/a.html#b", "https://x.org/sub/") == "https://x.org/sub/blog/a.html#b"
    assert addresses.absolute("ключ.asc", "https://x.org") == "https://x.org/%D0%BA%D0%BB%D1%8E%D1%87.asc"


def test_the_main_language_stands_at_the_root() -> None:
    assert addresses.in_language("blog/a.html", "ru", "ru") == "blog/a.html"
    assert addresses.in_language("blog/a.html", "ky", "ru") == "ky/blog/a.html"
    assert addresses.in_language("blog/a.html", "ru", "en") == "ru/blog/a.html"


def test_each_kind_of_text_has_its_page() -> None:
    assert addresses.of_entry(entry("magazine", "a", "2008-12")) == "magazine/2008-12/a.html"
    assert addresses.of_entry(entry("magazine", "2008-12", kind=Issue)) == "magazine/2008-12.html"
    assert addresses.of_entry(entry("blog", "a")) == "blog/a.html"
    assert addresses.of_entry(entry("petitions", "a")) == "petitions/a.html"
    assert addresses.of_entry(entry("pages", "a")) == "pages/a.html"


def test_later_answers_lie_below_their_text() -> None:
    post = entry("blog", "a")
    assert addresses.of_answers(post) == addresses.of_answers(post, 1) == "blog/a.html"
    assert addresses.of_answers(post, 2) == "blog/a/answers-2.html"


@pytest.mark.parametrize("newest", ["blog/index.html", "topics/law.html", "archive/2012.html", "index.html"])
def test_older_list_pages_have_addresses_of_their_own(newest: str) -> None:
    older = [addresses.older(newest, number) for number in range(1, 30)]
    assert len({newest, *older}) == 30
    assert all(address.endswith(".html") and not address.startswith("/") for address in older)


def test_no_text_can_take_the_address_of_an_older_list_page() -> None:
    from magazine.slugs import is_slug

    for page in ("blog/index.html", "petitions/index.html", "magazine/index.html"):
        section, *rest = addresses.older(page, 1).removesuffix(".html").split("/")
        taken = addresses.of_entry(entry(section, rest[-1], *rest[:-1]))
        assert taken != addresses.older(page, 1) or not all(is_slug(part) for part in rest)


@pytest.mark.parametrize("address", ["https://x.org", "http://x.org/a?b#c", "HTTPS://x.org/"])
def test_whole_web_addresses(address: str) -> None:
    assert addresses.is_web(address)


@pytest.mark.parametrize(
    "address", ["//x.org", "https:x.org", "mailto:a@x.org", "ftp://x.org", "x.org", "", "https://"]
)
def test_what_is_no_whole_web_address(address: str) -> None:
    assert not addresses.is_web(address)
