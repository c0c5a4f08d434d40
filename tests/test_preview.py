"""The preview shows what was saved, to this machine alone, and ends as it was asked to."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import DESK, KEYPAD_PHONE, tab
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from site_files import LANGUAGES
from trees import STORY, TRANSLATION, Files, write

from magazine.cache import PROJECT
from magazine.messages import say
from magazine.site import build

pytestmark = pytest.mark.slow

POST = "content/blog/post/ru.md"
OTHER, DRAFT, BAD_DRAFT = "content/blog/other/ru.md", "content/blog/draft/en.md", "content/blog/bad-draft/ru.md"
BROKEN = "Title: А\nDate: вчера\n\nЧертополох.\n"
LONG = STORY.replace("Текст.", "\n\n".join(f"Абзац {number}." for number in range(200)))
UNPUBLISHED: Files = {
    DRAFT: "Title: Nightshade\nDate: 2009-01-02\nStatus: draft\n\nBelladonna.\n",
    BAD_DRAFT: "Title: Полынь\nDate: 2009-01-03\nStatus: hidden\n\n[Туда](../nowhere/)\n",
}
CODE = """
import sys
from pathlib import Path
from magazine.desk import preview
sys.exit(preview.run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def until(happens: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it happens in time."""
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Preview:
    """A running preview of a small tree, in a process of its own."""

    def __init__(self, root: Path, port: int = 0, files: Files | None = None, language: str = "en") -> None:
        self.root = write(root, {POST: STORY, "content/blog/post/en.md": TRANSLATION, **(files or {})})
        self.port = port or free_port()
        self.home = f"http://127.0.0.1:{self.port}"
        self.log = root / "log.txt"
        command = [sys.executable, "-c", CODE, str(root / "content"), str(root / "output"), str(self.port)]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT), "MAGAZINE_LANG": language, "PYTHONIOENCODING": "utf-8",
                       "MAGAZINE_DESK": str(root / "desk")}  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def told(self, words: str, times: int = 1) -> bool:
        return self.log.read_text(encoding="utf-8").count(words) >= times

    def page(self, address: str = "/blog/post.html", host: str = "", method: str = "GET") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, address, headers={"Host": host} if host else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def shows(self, words: str) -> bool:
        return words in self.page()[1]

    def save(self, words: str) -> None:
        (self.root / POST).write_text(STORY.replace("Текст.", words), encoding="utf-8")

    def ready(self) -> "Preview":
        assert until(lambda: self.told("Preview: http://")), self.log.read_text(encoding="utf-8")
        return self

    def interrupt(self) -> int:
        """Ctrl-C, which goes to all processes of a terminal; the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def end(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            self.interrupt()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Preview]]:
    started: list[Preview] = []

    def begin(files: Files | None = None, language: str = "en") -> Preview:
        started.append(Preview(tmp_path / str(len(started)), files=files, language=language))
        return started[-1]

    yield begin
    for preview in started:
        preview.end()


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    running = Preview(tmp_path_factory.mktemp("preview"))
    try:
        yield running.ready()
    finally:
        running.end()


def test_pages_are_served_fresh(preview: Preview) -> None:
    assert preview.page("/")[0] == 200
    status, text = preview.page("/en/blog/post.html")
    assert (status, "Text." in text) == (200, True)
    assert preview.page("/nothing.html")[0] == 404


def test_nothing_outside_the_site_is_served(preview: Preview) -> None:
    for address in ("/../content/blog/post/ru.md", "/%2e%2e/log.txt", "//etc/passwd", "/feeds/"):
        assert preview.page(address)[0] == 404
    for address in ("../../log.txt", "%2e%2e/%2e%2e/log.txt", "/etc/passwd", "feeds/"):
        assert preview.page(f"/.preview/drafts/{address}")[0] in (404, 503)


def test_an_address_that_no_file_can_have_is_not_found(preview: Preview) -> None:
    for address in ("/%00.html", "/%00.css", "/" + "a" * 5000 + ".html", "/" + "a" * 5000 + ".css"):
        assert preview.page(address)[0] == 404
    assert preview.page("/.preview/drafts/%00/")[0] in (404, 503)
    assert not preview.told("Traceback")


def test_only_this_very_host_is_served(preview: Preview) -> None:
    """A page from elsewhere may let its own name lead to this machine."""
    for host in (f"127.0.0.1:{preview.port}", f"localhost:{preview.port}", f"LOCALHOST:{preview.port}"):
        assert preview.page("/", host)[0] == 200
    for host in ("rebound.example.org", f"rebound.example.org:{preview.port}", "127.0.0.1", "localhost:1", "[::1]"):
        for address in ("/", "/.preview/", "/.preview/drafts/", "/.preview/wait/0/", "/feeds/all.xml"):
            assert preview.page(address, host)[0] == 421
            assert preview.page(address, host, "HEAD")[0] == 421


def test_nobody_can_send_anything(preview: Preview) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert preview.page("/", method=method)[0] == 501
    assert preview.page("/", method="HEAD") == (200, "")


def test_no_other_machine_is_served(preview: Preview) -> None:
    """127.0.0.2 is this machine too, but not the one address that is listened at."""
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", preview.port), timeout=5).close()


def test_a_browser_is_told_to_keep_nothing(preview: Preview) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=10)
    connection.request("GET", "/")
    told = connection.getresponse().headers
    assert (told["Cache-Control"], told["Cross-Origin-Resource-Policy"]) == ("no-store", "same-origin")
    connection.close()


def test_what_is_saved_appears(preview: Preview) -> None:
    preview.save("Василёк.")
    assert until(lambda: preview.shows("Василёк"))


def test_a_broken_text_keeps_the_old_page_until_it_is_mended(preview: Preview) -> None:
    before = preview.page()
    (preview.root / POST).write_text(BROKEN, encoding="utf-8")
    assert until(lambda: preview.told("blog/post/ru.md:2:"))
    assert until(lambda: preview.told("stopped the build"))
    assert until(lambda: preview.page()[0] == 503)
    assert preview.shows("<code>blog/post/ru.md:2</code>")
    assert preview.shows('href="?old"')
    assert before[0] == 200
    assert preview.page("/blog/post.html?old") == before
    preview.save("Ромашка.")
    assert until(lambda: preview.shows("Ромашка"))


def test_no_request_is_logged(preview: Preview) -> None:
    preview.page("/?canary-of-a-reader")
    preview.page("/canary-of-a-reader")
    assert not preview.told("canary-of-a-reader")
    assert not preview.told("127.0.0.1 - -")


def test_a_port_in_use_is_told_in_one_sentence(preview: Preview, tmp_path: Path) -> None:
    second = Preview(tmp_path, preview.port)
    try:
        assert second.process.wait(timeout=30) == 1
    finally:
        second.end()
    told = second.log.read_text(encoding="utf-8")
    assert told.count("\n") == 1
    assert str(preview.port) in told
    assert "in use" in told
    assert "--port" in told
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_is_told_in_one_sentence(port: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", CODE, tmp_path, tmp_path / "output", port],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1


def test_ctrl_c_ends_it_quietly(start: Callable[[], Preview]) -> None:
    preview = start().ready()
    assert preview.interrupt() == 0
    assert not preview.told("Traceback")
    with pytest.raises(OSError, match="refused"):
        preview.page()


def test_ctrl_c_ends_it_quietly_while_it_builds(start: Callable[[], Preview]) -> None:
    preview = start()
    assert until(lambda: preview.told("Reading"))
    assert preview.interrupt() == 0
    assert not preview.told("Traceback")


def test_what_is_saved_during_the_first_build_appears_too(start: Callable[[], Preview]) -> None:
    preview = start()
    assert until((preview.root / "output" / "index.html").exists)
    preview.save("Незабудка.")
    preview.ready()
    assert until(lambda: preview.shows("Незабудка"))


def test_ctrl_c_ends_it_quickly_while_browsers_wait_and_takes_its_children_along(start: Callable[[], Preview]) -> None:
    preview = start().ready()
    state = preview.page()[1].partition('data-state="')[2].partition('"')[0]
    with socket.create_connection(("127.0.0.1", preview.port)) as waiting:
        host = f"Host: 127.0.0.1:{preview.port}"
        waiting.sendall(f"GET /.preview/wait/{state}/blog/post.html HTTP/1.1\r\n{host}\r\n\r\n".encode())
        begun = time.monotonic()
        assert preview.interrupt() == 0
        assert time.monotonic() - begun < 5
    assert until(lambda: not is_running(preview.process.pid), 5)


def is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# What the browser shows


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    running = Preview(tmp_path_factory.mktemp("full"), files={POST: LONG, OTHER: STORY, **UNPUBLISHED})
    try:
        yield running.ready()
    finally:
        running.end()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Tab]:
    with tab(chromium, DESK) as opened:
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda message: complaints.append(message.text))
        yield opened
        assert [words for words in complaints if "503" not in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tree_that_is_broken_from_the_start_is_told_until_it_is_mended(
    language: str, start: Callable[..., Preview], page: Tab
) -> None:
    preview = start({POST: BROKEN}, language)
    assert until(lambda: preview.told("content"))
    page.goto(preview.home)
    page.get_by_text("blog/post/ru.md:2").wait_for()
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").inner_text() == say("The site could not be built", language)
    assert say("«%(value)s» is no date", language, value="вчера") in page.locator("li").inner_text()
    assert page.get_by_text(say("Show the old page all the same", language)).count() == 0  # there is none
    assert not (preview.root / "output").exists()
    preview.save("Ромашка.")
    page.locator("meta[name=generator]").wait_for(state="attached")
    page.goto(f"{preview.home}/blog/post.html")
    assert "Ромашка" in page.inner_text("main")


def test_problems_go_without_a_script_too(chromium: Browser, start: Callable[..., Preview]) -> None:
    preview = start({POST: BROKEN}).ready()
    assert until(lambda: "ru.md:2" in preview.page("/")[1])
    with tab(chromium, script=False) as page:
        page.goto(preview.home)
        preview.save("Ромашка.")
        page.locator("meta[name=generator]").wait_for(state="attached")


def test_an_old_page_can_be_looked_at_while_the_new_one_is_broken(full: Preview, page: Tab) -> None:
    page.goto(f"{full.home}/blog/other.html")
    write(full.root, {OTHER: BROKEN})
    page.get_by_text(say("Show the old page all the same", "en")).click()
    page.get_by_text("Текст.").wait_for()
    write(full.root, {OTHER: STORY})
    assert until(lambda: full.page("/blog/other.html")[0] == 200)


def test_what_is_saved_appears_by_itself_where_one_was_reading(full: Preview, page: Tab) -> None:
    beside = page.context.new_page()
    for opened in (beside, page):
        opened.goto(f"{full.home}/blog/post.html")
    page.evaluate("scrollTo(0, 2000)")
    write(full.root, {POST: LONG.replace("Абзац 7.", "Пион.")})
    for opened in (page, beside):
        opened.get_by_text("Пион.").wait_for()
    page.wait_for_function("scrollY == 2000")
    page.evaluate("unchanged = true")
    write(full.root, {OTHER: STORY.replace("Текст.", "Лилия.")})  # which this page does not show
    assert until(lambda: "Лилия." in full.page("/blog/other.html")[1])
    page.wait_for_timeout(500)
    assert page.evaluate("unchanged")


def test_drafts_are_shown_and_stand_in_no_file_of_the_site(full: Preview, page: Tab) -> None:
    page.goto(f"{full.home}/.preview/")
    page.get_by_role("link", name="Nightshade").click()
    page.get_by_text("Belladonna.").wait_for(timeout=30_000)
    write(full.root, {DRAFT: str(UNPUBLISHED[DRAFT]).replace("Belladonna.", "Datura.")})
    page.get_by_text("Datura.").wait_for()
    page.goto(f"{full.home}/.preview/")
    page.get_by_role("link", name="Полынь").click()
    assert page.locator("h1").inner_text() == say("This draft cannot be shown yet", "en")
    assert "blog/bad-draft/ru.md:5 (in a draft)" in page.inner_text("main")
    written = {path: path.read_bytes() for path in (full.root / "output").rglob("*") if path.is_file()}
    assert written
    for path, data in written.items():
        for word in ("Nightshade", "Datura", "Belladonna", "Полынь", "draft"):
            assert word.encode() not in data, path
            assert word not in path.name


def test_pages_of_drafts_do_not_outlast_the_preview(start: Callable[..., Preview]) -> None:
    preview = start(UNPUBLISHED).ready()
    place = build.place_of_drafts(preview.root / "content")
    assert not place.exists()
    assert until(lambda: "Belladonna." in preview.page("/.preview/drafts/en/blog/draft.html")[1])
    assert place.exists()
    assert preview.interrupt() == 0
    assert not list(place.parent.glob(f"*{place.name}*"))


def test_the_preview_changes_no_byte_of_the_output(full: Preview, tmp_path: Path) -> None:
    assert full.page("/.preview/")[0] == 200
    assert build.run(full.root / "content", tmp_path / "output") == 0
    assert site(full.root / "output") == site(tmp_path / "output")


def site(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_its_own_page_fits_a_small_phone_in_the_dark(full: Preview, chromium: Browser) -> None:
    assert until(lambda: "bad-draft" in full.page("/.preview/")[1])
    with tab(chromium, KEYPAD_PHONE, dark=True) as page:
        page.goto(f"{full.home}/.preview/")
        assert page.evaluate("document.documentElement.scrollWidth") <= KEYPAD_PHONE[0]
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 26, 24)"
