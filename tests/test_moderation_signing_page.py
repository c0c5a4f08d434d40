"""The signatures of a petition in the browser and in the terminal: by keys alone, without a script, in any language."""

import datetime as dt
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import DESK, KEYPAD_PHONE, PHONE, tab
from moderation_desk import DAY, git
from moderation_faces import Client, open_desk, session
from playwright.sync_api import Browser, Page
from site_files import Page as Shown
from test_accessibility import examine
from test_moderation_page import press
from test_moderation_signing import FILES, OTHER, PLEA, petition, sign
from toolbox import need

from magazine.desk.moderation import terminal
from magazine.desk.moderation.items import APPROVED, HELD, REFUSED
from magazine.desk.moderation.server import Desk
from magazine.desk.moderation.signing import LATE
from magazine.intake.submissions import Submission
from magazine.signatures import PEN_NAME, PUBLIC

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def sent() -> list[Submission]:
    """Some of everything: usual days and a strange one, doubles, late ones, names, reasons."""
    days = [DAY - dt.timedelta(number) for number in range(1, 6)]
    return [
        *(sign((day, number), day=day) for day in days for number in range(4)), *(sign(number) for number in range(70)),
        sign("a", contact="mira@example.org"), sign("b", contact="mira@example.org"), sign("c", entry=OTHER),
        *(sign(f"n{number}", level=PEN_NAME, name=f"Мира {number}", region="osh") for number in range(3)),
        sign("p", level=PUBLIC, name="Айгүл Сыдыкова", region="issyk-kul", text="Мой телефон 0555 000 000, звоните."),
        sign("r", text="Мы хотим жить без страха."),
    ]  # fmt: skip


@contextmanager
def desk_of(folder: Path, **given: Any) -> Iterator[Desk]:
    with open_desk(folder, sent(), files=FILES, **given) as desk:
        yield desk


def form_of(desk: Desk, shown: str, wanted: str) -> dict[str, str]:
    state = shown.partition('"state" value="')[2].split('"')[0]
    return {"token": desk.pages.token, "do": wanted, "state": state}


def group_page(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    page.wait_for_selector("#item")
    page.click("text=All signatures of this petition")
    page.wait_for_selector(f"form[action$='{PLEA}']")


def test_the_page_says_what_is_strange_and_one_key_decides(chromium: Browser, tmp_path: Path) -> None:
    with desk_of(tmp_path) as desk, tab(chromium, DESK, script=False) as page:
        group_page(page, desk)
        shown = page.inner_text("main")
        assert "On 2012-11-30 there were" in shown
        assert "1 signature has a contact that has signed already" in shown
        assert "92 signatures are counted when you publish." in shown
        press(page, "Enter")  # the first: hold the strange days
        assert desk.session.group(PLEA).counted(HELD) == 72
        assert "72 signatures are held" in page.inner_text("main")


def test_single_keys_count_hold_refuse_and_take_back(chromium: Browser, tmp_path: Path) -> None:
    with desk_of(tmp_path) as desk, tab(chromium, PHONE) as page:
        group_page(page, desk)
        for key, counted, held, refused in (("h", 0, 92, 0), ("u", 92, 0, 0), ("r", 0, 0, 92), ("a", 92, 0, 0),
                                            ("d", 20, 0, 72), ("u", 92, 0, 0)):  # fmt: skip
            press(page, key)
            group = desk.session.group(PLEA)
            assert (group.counted(), group.counted(HELD), group.counted(REFUSED)) == (counted, held, refused), key
        press(page, "f")
        assert "4 signatures were approved" in page.inner_text("main")
        press(page, "u")
        assert [item for item in desk.session.items() if item.decision == APPROVED] == []


def test_one_item_is_only_counted_by_one_key(chromium: Browser, tmp_path: Path) -> None:
    with desk_of(tmp_path) as desk, tab(chromium, PHONE) as page:
        item = next(one for one in desk.session.items() if one.author.startswith("Айгүл"))
        page.goto(desk.address)
        page.goto(f"http://{desk.host}{desk.door.base}item/{item.name}")
        assert "full name and region are shown: Issyk-Kul" in page.inner_text("main")
        press(page, "c")
        after = desk.session.item(item.name)
        assert (after.level, after.author, after.text, after.decision) == ("counted", "", "", APPROVED)


def test_it_is_published_from_the_summary(chromium: Browser, tmp_path: Path) -> None:
    with desk_of(tmp_path) as desk, tab(chromium, DESK, script=False) as page:
        page.goto(desk.address)
        page.click("text=Publish …")
        assert "92 signatures are counted when you publish." in page.inner_text("main")
        press(page, "Enter")
        assert "91 signatures were counted." in page.inner_text("main")
        assert "1 was not counted: its contact has signed already." in page.inner_text("main")
        assert petition(desk.session.content).signed == 91
        assert git(desk.session.content, "status", "--porcelain", "--", ".") == ""


def test_where_nothing_but_numbers_waits_the_summary_is_first(tmp_path: Path) -> None:
    with open_desk(tmp_path, [sign(1)], files=FILES) as desk:
        shown = Client.inside(desk).page("").text
        assert "1 signature is counted when you publish." in shown
        assert f"signatures/{PLEA}" in shown


def test_late_ones_have_a_key_of_their_own(tmp_path: Path) -> None:
    with desk_of(tmp_path) as desk:
        client = Client.inside(desk)
        shown = client.page(f"signatures/{OTHER}").text
        assert "1 signature came when the petition was not open." in shown
        form = form_of(desk, shown, "count-late")
        assert client.post(f"signatures/{OTHER}", form).status == 303
        assert desk.session.group(OTHER).parts[LATE].decision == APPROVED


def test_a_page_of_before_or_a_double_press_decides_nothing(tmp_path: Path) -> None:
    with desk_of(tmp_path, haste=5.0) as desk:
        client = Client.inside(desk)
        shown = client.page(f"signatures/{PLEA}").text
        form = form_of(desk, shown, "refuse")
        assert "too quick" in client.post(f"signatures/{PLEA}", form).text
        desk.haste = 0.0
        assert client.post(f"signatures/{PLEA}", form | {"state": "0"}).status == 409
        assert client.post(f"signatures/{PLEA}", form | {"token": "0"}).status == 403
        assert desk.session.group(PLEA).counted() == 92
        assert client.post(f"signatures/{PLEA}", form).status == 303
        assert desk.session.group(PLEA).counted(REFUSED) == 92
        assert client.page("signatures/petitions/none").status == 200  # the list, which says that it is gone


@pytest.mark.parametrize("language", ["ru", "ky", "en"])
@pytest.mark.judge
def test_the_pages_are_for_everybody(
    chromium: Browser, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", language)
    with desk_of(tmp_path) as desk, tab(chromium, KEYPAD_PHONE, bypass_csp=True) as page:
        page.goto(desk.address)
        saved = []
        for number, place in enumerate((f"signatures/{PLEA}", f"signatures/{OTHER}", "list", "publish")):
            page.goto(f"http://{desk.host}{desk.door.base}{place}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 240
            (tmp_path / f"{number}.html").write_text(page.content(), "utf-8")
            saved.append(Shown(tmp_path, f"{number}.html"))
        assert examine(page, Path(need("axe")).read_text("utf-8"), saved) == []


def test_the_terminal_has_the_same_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = iter("s" + "h" + "u" + "s" + "f" + "p" + "y")
    monkeypatch.setattr(terminal, "pressed", lambda _: next(keys))
    monkeypatch.setattr(terminal.group_terminal, "pressed", lambda _: next(keys))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with session(tmp_path, sent(), files=FILES) as opened:
        first = opened.items()[0]
        assert first.entry == PLEA
        assert terminal.work(opened) == 0
        assert petition(opened.content).signed == 19 + 4 + 1
    shown = capsys.readouterr().out
    assert "! On 2012-11-30 there were" in shown
    assert "92 signatures are held" in shown
    assert "4 signatures were approved." in shown
    assert "24 signatures were counted." in shown
