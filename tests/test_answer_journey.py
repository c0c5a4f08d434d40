"""The whole way of an answer: any copy of a page, any browser, the intake, an editor, the site, and back out of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import KEYPAD_PHONE, tab
from intake_server import IDENTITY, TOKEN, IntakeServer, running
from moderation_desk import TALE, Editor, magazine
from playwright.sync_api import Browser
from site_files import Page, Site, text_of
from toolbox import need, run
from trees import ISSUE, STORY, TRANSLATION
from web_server import WebServer

from magazine.desk.moderation.items import APPROVED
from magazine.intake import receipts
from magazine.site import build

pytestmark = [pytest.mark.slow, pytest.mark.judge]
WORDS = {
    "host": "Ырахмат, эжелер! Биз да силер мененбиз: ң, ө, ү.",
    "path": "Спасибо — «держитесь»!",
    "disk": "Read on a borrowed phone; thank you.",
}


@dataclass
class Place:
    """A magazine with its intake, its editor, and its site as it was built last."""

    folder: Path
    intake: IntakeServer
    content: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.intake.port}/"

    @property
    def editor(self) -> Editor:
        return Editor(self.folder / "desk", IDENTITY)

    def built(self) -> Site:
        usual = build.settings
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(build, "settings", lambda **values: usual(**{"INTAKES": (self.address,), **values}))
            assert [one for one in build.build(self.content, self.folder / "output") if one.stops] == []
        return Site(self.folder / "output")

    def approve_all(self) -> int:
        """Fetch, approve and publish; how many there were."""
        self.editor.keyring().keep_token(self.address, TOKEN)
        with self.editor.session(self.content, INTAKES=(self.address,), today=dt.datetime.now(dt.UTC).date()) as work:
            fetched = work.fetch(lambda _: None)
            assert not fetched.failed
            found = work.items()
            for item in found:
                work.decide(item.name, APPROVED)
            done = work.publish()
            assert done.commit
            return len(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("journey")
    files = {
        "magazine/2008-12/ru.md": ISSUE,
        f"{TALE}/ru.md": STORY,
        f"{TALE}/en.md": TRANSLATION,
        f"{TALE}/ky.md": TRANSLATION,
    }
    with running(folder / "intake") as intake:
        yield Place(folder, intake, magazine(folder, files))


@pytest.fixture(scope="module")
def codes(place: Place, chromium: Browser) -> dict[str, str]:
    """The receipts of three readers without script: on another host below a path, at a root, and from a disk."""
    site = place.built()
    assert list((place.folder / "intake" / "spool").glob("*.age")) == []
    codes = {}
    with WebServer(site.root, "/a/b/") as below, WebServer(site.root) as root:
        copies = {
            "host": f"{root.address}ky/{TALE}.html",
            "path": f"{below.address}{TALE}.html",
            "disk": (site.root / f"en/{TALE}.html").as_uri(),
        }
        for way, address in copies.items():
            with tab(chromium, KEYPAD_PHONE, script=False) as page:
                page.goto(address)
                page.fill("#name", f"Мира {way}")
                page.fill("#answer", WORDS[way])
                page.click("form button")
                page.wait_for_url(f"{place.address}**")
                found = [word for word in page.inner_text("main").split() if receipts.typed(word) == word]
                assert len(found) == 1, page.inner_text("main")
                codes[way] = found[0]
    return codes


def shown(site: Site, language: str) -> list[str]:
    """The words of the answers on the page of the tale."""
    page: Page = site.pages[f"{'' if language == 'ru' else language + '/'}{TALE}.html"]
    letters = page.tree.xpath("//ol[@class='letters']//div")
    return sorted(text_of(letter).replace("\u00a0", " ") for letter in letters)


def test_an_answer_travels_from_any_copy_to_all_three_languages_and_back_out(
    place: Place, codes: dict[str, str], chromium: Browser
) -> None:
    assert len(set(codes.values())) == 3
    before = place.built()
    assert not any(
        word.encode() in path.read_bytes()
        for path in before.root.rglob("*") if path.is_file()
        for word in (*WORDS.values(), *codes.values())
    )  # fmt: skip
    assert place.approve_all() == 3
    assert list((place.folder / "intake" / "spool").glob("*.age")) == []
    site = place.built()
    for language in ("ru", "ky", "en"):
        assert shown(site, language) == sorted(WORDS.values())

    # one of them answered another one, and is taken back with the code, from a page in another language
    with WebServer(site.root, "/usb/") as server, tab(chromium, script=False) as page:
        page.goto(f"{server.address}ky/{TALE}.html")
        page.select_option("#parent", index=1)
        page.fill("#answer", "Мен да.")
        page.click("form button")
        page.wait_for_url(f"{place.address}**")
    assert place.approve_all() == 1
    first = place.built().pages[f"{TALE}.html"].tree.xpath("//li[@id][.//li]")[0]
    parent = text_of(first.xpath("./div")[0]).replace("\u00a0", " ")
    way = next(way for way, words in WORDS.items() if words == parent)
    with WebServer(site.root, "/usb/") as server, tab(chromium, script=False) as page:
        page.goto(f"{server.address}en/{TALE}.html")
        page.fill("#answer", codes[way].upper().replace("-", " "))
        page.click("form button")
        page.wait_for_url(f"{place.address}**")
    assert place.approve_all() == 1
    site = place.built()
    for language in ("ru", "ky", "en"):
        assert shown(site, language) == sorted([*(w for w in WORDS.values() if w != WORDS[way]), "Мен да."])
    assert not any(WORDS[way].encode() in path.read_bytes() for path in site.root.rglob("*") if path.is_file())
    assert not any(
        code.encode() in path.read_bytes() for code in codes.values() for path in place.content.rglob("*.md")
    )


@pytest.mark.parametrize("browser", ["w3m", "lynx"])
def test_a_text_browser_shows_the_form(place: Place, browser: str) -> None:
    page = place.built().pages[f"{TALE}.html"]
    assert "Отправить" in run(need(browser), "-dump", page.path, env={"LC_ALL": "C.UTF-8"})
