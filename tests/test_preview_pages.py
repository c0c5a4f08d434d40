"""The pages a preview shows: the site's own with a script that its policy lets in, and nothing else changed."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from trees import write

from magazine.desk.board import Board
from magazine.desk.preview_pages import PLACE, Page, Pages

POLICY = "default-src 'none'; script-src 'sha256-old='; form-action 'none'"
HTML = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><body>script-src </body> text</body></html>'
SCRIPT = re.compile(r'<script data-state="(\w+)">(.*?)</script>', re.DOTALL)
GRAVE = {"file": "blog/a/ru.md", "line": 2, "severity": "error", "what": "Что-то.", "how": "<b>", "draft": False}
ADVICE = {**GRAVE, "severity": "advice", "what": "Мелочь."}
DRAFT = {"path": "blog/b/ru.md", "language": "ru", "title": "<i>Б</i>", "address": "blog/b.html", "is_broken": True}


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return Pages(Board(), write(tmp_path / "output", {"a.html": HTML, "b.css": "b{}"}), tmp_path / "drafts")


def page(pages: Pages, address: str, query: str = "") -> Page | None:
    return pages.page(address, query, pages.output / address.lstrip("/"))


def shown(pages: Pages, address: str, query: str = "") -> tuple[int, str]:
    found = page(pages, address, query)
    assert found
    return found.status, found.renewing().decode()


def test_the_script_is_let_in_by_its_hash_alone(pages: Pages) -> None:
    status, text = shown(pages, "/a.html")
    script = SCRIPT.search(text)
    assert script
    source = base64.b64encode(hashlib.sha256(script[2].encode()).digest()).decode()
    allowed = POLICY.replace("script-src ", f"connect-src 'self'; script-src 'sha256-{source}' ")
    found = page(pages, "/a.html")
    assert (status, found and found.state) == (200, script[1])
    assert text.startswith(HTML.partition("</body></html>")[0].replace(POLICY, allowed))
    assert text.endswith("</script></body></html>")


def test_its_state_changes_with_the_page_alone(pages: Pages) -> None:
    before = page(pages, "/a.html")
    pages.board.built(None)
    pages.board.checked(1, [ADVICE], [DRAFT])
    assert page(pages, "/a.html") == before
    write(pages.output, {"a.html": HTML.replace("text", "word")})
    after = page(pages, "/a.html")
    assert before
    assert after
    assert after.state != before.state


def test_other_files_are_no_pages(pages: Pages) -> None:
    assert page(pages, "/b.css") is None
    assert page(pages, "/.preview/drafts/b.css") is None


def test_what_stops_a_build_is_shown_in_the_place_of_every_page(pages: Pages) -> None:
    assert shown(pages, "/new.html")[0] == 503  # being built
    assert shown(pages, "/a.html")[0] == 200  # there from an earlier day
    pages.board.built("It broke.")
    pages.board.checked(1, [GRAVE, ADVICE], [])
    for address, has_old in (("/a.html", True), ("/new.html", False), ("/", False)):
        status, text = shown(pages, address)
        assert (status, "Что-то. &lt;b&gt;" in text, "Мелочь." in text) == (503, True, False)
        assert ("?old" in text) == has_old
    assert shown(pages, "/a.html", "old")[0] == 200
    assert "Мелочь." in shown(pages, PLACE)[1]


def test_a_failure_that_no_check_explains_is_shown_as_it_was_said(pages: Pages) -> None:
    pages.board.built("The disk is <full>.")
    pages.board.checked(1, [ADVICE], [])
    assert "<pre>The disk is &lt;full&gt;.</pre>" in shown(pages, "/a.html")[1]
    assert "<pre>The disk is &lt;full&gt;.</pre>" in shown(pages, PLACE)[1]


def test_a_page_that_is_not_there_waits_for_it_too(pages: Pages) -> None:
    pages.board.built(None)
    status, text = shown(pages, "/new.html")
    assert (status, bool(SCRIPT.search(text))) == (404, True)


def test_a_draft_with_a_mistake_tells_it(pages: Pages) -> None:
    grave = {**GRAVE, "file": "blog/b/ru.md", "severity": "warning", "draft": True}
    pages.board.checked(0, [ADVICE, grave], [DRAFT])
    status, text = shown(pages, "/.preview/drafts/blog/b.html")
    assert (status, "in a draft" in text, "Мелочь." in text) == (503, True, False)
    assert "&lt;i&gt;Б&lt;/i&gt;" in shown(pages, PLACE)[1]
    assert pages.board.drafts_wanted.is_set()


def test_drafts_come_from_their_own_folder(pages: Pages, tmp_path: Path) -> None:
    file = write(tmp_path / "drafts", {"c.html": HTML}) / "c.html"
    address = "/.preview/drafts/c.html"
    found = pages.page(address, "", file)
    assert found
    assert found.status == 503
    pages.board.built_drafts(None)
    found = pages.page(address, "", file)
    assert found
    assert (found.status, b"word" in found.data or b"text" in found.data) == (200, True)
    pages.board.built_drafts("It broke.")
    found = pages.page(address, "", file)
    assert found
    assert (found.status, b"It broke." in found.data) == (503, True)
