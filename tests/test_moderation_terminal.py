"""The same work in a real terminal: one key a decision, and nothing that was sent gives the terminal orders."""

import functools
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from moderation_desk import DAY, POST, comment, git
from moderation_faces import session, varied
from strangers import Stranger, html
from test_moderation_server import XSS
from toolbox import REPOSITORY

from magazine.desk import linkbacks
from magazine.desk.linkbacks.guarded import Fetcher
from magazine.desk.moderation import terminal, words
from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED
from magazine.desk.moderation.keys import AS_LATIN
from magazine.intake.submissions import PINGBACK, Submission
from magazine.site.build import said

pytestmark = pytest.mark.slow

PROGRAM = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from moderation_faces import fifty, session
from test_moderation_terminal import hostile, mentioned, three
from magazine.desk.moderation import terminal
with session(Path({folder!r}), {sent}()) as opened:
    terminal.work(opened)
    print("END", sorted((item.text, item.decision) for item in opened.items()), "OVER")
"""
PROMPT = "  > "
ESCAPES = "\x1b]0;title\x07\x1b[2J\x1b[31mred\x9b31m\x1bc\x08\x08\r\x7f\u202e\u2066\ue000\U000e0041\x0e"
# what the program itself may say to a terminal
OURS = re.compile(r"\x1b\[(?:[017]m|\?1049[hl]|2J|H)")


def hostile() -> list[Submission]:
    return [comment(f"Текст {ESCAPES} конец", name=f"Имя{ESCAPES}")]


def mentioned() -> list[Submission]:
    """A mention on the host of the test, which the guard lets through in tests alone."""
    there = urlsplit(os.environ["STRANGER"])
    linkbacks.Fetcher = functools.partial(Fetcher, allowed={(there.hostname, there.port)})
    target = f"{said()['SITEURL']}/{POST}.html"
    return [Submission(PINGBACK, DAY, "en", POST, source=f"{there.geturl()}/page", target=target, text="Claimed")]


def three() -> list[Submission]:
    return [comment(f"Текст {number}") for number in (1, 2, 3)]


@dataclass
class Window:
    """A terminal in which moderation runs."""

    descriptor: int
    seen: str = ""
    fresh: str = ""
    pressed: int = 0
    raw: list[bytes] = field(default_factory=list)

    def wait(self, words: str = PROMPT, seconds: float = 20) -> str:
        """All that comes until these words."""
        end, self.fresh = time.monotonic() + seconds, ""
        while words not in self.fresh:
            assert time.monotonic() < end, f"no «{words}» in {self.fresh[-500:]!r}"
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    self.raw.append(os.read(self.descriptor, 65536))
                except OSError:  # its end
                    assert words in self.fresh, self.fresh[-2000:]
                self.fresh = b"".join(self.raw).decode("utf-8", "replace")[len(self.seen) :]
        self.seen += self.fresh
        return self.fresh

    def press(self, keys: str, words: str = PROMPT) -> str:
        """Press keys and wait for these words."""
        time.sleep(0.03)  # what is pressed before an item is shown does not count
        os.write(self.descriptor, keys.encode())
        self.pressed += 1
        return self.wait(words)


@contextmanager
def window(folder: Path, sent: str) -> Iterator[Window]:
    program = PROGRAM.format(tests=str(Path(__file__).parent), folder=str(folder), sent=sent)
    child, descriptor = pty.fork()
    if not child:
        os.chdir(REPOSITORY)
        env = {**os.environ, "MAGAZINE_LANG": "en", "TERM": "xterm", "PYTHONPATH": str(REPOSITORY)}
        os.execve(sys.executable, [sys.executable, "-c", program], env)
    shown = Window(descriptor)
    try:
        shown.wait()
        yield shown
    finally:
        os.close(descriptor)
        os.waitpid(child, 0)


def decided(end: str) -> Counter[str]:
    return Counter(re.findall(rf"'({APPROVED}|{HELD}|{REFUSED}|{OPEN})'", end))


@pytest.mark.slow
def test_fifty_by_one_key_each(tmp_path: Path) -> None:
    with window(tmp_path, "fifty") as shown:
        before = time.perf_counter()
        for number in range(50):
            shown.press("ahr"[number % 3])
        spent = time.perf_counter() - before
        assert shown.pressed == 50
        assert "Nothing is open any more" in shown.fresh
        end = shown.press("q", "OVER")
    assert decided(end) == {APPROVED: 17, HELD: 17, REFUSED: 16}
    assert spent < 30


def test_what_was_typed_before_an_item_was_shown_decides_nothing(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("aaa")
        end = shown.press("q", "OVER")
    assert decided(end) == {APPROVED: 1, OPEN: 2}


def test_keys_of_a_russian_keyboard_arrows_and_undo(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("ф")
        shown.press("к")
        shown.press("\x1b[A\x1b[B" + "г")
        end = shown.press("й", "OVER")
    assert decided(end) == {APPROVED: 1, OPEN: 2}
    assert [key.translate(AS_LATIN) for key in "фркчугтзй"] == list("ahrxeunpq")


def test_words_are_changed_without_a_file(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("e", "right: ")
        shown.press("1\n", "goes): ")
        shown.press("Другое\n", "right: ")
        shown.press("new\n", "ends it.")
        shown.press("Раз\nдва\n.\n", "right: ")
        shown.press("9\n", "no such line")
        shown.press("\n", "Name [")
        shown.press("Другая\n", "none): ")
        shown.press("\n", "none): ")
        shown.press("\n")
        assert "Раз" in shown.fresh
        assert "Другая" in shown.fresh
        end = shown.press("q", "OVER")
    assert "'Раз\\nдва', 'open'" in end
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "Другая".encode() in path.read_bytes()]


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    with Stranger({"/page": html("<title>Roads</title><p>Nothing.</p>")}) as stranger:
        monkeypatch.setenv("STRANGER", stranger.address)
        monkeypatch.setenv("SITEURL", "https://magazine.example.org")
        yield stranger


def test_a_page_is_looked_at_once_the_editor_agrees(there: Stranger, tmp_path: Path) -> None:
    with window(tmp_path, "mentioned") as shown:
        assert "[v] Look whether their page links to us" in shown.seen
        asked = shown.press("v", "no  > ")
        assert "127.0.0.1, and every host that it leads on to, learns the network address" in asked
        assert "looked at" not in shown.press("n")
        assert there.asked == []
        shown.press("v", "no  > ")
        assert "It is better refused." in shown.press("y")
        there.pages["/page"] = html(
            f'<title>Roads</title><p><a href="https://magazine.example.org/{POST}.html">x</a></p>'
        )
        shown.press("м", "no  > ")
        assert "it links to us" in shown.press("y")
        assert "Roads" in shown.fresh
        shown.press("a")
        end = shown.press("q", "OVER")
    assert decided(end) == {APPROVED: 1}
    assert [one.path for one in there.asked] == ["/page", "/page"]


def test_a_mention_that_nobody_looked_at_is_approved_by_a_second_press(there: Stranger, tmp_path: Path) -> None:
    with window(tmp_path, "mentioned") as shown:
        assert "Nobody has looked whether this page links to us" in shown.press("a")
        assert "1 open" in shown.fresh
        shown.press("a")
        end = shown.press("q", "OVER")
    assert decided(end) == {APPROVED: 1}
    assert there.asked == []


def test_publishing_asks_first_and_makes_one_commit(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("a")
        shown.press("p", "any other key: no  > ")
        shown.press("n")
        shown.press("p", "any other key: no  > ")
        end = shown.press("y", "OVER")
    assert "in git as commit" in end
    assert decided(end) == {OPEN: 2}
    assert len(git(tmp_path / "content", "log", "--format=%h").split()) == 2


def test_nothing_that_was_sent_gives_orders_to_the_terminal(tmp_path: Path) -> None:
    with window(tmp_path, "hostile") as shown:
        shown.press("e", "right: ")
        shown.press("\n", "none): ")
        shown.press("\n", "none): ")
        shown.press("\n", "none): ")
        shown.press("\n")
        shown.press("a")
        shown.press("p", "no  > ")
        shown.press("n")
    rest = OURS.sub("", b"".join(shown.raw).decode())
    assert not [sign for sign in rest if words.harmless(sign) != sign and sign not in "\r\n"]


def test_nothing_stays_on_the_screen_or_above_it(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("q", "OVER")
    before, _, after = shown.seen.partition("\x1b[?1049h")
    inside, _, left = after.rpartition("\x1b[?1049l")
    assert "Текст" not in before
    assert "Текст" in inside
    assert "Текст" not in left.partition("END [")[0]


def test_ctrl_c_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with window(tmp_path, "three") as shown:
        shown.press("a")
        end = shown.press("\x03", "OVER")
    assert decided(end) == {APPROVED: 1, OPEN: 2}
    assert "\x1b[?1049l" in shown.seen


def test_where_there_is_no_terminal_lines_are_read(tmp_path: Path) -> None:
    program = PROGRAM.format(tests=str(Path(__file__).parent), folder=str(tmp_path), sent="three")
    done = subprocess.run(
        [sys.executable, "-c", program], input="a\nh\nq\n", encoding="utf-8", capture_output=True, check=False,
        env={**os.environ, "MAGAZINE_LANG": "en", "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}, cwd=REPOSITORY,
    )  # fmt: skip
    assert decided(done.stdout[done.stdout.rindex("END [") :]) == {APPROVED: 1, HELD: 1, OPEN: 1}
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("text", [*XSS, ESCAPES])
def test_any_text_is_shown_whole_and_harmless(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    with session(tmp_path, [*varied(), comment(text or "x")]) as opened:
        for item in opened.items():
            assert terminal.marked_text(item) == words.harmless(item.text)
            assert "\x1b" not in terminal.plain_look(item.text)
