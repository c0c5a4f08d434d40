"""Every address leads somewhere, on any host, below any path and from a disk."""

import posixpath
import re
from urllib.parse import unquote, urlsplit

import lxml.etree
import pytest
from site_files import LANGUAGES, MAIN_LANGUAGE, Link, Page, Site
from toolbox import told

OUTSIDE = {"http", "https", "mailto", "sms", "data"}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")


@pytest.fixture(scope="module")
def links(site: Site) -> list[Link]:
    """Every address of every page."""
    return [link for page in site.pages.values() for link in page.links]


@pytest.fixture(scope="module")
def sitemap(site: Site) -> dict[str, dict[str, str]]:
    """Each address of the sitemap with its alternates."""
    tree = lxml.etree.parse(site.root / "sitemap.xml")
    return {
        url.findtext("s:loc", namespaces=SITEMAP): {
            link.get("hreflang"): link.get("href") for link in url.findall("x:link[@rel='alternate']", SITEMAP)
        }
        for url in tree.findall("s:url", SITEMAP)
    }


def dead(site: Site, page_address: str, address: str) -> str | None:
    """Why an address leads nowhere, or None if it leads to a file and, where named, a place in it."""
    target = site.target(page_address, address)
    if target is None:
        return None
    path, fragment = target
    if path not in site.files:
        return f"{page_address}: {address} is no file"
    if fragment and (path not in site.pages or fragment not in site.pages[path].ids):
        return f"{page_address}: {address} names a place that is not there"
    return None


# Addresses within the pages


def test_every_address_leads_to_a_file_and_a_place_in_it(site: Site, links: list[Link]) -> None:
    assert len(links) > 10 * len(site.pages)
    problems = [problem for link in links if (problem := dead(site, link.page.address, link.address))]
    assert not problems, told(problems)


def test_every_address_is_relative_or_of_a_known_scheme(links: list[Link]) -> None:
    problems = [str(link) for link in links if not link.is_relative and urlsplit(link.address).scheme not in OUTSIDE]
    assert not problems, told(problems)


def test_relative_addresses_are_normalised_and_name_a_file(site: Site, links: list[Link]) -> None:
    problems = []
    for link in links:
        path = urlsplit(link.address).path
        if not link.is_relative or (not path and link.address.startswith("#")):
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(link.page.address), unquote(path)))
        shortest = posixpath.relpath(target, posixpath.dirname(link.page.address) or ".")
        if not path or unquote(path) != shortest or not posixpath.splitext(path)[1]:
            problems.append(f"{link} should be {shortest}")
    assert not problems, told(problems)


def test_relative_addresses_never_leave_the_site(site: Site, links: list[Link]) -> None:
    targets = {str(link): site.target(link.page.address, link.address) for link in links if link.is_relative}
    problems = [link for link, target in targets.items() if target and target[0].startswith(("..", "/"))]
    assert not problems, told(problems)


def test_relative_addresses_carry_no_query(links: list[Link]) -> None:
    problems = [str(link) for link in links if link.is_relative and "?" in link.address]
    assert not problems, told(problems)


def test_style_sheets_ask_for_no_file(site: Site) -> None:
    problems = [
        f"{page.address}: {found}"
        for page in site.pages.values()
        for found in re.findall(
            r"url\(\s*['\"]?(?!data:|#)[^)]*\)|@import[^;]*", " ".join(page.tree.xpath("//style/text() | //@style"))
        )
    ]
    assert not problems, told(problems)


def test_every_page_is_reached_from_home(site: Site) -> None:
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        page = site.pages[waiting.pop()]
        for link in page.links:
            target = site.target(page.address, link.address)
            if link.tag == "a" and link.is_relative and target and target[0] in site.pages and target[0] not in reached:
                reached.add(target[0])
                waiting.append(target[0])
    orphans = [page.address for page in site.pages.values() if page.address not in reached and page.kind != "not found"]
    assert not orphans, told(orphans)


def test_every_picture_is_part_of_a_page(site: Site, links: list[Link]) -> None:
    used = {target[0] for link in links if (target := site.target(link.page.address, link.address))}
    unused = [name for path in site.pictures if (name := path.relative_to(site.root).as_posix()) not in used]
    assert not unused, told(unused)


# The host name


def test_own_host_stands_only_where_an_absolute_address_must(site: Site, links: list[Link]) -> None:
    problems = []
    for link in links:
        names_itself = link.tag == "link" and set(link.rel.split()) & {"canonical", "alternate"}
        shares = link.tag == "a" and "petition" in link.page.kind and not link.address.startswith(site.url)
        travels = link.tag == "a" and link.page.kind == "petition in one file"  # which is opened far from the site
        if site.host in EMAIL.sub("", link.address) and not names_itself and not shares and not travels:
            problems.append(str(link))
    assert not problems, told(problems)


def test_own_host_is_written_out_only_on_petitions(site: Site) -> None:
    pages = [page for page in site.pages.values() if "petition" not in page.kind]
    problems = [page.address for page in pages if site.host in EMAIL.sub("", page.visible_text)]
    assert not problems, told(problems)


def test_robots_names_the_sitemap_and_shuts_nothing_out(site: Site) -> None:
    lines = (site.root / "robots.txt").read_text("utf-8").splitlines()
    assert f"Sitemap: {site.url}sitemap.xml" in lines
    assert not [line for line in lines if re.match(r"disallow:\s*\S", line, re.IGNORECASE)]


# Languages


def test_the_language_attribute_is_that_of_the_address(site: Site) -> None:
    problems = [page.address for page in site.pages.values() if page.tree.get("lang") != page.language]
    assert not problems, told(problems)


def test_every_page_has_the_same_address_in_every_language(site: Site) -> None:
    pages = {page.address: page for page in site.pages.values() if page.kind != "not found"}
    shared = {page.shared_address for page in pages.values()}
    expected = {
        address if language == MAIN_LANGUAGE else f"{language}/{address}"
        for address in shared
        for language in LANGUAGES
    }
    assert expected == pages.keys()


def test_every_page_leads_to_itself_in_the_other_languages(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        switch = {
            link.get("hreflang"): site.target(page.address, link.get("href"))
            for link in page.own(".//a[@hreflang]")[::-1]
        }
        for language in set(LANGUAGES) - {page.language}:
            expected = page.shared_address if language == MAIN_LANGUAGE else f"{language}/{page.shared_address}"
            if page.kind != "not found" and (switch.get(language) or [""])[0] != expected:
                problems.append(f"{page.address} leads to {switch.get(language)} for {language}")
    assert not problems, told(problems)


def test_every_indexed_page_is_canonical(site: Site) -> None:
    problems = [
        f"{page.address}: {page.canonical}"
        for page in site.pages.values()
        if page.is_indexed and page.kind != "not found" and page.canonical != [site.url + page.address]
    ]
    assert not problems, told(problems)


def versions(site: Site, page: Page) -> dict[str, str]:
    """The indexed versions of a page by language, and the default."""
    return {
        other.language: site.url + other.address
        for other in site.pages.values()
        if other.shared_address == page.shared_address and other.is_indexed
    }


def test_alternates_are_mutual_name_the_page_itself_and_a_default(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        if not page.is_indexed or page.kind == "not found":
            continue
        named = dict(page.alternates)
        default = named.pop("x-default", None)
        if named != versions(site, page) or len(page.alternates) != len(named) + 1 or default not in named.values():
            problems.append(f"{page.address}: {page.alternates}")
    assert not problems, told(problems)


def test_all_versions_agree_on_the_default(site: Site) -> None:
    defaults: dict[str, set[str]] = {}
    for page in site.pages.values():
        for language, address in page.alternates:
            if language == "x-default":
                defaults.setdefault(page.shared_address, set()).add(address)
    assert defaults
    problems = [f"{address}: {named}" for address, named in defaults.items() if len(named) != 1]
    assert not problems, told(problems)


def test_the_sitemap_lists_exactly_the_indexed_pages(site: Site, sitemap: dict[str, dict[str, str]]) -> None:
    indexed = {site.url + page.address for page in site.pages.values() if page.is_indexed and page.kind != "not found"}
    assert sitemap.keys() == indexed


def test_the_sitemap_names_the_alternates_of_the_pages(site: Site, sitemap: dict[str, dict[str, str]]) -> None:
    problems = [
        f"{address}: {alternates}"
        for address, alternates in sitemap.items()
        if alternates != dict(site.pages[address.removeprefix(site.url)].alternates)
    ]
    assert not problems, told(problems)


def test_a_missing_version_is_shown_but_never_listed(site: Site, sitemap: dict[str, dict[str, str]]) -> None:
    missing = {site.url + page.address for page in site.pages.values() if page.kind.endswith("missing")}
    assert missing, "the sample must hold a story that lacks a language"
    named = {address for page in site.pages.values() for _, address in page.alternates}
    in_sitemap = sitemap.keys() | {address for alternates in sitemap.values() for address in alternates.values()}
    in_feeds = {address for feed in site.feeds for address in lxml.etree.parse(site.root / feed).xpath("//@href")}
    assert not missing & (named | in_sitemap | in_feeds)


def test_a_missing_version_leads_to_the_versions_there_are(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        if not page.kind.endswith("missing"):
            continue
        there = {address.removeprefix(site.url) for address in versions(site, page).values()}
        offered = {
            target[0]
            for link in page.own(".//main//a[@href]")
            if (target := site.target(page.address, link.get("href")))
        }
        if not there or not there <= offered:
            problems.append(f"{page.address} offers {sorted(offered & there)} of {sorted(there)}")
    assert not problems, told(problems)
