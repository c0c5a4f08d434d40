"""The intake as a reader meets it: takes what is fit, gives every word of the rest back, never breaks."""

import datetime as dt
import gzip
import hashlib
import html
import re
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_server import ENTRY, SITE, TOKEN, Desk, form, opened

from magazine.intake import pickup, taking
from magazine.intake.app import ALLOWANCE
from magazine.intake.limits import Allowance, Bucket, limits
from magazine.intake.settings import Settings, read
from magazine.intake.submissions import LANGUAGES, MAX_TEXT, WITHDRAWAL, form_key

TEXT = "Спасибо. Чоң рахмат, өзүңөргө күч. <b>&amp;\n\nещё"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "spool")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("intake") / "spool")


def field(page: str, name: str) -> str:
    """What a field of a form holds, as a browser reads it."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for found in tree.iter():
        if found.tag in ("input", "textarea") and found.get("name") == name:
            return (found.text or "") if found.tag == "textarea" else found.get("value", "")
    raise AssertionError(name)


def code(page: str) -> str:
    return re.sub("<.*?>", "", page.partition('"count">')[2].partition("</p>")[0])


def test_an_answer_is_kept_sealed_and_its_receipt_shown(desk: Desk) -> None:
    answer = desk.client.post("/", data=form(TEXT, name="Ласточка", parent="2012-06-03-1"))
    assert answer.status_code == 200
    (found,) = desk.kept()
    assert (found.kind, found.entry, found.name, found.reply_to) == ("comment", ENTRY, "Ласточка", "2012-06-03-1")
    assert found.text == TEXT
    assert found.receipt == code(answer.text)
    assert abs((found.day - dt.datetime.now(dt.UTC).date()).days) <= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_form(desk: Desk, language: str) -> None:
    thanks = desk.client.post("/", data=form("a", language)).text
    given_back = desk.client.post("/", data=form("", language)).text
    taken_back = desk.client.get(f"/?lang={language}").text
    for page in (thanks, given_back, taken_back):
        assert f'<html lang="{language}">' in page
        assert html.escape(desk.settings.exits[language]) in page.split("<a ")[1]  # the first link leads away
        assert len(gzip.compress(page.encode())) < 3000
    assert f'href="{SITE}{"" if language == "ru" else language + "/"}blog/post.html"' in thanks
    assert len({thanks, given_back, taken_back}) == 3


def test_nobody_can_choose_where_the_link_back_leads(desk: Desk) -> None:
    for entry in ("https://bad.example.org/", "../a", "//bad.example.org/a", 'blog/a"', "blog/a..b", "javascript:a"):
        answer = desk.client.post("/", data={"entry": form_key(entry, "ru", "umbrella"), "text": "a"}).text
        assert f'href="{SITE}index.html" rel' in answer
        assert entry not in answer


def test_what_a_browser_must_know_is_in_the_head_of_each_answer(desk: Desk) -> None:
    for answer in (desk.client.get("/"), desk.client.post("/", data=form("a")), desk.client.get("/nothing")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
        assert "<script" not in answer.text


def test_pages_are_squeezed_for_who_can_take_it(desk: Desk) -> None:
    answer = desk.client.get("/", headers={"Accept-Encoding": "gzip, deflate"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(answer.data)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"website": "http://spam.example.org"}, 400),
        ({"entry": "blog/post ru 00000000"}, 400),
        ({"entry": "blog/post"}, 400),
        ({"entry": ""}, 400),
        ({"entry": form_key("blog/post", "de", "umbrella")}, 400),
        ({"entry": form_key("../../etc", "ru", "umbrella")}, 400),
        ({"parent": "<x>"}, 400),
        ({"kind": "pingback"}, 400),
        ({"name": "http://spam.example.org"}, 400),
        ({"name": "а" * 61}, 413),
        ({"text": "http://a.example.org " * 5}, 400),
        ({"text": "ө" * (MAX_TEXT + 1)}, 413),
    ],
)
def test_what_is_not_taken_is_given_back_whole_and_taken_the_second_time(
    desk: Desk, more: dict[str, str], status: int
) -> None:
    sent = form(TEXT, **{"name": "Ласточка", **more}) if "text" not in more else form(**more)
    answer = desk.client.post("/", data=sent)
    assert answer.status_code == status
    assert desk.kept() == []
    assert 'role="alert"' in answer.text
    again = {name: field(answer.text, name) for name in ("name", "text", "website", "entry")}
    assert again["text"].strip() == sent["text"].strip()
    assert again["name"] == sent.get("name", "")
    again["text"], again["name"] = again["text"][:100].replace("http://", ""), "Ласточка"
    assert desk.client.post("/", data=again).status_code == 200
    assert len(desk.kept()) == 1


def test_nothing_written_is_told(desk: Desk) -> None:
    for text in ("", " \n", "\u200b\u202e"):
        assert desk.client.post("/", data=form(text)).status_code == 400
    assert desk.kept() == []


def test_an_answer_is_changed_or_taken_back_with_its_code(desk: Desk) -> None:
    page = desk.client.get("/?lang=en").text
    sent = {name: field(page, name) for name in ("kind", "entry")}
    assert sent["kind"] == WITHDRAWAL
    assert desk.client.post("/", data={**sent, "receipt": "xyz"}).status_code == 400
    answer = desk.client.post("/", data={**sent, "receipt": "4KQ7 M2XH 9T4P WZ3C", "text": "Neu"})
    assert answer.status_code == 200
    (found,) = desk.kept()
    assert (found.kind, found.receipt, found.text) == (WITHDRAWAL, "4kq7-m2xh-9t4p-wz3c", "Neu")


def test_a_code_on_a_line_of_its_own_takes_an_answer_back(desk: Desk) -> None:
    answer = desk.client.post("/", data=form("4kq7-m2xh-9t4p-wz3c"))
    assert '"count"' not in answer.text
    (found,) = desk.kept()
    assert (found.kind, found.receipt) == (WITHDRAWAL, "4kq7-m2xh-9t4p-wz3c")


def test_too_much_at_once_over_one_connection(desk: Desk) -> None:
    allowed = Allowance(0.0, 2)
    answers = [desk.client.post("/", data=form(TEXT), environ_overrides={ALLOWANCE: allowed}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"]
    assert field(answers[2].text, "text").strip() == TEXT
    assert desk.client.post("/", data=form(TEXT)).status_code == 200  # another one is not kept waiting


def test_too_much_of_all(tmp_path: Path) -> None:
    bucket = Bucket(1, 2)
    desk = Desk(tmp_path, bucket)
    answers = [desk.client.post("/", data=form(TEXT)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert field(answers[2].text, "text").strip() == TEXT
    bucket.pour(1)
    assert desk.client.post("/", data=form(TEXT)).status_code == 200
    bucket.pour(10**9)
    assert bucket.level.value == 2


def test_mistakes_cost_nobody_a_turn(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Bucket(1, 1))
    for _ in range(5):
        assert desk.client.post("/", data=form("")).status_code == 400
    assert desk.client.post("/", data=form("a")).status_code == 200


def test_no_room_is_told_and_the_words_given_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, limits=limits({"MAGAZINE_INTAKE_RESERVE": "99999999"}))
    answer = desk.client.post("/", data=form(TEXT))
    assert answer.status_code == 507
    assert field(answer.text, "text").strip() == TEXT
    assert f"mailto:{desk.settings.mail}" in answer.text
    assert list(tmp_path.iterdir()) == []


def test_a_broken_disk_is_told_without_a_word_of_what_was_sent(
    desk: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_text("no folder")
    answer = desk.client.post("/", data=form(TEXT))
    assert answer.status_code == 503
    assert field(answer.text, "text").strip() == TEXT
    said = capfd.readouterr().err
    assert re.fullmatch(r"[^\n]*NotADirectoryError[^\n]*\.py:\d+\n", said)
    assert "Спасибо" not in said
    assert str(tmp_path) not in said


def test_other_addresses_and_methods_have_small_pages(desk: Desk) -> None:
    assert desk.client.get("/nothing").status_code == 404
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert desk.client.open("/", method=method).status_code == 405
    assert desk.client.get("/pingback").status_code == 405
    assert desk.client.head("/").status_code == 200


# Editors fetch


def asked(desk: Desk, method: str, address: str, token: str = TOKEN, **more: object):
    headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
    return desk.client.open(f"/queue{address}", method=method, headers=headers, **more)


def test_editors_list_fetch_and_remove(desk: Desk) -> None:
    desk.client.post("/", data=form(TEXT))
    (name,) = asked(desk, "GET", "").json["names"]
    sealed = asked(desk, "GET", f"/{name}").data
    assert opened(sealed).text == TEXT
    digest = hashlib.sha256(sealed).hexdigest()
    for wrong in ("", "0" * 64, digest[:-1]):
        assert asked(desk, "DELETE", f"/{name}", headers={"Digest-Sha256": wrong}).status_code == 412
    assert asked(desk, "DELETE", f"/{name}", headers={"Digest-Sha256": digest}).status_code == 204
    assert asked(desk, "DELETE", f"/{name}", headers={"Digest-Sha256": digest}).status_code == 404
    assert asked(desk, "GET", f"/{name}").status_code == 404
    assert asked(desk, "GET", "").json["names"] == []


def test_an_editor_returns_a_file_for_another_one(desk: Desk) -> None:
    sealed = desk.here.keys.seal(b"{}")
    put = asked(desk, "POST", "", data=sealed)
    assert put.status_code == 201
    assert asked(desk, "GET", f"/{put.json['name']}").data == sealed
    assert asked(desk, "POST", "", data=b"not sealed").status_code == 400
    assert asked(desk, "POST", "", data=sealed + b"\0" * 65536).status_code == 413


def test_nobody_else_can(desk: Desk, tmp_path: Path) -> None:
    desk.client.post("/", data=form(TEXT))
    said = (TOKEN, "Bearer ", "Basic eDp5", f"Bearer {TOKEN}x", f"Bearer {desk.settings.token}")
    for headers in ({}, *({"Authorization": each} for each in said)):
        for method in ("GET", "POST"):
            answer = desk.client.open("/queue", method=method, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert desk.client.delete(f"/queue/{'0' * 32}.age", headers=headers).status_code == 401
    without = Desk(tmp_path / "other", token="")
    assert asked(without, "GET", "", "").status_code == 404
    assert asked(without, "GET", "").status_code == 404


def test_only_files_of_the_queue_can_be_had(desk: Desk) -> None:
    (desk.settings.spool.parent / "secret.age").write_bytes(b"secret")
    for name in ("../secret.age", "..%2fsecret.age", "%2e%2e/secret.age", ".", "..", "", "a.age", "%00", "0" * 32):
        assert asked(desk, "GET", f"/{name}").status_code in (404, 405, 308)


def test_a_new_token_fits_its_digest() -> None:
    token, digest = pickup.new_token()
    assert pickup._digest(token) == digest
    assert len(token) >= 43


# Whatever is sent


def check(answer) -> None:
    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    assert "Error" not in answer.text


@given(st.binary(max_size=2000), st.one_of(st.just(FORM), st.just("multipart/form-data; boundary=b"), st.text()))
@settings(max_examples=60, deadline=None)
def test_no_bytes_of_a_form_break_it(shared: Desk, body: bytes, kind: str) -> None:
    kind = kind.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    check(shared.client.post("/", data=body, content_type=kind))
    check(shared.client.post("/webmention", data=body, content_type=kind))


PARTS = st.sampled_from(
    [
        b"--b",
        b"--b--",
        b"\r\n",
        b"\n",
        b"Content-Disposition: form-data; name=",
        b'"text"',
        b"text",
        b"\xff\xfe",
        b"\0",
        b"Content-Type: text/plain; charset=",
        b"koi8-r",
        b"filename=x;",
        b":",
        b"\r\n\r\n",
        b" " * 99,
        "ң".encode(),
    ]
)


@given(st.lists(PARTS, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_parts_break_it(shared: Desk, parts: list[bytes]) -> None:
    check(shared.client.post("/", data=b"".join(parts), content_type="multipart/form-data; boundary=b"))


NAMES = ["text", "name", "entry", "parent", "kind", "receipt", "_charset_", "website"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=300)))
@settings(max_examples=60, deadline=None)
def test_no_fields_break_it_and_no_word_is_lost(shared: Desk, sent: dict[str, str]) -> None:
    body = {name: value.encode("utf-8", "replace") for name, value in sent.items() if name != "_charset_"}
    answer = shared.client.post("/", data=body)
    check(answer)
    if answer.status_code != 200:
        seen = html5lib.parse(answer.text, namespaceHTMLElements=False)
        assert not list(seen.iter("script"))
        expected = taking.cleaned(sent.get("text", ""))
        assert field(answer.text, "text").strip() == expected.replace("\r", "\n").strip()


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=100))
@settings(max_examples=60, deadline=None)
def test_no_token_and_no_path_break_it(shared: Desk, said: str) -> None:
    said = said.replace("\r", "").replace("\n", "")
    check(shared.client.get("/queue", headers={"Authorization": said}))
    check(shared.client.get("/queue", headers={"Authorization": "Bearer " + said}))
    # as a server hands them over: werkzeug's client takes what begins with two slashes for the name of a host
    for place in ("/" + said, "/queue/" + said):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        check(shared.client.get("/", headers=headers, environ_overrides={"PATH_INFO": place}))
    check(shared.client.get("/", environ_overrides={"QUERY_STRING": "lang=" + said}))


def test_settings_of_the_environment(tmp_path: Path) -> None:
    found: Settings = read({"SITEURL": "https://mirror.example.org/a/", "MAGAZINE_INTAKE_RATE": "7"}, 1, tmp_path)
    assert (found.site, found.limits.rate) == ("https://mirror.example.org/a/", 7)
