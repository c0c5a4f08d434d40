"""Signing as readers do it: on any copy of the page, also from a disk, in Chromium without script, at each level."""

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import KEYPAD_PHONE, tab
from intake_server import IntakeServer, free_port, kept, running
from mails import TODAY, as_bytes, mail
from playwright.sync_api import Browser
from signing import PETITION, REASON
from site_files import Page, Site
from toolbox import need, run
from trees import write
from web_server import WebServer

from magazine.desk.mail.boxes import Letter
from magazine.desk.mail.reading import read
from magazine.desk.mail.subjects import Texts
from magazine.intake import receipts
from magazine.messages import say
from magazine.regions import REGIONS
from magazine.signatures import COUNTED, LEVELS, PEN_NAME, PUBLIC
from magazine.site import build

pytestmark = [pytest.mark.slow, pytest.mark.judge]
OPEN = "Title: Петиция\nDate: 2012-05-21\nTo: Парламент\nDeadline: 2099-12-31\n\nПросим.\n"
TRANSLATION = "Title: Petition\nTranslator: Swallow\n\nPlease.\n"
CLOSED = OPEN.replace("2099-12-31", "2012-12-31")
FILES = {
    f"{PETITION}/ru.md": OPEN, f"{PETITION}/ky.md": TRANSLATION, f"{PETITION}/en.md": TRANSLATION,
    "petitions/over/ru.md": CLOSED, "petitions/shut/ru.md": OPEN.replace("Deadline", "State: closed\nDeadline"),
    "petitions/handed/ru.md": OPEN.replace("Deadline", "State: delivered\nDeadline"),
    "petitions/lasting/ru.md": OPEN.replace("Deadline: 2099-12-31\n", ""),
}  # fmt: skip
# the copy of the page that is opened, and the level that is chosen there
WAYS = {"disk": PUBLIC, "path": PEN_NAME, "host": COUNTED}


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeServer]:
    with running(tmp_path_factory.mktemp("intake")) as found:
        yield found


@pytest.fixture(scope="module")
def site(intake: IntakeServer, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose first intake is down."""
    folder = tmp_path_factory.mktemp("sign")
    intakes = (f"http://127.0.0.1:{free_port()}/", f"http://127.0.0.1:{intake.port}/")
    usual = build.settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "settings", lambda **values: usual(**{"INTAKES": intakes, **values}))
        assert [one for one in build.build(write(folder / "content", FILES), folder / "output") if one.stops] == []
    return Site(folder / "output")


@pytest.fixture(scope="module")
def signed(site: Site, chromium: Browser, intake: IntakeServer) -> dict[str, str]:
    """The receipts of three signers without script: from a disk, on a mirror below a path, at a root."""
    codes = {}
    with WebServer(site.root, "/a/b/") as below, WebServer(site.root) as root:
        copies = {
            "disk": (site.root / f"{PETITION}.html").as_uri(),
            "path": f"{below.address}ky/{PETITION}.html",
            "host": f"{root.address}en/{PETITION}.html",
        }
        for way, address in copies.items():
            with tab(chromium, KEYPAD_PHONE, script=False) as page:
                page.goto(address)
                form = page.locator("#sign form")
                assert form.locator("[name=level]:checked").get_attribute("value") == COUNTED
                form.locator(f"[value={WAYS[way]}]").check()
                form.locator("[name=name]").fill(f"Мира {way}")
                form.locator("select").select_option(index=2)
                form.locator("[name=contact]").fill(f"{way}@example.org")
                form.locator("textarea").fill(REASON)
                form.locator("button >> nth=1").click()
                page.wait_for_url(f"http://127.0.0.1:{intake.port}/**")
                (codes[way],) = {word for word in page.inner_text("main").split() if receipts.typed(word) == word}
    return codes


@pytest.mark.parametrize("way", WAYS)
def test_what_was_sent_at_each_level_opens_with_the_editors_key(
    way: str, signed: dict[str, str], intake: IntakeServer
) -> None:
    assert len(set(signed.values())) == len(kept(intake.spool)) == len(WAYS)
    (found,) = [one for one in kept(intake.spool) if one.receipt == signed[way]]
    assert (found.kind, found.entry, found.level) == ("signature", PETITION, WAYS[way])
    assert (found.contact, found.text) == (f"{way}@example.org", REASON)
    shown = ("", "") if WAYS[way] == COUNTED else (f"Мира {way}", list(REGIONS)[1])
    assert (found.name, found.region) == shown
    assert found.language == {"disk": "ru", "path": "ky", "host": "en"}[way]


def test_the_form_is_there_only_while_the_petition_is_open(site: Site) -> None:
    """Nor is there a mail that signs; each page can still be answered."""
    for address, page in site.pages.items():
        if "petitions/" in address and not address.endswith("index.html"):
            is_open = any(name in address for name in (PETITION, "lasting"))
            if page.tree.xpath("//section[@id='sign']"):
                assert bool(page.tree.xpath("//section[@id='sign']//form")) == is_open, address
                assert bool(page.tree.xpath("//section[@id='sign']//a[contains(@href, '/sign%5D')]")) == is_open, (
                    address
                )
    for name in ("over", "shut", "handed"):
        assert site.pages[f"petitions/{name}.html"].tree.xpath("//form//textarea")
        assert not site.pages[f"petitions/{name}.html"].tree.xpath("//input[@name='level']")


def test_the_key_says_until_when(site: Site) -> None:
    keys = {name: _form(site.pages[f"{name}.html"], "entry").get("value") for name in (PETITION, "petitions/lasting")}
    assert keys[PETITION].startswith(f"{PETITION} ru 2099-12-31 ")
    assert keys["petitions/lasting"].startswith("petitions/lasting ru 9999-12-31 ")


@pytest.mark.parametrize("language", ["ru", "ky", "en"])
def test_each_level_is_told_in_a_sentence(language: str, site: Site) -> None:
    page = site.pages[f"{'' if language == 'ru' else language + '/'}{PETITION}.html"]
    levels = page.tree.xpath("//section[@id='sign']//label[input[@type='radio']]")
    assert [label.find("input").get("value") for label in levels] == list(LEVELS)
    said = [re.sub(r"\s+", " ", "".join(label.itertext())).strip() for label in levels]
    assert all(len(words) > 20 and words.endswith(".") for words in said)
    assert said[0] == say("Count me only: no name and no region is kept.", language)


def test_every_field_is_labelled(site: Site) -> None:
    form = site.pages[f"{PETITION}.html"].tree.xpath("//section[@id='sign']//form")[0]
    for field in form.xpath(".//input[not(@type='hidden')] | .//select | .//textarea"):
        assert field.get("name") == "website" or field.xpath("ancestor::label"), field.get("name")


@pytest.mark.parametrize("language", ["ru", "ky", "en"])
def test_the_mail_of_the_page_signs(language: str, site: Site, tmp_path: Path) -> None:
    page = site.pages[f"{'' if language == 'ru' else language + '/'}{PETITION}.html"]
    (href,) = page.tree.xpath("//section[@id='sign']//a[starts-with(@href, 'mailto:')]/@href")
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(href).query))
    name, region = fields["body"].split("\n")
    texts = Texts.of(write(tmp_path, FILES))
    for body, level in ((fields["body"], COUNTED), (f"{name} Мира\n{region} {REGIONS['talas'][language]}", PEN_NAME)):
        letter = Letter(as_bytes(mail(body, fields["subject"])), None, True)
        (found,) = read(letter, texts, lambda _: "0", TODAY).submissions
        shown = ("", "") if level == COUNTED else ("Мира", "talas")
        assert (found.kind, found.entry, found.level) == ("signature", PETITION, level)
        assert (found.name, found.region, found.text, found.language) == (*shown, "", language)


@pytest.mark.parametrize("browser", ["w3m", "lynx"])
def test_a_text_browser_shows_the_form(site: Site, browser: str) -> None:
    shown = run(need(browser), "-dump", site.pages[f"{PETITION}.html"].path, env={"LC_ALL": "C.UTF-8"})
    assert "Только посчитать меня" in shown
    assert "Подписать" in shown


def test_nothing_sticks_out_on_a_keypad_phone(site: Site, chromium: Browser) -> None:
    for language in ("", "ky/", "en/"):
        with tab(chromium, KEYPAD_PHONE) as page:
            page.goto((site.root / f"{language}{PETITION}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= KEYPAD_PHONE[0]
            wide = page.locator("#sign [type=radio]").evaluate_all("all => all.map(one => one.offsetWidth)")
            assert max(wide) < 30


def _form(page: Page, name: str):
    return page.tree.xpath(f"//section[@id='sign']//input[@name='{name}']")[0]
