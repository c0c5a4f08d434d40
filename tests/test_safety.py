"""Nobody is exposed by reading: what a page allows, the referrer it sends, its one script."""

import base64
import hashlib
import re

import pytest
from site_files import Page, Site
from toolbox import told

SCRIPT_LIMIT = 1024


def policy(page: Page) -> dict[str, list[str]]:
    """The Content-Security-Policy of a page, directive by directive."""
    (text,) = page.tree.xpath(
        "/html/head/meta[translate(@http-equiv, 'CSP', 'csp')='content-security-policy']/@content"
    )
    parts = [directive.split() for directive in text.split(";") if directive.strip()]
    assert len({part[0] for part in parts}) == len(parts)
    return {part[0]: part[1:] for part in parts}


def hashes(texts: list[str]) -> set[str]:
    """The texts as a Content-Security-Policy allows them."""
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}


def test_every_page_forbids_all_that_it_does_not_need(site: Site) -> None:
    problems = [page.address for page in site.pages.values() if policy(page).get("default-src") != ["'none'"]]
    assert not problems, told(problems)


def test_the_policy_names_no_host_but_that_of_a_form(site: Site) -> None:
    allowed = re.compile(r"'none'|'self'|data:|'sha256-[A-Za-z0-9+/]{43}='")
    problems = [
        f"{page.address}: {directive} {source}"
        for page in site.pages.values()
        for directive, sources in policy(page).items()
        for source in sources
        if not allowed.fullmatch(source) and directive != "form-action"
    ]
    assert not problems, told(problems)


def test_base_and_form_are_bound_too(site: Site) -> None:
    """Neither falls back to default-src."""
    problems = [page.address for page in site.pages.values() if not {"base-uri", "form-action"} <= policy(page).keys()]
    assert not problems, told(problems)


@pytest.mark.parametrize(("tag", "directive"), [("style", "style-src"), ("script", "script-src")])
def test_the_policy_allows_exactly_the_inline_texts_by_hash(tag: str, directive: str, site: Site) -> None:
    problems = []
    for page in site.pages.values():
        texts = [element.text or "" for element in page.tree.iter(tag)]
        allowed = {source for source in policy(page).get(directive, []) if source != "'none'"}
        if allowed != hashes(texts):
            problems.append(f"{page.address}: {allowed} should be {hashes(texts)}")
    assert not problems, told(problems)


def test_no_element_has_a_style_or_a_handler_of_its_own(site: Site) -> None:
    problems = [
        f"{page.address}: {name}"
        for page in site.pages.values()
        for name in page.tree.xpath("//@*[name()='style' or starts-with(name(), 'on')]")
    ]
    assert not problems, told(problems)


def test_the_policy_and_the_referrer_rule_stand_before_all_they_govern(site: Site) -> None:
    problems = []
    for page in site.pages.values():
        head = [
            (element.tag, element.get("http-equiv", element.get("name", "")).lower())
            for element in page.tree.find("head")
        ]
        governed = [place for place, (tag, _) in enumerate(head) if tag in ("style", "script", "link", "base")]
        if max(head.index(("meta", "content-security-policy")), head.index(("meta", "referrer"))) > min(governed):
            problems.append(f"{page.address}: {head}")
    assert not problems, told(problems)


def test_every_page_sends_no_referrer(site: Site) -> None:
    problems = [
        page.address
        for page in site.pages.values()
        if page.tree.xpath("//meta[@name='referrer']/@content") != ["no-referrer"]
    ]
    assert not problems, told(problems)


def test_no_link_weakens_the_referrer_rule_or_hands_over_the_window(site: Site) -> None:
    problems = [
        f"{page.address}: {link.get('href')}"
        for page in site.pages.values()
        for link in page.own(".//*[@referrerpolicy and @referrerpolicy != 'no-referrer'] | .//a[@target] | .//a[@ping]")
    ]
    assert not problems, told(problems)


def test_links_to_other_hosts_say_noreferrer_themselves(site: Site) -> None:
    """For browsers that do not know the rule of the page."""
    problems = [
        str(link)
        for page in site.pages.values()
        for link in page.links
        if link.tag == "a" and link.address.startswith("http") and "noreferrer" not in link.rel.split()
    ]
    assert not problems, told(problems)


def test_the_only_script_is_the_exit_and_small(site: Site) -> None:
    scripts = {text for page in site.pages.values() for text in page.tree.xpath("//script/text()")}
    assert len(scripts) == 1
    assert not [
        page.address
        for page in site.pages.values()
        if len(page.tree.xpath("//script")) > 1 or page.tree.xpath("//script/@src")
    ]
    assert len(scripts.pop().encode()) < SCRIPT_LIMIT


def test_every_form_asks_for_no_address_and_fills_in_nothing(site: Site) -> None:
    problems = [
        f"{page.address}: {found.get('type')} {found.get('name')}"
        for page in site.pages.values()
        for found in page.own(".//input[@type='email' or @type='tel' or @type='file' or @type='password']")
    ]
    assert not problems, told(problems)
