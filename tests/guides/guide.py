"""What a guide tells to type, to answer and to write, in the order in which it does."""

import re
import textwrap
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Self

DOCS = Path(__file__).resolve().parents[2] / "docs"
NAMES = ("editor", "translator")
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:py|git|set|\.venv\\Scripts\\\S+) \S")
COMMANDS, SCREEN, FILE = "bat", "text", "markdown"


@dataclass(frozen=True)
class Step:
    """Something typed (``bat``), seen and answered (``text``), or written into a file (``markdown``)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Question:
    """What a command asks, and what is answered; nothing where Enter is enough."""

    words: str
    answer: str


@dataclass(frozen=True)
class Guide:
    """One guide in one language."""

    path: Path
    text: str

    @classmethod
    def read(cls, name: str, language: str) -> Self:
        path = DOCS / f"{name}.{language}.md"
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def steps(self) -> list[Step]:
        """Every step, commands in running text among them."""
        found: dict[int, Step] = {}
        for block in BLOCK.finditer(self.text):
            kind, text = block[1], textwrap.dedent(block[2])
            if kind != COMMANDS:
                found[block.start()] = Step(kind, text)
                continue
            for number, line in enumerate(text.splitlines()):
                found[block.start() + number] = Step(kind, line)
        prose = BLOCK.sub(lambda block: " " * len(block[0]), self.text)
        for code in INLINE.finditer(prose):
            if COMMAND.match(code[1]):
                found[code.start()] = Step(COMMANDS, code[1])
        return [found[place] for place in sorted(found)]

    @property
    def typed(self) -> list[tuple[str, list[Question]]]:
        """Every command, with the questions it is to ask."""
        steps = self.steps
        return [
            (step.text, _questions(following) if following and following.kind == SCREEN else [])
            for step, following in zip_longest(steps, steps[1:])
            if step.kind == COMMANDS
        ]

    @property
    def commands(self) -> list[str]:
        return [command for command, _ in self.typed]

    @property
    def file(self) -> str:
        """What it tells to write: the text, and the line of the picture where it stands apart."""
        (text,) = [step.text for step in self.steps if step.kind == FILE]
        picture = re.search(r"`(!\[[^]]+\]\(photo\.jpg\))`", self.text)
        return text + (f"\n{picture[1]}\n" if picture else "")

    @property
    def pictures(self) -> list[str]:
        return re.findall(r"!\[[^]]+\]\((pictures/[^)]+)\)", self.text)

    @property
    def links(self) -> list[str]:
        prose = INLINE.sub("", self.text)
        return [link for link in re.findall(r"(?<!!)\[[^]]*\]\(([^)]+)\)", prose) if ":" not in link]

    @property
    def headings(self) -> list[tuple[int, str]]:
        """How deep, and what it says."""
        prose = BLOCK.sub("", self.text)
        return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", prose, re.MULTILINE)]


def _questions(step: Step) -> list[Question]:
    return [Question(*re.fullmatch(r"(.*?:) ?(.*)", line).groups()) for line in step.text.splitlines()]
