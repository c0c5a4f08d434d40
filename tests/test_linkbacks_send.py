"""Others are told of links once they are published: once, again after a failure, and when a text has changed."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from strangers import Stranger, html
from trees import STORY, read, write

from magazine.desk import linkbacks
from magazine.desk.linkbacks import mentions, sent
from magazine.desk.linkbacks.guarded import Fetcher
from magazine.desk.linkbacks.mentions import Page
from magazine.desk.linkbacks.send import Step, steps
from magazine.desk.linkbacks.sent import DONE, FAILED, GIVEN_UP, PAUSES, TRIES, UNWANTED, Record
from magazine.progress import Progress

SITE = "https://magazine.example.org/m"
TODAY = dt.date(2026, 11, 22)
HOOK = '<link rel="webmention" href="/hook">'


def pages(root: Path, files: dict[str, str]) -> tuple[Page, ...]:
    library, report = read(root, files)
    assert not report.errors()
    return mentions.pages(library, SITE, Progress(0))


# --- which links there are ---


def test_the_links_of_what_is_published_are_found(tmp_path: Path) -> None:
    text = "[one](https://a.example.net/1?x=1&y=2) <https://b.example.net/> [again](https://a.example.net/1?x=1&y=2)"
    found = pages(tmp_path, {"blog/post/ru.md": STORY + text, "blog/post/en.md": "Title: T\nTranslator: S\n\nNo link."})
    assert [(page.address, page.targets) for page in found] == [
        (f"{SITE}/blog/post.html", ("https://a.example.net/1?x=1&y=2", "https://b.example.net/"))
    ]


def test_links_by_reference_and_of_translations_are_found(tmp_path: Path) -> None:
    found = pages(
        tmp_path,
        {
            "blog/post/ru.md": STORY,
            "blog/post/en.md": "Title: T\nTranslator: S\n\n[x][1]\n\n[1]: http://a.example.net/",
        },
    )
    assert [(page.address, page.targets) for page in found] == [
        (f"{SITE}/en/blog/post.html", ("http://a.example.net/",))
    ]


def test_what_is_no_link_of_ours_to_others_is_none(tmp_path: Path) -> None:
    own = f"[x]({SITE}/blog/other.html) [y](mailto:a@example.org) [z](https://magazine.example.org/)"
    text = f"`https://a.example.net/` https://b.example.net/ {own}"
    comment = "Author: A\nDate: 2012-01-02\n\n[x](https://spam.example.net/)\n"
    assert pages(tmp_path, {"blog/post/ru.md": STORY + text, "blog/post/comments/1.md": comment}) == ()


def test_a_draft_tells_nobody(tmp_path: Path) -> None:
    draft = "Title: T\nDate: 2012-01-02\nStatus: draft\n\n[x](https://a.example.net/)\n"
    assert pages(tmp_path, {"blog/one/ru.md": STORY, "blog/two/ru.md": draft}) == ()


def test_news_of_a_petition_stand_on_its_page(tmp_path: Path) -> None:
    petition = "Title: P\nDate: 2012-01-02\nTo: All\n\nText.\n"
    news = "Title: N\nDate: 2012-01-03\n\n[x](https://a.example.net/)\n"
    found = pages(tmp_path, {"petitions/p/ru.md": petition, "petitions/p/updates/n/ru.md": news})
    assert [(page.address, page.targets) for page in found] == [
        (f"{SITE}/petitions/p.html", ("https://a.example.net/",))
    ]


def test_the_stamp_of_a_page_is_of_its_words(tmp_path: Path) -> None:
    link = "[x](https://a.example.net/)"
    (one,), (same,), (other,) = (
        pages(tmp_path / str(number), {"blog/post/ru.md": text})
        for number, text in enumerate(
            [STORY + link, STORY.replace("\n\n", "\nTags: x\n\n") + link, STORY + link + " more"]
        )
    )
    assert one.text == same.text != other.text


# --- what is due ---


def record_of(*known: sent.Sent) -> Record:
    return {(one.source, one.target): one for one in known}


PAGE = Page(f"{SITE}/blog/post.html", "text1", ("https://a.example.net/",))
CHANGED = Page(PAGE.address, "text2", PAGE.targets)


def known(state: str, way: str = "webmention", **more: object) -> Record:
    return record_of(sent.Sent(PAGE.address, PAGE.targets[0], state, way, "text1", **more))


def targets(page: list[Page], record: Record, day: dt.date = TODAY) -> list[tuple[str, bool]]:
    return [(due.target, due.is_gone) for due in sent.due(page, record, day)]


def test_what_is_new_is_due() -> None:
    assert targets([PAGE], {}) == [("https://a.example.net/", False)]


@pytest.mark.parametrize(("record", "page", "is_due"), [
    (known(DONE), PAGE, False), (known(DONE), CHANGED, True), (known(DONE, "pingback"), CHANGED, False),
    (known(UNWANTED, ""), PAGE, False), (known(UNWANTED, ""), CHANGED, True), (known(GIVEN_UP, tries=6), PAGE, False),
    (known(GIVEN_UP, tries=6), CHANGED, True), (known(FAILED, day="2026-11-23"), PAGE, False),
    (known(FAILED, day="2026-11-22"), PAGE, True), (known(FAILED, day="2026-11-01"), PAGE, True),
])  # fmt: skip
def test_what_is_known_is_due_when_there_is_reason(record: Record, page: Page, is_due: bool) -> None:
    assert bool(targets([page], record)) == is_due


def test_a_link_that_was_taken_out_is_told_to_who_was_told_of_it() -> None:
    assert targets([], known(DONE)) == [("https://a.example.net/", True)]
    assert targets([], known(DONE, "pingback")) == targets([], known(UNWANTED, "")) == []


def test_pauses_grow_until_it_is_given_up() -> None:
    record: Record = {}
    day, pauses = TODAY, []
    while wanted := sent.due([PAGE], record, day):
        (due,) = wanted
        one = due.failed("webmention", day)
        record = record_of(one)
        if one.state == GIVEN_UP:
            break
        assert targets([PAGE], record, dt.date.fromisoformat(one.day) - dt.timedelta(days=1)) == []
        pauses.append((dt.date.fromisoformat(one.day) - day).days)
        day = dt.date.fromisoformat(one.day)
    assert tuple(pauses) == PAUSES
    assert one.tries == TRIES
    assert targets([PAGE], record, day + dt.timedelta(days=999)) == []


def test_what_was_sent_is_remembered_to_the_day_alone(tmp_path: Path) -> None:
    (due,) = sent.due([PAGE], {}, TODAY)
    record = record_of(due.failed("webmention", TODAY), sent.Sent("https://b", "https://c", DONE, "pingback", "x"))
    sent.write(tmp_path, record)
    assert sent.read(tmp_path) == record
    plain = (tmp_path / sent.FILE).read_text(encoding="utf-8")
    assert json.loads(plain)[1]["day"] == "2026-11-23"
    assert ":" not in "".join(str(one.get("day", "")) for one in json.loads(plain))
    assert sent.read(tmp_path / "none") == {}


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "{}",
        "[1]",
        '[{"x":1}]',
        '[{"source":"a"}]',
        '[{"source":"a","target":"b","state":"x"}]',
        '[{"source":"a","target":"b","state":"done","tries":"x"}]',
        "\xff",
        '[{"source":"a","target":1,"state":"done"}]',
        '[{"source":"a","target":"b","state":"failed","day":"soon"}]',
    ],
)
def test_a_damaged_memory_is_told(tmp_path: Path, damaged: str) -> None:
    (tmp_path / sent.FILE).write_bytes(damaged.encode("latin-1"))
    with pytest.raises(ValueError, match=r"."):
        sent.read(tmp_path)


# --- sending ---


@pytest.fixture
def ours() -> Iterator[Stranger]:
    with Stranger() as stranger:
        yield stranger


@pytest.fixture
def there() -> Iterator[Stranger]:
    with Stranger({"/": html(HOOK), "/hook": (202, {}, b"")}) as stranger:
        yield stranger


def published(ours: Stranger, *links: str, text: str = "text1") -> Page:
    ours.pages["/post.html"] = html("".join(f'<a href="{link}">x</a>' for link in links))
    return Page(f"{ours.address}/post.html", text, links)


def told(page: list[Page], record: Record, *strangers: Stranger, day: dt.date = TODAY) -> list[Step]:
    fetcher = Fetcher(allowed={stranger.peer for stranger in strangers}, seconds=3)
    made = []
    for step in steps(sent.due(page, record, day), fetcher, day):
        step.keep(record)
        made.append(step)
    return made


def hooks(there: Stranger) -> int:
    return sum(one.method == "POST" for one in there.asked)


def test_a_link_is_told_once(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    (step,) = told([page], record, ours, there)
    assert (step.sent.state, step.sent.way, hooks(there)) == (DONE, "webmention", 1)
    assert told([page], record, ours, there) == []
    assert hooks(there) == 1


def test_nobody_is_told_before_the_page_is_published(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    for before in (html("no link yet"), (404, {}, html(f'<a href="{there.address}/">x</a>')[2])):
        ours.pages["/post.html"] = before
        (step,) = told([page], record, ours, there)
        assert (step.sent, step.is_open, record) == (None, True, {})
        assert "Not published yet" in step.sentence
    assert there.asked == []
    published(ours, f"{there.address}/")
    assert told([page], record, ours, there)[0].sent.state == DONE


def test_a_site_that_cannot_be_reached_costs_no_try(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    (step,) = told([page], record, there)  # ours is refused by the guard
    assert (step.sent, record) == (None, {})
    assert "could not be looked at" in step.sentence


def test_a_failure_is_tried_again_another_day(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    there.pages["/hook"] = (503, {}, b"")
    (step,) = told([page], record, ours, there)
    assert (step.sent.state, step.sent.tries, step.is_open) == (FAILED, 1, True)
    assert "HTTP 503" in step.sentence
    assert told([page], record, ours, there) == []
    there.pages["/hook"] = (200, {}, b"")
    (step,) = told([page], record, ours, there, day=TODAY + dt.timedelta(days=1))
    assert step.sent.state == DONE


def test_a_host_that_is_away_is_tried_again(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    there.pages["/"] = (500, {}, b"")
    assert told([page], record, ours, there)[0].sent.state == FAILED


def test_who_wants_no_notices_gets_none(ours: Stranger, there: Stranger) -> None:
    page, record = published(ours, f"{there.address}/"), {}
    there.pages["/"] = html("nothing here")
    (step,) = told([page], record, ours, there)
    assert (step.sent.state, step.is_open, hooks(there)) == (UNWANTED, False, 0)


@pytest.mark.parametrize("inside", ["http://127.0.0.1/", "http://169.254.169.254/x", "http://localhost/"])
def test_no_page_can_send_us_inside(ours: Stranger, there: Stranger, inside: str) -> None:
    there.pages["/"] = html(f'<link rel="webmention" href="{inside}">')
    page, record = published(ours, f"{there.address}/", inside), {}
    made = told([page], record, ours, there)
    assert [step.sent.state for step in made] == [UNWANTED, UNWANTED]


def test_a_changed_text_and_one_without_the_link_are_told_again(ours: Stranger, there: Stranger) -> None:
    record: Record = {}
    told([published(ours, f"{there.address}/")], record, ours, there)
    told([published(ours, f"{there.address}/", text="text2")], record, ours, there)
    assert hooks(there) == 2
    (step,) = told([], record, ours, there)
    assert "still has the link" in step.sentence
    published(ours)
    (step,) = told([], record, ours, there)
    assert (step.sent.state, hooks(there), record) == (DONE, 3, {})


def test_a_text_that_was_taken_away_is_told(ours: Stranger, there: Stranger) -> None:
    record: Record = {}
    told([published(ours, f"{there.address}/")], record, ours, there)
    del ours.pages["/post.html"]
    assert (told([], record, ours, there)[0].sent.state, record) == (DONE, {})


# --- the command ---


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return write(tmp_path / "content", {"blog/post/ru.md": STORY + "[x](https://a.example.net/)"})


def test_the_list_asks_nobody(
    content: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("asked"))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("asked"))
    assert linkbacks.run(content=content) == 0
    said = capsys.readouterr().out
    assert "https://magazine.example.org/blog/post.html\n  + https://a.example.net/\n1 link is to be told of." in said


@pytest.mark.parametrize("words", [("send",), ("check", "https://a.example.net/", "https://magazine.example.org/")])
def test_nobody_is_asked_directly_unless_that_is_said(
    words: tuple[str, ...], content: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("asked"))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("asked"))
    assert linkbacks.run(*words, content=content) == 1
    assert "--direct" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("sent",), ("send", "https://a.example.net/"), ("check",), ("check", "x", "y")])
def test_what_is_not_understood_is_told(
    words: tuple[str, ...], content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert linkbacks.run(*words, content=content, direct=True) == 1
    assert "check" in capsys.readouterr().err


def test_two_do_not_send_at_once(
    content: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stranger() as here:
        monkeypatch.setattr(linkbacks, "Fetcher", lambda _: Fetcher(allowed={here.peer}, seconds=3))
        monkeypatch.setenv("SITEURL", here.address)
        (tmp_path / "desk").mkdir()
        with FileLock(tmp_path / "desk" / linkbacks.LOCK):
            assert linkbacks.run("send", content=content, direct=True) == 1
            assert "in another window" in capsys.readouterr().err
            assert here.asked == []
            assert linkbacks.run(content=content) == 0  # the list changes nothing
        linkbacks.run("send", content=content, direct=True)
        assert [one.path for one in here.asked] == ["/blog/post.html"]
    assert "Not published yet" in capsys.readouterr().err


def test_texts_with_mistakes_are_mended_first(content: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(content, {"blog/other/ru.md": "Title: T\nDate: soon\n\nText.\n"})
    assert linkbacks.run("send", content=content, direct=True) == 1
    assert "Mend them first" in capsys.readouterr().err


def test_a_damaged_memory_is_named(content: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write(tmp_path / "desk", {sent.FILE: "{"})
    assert linkbacks.run(content=content) == 1
    assert sent.FILE in capsys.readouterr().err
