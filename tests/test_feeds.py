"""Feeds that every reader can parse, each of one language, each complete in itself."""

import datetime as dt
import re
from urllib.parse import urlsplit

import feedparser
import html5lib
import lxml.etree
import lxml.html
import pytest
from site_files import LANGUAGES, MAIN_LANGUAGE, Site, text_of
from toolbox import told

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NEWS = "petition-no-punishment"
NAMES = ("all", "magazine", "blog", "answers", NEWS)
FEEDS = [
    f"{'' if language == MAIN_LANGUAGE else language + '/'}feeds/{name}.xml" for language in LANGUAGES for name in NAMES
]


@pytest.fixture(params=FEEDS)
def address(request: pytest.FixtureRequest) -> str:
    """The address of one feed."""
    return request.param


@pytest.fixture
def language(address: str) -> str:
    """The language that its address promises."""
    return address.split("/", maxsplit=1)[0] if address.split("/", maxsplit=1)[0] in LANGUAGES else MAIN_LANGUAGE


@pytest.fixture
def feed(site: Site, address: str) -> lxml.etree._Element:
    """The feed, strictly parsed."""
    root = lxml.etree.parse(site.root / address).getroot()
    assert root.tag == f"{ATOM}feed"
    return root


def entries(feed: lxml.etree._Element) -> list[lxml.etree._Element]:
    """The entries; there is at least one."""
    found = feed.findall(f"{ATOM}entry")
    assert found
    return found


def links(element: lxml.etree._Element, rel: str) -> list[str]:
    """The addresses of this relation; no relation means the alternate."""
    return [link.get("href") for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == rel]


def content(entry: lxml.etree._Element) -> lxml.html.HtmlElement:
    """The text of an entry."""
    return lxml.html.fragment_fromstring(entry.findtext(f"{ATOM}content"), create_parent="div")


def squeezed(element: lxml.etree._Element) -> str:
    """The text within an element, without white space."""
    return "".join(text_of(element).split())


def test_there_are_these_feeds_and_no_others(site: Site) -> None:
    assert site.feeds == sorted(FEEDS)


def test_feed_and_entries_have_one_id_title_and_date_each(feed: lxml.etree._Element) -> None:
    for element in (feed, *entries(feed)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
            assert element.findtext(ATOM + name).strip(), name


def test_every_entry_has_an_author(feed: lxml.etree._Element) -> None:
    for element in entries(feed):
        authors = element.findall(f"{ATOM}author") or feed.findall(f"{ATOM}author")
        assert authors
        assert all((author.findtext(f"{ATOM}name") or "").strip() for author in authors)


def test_ids_are_addresses_that_never_repeat(feed: lxml.etree._Element) -> None:
    ids = [element.findtext(f"{ATOM}id") for element in (feed, *entries(feed))]
    assert len(ids) == len(set(ids))
    assert all(urlsplit(one).scheme in ("tag", "http", "https", "urn") and "None" not in one for one in ids), ids


def test_dates_are_those_of_rfc_3339(feed: lxml.etree._Element) -> None:
    dates = [date.text for name in ("updated", "published") for date in feed.iter(ATOM + name)]
    assert not [date for date in dates if not RFC3339.fullmatch(date)]


def test_the_feed_is_as_new_as_its_newest_entry(feed: lxml.etree._Element) -> None:
    moments = [dt.datetime.fromisoformat(element.findtext(f"{ATOM}updated")) for element in (feed, *entries(feed))]
    assert moments[0] == max(moments[1:])


def test_the_feed_names_itself(site: Site, feed: lxml.etree._Element, address: str) -> None:
    assert links(feed, "self") == [site.url + address]


def test_the_feed_names_its_language(feed: lxml.etree._Element, language: str) -> None:
    assert feed.get(XML_LANGUAGE) == language


def test_entries_lead_to_pages_of_this_language(site: Site, feed: lxml.etree._Element, language: str) -> None:
    for element in entries(feed):
        (link,) = links(element, "alternate")
        address, fragment = site.target("", link) or ("", "")
        page = site.pages[address]
        assert page.language == language
        assert page.is_indexed
        assert not fragment or fragment in page.ids


@pytest.mark.parametrize("address", [feed for feed in FEEDS if not feed.endswith(f"{NEWS}.xml")])
def test_entries_bear_the_title_of_the_tab(site: Site, feed: lxml.etree._Element) -> None:
    """A discreet title would be worth nothing if the feed told the other one."""
    for element in entries(feed):
        (link,) = links(element, "alternate")
        address, _ = site.target("", link) or ("", "")
        assert " ".join(element.findtext(f"{ATOM}title").split()) in site.pages[address].title


def test_the_content_is_sound_html(feed: lxml.etree._Element) -> None:
    for element in entries(feed):
        content = element.find(f"{ATOM}content")
        assert content.get("type") == "html"
        assert content.text.strip()
        html5lib.HTMLParser(strict=True).parseFragment(content.text)


@pytest.mark.parametrize("address", [feed for feed in FEEDS if not feed.endswith(("answers.xml", f"{NEWS}.xml"))])
def test_the_content_is_the_full_text(site: Site, feed: lxml.etree._Element) -> None:
    for element in entries(feed):
        (link,) = links(element, "alternate")
        address, _ = site.target("", link) or ("", "")
        paragraphs = [squeezed(paragraph) for paragraph in site.pages[address].own(".//*[@class='body']//p")]
        assert paragraphs, address
        told_in_feed = squeezed(content(element))
        assert [paragraph for paragraph in paragraphs if paragraph not in told_in_feed] == []


@pytest.mark.parametrize("address", [feed for feed in FEEDS if feed.endswith(f"{NEWS}.xml")])
def test_news_are_told_in_full_under_their_discreet_title(site: Site, feed: lxml.etree._Element, language: str) -> None:
    for element in entries(feed):
        (link,) = links(element, "alternate")
        address, fragment = site.target("", link) or ("", "")
        (news,) = site.pages[address].own(f".//*[@id='{fragment}']")
        assert squeezed(content(element)) in squeezed(news)
        titles = {"ru": "Новости письма", "ky": "Каттын жаңылыгы", "en": "News of the letter"}
        assert " ".join(element.findtext(f"{ATOM}title").split()) == titles[language]


@pytest.mark.parametrize("address", [feed for feed in FEEDS if feed.endswith("answers.xml")])
def test_an_answer_is_the_one_its_address_names(site: Site, feed: lxml.etree._Element) -> None:
    for element in entries(feed):
        (link,) = links(element, "alternate")
        address, fragment = site.target("", link) or ("", "")
        (answer,) = site.pages[address].own(f".//*[@id='{fragment}']")
        assert squeezed(content(element)) in squeezed(answer)


def test_the_content_has_no_relative_address_and_runs_nothing(site: Site, feed: lxml.etree._Element) -> None:
    problems = []
    for element in entries(feed):
        body = content(element)
        addresses = body.xpath(".//@href | .//@src | .//@action | .//@cite")
        addresses += [one.split()[0] for many in body.xpath(".//@srcset") for one in many.split(",")]
        problems += [one for one in addresses if urlsplit(one).scheme not in ("http", "https", "mailto")]
        problems += [one.tag for one in body.xpath(".//script | .//style | .//form | .//iframe | .//*[@style]")]
    assert not problems, told(problems)


def test_the_addresses_in_the_content_lead_to_files(site: Site, feed: lxml.etree._Element) -> None:
    problems = []
    for element in entries(feed):
        body = content(element)
        for one in body.xpath(".//@href | .//@src"):
            target = site.target("", one)
            if target and (target[0] not in site.files or (target[1] and target[1] not in site.pages[target[0]].ids)):
                problems.append(one)
    assert not problems, told(problems)


def test_feedparser_finds_nothing_wrong(site: Site, feed: lxml.etree._Element, address: str) -> None:
    parsed = feedparser.parse((site.root / address).read_bytes())
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    assert len(parsed.entries) == len(entries(feed))


def test_pages_offer_the_feeds_of_their_language_only(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        offered = page.tree.xpath("/html/head/link[@type='application/atom+xml']/@href")
        feeds = [target[0] for one in offered if (target := site.target(page.address, one))]
        prefix = "feeds/" if page.language == MAIN_LANGUAGE else f"{page.language}/feeds/"
        if not feeds or not all(one.startswith(prefix) for one in feeds):
            problems.append(f"{page.address}: {feeds}")
    assert not problems, told(problems)
