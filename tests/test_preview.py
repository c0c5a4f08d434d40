"""The preview shows what was saved, to this machine alone, and ends as it was asked to."""

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
from trees import STORY, TRANSLATION, write

from magazine.desk.preview import PROJECT

pytestmark = pytest.mark.slow

POST = "content/blog/post/ru.md"
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

    def __init__(self, root: Path, port: int = 0) -> None:
        self.root, self.port = write(root, {POST: STORY, "content/blog/post/en.md": TRANSLATION}), port or free_port()
        self.log = root / "log.txt"
        command = [sys.executable, "-c", CODE, str(root / "content"), str(root / "output"), str(self.port)]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT), "MAGAZINE_LANG": "en", "PYTHONIOENCODING": "utf-8"}
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

    def page(self, address: str = "/blog/post.html") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", address)
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
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Preview]]:
    started: list[Preview] = []

    def begin() -> Preview:
        started.append(Preview(tmp_path / str(len(started))))
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
    for address in ("/../content/blog/post/ru.md", "/%2e%2e/log.txt", "//etc/passwd"):
        assert preview.page(address)[0] == 404


def test_no_other_machine_is_served(preview: Preview) -> None:
    """127.0.0.2 is this machine too, but not the one address that is listened at."""
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", preview.port), timeout=5).close()


def test_a_browser_is_told_to_keep_nothing(preview: Preview) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", preview.port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().headers["Cache-Control"] == "no-store"
    connection.close()


def test_what_is_saved_appears(preview: Preview) -> None:
    preview.save("Василёк.")
    assert until(lambda: preview.shows("Василёк"))


def test_a_broken_text_keeps_the_old_page_until_it_is_mended(preview: Preview) -> None:
    before = preview.page()
    (preview.root / POST).write_text("Title: А\nDate: вчера\n\nЧертополох.\n", encoding="utf-8")
    assert until(lambda: preview.told("blog/post/ru.md:2:"))
    assert until(lambda: preview.told("stopped the build"))
    assert before[0] == 200
    assert preview.page() == before
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
