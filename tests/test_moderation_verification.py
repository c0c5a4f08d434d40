"""The page of a mention is looked at when an editor asks for it; what it says comes out as plain words."""

import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from browser import tab
from hypothesis import example, given, settings
from hypothesis import strategies as st
from moderation_desk import DAY, POST, Editor, answers, magazine, texts
from moderation_faces import Client, open_desk, session
from playwright.sync_api import Browser
from strangers import Socks, Stranger, html
from test_moderation_page import enter, press, press_access_key

from magazine.desk import linkbacks
from magazine.desk.linkbacks.guarded import Fetcher
from magazine.desk.linkbacks.hypertext import MAX_EXCERPT
from magazine.desk.moderation import verification
from magazine.desk.moderation.items import APPROVED, COPIED, LINKED, OPEN, REFUSED, UNLINKED, Item
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.page import LOOK, LOOK_DIRECT
from magazine.desk.moderation.server import Desk
from magazine.desk.moderation.session import Session
from magazine.desk.wordpress.text import escaped
from magazine.intake.submissions import PINGBACK, WEBMENTION, Submission, cleaned, line
from magazine.site.build import said
from magazine.site.responses import sanitised

TARGET = f"{said()['SITEURL']}/{POST}.html"
BUTTON = "Look whether their page links to us"
NOBODY = "Nobody has looked whether this page links to us"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    monkeypatch.delenv("SITEURL", raising=False)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """A host on loopback, which the guard lets through in tests alone."""
    with Stranger({"/page": page(), "/none": html("<p>Nothing here.</p>")}) as stranger:
        monkeypatch.setattr(linkbacks, "Fetcher", functools.partial(Fetcher, allowed={stranger.peer}, seconds=5.0))
        yield stranger


def page(target: str = TARGET, words: str = "They wrote **bold** of") -> tuple[int, dict[str, str], bytes]:
    return html(f'<title>Our *roads*</title><p>{words} <a href="{target}">winter</a> there.</p>')


def mention(source: str, **more: str) -> Submission:
    return Submission(**{"kind": PINGBACK, "day": DAY, "language": "en", "source": source, "target": TARGET, **more})


def only(opened: Session) -> Item:
    (item,) = opened.items()
    return item


def look(opened: Session) -> list[str]:
    """Look without a proxy, and what is told then."""
    verification.look(opened, only(opened).name, direct=True)
    return verification.told(opened, only(opened))


class TestFound:
    """What a look finds, keeps and leaves alone."""

    def test_title_and_excerpt_are_taken_over_until_undone(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/page")]) as opened:
            assert look(opened) == ["Their page was looked at: it links to us."]
            item = only(opened)
            assert (item.title, item.text) == ("Our *roads*", r"They wrote \*\*bold\*\* of winter there.")
            assert (item.looked, item.decision, item.entry) == (LINKED, OPEN, POST)
            assert "<strong>" not in sanitised(item.text)
            opened.undo()
            assert (only(opened).title, only(opened).text, only(opened).looked) == ("", "", "")
            assert verification.told(opened, only(opened)) == []
            assert len(there.asked) == 1

    def test_words_of_the_editor_stay(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/page")]) as opened:
            opened.edit(only(opened).name, text="Mine", author="", entry=POST, reply_to="", title="")
            look(opened)
            assert (only(opened).title, only(opened).text) == ("Our *roads*", "Mine")
            assert only(opened).looked == LINKED

    def test_new_words_of_an_approved_one_are_approved_anew(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/page", text="Before", title="Before")]) as opened:
            opened.decide(only(opened).name, APPROVED)
            look(opened)
            assert (only(opened).decision, only(opened).title) == (OPEN, "Our *roads*")

    def test_a_page_without_a_link_is_better_refused(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/none", text="Claimed")]) as opened:
            found, reason = look(opened)
            assert found.endswith("It is better refused.")
            assert reason == f"{there.address}/none does not link to {TARGET}."
            assert (only(opened).looked, only(opened).text, only(opened).decision) == (UNLINKED, "Claimed", OPEN)

    @pytest.mark.parametrize("source", ["http://10.0.0.1/page", "http://127.0.0.1:1/page"])
    def test_what_cannot_be_asked_is_told_and_nothing_is_kept(
        self, there: Stranger, tmp_path: Path, source: str
    ) -> None:
        with session(tmp_path, [mention(source)]) as opened:
            (reason,) = look(opened)
            assert reason.startswith("Their page could not be looked at now: ")
            assert (only(opened).looked, there.asked) == ("", [])

    def test_a_copy_is_named(self, there: Stranger, tmp_path: Path) -> None:
        copy = f"https://mirror.example.com/saved/{POST}.html"
        there.pages["/page"] = page(copy)
        with session(tmp_path, [mention(f"{there.address}/page", target=copy)]) as opened:
            found, host = look(opened)
            assert found == "Their page was looked at: it links to a copy of the magazine."
            assert "mirror.example.com" in host
            assert only(opened).looked == COPIED

    def test_it_is_known_the_next_time(self, there: Stranger, tmp_path: Path) -> None:
        editor, content = Editor(tmp_path / "desk"), magazine(tmp_path)
        editor.receive(mention(f"{there.address}/page"))
        with editor.session(content) as opened:
            look(opened)
        with editor.session(content) as opened:
            assert verification.told(opened, only(opened)) == ["Their page was looked at: it links to us."]
            assert not verification.doubt(only(opened))
            opened.decide(only(opened).name, APPROVED)
            opened.publish()
        assert answers(content)[-1] == r"They wrote \*\*bold\*\* of winter there."
        assert texts(content).entries[POST].answers[-1].title == "Our *roads*"

    def test_without_an_agreement_nobody_is_asked(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/page")]) as opened:
            verification.look(opened, only(opened).name)
            assert "Without a proxy" in verification.told(opened, only(opened))[0]
        assert there.asked == []

    def test_a_look_that_outlives_the_session_changes_nothing(self, there: Stranger, tmp_path: Path) -> None:
        with session(tmp_path, [mention(f"{there.address}/page")]) as opened:
            name = only(opened).name
        before = (tmp_path / "desk" / "state.age").exists()
        with pytest.raises(ModerationError):
            verification.look(opened, name, direct=True)
        assert (tmp_path / "desk" / "state.age").exists() == before


@settings(deadline=None, max_examples=400)
@given(st.text(st.sampled_from(list("ab1 .:*_`[]()<>#+-!\\&;=~|{}^\"'/@Ж")) | st.characters(), max_size=MAX_EXCERPT))
@example("**x**")
@example("[a](b)")
@example("![a](https://b.example.net/)")
@example("&lt;b&gt; &#42;x&#42;")
@example("1. one")
@example("- one")
@example("***")
@example("~~~")
@example("[a]: https://b.example.net/")
@example("<https://b.example.net/>")
@example("`x` ``y``")
@example("\\*x\\* \\")
def test_an_excerpt_is_shown_as_it_was_written(words: str) -> None:
    written = line(words)
    tree = html5lib.parse(sanitised(cleaned(escaped(written, at_start=True))), namespaceHTMLElements=False)
    assert {element.tag for element in tree.iter()} <= {"html", "head", "body", "p"}
    assert " ".join("".join(tree.itertext()).split()) == written


class TestPage:
    """In the browser."""

    def test_without_a_proxy_the_danger_is_told_first(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page")]) as desk:
            client, item = Client.inside(desk), only(desk.session)
            assert BUTTON in client.page(f"item/{item.name}").text
            led = client.decide(item, LOOK)
            assert led.headers["location"].endswith(f"look/{item.name}")
            asked = client.page(led.headers["location"]).text
            assert "127.0.0.1, and every host that it leads on to, learns the network address" in asked
            assert there.asked == []
            shown = client.page(client.decide(item, LOOK_DIRECT).headers["location"]).text
            assert "it links to us" in shown
            assert "Our *roads*" in shown
            assert [one.path for one in there.asked] == ["/page"]

    def test_a_proxy_is_asked_at_once_and_alone(self, there: Stranger, tmp_path: Path) -> None:
        sent = mention("http://blog.example.org/page", kind=WEBMENTION)
        with (
            Socks({"blog.example.org": there.peer}) as socks,
            open_desk(tmp_path, [sent], PROXY=socks.address) as desk,
        ):
            client, item = Client.inside(desk), only(desk.session)
            assert "it links to us" in client.page(client.decide(item, LOOK).headers["location"]).text
            assert socks.asked == [("blog.example.org", 80)]
            assert there.peers == [socks.source]

    def test_what_is_typed_is_kept(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page")]) as desk:
            Client.inside(desk).decide(only(desk.session), LOOK_DIRECT, text="Mine")
            assert (only(desk.session).text, only(desk.session).looked) == ("Mine", LINKED)

    def test_others_are_served_meanwhile_and_no_second_one_is_asked(self, there: Stranger, tmp_path: Path) -> None:
        begun, end = threading.Event(), threading.Event()

        def late(write: object) -> None:
            begun.set()
            end.wait(4)
            write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")  # type: ignore[operator]

        there.pages["/late"] = late
        sent = [mention(f"{there.address}/late"), mention(f"{there.address}/page")]
        with open_desk(tmp_path, sent) as desk:
            client = Client.inside(desk)
            slow, quick = sorted(desk.session.items(), key=lambda item: item.submission.source)
            form = client.form(slow) | {"do": LOOK_DIRECT}
            waiting = threading.Thread(target=client.post, args=(f"item/{slow.name}", form))
            waiting.start()
            assert begun.wait(3)
            assert client.page("list").status == 200
            assert client.page(f"item/{quick.name}").status == 200
            refused = client.decide(quick, LOOK_DIRECT)
            assert (refused.status, "Another page is being looked at" in refused.text) == (422, True)
            assert client.decide(quick, REFUSED).status == 303  # decisions do not wait for it
            end.set()
            waiting.join(5)
            assert desk.session.item(slow.name).looked == UNLINKED
            assert "answers 404" in client.page(f"item/{slow.name}").text
        assert [one.path for one in there.asked] == ["/late"]

    def test_one_that_nobody_looked_at_is_approved_by_a_second_press(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page", text="Claimed")]) as desk:
            client = Client.inside(desk)
            first = client.decide(only(desk.session), APPROVED)
            assert NOBODY in client.page(first.headers["location"]).text
            assert only(desk.session).decision == OPEN
            client.decide(only(desk.session), APPROVED)
            assert only(desk.session).decision == APPROVED
        assert there.asked == []

    def test_one_that_was_looked_at_is_approved_by_one_press(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page")]) as desk:
            client = Client.inside(desk)
            client.decide(only(desk.session), LOOK_DIRECT)
            client.decide(only(desk.session), APPROVED)
            assert only(desk.session).decision == APPROVED

    def test_only_a_form_of_ours_makes_it_ask(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page")]) as desk:
            client, item = Client.inside(desk), only(desk.session)
            form = client.form(item) | {"do": LOOK_DIRECT}
            place = f"item/{item.name}"
            assert client.post(place, form | {"token": "x"}).status == 403
            assert client.post(place, form | {"state": "x"}).status == 409
            assert client.post(place, form, Origin="http://evil.example.org").status == 403
            client.page(f"look/{item.name}")
            client.page(f"item/{item.name}?do={LOOK_DIRECT}")
        assert there.asked == []

    def test_an_answer_of_a_reader_names_no_page(self, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page", kind="comment", text="x", entry=POST)]) as desk:
            client = Client.inside(desk)
            assert BUTTON not in client.page(f"item/{only(desk.session).name}").text
            client.decide(only(desk.session), LOOK_DIRECT)
        assert there.asked == []


def chosen(desk: Desk) -> tuple[str, str]:
    return only(desk.session).looked, only(desk.session).decision


@pytest.mark.slow
class TestKeyboard:
    """By keys alone."""

    def test_with_script(self, chromium: Browser, there: Stranger, tmp_path: Path) -> None:
        with open_desk(tmp_path, [mention(f"{there.address}/page")]) as desk, tab(chromium) as shown:
            enter(shown, desk)
            press(shown, "a")
            assert NOBODY in shown.inner_text("main")
            press(shown, "v")
            press(shown, "Enter")  # the first button is the way back
            assert (there.asked, chosen(desk)) == ([], ("", OPEN))
            press(shown, "v")
            press(shown, "Tab", "Enter")
            assert "it links to us" in shown.inner_text("[role=status]")
            assert shown.input_value("#title") == "Our *roads*"
            assert "**bold**" in shown.inner_text(".look")
            press(shown, "u")
            assert chosen(desk) == ("", OPEN)

    def test_without_script(self, chromium: Browser, there: Stranger, tmp_path: Path) -> None:
        sent = [mention(f"{there.address}/none", text="Claimed")]
        with open_desk(tmp_path, sent) as desk, tab(chromium, script=False) as shown:
            enter(shown, desk)
            press_access_key(shown, "v")
            press_access_key(shown, "v")
            assert "does not link to" in shown.inner_text("main")
            assert chosen(desk) == (UNLINKED, OPEN)
            press(shown, "Enter")
            assert chosen(desk) == (UNLINKED, REFUSED)
