"""The site that is shipped passes the gate whole, and the gate reads pages as browsers do or not at all."""

import shutil
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from site_files import REPOSITORY, Site
from test_gate_rules import source

import pelicanconf
from magazine.forbidden import Forbidden
from magazine.release.gate import about as told
from magazine.release.gate import gate, markup, traces
from magazine.release.gate.about import About

PIECES = [
    "<p", "<a", "<script", "<style>", "</style>", "<title>", "</title>", "<svg>", "</svg>", "<b>", "</p>", "</script>",
    ">", "/>", " ", "\n", "=", '"', "'", "href", "onclick", "id", "x", "a b", "&lt;", "&#106;", "<!--", "-->", "--",
    "!", "<textarea>", "</textarea>", "<", "`", "я", "\t", "/", "<!", "<?", "]]>",
]  # fmt: skip
FRAME = "<!DOCTYPE html><html><head></head><body>{}</body></html>"


@pytest.fixture(scope="module")
def about() -> About:
    """What the gate is told of the shipped magazine; the script is read without the code that puts it into pages."""
    lines = (REPOSITORY / "theme" / "static" / "exit.js").read_text(encoding="utf-8").splitlines()
    script = "".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))
    return told.of_settings(vars(pelicanconf), scripts=(source(script),), words=traces.of_this_computer([REPOSITORY]))


def test_the_shipped_site_passes(site: Site, about: About) -> None:
    assert [problem.text() for problem in gate.problems(site.root, about)] == []


def test_it_passes_with_a_list_of_names_that_none_of_it_holds(site: Site, about: About) -> None:
    names = Forbidden(("Гульнара Вымышленная", "+996 555 000 111"))
    assert gate.problems(site.root, replace(about, names=names)) == []


def test_one_change_to_the_shipped_site_is_found(site: Site, about: About, tmp_path: Path) -> None:
    copy = tmp_path / "output"
    shutil.copytree(site.root, copy)
    page = copy / "index.html"
    page.write_bytes(page.read_bytes().replace(b"</main>", b'<img src="https://example.org/a.gif" alt=""></main>'))
    (copy / "robots.txt").unlink()
    assert [(one.path, one.code) for one in gate.problems(copy, about)] == [("index.html", "gate-foreign")]


def test_every_page_is_read_as_html5lib_reads_it(site: Site) -> None:
    for page in site.pages.values():
        assert as_seen(page.source.decode()) == as_browser(page.source.decode()), page.address


IMPLIED = ("tbody", ())  # HTML, 13.1.2.4: its tags may be left out


def as_seen(text: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    found = [(tag.name, tuple(sorted(tag.attributes.items()))) for tag in markup.read(text).tags]
    return sorted(one for one in found if one != IMPLIED)


def as_browser(text: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    tree = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        if isinstance(element.tag, str):
            name = element.tag.rpartition("}")[2].lower()
            found.append((name, tuple(sorted((key.lower(), value) for key, value in element.attrib.items()))))
    return sorted(one for one in found if one != IMPLIED)


def active(tags: list[tuple[str, tuple[tuple[str, str], ...]]]) -> set[tuple[str, str, str]]:
    """What can do something: each attribute of each kind of element, and scripts."""
    return {(name, *pair) for name, pairs in tags for pair in pairs} | {(name, "", "") for name, _ in tags}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_what_a_browser_makes_of_odd_markup_is_seen_or_the_page_does_not_pass(pieces: list[str]) -> None:
    text = FRAME.format("".join(pieces))
    if not markup.read(text).odd:
        missed = active(as_browser(text)) - active(as_seen(text))
        assert {one for one in missed if one[0] not in ("p", "br", "tbody")} == set()
