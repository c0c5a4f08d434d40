"""The intake's pages in a real browser, and before the strictest readers."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import KEYPAD_PHONE, PHONE, tab
from intake_server import IntakeServer, form, kept, running, until
from playwright.sync_api import Browser
from signing import YESTERDAY, sent_back, signature
from test_intake import Desk, field
from toolbox import need, told

from magazine.intake.submissions import LANGUAGES
from magazine.messages import say
from magazine.signatures import PUBLIC

pytestmark = [pytest.mark.slow, pytest.mark.judge]
TEXT = "Спасибо. Чоң рахмат, өзүңөргө күч. <b>&amp; ещё"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeServer]:
    with running(tmp_path_factory.mktemp("intake")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each kind of page in each language."""
    desk = Desk(tmp_path_factory.mktemp("desk") / "spool")
    found = {"refusal": desk.here.pages.refusal().html}
    for language in LANGUAGES:
        found[f"thanks {language}"] = desk.client.post("/", data=form(TEXT, language)).text
        found[f"given back {language}"] = desk.client.post("/", data=form(TEXT, language, website="x")).text
        found[f"withdrawn {language}"] = desk.client.post("/", data=form("4kq7-m2xh-9t4p-wz3c", language)).text
        found[f"form {language}"] = desk.client.get(f"/?lang={language}").text
        found[f"signed {language}"] = desk.client.post("/", data=signature(language=language)).text
        found[f"signature {language}"] = desk.client.post("/", data=signature(PUBLIC, language, name="")).text
        found[f"over {language}"] = desk.client.post("/", data=signature(language=language, until=YESTERDAY)).text
        opened = found[f"confirm {language}"] = desk.client.get(f"/confirm?lang={language}").text
        found[f"no code {language}"] = desk.client.post("/", data=sent_back(opened)).text
        sent = {**sent_back(opened), "contact": "4kq7-m2xh"}
        found[f"confirmed {language}"] = desk.client.post("/", data=sent).text
        found[f"lost {language}"] = desk.client.get(f"/nothing?lang={language}").text
    return found


def test_the_nu_checker_finds_no_error(pages: dict[str, str], tmp_path: Path) -> None:
    for name, page in pages.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    command = [need("java"), "-jar", need("vnu"), "--stdout", "--format", "json", "--exit-zero-always", tmp_path]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    problems = [
        f"{verdict.get('url')}: {verdict['message']}"
        for verdict in json.loads(done.stdout)["messages"]
        if "appears to be written in" not in verdict["message"]
    ]
    assert not problems, told(problems)


@pytest.fixture(scope="module")
def objections(pages: dict[str, str], chromium: Browser) -> dict[str, list[str]]:
    """What axe says of all pages in the light and in the dark, each page opened once."""
    axe = Path(need("axe")).read_text(encoding="utf-8")
    problems: dict[str, list[str]] = {"light": [], "dark": []}
    with tab(chromium, PHONE) as page:
        for name, html in pages.items():
            page.set_content(html)
            page.evaluate(axe)
            for scheme, found in problems.items():
                page.emulate_media(color_scheme=scheme)
                found += [f"{name}: {one['id']}" for one in page.evaluate("axe.run()")["violations"]]
    return problems


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(objections: dict[str, list[str]], chromium: Browser, scheme: str) -> None:
    assert not objections[scheme], told(objections[scheme])


def test_nothing_sticks_out_on_a_keypad_phone(pages: dict[str, str], chromium: Browser) -> None:
    with tab(chromium, KEYPAD_PHONE, script=True) as page:
        for name, html in pages.items():
            page.set_content(html)
            assert page.evaluate("document.documentElement.scrollWidth") <= KEYPAD_PHONE[0], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_without_script_is_asked_again_and_thanked(
    server: IntakeServer, chromium: Browser, tmp_path: Path, language: str
) -> None:
    """From a copy of a page on a disk, with a damaged key, as an old mirror might have."""
    sent = form("", language)
    source = tmp_path / "page.html"
    source.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><form method="post" action="http://127.0.0.1:{server.port}/">'
        f'<input type="hidden" name="entry" value="{sent["entry"]}0">'
        '<textarea name="text"></textarea><button>A</button>',
        encoding="utf-8",
    )
    before = len(kept(server.spool))
    with tab(chromium, KEYPAD_PHONE, script=False) as page:
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(source.as_uri())
        page.fill("textarea", TEXT)
        page.click("button")
        assert page.get_attribute("html", "lang") == language
        assert page.input_value("textarea") == TEXT
        page.click("button")
        assert page.inner_text("h1") == say("Thank you", language)
        assert page.url == f"http://127.0.0.1:{server.port}/"
        assert [said for said in complaints if "400" not in said] == []  # its policy lets everything in that is there
    found = kept(server.spool)
    assert len(found) == before + 1
    assert any((one.text, one.language) == (TEXT, language) for one in found)


def test_a_page_in_windows_1251_is_understood(server: IntakeServer, chromium: Browser, tmp_path: Path) -> None:
    """A real browser writes ң ө ү as numbers when the charset of the page lacks them."""
    source = tmp_path / "old.html"
    key = form("")["entry"]
    source.write_text(
        f'<!DOCTYPE html><meta charset="windows-1251"><form method="post" action="http://127.0.0.1:{server.port}/">'
        f'<input type="hidden" name="entry" value="{key}"><textarea name="text"></textarea><button>A</button>',
        encoding="cp1251",
    )
    with tab(chromium, script=False) as page:
        page.goto(source.as_uri())
        page.fill("textarea", TEXT)
        page.click("button")
        assert page.inner_text("h1") == say("Thank you", "ru")
    assert until(lambda: any(one.text == TEXT for one in kept(server.spool)))


def test_words_that_are_given_back_are_words(pages: dict[str, str]) -> None:
    for language in LANGUAGES:
        assert field(pages[f"given back {language}"], "text").strip() == TEXT
