"""The reply form, where intake addresses are set: plain HTML that any copy of a page can send without script."""

import http.server
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import tab
from playwright.sync_api import Browser
from site_files import Page, Site, text_of
from toolbox import need, run
from trees import ANSWER, STORY, TRANSLATION, write

from magazine.intake.submissions import form_key
from magazine.site import build


class Intake(http.server.BaseHTTPRequestHandler):
    """Keeps what was posted, for the test alone."""

    posted: list[dict[str, list[str]]] = []  # noqa: RUF012
    headers_seen: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posted.append(urllib.parse.parse_qs(body))
        self.headers_seen.append(str(self.headers))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def intake() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(intake: str, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A post with one answer, on a site with two intakes."""
    folder = tmp_path_factory.mktemp("form")
    files = {"blog/post/ru.md": STORY, "blog/post/en.md": TRANSLATION, "blog/post/comments/1.md": ANSWER}
    usual = build.settings
    with pytest.MonkeyPatch.context() as patch:
        intakes = (intake, "https://intake.example.org/")
        patch.setattr(build, "settings", lambda **values: usual(**{"INTAKES": intakes, **values}))
        assert build.build(write(folder / "content", files), folder / "output") == []
    return Site(folder / "output").pages["en/blog/post.html"]


TAKEN_BACK = "Author: Canary\nDate: 2008-12-03\nStatus: removed\nReceipt: 0123456789abcdef\n\nCanary.\n"
REPLY = "Author: Соседка\nDate: 2008-12-04\nReply-To: 1\n\nИ я.\n"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A long conversation whose first answer was taken back."""
    folder = tmp_path_factory.mktemp("talk")
    long = {f"blog/post/comments/{number}.md": f"{ANSWER}{'Слово. ' * 800}\n" for number in range(3, 8)}
    files = {"blog/post/ru.md": STORY, "blog/post/comments/1.md": TAKEN_BACK, "blog/post/comments/2.md": REPLY}
    assert build.build(write(folder / "content", {**files, **long}), folder / "output") == []
    return Site(folder / "output")


def test_what_was_taken_back_is_said_and_nothing_else_of_it(talk: Site) -> None:
    page = talk.pages["blog/post.html"]
    assert "забрал" in text_of(page.tree.xpath("//*[@id='answer-1']/p[2]")[0])
    for path in talk.root.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert b"Canary" not in held, path
            assert b"0123456789abcdef" not in held, path


def test_one_cannot_reply_to_what_was_taken_back(talk: Site) -> None:
    assert "1" not in offered(talk.pages["blog/post.html"])


def test_what_was_taken_back_is_in_no_feed(talk: Site) -> None:
    assert b"answer-2" in (talk.root / "feeds/answers.xml").read_bytes()
    assert b"#answer-1<" not in (talk.root / "feeds/answers.xml").read_bytes()


def test_each_page_of_answers_has_a_form_for_its_own(talk: Site) -> None:
    pages = [page for address, page in sorted(talk.pages.items()) if address.startswith("blog/post")]
    assert len(pages) > 1
    assert sorted(one for page in pages for one in offered(page)) == ["2", "3", "4", "5", "6", "7"]


def offered(page: Page) -> list[str]:
    """The answers that one can reply to."""
    return [option.get("value") for option in page.tree.iter("option") if option.get("value")]


def test_every_text_can_be_answered(site: Site) -> None:
    """The cover of an issue leads to its stories, which can."""
    texts = [page for page in site.pages.values() if page.tree.xpath("//article[not(div[@class='cover'])]")]
    assert len(texts) > 30
    without = [page.address for page in texts if not page.tree.xpath("//form[@method='post']//textarea[@name='text']")]
    assert not without


def test_each_intake_has_its_button(page: Page, intake: str) -> None:
    form = page.tree.find(".//form")
    assert form.get("action") == intake
    assert [button.get("formaction") for button in form.iter("button")] == [None, "https://intake.example.org/"]


def test_the_policy_lets_it_post_to_the_intakes_alone(page: Page, intake: str) -> None:
    policy = page.tree.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert f"form-action {intake} https://intake.example.org/" in policy


def test_every_field_has_its_label(page: Page) -> None:
    labels = {label.get("for") for label in page.tree.iter("label")}
    fields = [field for name in ("input", "textarea", "select") for field in page.tree.iter(name)]
    seen = [field for field in fields if field.get("type") != "hidden" and field.get("name") != "website"]
    assert {field.get("id") for field in seen} == labels


def test_mail_is_offered_beside_it(page: Page) -> None:
    assert page.tree.xpath("//a[starts-with(@href, 'mailto:editors@example.org?subject=')]")


@pytest.mark.judge
def test_the_nu_checker_finds_no_error(page: Page, tmp_path: Path) -> None:
    copy = tmp_path / "page.html"
    copy.write_bytes(page.source)
    run(need("java"), "-jar", need("vnu"), "--errors-only", copy)


@pytest.mark.parametrize("script", [True, False])
def test_chromium_sends_it_from_disk(page: Page, chromium: Browser, script: bool) -> None:
    Intake.posted.clear()
    with tab(chromium, script=script) as shown:
        shown.goto(page.path.as_uri())
        shown.fill("#answer", "Ыракмат, ңөү!")
        shown.select_option("#parent", "1")
        shown.click("button >> nth=0")
        shown.wait_for_url("http://127.0.0.1:*/**")
    assert Intake.posted == [
        {"entry": [form_key("blog/post", "en", "umbrella")], "parent": ["1"], "text": ["Ыракмат, ңөү!"]},
    ]
    assert "Referer" not in Intake.headers_seen[-1]
