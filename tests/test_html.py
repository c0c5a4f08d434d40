"""HTML, CSS, SVG and XML that the strictest readers accept."""

import json
import subprocess
import warnings
from collections import Counter
from typing import Any

import lxml.etree
import pytest
from site_files import Site
from toolbox import need, told
from web_server import WebServer


@pytest.fixture(scope="module")
def verdicts(site: Site, web: WebServer) -> list[dict[str, Any]]:
    """What the Nu HTML checker says of all pages, their styles and drawings, served as a host serves them."""
    addresses = [web.address + name for name in sorted(site.files) if name.endswith((".html", ".css"))]
    loopback = "-Dnu.validator.servlet.allow-forbidden-hosts=true"
    options = ("--stdout", "--format", "json", "--exit-zero-always")
    command = [need("java"), loopback, "-jar", need("vnu"), *options]
    asked = len(web.requests)
    done = subprocess.run([*command, *addresses], capture_output=True, encoding="utf-8", check=True)
    assert len(web.requests) - asked == len(addresses)
    drawings = [site.root / name for name in sorted(site.files) if name.endswith(".svg")]
    drawn = subprocess.run([*command, "--svg", *drawings], capture_output=True, encoding="utf-8", check=True)
    return [*json.loads(done.stdout)["messages"], *json.loads(drawn.stdout)["messages"]]


def line(verdict: dict[str, Any]) -> str:
    """A verdict in one line."""
    return f"{verdict.get('url')}:{verdict.get('lastLine', '')}: {verdict['message']} {verdict.get('extract', '')!r}"


def test_the_nu_checker_finds_no_error(verdicts: list[dict[str, Any]]) -> None:
    problems = [line(verdict) for verdict in verdicts if verdict["type"] != "info"]
    assert not problems, told(problems)


def test_the_nu_checker_warns_of_nothing_but_a_guessed_language(verdicts: list[dict[str, Any]]) -> None:
    """The guess is often wrong for short Kyrgyz pages: it is reported, not failed."""
    problems = [line(verdict) for verdict in verdicts if verdict["type"] == "info"]
    guesses = [problem for problem in problems if "This document appears to be written in" in problem]
    for guess, times in Counter(guesses).items():
        warnings.warn(f"{guess} ({times}×)", stacklevel=1)
    others = [problem for problem in problems if problem not in guesses]
    assert not others, told(others)


def test_the_character_set_is_told_before_anything_else(site: Site) -> None:
    """Text browsers guess Latin-1 from a disk."""
    problems = [
        page.address for page in site.pages.values() if page.tree.find("head")[0].get("charset", "").lower() != "utf-8"
    ]
    assert not problems, told(problems)


def test_every_page_has_one_heading_of_the_first_level_and_a_title(site: Site) -> None:
    problems = [
        page.address
        for page in site.pages.values()
        if len(page.tree.xpath("//h1")) != 1 or not page.heading or not page.title
    ]
    assert not problems, told(problems)


def test_every_xml_file_is_strict_xml(site: Site) -> None:
    files = [name for name in site.files if name.endswith((".xml", ".svg"))]
    assert len(files) > 12
    for name in files:
        lxml.etree.parse(site.root / name, lxml.etree.XMLParser(resolve_entities=False, no_network=True))


def test_no_file_holds_a_trace_of_a_template_or_of_a_hidden_character(site: Site) -> None:
    traces = ["{{", "{%", "{#", "{filename}", "{static}", "{attach}", "\ufeff", "\u202e", "\u202d", "\ufffd", "None</"]
    texts = {
        name: (site.root / name).read_text("utf-8") for name in site.files if name.endswith((".html", ".xml", ".txt"))
    }
    problems = [f"{name}: {trace!r}" for name, text in texts.items() for trace in traces if trace in text]
    assert not problems, told(problems)
