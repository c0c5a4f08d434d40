"""A real WordPress pings us and is believed; ours arrive there, and it keeps the proxy's address, not the editor's."""

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from intake_server import NO_LIMITS, IntakeServer, kept, running
from strangers import Socks, Stranger, html
from toolbox import REPOSITORY, run
from trees import STORY, read, write
from wordpress_site import WordPress

from magazine.desk.linkbacks import mentions
from magazine.desk.linkbacks.guarded import Fetcher
from magazine.desk.linkbacks.send import steps
from magazine.desk.linkbacks.sent import DONE, FAILED, Record, due
from magazine.desk.linkbacks.verify import UnverifiedError, verified
from magazine.intake.submissions import PINGBACK
from magazine.progress import Progress
from magazine.site.build import said

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def ours() -> Iterator[Stranger]:
    with Stranger() as server:
        yield server


def publish(ours: Stranger, tmp_path: Path, text: str, pingback: str = "") -> Path:
    """Build a magazine of one post and serve it, with its pings led to this endpoint; its content folder."""
    content = write(tmp_path / "content", {"blog/post/ru.md": STORY + text})
    output = tmp_path / "output"
    run(sys.executable, "-m", "invoke", "build", "--content", content, "--output", output, cwd=REPOSITORY)
    usual = f"{said()['INTAKES'][0]}pingback"
    for file in output.rglob("*.html"):
        page = file.read_text(encoding="utf-8").replace(usual, pingback or usual)
        ours.pages[f"/{file.relative_to(output).as_posix()}"] = html(page)
    return content


@pytest.fixture
def intake(ours: Stranger, tmp_path: Path) -> Iterator[IntakeServer]:
    with running(tmp_path / "intake", environment=NO_LIMITS, site=f"{ours.address}/") as server:
        yield server


def test_a_ping_of_wordpress_is_verified(
    wordpress: WordPress, ours: Stranger, intake: IntakeServer, tmp_path: Path
) -> None:
    wordpress.empty()
    publish(ours, tmp_path, "Текст.", f"http://127.0.0.1:{intake.port}/pingback")
    target = f"{ours.address}/blog/post.html"
    source = wordpress.announce(f'Сначала другое.\n\nВот <a href="{target}">рассказ о зонте</a> соседок.\n\nИ потом.')
    (sent,) = kept(intake.spool)
    assert (sent.kind, sent.source, sent.target) == (PINGBACK, source, target)
    asking = Fetcher(allowed={("127.0.0.1", urlsplit(wordpress.address).port)})
    found = verified(sent, asking.get, ours.address)
    assert found.excerpt == "Вот рассказ о зонте соседок."
    assert found.title.startswith("Соседний блог")
    assert found.language == "ru-ru"
    joined = found.joined_to(sent)
    assert (joined.text, joined.language, joined.entry) == (found.excerpt, "ru", "blog/post")
    wordpress.empty()  # the post is gone
    with pytest.raises(UnverifiedError, match="404"):
        verified(sent, asking.get, ours.address)


def test_wordpress_shows_our_ping_and_keeps_the_address_of_the_proxy(
    wordpress: WordPress, ours: Stranger, tmp_path: Path
) -> None:
    wordpress.empty()
    target = wordpress.announce("Запись без ссылок.")
    text = f"Соседки пишут [о дороге]({target}) и не только."
    record: Record = {}
    library, _ = read(write(tmp_path / "library", {"blog/post/ru.md": STORY + text}), {})
    pages = mentions.pages(library, ours.address, Progress(0))
    allowed = {ours.peer, ("127.0.0.1", urlsplit(wordpress.address).port)}
    with Socks({}) as socks:
        asking = Fetcher(
            proxy=socks.address, allowed=allowed, resolve=lambda *_: pytest.fail("a name was looked up here")
        )
        (early,) = steps(due(pages, record, TODAY), asking, TODAY)
        assert early.sent is None  # not published yet: WordPress would say that there is no such page
        publish(ours, tmp_path, text)
        (step,) = steps(due(pages, record, TODAY), asking, TODAY)
        assert (step.sent.state, step.sent.way) == (DONE, PINGBACK), step.sentence
        (again,) = steps(due(pages, record, TODAY), asking, TODAY)  # the record is lost: it knows the ping already
        assert again.sent.state == DONE
    (post,) = (one for one in wordpress.items() if one["kind"] == "post")
    (shown,) = post["answers"]
    assert (shown["kind"], shown["state"]) == ("pingback", "1")
    assert shown["text"] == "[&#8230;] Соседки пишут о\xa0дороге [&#8230;]"
    assert shown["traces"] == "127.0.0.2Mozilla/5.0 (compatible; Webmention)"
    page = Fetcher(allowed=allowed).get(target).text
    assert 'class="pingback' in page
    assert f"{ours.address}/blog/post.html" in page
    # it tells our own host too who has pinged: the proxy's address again
    asked = [one.headers for one in ours.asked if "x-pingback-forwarded-for" in one.headers]
    assert {one["x-pingback-forwarded-for"] for one in asked} == {"127.0.0.2"}
    assert {one["user-agent"].rpartition(" ")[2] for one in asked} == {"127.0.0.2"}


def test_a_ping_that_wordpress_cannot_believe_is_tried_again(
    wordpress: WordPress, ours: Stranger, tmp_path: Path
) -> None:
    wordpress.empty()
    target = wordpress.announce("Запись без ссылок.")
    content = publish(ours, tmp_path, f"Соседки пишут [о дороге]({target}).")
    (wordpress.root / "wp-content" / "mu-plugins" / "neighbours.php").unlink()  # it does not ask loopback now
    library, _ = read(content, {})
    wanted = due(mentions.pages(library, ours.address, Progress(0)), {}, TODAY)
    allowed = {ours.peer, ("127.0.0.1", urlsplit(wordpress.address).port)}
    (step,) = steps(wanted, Fetcher(allowed=allowed), TODAY)
    assert (step.sent.state, step.sent.tries) == (FAILED, 1)
    assert step.sentence.endswith("The other side answered: 0")  # it tells nobody why
