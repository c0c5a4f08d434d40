"""An editor goes through fifty answers by keyboard alone; no page from elsewhere can read or drive what she does."""

import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
from browser import ARGUMENTS, DESK, KEYPAD_PHONE, PHONE, tab
from moderation_desk import comment, git
from moderation_faces import Client, fifty, open_desk, varied
from playwright.sync_api import Browser, Page
from site_files import Page as Shown
from test_accessibility import examine
from toolbox import need, told

from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED
from magazine.desk.moderation.server import Desk

PHONE_NUMBER = "0555 000 000"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def decisions(desk: Desk) -> Counter[str]:
    return Counter(item.decision for item in desk.session.items())


def press(page: Page, *keys: str) -> int:
    """Press keys, the last of which leads to another page; how many."""
    page.wait_for_selector(":focus")
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])
    return len(keys)


def press_access_key(page: Page, key: str) -> None:
    """Alt and a letter, as a real keyboard tells it: Playwright's own leaves out what the letter is."""
    page.wait_for_selector(":focus")
    code = {"key": key, "code": f"Key{key.upper()}", "text": key, "unmodifiedText": key}
    session = page.context.new_cdp_session(page)
    with page.expect_navigation():
        session.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "modifiers": 1, "windowsVirtualKeyCode": ord(key.upper()), **code},
        )


def enter(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    page.wait_for_selector("#item")


@pytest.mark.slow
class TestKeyboard:
    """Fifty answers, no mouse; then one of them is taken back, and all are published."""

    def test_without_script_by_enter_and_tab(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()) as desk, tab(chromium, DESK, script=False) as page:
            enter(page, desk)
            pressed = 0
            for number in range(50):
                pressed += press(page, *(["Enter"] if number % 5 else ["Tab", "Tab", "Enter"]))
            assert decisions(desk) == {APPROVED: 40, REFUSED: 10}
            assert pressed <= 100
            assert page.url.endswith("publish")
            press(page, "Enter")
            assert "They are in git as commit" in page.inner_text("main")
            assert len(git(desk.session.content, "log", "--format=%h").split()) == 2
            assert len(published(desk)) == 40
            press(page, "Enter")
            assert desk.is_over.wait(2)

    def test_with_script_by_single_keys_on_any_keyboard(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()) as desk, tab(chromium, PHONE) as page:
            enter(page, desk)
            assert sum(press(page, "ahr"[number % 3]) for number in range(50)) == 50
            assert decisions(desk) == {APPROVED: 17, HELD: 17, REFUSED: 16}

    def test_a_single_key_in_a_field_is_a_letter(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, [comment("Ура")]) as desk, tab(chromium) as page:
            enter(page, desk)
            page.keyboard.press("e")
            page.keyboard.press("Control+End")
            page.keyboard.type(" har")
            page.keyboard.press("Control+a")
            page.keyboard.type("har")
            assert decisions(desk) == {OPEN: 1}
            press(page, "Tab", "Enter")  # in the field of the name
            assert [item.text for item in desk.session.items()] == ["har"]
            assert decisions(desk) == {OPEN: 1}

    def test_access_keys_and_undo(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:3]) as desk, tab(chromium, script=False) as page:
            enter(page, desk)
            for key in "rhu":
                press_access_key(page, key)
            assert decisions(desk) == {REFUSED: 1, OPEN: 2}

    def test_enter_alone_takes_out_a_phone_before_it_approves(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, varied()[:1]) as desk, tab(chromium, script=False) as page:
            enter(page, desk)
            assert page.locator("mark").all_inner_texts() == [PHONE_NUMBER, "ул. Липовая 17"]
            press(page, "Enter")
            press(page, "Enter")
            (item,) = desk.session.items()
            assert (item.decision, item.text) == (APPROVED, "Спасибо! Звоните мне: […], […].")

    def test_what_was_hardly_shown_cannot_be_decided(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:3], haste=5) as desk, tab(chromium, script=False) as page:
            enter(page, desk)
            press(page, "Enter")
            assert "too quick" in page.inner_text("[role=status]")
            assert decisions(desk) == {OPEN: 3}


def published(desk: Desk) -> list[str]:
    """What was sent and is published."""
    assert not desk.session.items()
    texts = {answer.text for _, answer in desk.session.texts.answers()}
    return [sent.text for sent in fifty() if sent.text in texts]


@pytest.mark.parametrize("size", [KEYPAD_PHONE, PHONE, DESK])
def test_nothing_is_wider_than_the_window(size: tuple[int, int], chromium: Browser, tmp_path: Path) -> None:
    sent = [*varied(), comment("Ы" * 5000), comment("> " * 40 + "глубоко")]
    with open_desk(tmp_path, sent) as desk, tab(chromium, size, script=False) as page:
        enter(page, desk)
        for place in places(desk):
            page.goto(f"http://{desk.host}{desk.door.base}{place}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], place


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(dark: bool, chromium: Browser, tmp_path: Path) -> None:
    axe = Path(need("axe")).read_text("utf-8")
    with open_desk(tmp_path, varied()) as desk, tab(chromium, PHONE, dark=dark, bypass_csp=True) as page:
        saved = [Shown(tmp_path, path.name) for path in pages(desk, tmp_path)]
        problems = examine(page, axe, saved)
    assert not problems, told(problems)


@pytest.mark.slow
@pytest.mark.judge
def test_the_nu_checker_finds_nothing(tmp_path: Path) -> None:
    with open_desk(tmp_path, varied()) as desk:
        saved = pages(desk, tmp_path)
    said = subprocess.run([need("java"), "-jar", need("vnu"), "--also-check-css", *map(str, saved)],
                          capture_output=True, encoding="utf-8", check=False)  # fmt: skip
    assert not said.stderr.strip(), said.stderr


def places(desk: Desk) -> list[str]:
    """All there is to be seen."""
    items = desk.session.items()
    looks = [f"look/{item.name}" for item in items if item.submission.source]
    assert looks
    return [*(f"item/{item.name}" for item in items), *looks, "list", "publish"]


def pages(desk: Desk, folder: Path) -> list[Path]:
    """All kinds of pages, saved."""
    client = Client.inside(desk)
    saved = []
    for number, place in enumerate([*places(desk), "nowhere"]):
        saved.append(folder / f"{number}.html")
        saved[-1].write_text(client.page(place).text, "utf-8")
    return saved


@contextmanager
def hostile(body: str) -> Iterator[str]:
    """A page that another program on this machine serves."""

    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Cookie", ""))
            data = f"<!DOCTYPE html><title>x</title><body>{body}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
        assert not any("moderation" in cookie for cookie in seen)
    finally:
        server.shutdown()
        server.server_close()


class TestHostilePage:
    """It knows even the address, the item and the token of the forms: all that is not the cookie."""

    def test_a_form_of_its_own_decides_nothing(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk, tab(chromium) as page:
            enter(page, desk)
            client = Client.inside_of(desk, page.context.cookies())
            item = desk.session.items()[0]
            fields = client.form(item) | {"do": APPROVED}
            inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
            target = f"http://{desk.host}{desk.door.base}item/{item.name}"
            form = f'<form id=f method=post action="{target}">{inputs}</form><script>f.submit()</script>'
            with hostile(form) as evil:
                page.goto(evil)
                page.wait_for_url(target)
                assert "This cannot be shown" in page.content()
            assert decisions(desk) == {OPEN: 2}

    def test_its_script_can_neither_send_nor_read(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk, tab(chromium) as page:
            enter(page, desk)
            item = desk.session.items()[0]
            fields = Client.inside_of(desk, page.context.cookies()).form(item) | {"do": REFUSED}
            target = f"http://{desk.host}{desk.door.base}item/{item.name}"
            with hostile("") as evil:
                page.goto(evil)
                said = page.evaluate(
                    """async ([target, body]) => {
                        const kind = {'Content-Type': 'application/x-www-form-urlencoded'};
                        const all = [];
                        for (const mode of ['no-cors', 'cors'])
                            for (const how of [{}, {method: 'POST', body, headers: kind}])
                                all.push(await fetch(target, {mode, credentials: 'include', ...how})
                                    .then(a => a.text()).catch(() => ''));
                        return all;
                    }""",
                    [target, urlencode(fields)],
                )
            assert said == ["", "", "", ""]
            assert decisions(desk) == {OPEN: 2}

    def test_no_page_of_ours_stands_in_a_frame(self, chromium: Browser, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk, tab(chromium) as page:
            enter(page, desk)
            target = f"http://{desk.host}{desk.door.base}list"
            with hostile(f'<iframe src="{target}"></iframe>') as evil:
                page.goto(evil)
                page.wait_for_function("frames.length == 1")
                page.wait_for_timeout(300)
                framed = page.frames[1]
                assert framed.url.startswith("chrome-error:"), framed.url
                assert "Рахмат" not in framed.content()

    def test_a_name_that_leads_here_is_not_answered(self, chromium: Browser, tmp_path: Path) -> None:
        rules = "--host-resolver-rules=MAP evil.example.org 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        others = [argument for argument in ARGUMENTS if "host-resolver" not in argument]
        with open_desk(tmp_path, fifty()[:2]) as desk:
            browser = chromium.browser_type.launch(executable_path=need("chromium"), args=[*others, rules])
            with tab(browser) as page:
                invitation = desk.address
                for path in (invitation.split(desk.host)[1], desk.door.base, f"{desk.door.base}list"):
                    answer = page.goto(f"http://evil.example.org:{desk.server.server_port}{path}")
                    assert answer
                    assert answer.status == 421
                    assert "Рахмат" not in page.content()
                page.goto(invitation)  # it was not used up
                assert page.locator("#item").count() == 1
            browser.close()
