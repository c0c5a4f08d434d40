"""A laptop on which the commands of a guide are really typed: an empty folder, a terminal, and a partner with git.

It stands for Windows: ``py`` is this Python, ``.venv\\Scripts`` is ``.venv/bin``, and C:\\ is a folder.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

PROJECT = Path(__file__).resolve().parents[2]
TREE = (
    "content", "theme", "magazine", "tasks.py", "pelicanconf.py", "publishconf.py", "requirements.txt", ".gitignore"
)  # fmt: skip
ADDRESS = "https://example.org/magazine.git"
PREVIEW = re.compile(r"http://127\.0\.0\.1:\d+/")
SERVING = {"serve", "moderate"}  # until they are ended
STORY = "content/magazine/2008-12/winter-road"
GPS_LATITUDE = (42.0, 52.0, 30.0)


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    line: str
    status: int
    output: str


class Laptop:
    """A laptop with nothing on it but Python and git, and the partner it takes the magazine from."""

    def __init__(self, root: Path, language: str) -> None:
        self.root, self.language = root, language
        self.drive, self.partner = root / "C", root / "partner.git"
        self.home = self.drive / "magazine"
        for folder in (self.drive, root / "home"):
            folder.mkdir(parents=True)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAGAZINE_"))},
            "HOME": str(root / "home"), "TERM": "xterm", "COLUMNS": "100", "MAGAZINE_LANG": language,
            "MAGAZINE_CACHE": str(root / "cache"), "PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{self.partner}.insteadOf", "GIT_CONFIG_VALUE_0": ADDRESS,
        }  # fmt: skip
        self._publish_source()

    def type(
        self, line: str, answers: Sequence[str] = (), meanwhile: Callable[[str], None] = lambda _address: None
    ) -> Done:
        """Run a line as it is typed; ``meanwhile`` is called while a preview stands, which is then ended by Ctrl-C."""
        if line.startswith("set "):
            name, _, value = line.removeprefix("set ").partition("=")
            self.environment[name] = value
            return Done(line, 0, "")
        words = shlex.split(line.replace(".venv\\Scripts\\", ".venv/bin/"))
        if words[0] == "py":
            words[0] = sys.executable
        if "serve" in words:  # any free port: another program may hold the usual one
            words = [*words[: words.index("serve") + 1], "--port", "0"]
        folder = self.home if self.home.exists() else self.drive
        done = _typed(words, folder, self.environment, [*answers], meanwhile)
        if "clone" in words and not done[0]:
            (self.home / ".venv").symlink_to(sys.prefix)  # as if everything were installed already
        return Done(line, *done)

    def write(self, name: str, text: str) -> None:
        (self.home / name).write_text(text, encoding="utf-8", newline="\n")

    def read(self, name: str) -> str:
        return (self.home / name).read_text(encoding="utf-8")

    def replace(self, name: str, before: str, after: str) -> None:
        """Change a file by hand. Raises AssertionError if the words do not stand in it."""
        text = self.read(name)
        assert before in text, f"{name} has no «{before}»"
        self.write(name, text.replace(before, after))

    def take_photo(self, name: str) -> None:
        """A picture as a phone makes it, which tells where it was taken."""
        exif = Image.Exif()
        exif.get_ifd(0x8825).update({1: "N", 2: GPS_LATITUDE})
        snow = ImageOps.colorize(Image.linear_gradient("L").resize((1200, 900)), "#8fa3bf", "#f6f8fa")
        snow.save(self.home / name, exif=exif)

    def published(self, name: str) -> str:
        """A file of the site as the partner's host has it. Raises CalledProcessError if it is not there."""
        return self._git("-C", self.partner, "show", f"gh-pages:{name}")

    def publisher(self) -> str:
        """Who the host says has published last."""
        return self._git("-C", self.partner, "log", "-1", "--format=%cn <%ce>", "gh-pages").strip()

    def _publish_source(self) -> None:
        source = self.root / "source"
        source.mkdir()
        for name in TREE:
            place = PROJECT / name
            if place.is_dir():
                shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(place, source / name)
        self._git("-C", source, "init", "--quiet", "--initial-branch=main")
        self._git("-C", source, "add", "--all")
        identity = [word for name in ("user.name=Keepers", "user.email=keepers@example.org") for word in ("-c", name)]
        self._git("-C", source, *identity, "commit", "--quiet", "--message=Sources")
        self._git("clone", "--quiet", "--bare", source, self.partner)

    def _git(self, *words: str | Path) -> str:
        command = ["git", *map(str, words)]
        return subprocess.run(
            command, env=self.environment, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        ).stdout


def _typed(
    words: list[str], folder: Path, environment: dict[str, str], answers: list[str], meanwhile: Callable[[str], None]
) -> tuple[int, str]:
    """The exit status, and what stood on the terminal."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        words, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    said, is_asked = b"", False
    while data := _read(ours):
        said += data
        shown = said.decode("utf-8", "replace")
        if answers and shown.endswith(": "):
            os.write(ours, answers.pop(0).encode() + b"\n")
        address = PREVIEW.search(shown)
        if (SERVING & set(words)) and address and not is_asked:
            is_asked = True
            meanwhile(address[0])
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(), said.decode("utf-8", "replace").replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the last program has left the terminal
        return b""
