"""Who was handed the address comes in once; nobody else reads or decides anything, and nothing shown is carried out."""

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
from moderation_desk import POST, comment
from moderation_faces import Client, fifty, open_desk, session, varied

from magazine.desk.moderation import page
from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, Item
from magazine.desk.moderation.server import Desk
from magazine.intake.submissions import PINGBACK, Submission

pytestmark = pytest.mark.slow

XSS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"'><svg/onload=alert(1)>", "{{ 7*7 }}",
    "</textarea><script>1</script>", "[x](javascript:alert(1))", "[x](data:text/html,<script>1</script>)",
    "<a href=' javascript:1'>x</a>", "<iframe srcdoc='<script>1</script>'>", "![x](https://example.org/x.png)",
    "</style><style>*{background:url(//example.org)}", "<form action=//example.org><button>", "&lt;script&gt;",
    "' autofocus onfocus=alert(1) x='", "</title><base href=//example.org>", "<https://example.org/x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=1>", "[x](https://example.org/\"onclick=alert(1))",
    "\u202eevil\u202c<!--", "<meta http-equiv=refresh content='0;url=//example.org'>",
)  # fmt: skip
USUAL = {
    "html", "head", "body", "meta", "title", "link", "style", "header", "nav", "main", "p", "a", "h1", "h2", "span",
    "div", "ul", "ol", "li", "form", "input", "button", "kbd", "mark", "label", "textarea", "datalist", "option",
    "blockquote", "script", "u", "em", "strong", "code", "pre", "br",
}  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")


def first(desk: Desk) -> Item:
    return desk.session.items()[0]


def are_open(desk: Desk) -> bool:
    return all(item.decision == OPEN and not item.is_edited for item in desk.session.items())


class TestDoor:
    """The address, the cookie, the name of the host."""

    def test_the_address_works_once(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            path = urlsplit(desk.address).path
            entered = Client(desk).ask("GET", path)
            again = Client(desk).ask("GET", path)
            assert (entered.status, again.status) == (303, 403)
            assert "set-cookie" not in again.headers
            assert "somebody else has" in again.text
            cookie = entered.headers["set-cookie"]
            assert "HttpOnly; SameSite=Strict" in cookie
            assert cookie.endswith(f"Path={desk.door.base}")

    @pytest.mark.parametrize(
        "path", ["/enter/", "/enter/x", "/enter/%D1%8B", "/", "/list", "/item/x", "//", "/%00", "*"]
    )
    def test_a_guess_opens_nothing_and_shows_nothing(self, path: str, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            answer = Client(desk).ask("GET", path)
            assert answer.status == 403
            assert "Мира" not in answer.text
            assert desk.door.base not in answer.text
            assert desk.door.invitation

    def test_the_path_without_the_cookie_or_with_another_one_shows_nothing(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            for cookie in (None, "moderation=", "moderation=x; moderation=y", "x", 'moderation="', "moderation=ы"):
                headers = {"Cookie": cookie and cookie.encode().decode("latin-1")}
                assert Client(desk).ask("GET", f"{desk.door.base}list", **headers).status == 403

    def test_a_cookie_of_another_program_does_not_shut_the_editor_out(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            client.headers["Cookie"] = f"moderation=other; x=[; {client.headers['Cookie']}"
            assert client.page("list").status == 200

    @pytest.mark.parametrize("host", ["localhost", "evil.example.org", "127.0.0.1", "127.0.0.1:1", "[::1]", "", None])
    def test_no_other_name_is_answered(self, host: str | None, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            name = host if host in ("127.0.0.1", "", None) or ":" in host else f"{host}:{desk.server.server_port}"
            assert client.ask("GET", f"{desk.door.base}list", Host=name).status == 421
            assert client.ask("POST", f"{desk.door.base}end", b"", Host=name).status == 421

    def test_it_listens_on_loopback_alone_and_on_another_port_each_time(self, tmp_path: Path) -> None:
        with open_desk(tmp_path / "a", []) as one, open_desk(tmp_path / "b", []) as other:
            assert one.server.server_address[0] == "127.0.0.1"
            assert one.server.server_port != other.server.server_port
            assert one.door.base != other.door.base

    @pytest.mark.parametrize(
        "sent",
        [b"x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\r\n", b"GET /\r\n\r\n",
         b"PUT / HTTP/1.1\r\n\r\n", b"HEAD / HTTP/1.1\r\n\r\n",
         b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n"],
        ids=range(7),
    )  # fmt: skip
    def test_what_is_no_request_gets_no_page_of_ours(
        self, sent: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            with socket.create_connection(("127.0.0.1", desk.server.server_port), timeout=5) as line:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                said = b"".join(iter(lambda: line.recv(4096), b""))
            assert b" 200 " not in said.split(b"\r\n")[0]
            assert desk.door.base.encode() not in said
            assert Client.inside(desk).page("list").status == 200
        assert capsys.readouterr().err == ""

    def test_every_page_forbids_what_it_does_not_need(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            for answer in (Client(desk).page("/"), Client.inside(desk).page("list")):
                policy = answer.headers["content-security-policy"]
                assert policy.startswith("default-src 'none'; style-src 'sha256-")
                assert "frame-ancestors 'none'" in policy
                assert "form-action 'self'" in policy
                assert "unsafe" not in policy
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["x-frame-options"] == "DENY"
                assert answer.headers["cross-origin-opener-policy"] == "same-origin"
                assert answer.headers["cross-origin-resource-policy"] == "same-origin"
                assert answer.headers["server"].strip() == "moderation"

    def test_it_ends_by_itself_when_nobody_asks(self, tmp_path: Path) -> None:
        with session(tmp_path, fifty()[:2]) as opened:
            assert Desk(opened, idle=0.3).serve() is False


class TestForms:
    """What a form must carry, and what becomes of it."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://example.org"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
            {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
            {"Content_Type": "text/plain"}, {"Content_Type": "multipart/form-data; boundary=x"}, {"Content_Type": None},
            {"Cookie": None},
        ],
        ids=str,
    )  # fmt: skip
    def test_one_from_elsewhere_does_nothing(self, headers: dict[str, str | None], tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            item = first(desk)
            fields = client.form(item) | {"do": APPROVED}
            assert client.post(f"item/{item.name}", fields, **headers).status >= 400
            assert are_open(desk)

    def test_it_needs_its_token(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            item = first(desk)
            fields = client.form(item) | {"do": APPROVED}
            for token in ("", "x", client.headers["Cookie"].split("=")[1]):
                assert client.post(f"item/{item.name}", fields | {"token": token}).status == 403
                assert client.post("end", {"token": token}).status == 403
                assert client.post("publish", {"token": token}).status == 403
            assert are_open(desk)
            assert not desk.is_over.is_set()

    def test_one_from_an_old_browser_that_tells_nothing_counts(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            item = first(desk)
            fields = client.form(item) | {"do": HELD}
            assert client.post(f"item/{item.name}", fields, Origin=None).status == 303

    @pytest.mark.parametrize("length", ["999999999", "9" * 6000, "-1", "x", "1e3"])
    def test_one_that_is_too_long_is_not_read(self, length: str, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            kind = "application/x-www-form-urlencoded"
            answer = client.ask("POST", f"{desk.door.base}end", None, Content_Type=kind, Content_Length=length)
            assert answer.status in (411, 413)
            assert not desk.is_over.is_set()

    def test_a_decision_is_about_what_was_shown(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client, item = Client.inside(desk), first(desk)
            fields = client.form(item) | {"do": APPROVED}
            client.decide(item, "save", text="Другое")
            answer = client.post(f"item/{item.name}", fields)
            assert answer.status == 409
            assert desk.session.item(item.name).decision == OPEN

    def test_what_cannot_be_taken_is_given_back(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client, item = Client.inside(desk), first(desk)
            answer = client.decide(item, APPROVED, text="Набрано с трудом", entry="blog/nowhere")
            assert answer.status == 422
            assert "Набрано с трудом</textarea>" in answer.text
            assert "There is no published text" in answer.text
            assert are_open(desk)

    def test_what_is_typed_is_what_is_approved(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client, item = Client.inside(desk), first(desk)
            client.decide(item, APPROVED, text="Раз\r\nдва", author="Другая", entry=POST)
            after = desk.session.item(item.name)
            assert (after.decision, after.text, after.author, after.entry) == (APPROVED, "Раз\nдва", "Другая", POST)

    def test_undo_goes_back_step_by_step(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:3]) as desk:
            client = Client.inside(desk)
            items = desk.session.items()
            for item, wanted in zip(items, (APPROVED, HELD, REFUSED), strict=True):
                client.decide(item, wanted)
            for item in reversed(items):
                answer = client.decide(items[0], "undo")
                assert answer.headers["location"].endswith(item.name)
            assert are_open(desk)
            client.decide(items[0], "undo")
            assert "There is nothing to take back" in client.page(f"item/{items[0].name}").text

    def test_what_is_gone_is_told(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:2]) as desk:
            client = Client.inside(desk)
            assert "not in the queue any more" in client.page(f"item/{'0' * 32}.age").text

    def test_publishing_tells_what_it_has_done(self, tmp_path: Path) -> None:
        with open_desk(tmp_path, fifty()[:3]) as desk:
            client = Client.inside(desk)
            for item, wanted in zip(desk.session.items(), (APPROVED, HELD, REFUSED), strict=True):
                client.decide(item, wanted)
            assert "These will be deleted for good (1)" in client.page("publish").text
            answer = client.post("publish", {"token": desk.pages.token})
            told = client.page(answer.headers["location"]).text
            assert "in git as commit" in told
            assert "1 refused one is deleted" in told
            assert [item.decision for item in desk.session.items()] == [HELD]


def test_nothing_is_published_by_a_key_that_is_pressed_twice(tmp_path: Path) -> None:
    with open_desk(tmp_path, fifty()[:1], haste=5) as desk:
        client = Client.inside(desk)
        desk.session.decide(first(desk).name, APPROVED)
        client.page("publish")
        assert "too quick" in client.post("publish", {"token": desk.pages.token}).text
        assert first(desk).decision == APPROVED


def hostile() -> list[Submission]:
    told = [comment(f"Текст {text}\n\n{text}", name=text, title=text) for text in XSS]
    mentions = [
        Submission(PINGBACK, told[0].day, "en", POST, text=text, title=text, source="https://example.org/\"'><script>1</script>",
                   target="https://magazine.example.org/x")
        for text in XSS[:3]
    ]  # fmt: skip
    return told + mentions


def test_nothing_that_was_sent_is_carried_out(tmp_path: Path) -> None:
    with open_desk(tmp_path, hostile()) as desk:
        client = Client.inside(desk)
        shown = [client.page(f"item/{item.name}").text for item in desk.session.items()]
        shown += [client.page(place).text for place in ("list", "publish")]
        item = first(desk)
        for text in XSS:
            shown.append(client.decide(item, APPROVED, entry=text, text=text, author=text, reply_to=text).text)
    for text in shown:
        tree = html5lib.parse(text, namespaceHTMLElements=False)
        assert {element.tag for element in tree.iter()} <= USUAL
        for element in tree.iter():
            assert not [name for name in element.attrib if name.startswith("on") or name in ("src", "srcdoc", "style")]
            for name in ("href", "action"):
                value = element.get(name, desk.door.base)
                assert value.startswith(desk.door.base) or value == "data:,", value
            if element.tag in ("script", "style"):
                assert element.text in (page.script(), page.style())


def test_a_link_says_where_it_leads_and_cannot_be_followed() -> None:
    seen = page.look("[сюда](https://example.org/a?b=1&c=2) и <https://example.org/>")
    assert "<a" not in seen
    assert "сюда</u>" in seen
    assert "→ https://example.org/a?b=1&amp;c=2" in seen


def test_pieces_are_the_whole_text(tmp_path: Path) -> None:
    with session(tmp_path, varied()) as opened:
        for item in opened.items():
            assert "".join(text for text, *_ in page.pieces(item.text, item.flags)) == item.text


def test_fifty_items_take_the_server_little(tmp_path: Path) -> None:
    with open_desk(tmp_path, fifty()) as desk:
        client = Client.inside(desk)
        client.page("list")
        before = time.perf_counter()
        for item in desk.session.items():
            client.decide(item, APPROVED)
        spent = (time.perf_counter() - before) / 50
    assert spent < 0.5, f"{spent:.3f} s an item"


def test_the_script_is_small() -> None:
    assert len(page.script()) < 1024
