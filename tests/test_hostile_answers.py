"""Strings made to break out of a page come in by every way there is, and are harmless on pages and in feeds."""

import datetime as dt
import mailbox
import re
from collections.abc import Callable
from email.message import EmailMessage
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as xml_escape

import feedparser
import html5lib
import httpx
import pytest
from intake_server import IDENTITY, Desk, form
from moderation_desk import POST, Editor, magazine
from site_files import Site
from test_responses import ALLOWED, HOSTILE

from magazine.desk.linkbacks.guarded import Reply
from magazine.desk.linkbacks.verify import UnverifiedError, verified
from magazine.desk.mail import boxes, importing, taken
from magazine.desk.mail.report import Done
from magazine.desk.mail.subjects import Texts
from magazine.desk.moderation.items import APPROVED, UndecidableError
from magazine.intake.submissions import PINGBACK, Submission
from magazine.progress import Progress
from magazine.site import build

pytestmark = pytest.mark.slow
TODAY = dt.datetime.now(dt.UTC).date()
OURS = "https://magazine.example.org/blog/post.html"
PING = """<?xml version="1.0"?><methodCall><methodName>pingback.ping</methodName><params><param><value><string>{}
</string></value></param><param><value><string>{}</string></value></param></params></methodCall>"""
# what a page elsewhere may try: its own address, its title, its words around the link
HANDLER = re.compile(r"on[a-z]+", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
OWN_SCHEMES = {"http:", "https:", "mailto:", "sms:", "data:"}  # data: is the empty icon of the page itself


def by_form(folder: Path) -> Path:
    """A spool of forms: each string as words, as a name, as both, in two encodings."""
    desk = Desk(folder)
    for text in HOSTILE:
        for fields in (
            form(f"Да {text}"),
            form(f"Да {text}", name=text[:60]),
            form("Да", "en", name=text[:60], parent=text),
        ):
            desk.client.post("/", data=fields)
    for text in HOSTILE:
        for place in (text, f"https://example.org/{text}", f"https://example.org/?q={text}"):
            desk.client.post("/pingback", data=PING.format(xml_escape(place), OURS), content_type="text/xml")
            desk.client.post("/webmention", data={"source": place, "target": OURS})
    return desk.settings.spool


def by_mention() -> list[Submission]:
    """Pings whose pages, when they are looked at, have such titles and words."""
    found = []
    for number, text in enumerate(HOSTILE):
        source = f"https://example.org/{number}"
        page = f"<title>{escape(text)}</title><p>Да {text} <a href='{OURS}'>{escape(text)}</a> Да"
        ping = Submission(PINGBACK, TODAY, "en", POST, source=source, target=OURS)
        try:
            mention = verified(ping, answering(page), "https://magazine.example.org")
        except UnverifiedError:  # the string has swallowed the link: that is no mention
            continue
        found.append(mention.joined_to(ping))
    return found


def answering(page: str) -> Callable[[str], Reply]:
    """A host that has this page at every address."""
    headers = httpx.Headers({"Content-Type": "text/html; charset=utf-8"})
    return lambda address: Reply(address, 200, headers, page.encode("utf-8", "replace"))


def by_mail(folder: Path) -> Path:
    """A box of mails, plain and as HTML."""
    path = folder / "mbox"
    box = mailbox.mbox(path)
    for number, text in enumerate(HOSTILE):
        for kind in ("plain", "html"):
            made = EmailMessage()
            made["Subject"], made["From"] = f"[{POST}]", "nobody@example.org"
            made["Message-ID"], made["Date"] = f"<{kind}.{number}@example.org>", "Tue, 3 Feb 2026 04:05:06 +0600"
            made.set_content(f"Да {text}".encode("utf-8", "replace").decode().replace("\x00", ""), subtype=kind)
            box.add(made)
    box.close()
    return path


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site all of whose answers want to harm its readers."""
    folder = tmp_path_factory.mktemp("attacked")
    content, editor = magazine(folder), Editor(folder / "desk", IDENTITY)
    spool = by_form(folder / "intake")
    editor.receive(*by_mention(), today=TODAY)
    done = Done()
    with boxes.opened(by_mail(folder), removes=False) as box, taken.opened(editor.keyring(), editor.queue) as known:
        importing.imported(box, editor.queue, known, Texts.of(content), done, Progress(0), removes=False)
    assert done.sealed > len(HOSTILE)
    with editor.session(content, today=TODAY) as work:
        work.fetch(lambda _: None, [spool])
        items = work.items()
        assert len(items) > 4 * len(HOSTILE)
        approved = 0
        for item in items:
            try:
                work.decide(item.name, APPROVED)
            except UndecidableError:
                continue
            approved += 1
        assert approved > 3 * len(HOSTILE)
        work.publish()
    assert [one for one in build.build(content, folder / "output") if one.stops] == []
    return Site(folder / "output")


def faults(html: str, allowed_script: int) -> list[str]:
    """What a page must not hold, as a parser of HTML5 understands it."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    found = []
    scripts = 0
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        scripts += element.tag == "script"
        for name, value in element.attrib.items():
            if HANDLER.fullmatch(str(name).rpartition("}")[2]):
                found.append(f"<{element.tag} {name}>")
            scheme = (
                SCHEME.match(re.sub(r"[\x00-\x20]", "", value))
                if name in ("href", "src", "action", "formaction")
                else None
            )
            if scheme and scheme[0].lower() not in OWN_SCHEMES:
                found.append(f"{element.tag} {value[:80]}")
    return found + ["script"] * (scripts - allowed_script)


def test_no_page_holds_a_script_a_handler_or_a_foreign_scheme(attacked: Site) -> None:
    pages = [page for address, page in attacked.pages.items() if "blog/post" in address]
    assert len(pages) > 6
    assert {page.address: found for page in pages if (found := faults(page.source.decode(), 1))} == {}


def test_letters_hold_but_a_few_elements(attacked: Site) -> None:
    seen = 0
    for page in attacked.pages.values():
        tree = html5lib.parse(page.source.decode(), namespaceHTMLElements=False)
        for letter in (one for one in tree.iter("li") if str(one.get("id")).startswith("answer-")):
            said = [one for one in letter.iter("div") if one.get("class") is None]
            for element in (inner for one in said for inner in one.iter() if inner is not one):
                seen += 1
                assert element.tag in {*ALLOWED, "div"}, (page.address, element.tag)
                assert set(element.attrib) <= {"href", "rel"}, (page.address, element.attrib)
    assert seen > 500


def test_no_feed_does_either(attacked: Site) -> None:
    feeds = list((attacked.root).rglob("feeds/answers.xml"))
    assert len(feeds) == 3
    for path in feeds:
        data = path.read_bytes()
        assert b"<script" not in data
        feedparser.SANITIZE_HTML = 0
        try:
            feed = feedparser.parse(data)
        finally:
            feedparser.SANITIZE_HTML = 1
        assert not feed.bozo
        assert feed.entries or "/ky/" in path.as_posix()  # nothing of the sample is there in Kyrgyz
        for entry in feed.entries:
            assert faults(f"<!DOCTYPE html><body>{entry.content[0].value}", 0) == []
            assert not re.search(r"<script", entry.title, re.IGNORECASE)
