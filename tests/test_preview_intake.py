"""What is sent from a preview stays on this computer, sealed for the one who tries it out."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode
from urllib.request import urlopen

import pyrage
import pytest
from test_preview import Preview, until

from magazine.desk.preview_intake import PreviewIntake
from magazine.intake.submissions import unpacked
from magazine.site.build import said

INTAKES = ("https://intake.example.org/", "http://abcdef.example.net/in")
PAGE = (
    b"<meta content=\"default-src 'none'; form-action https://intake.example.org/ http://abcdef.example.net/in\">"
    b'<link rel="pingback" href="https://intake.example.org/pingback"><p>https://intake.example.org/</p>'
    b'<form action="https://intake.example.org/"><button formaction="http://abcdef.example.net/in">'
)


def test_a_page_is_pointed_at_the_intake_of_the_laptop() -> None:
    intake = PreviewIntake({"INTAKES": INTAKES, "EDITOR_KEYS": ()}, "http://127.0.0.1:1/")
    page, ours = intake.pointed(PAGE).decode(), intake.address
    assert f'form-action {ours}"' in page
    assert f'<form action="{ours}">' in page
    assert f'formaction="{ours}"' in page
    assert f'href="{ours}pingback"' in page
    assert "<p>https://intake.example.org/</p>" in page  # what a text says stays
    assert PreviewIntake({"INTAKES": ()}, "").pointed(PAGE) == PAGE


class Fields(HTMLParser):
    """The action and the fields of the form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "form":
            self.action = found["action"] or ""
        if tag in ("input", "textarea", "select"):
            self.fields[found["name"] or ""] = found.get("value") or ""


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    running = Preview(tmp_path_factory.mktemp("preview"))
    try:
        yield running.ready()
    finally:
        running.end()


@pytest.mark.slow
def test_an_answer_is_sent_from_a_preview_and_opened_with_the_key_of_the_laptop(preview: Preview) -> None:
    _, page = preview.page("/en/blog/post.html")
    form = Fields(page)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", form.action)
    assert f"form-action {form.action}" in page
    assert not any(intake in page for intake in said()["INTAKES"])
    sent = urlencode({**form.fields, "text": "Спасибо"}).encode()
    assert until(lambda: _answers(form.action))
    with urlopen(form.action, sent, timeout=20) as answer:
        thanks = answer.read().decode()
    assert f'href="{preview.home}/en/blog/post.html"' in thanks
    laptop = preview.root / "desk" / "laptop"
    (sealed,) = (laptop / "spool").glob("*.age")
    key = next(line for line in (laptop / "key.txt").read_text().splitlines() if line.startswith("AGE-SECRET-KEY"))
    opened = unpacked(pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.from_str(key)]))
    assert (opened.text, opened.entry, opened.language) == ("Спасибо", "blog/post", "en")


@pytest.mark.slow
def test_the_output_keeps_the_addresses_of_the_settings(preview: Preview) -> None:
    page = (preview.root / "output" / "blog" / "post.html").read_text(encoding="utf-8")
    assert Fields(page).action == said()["INTAKES"][0]
    assert "127.0.0.1" not in page


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
