"""A problem an editor can mend: where it is, what is wrong, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from magazine.messages import marked, say
from magazine.rules import ERROR, RULES, WARNING

BARE_GUESSES = ("header-misspelt", "slug-bad")  # their sentence brings its own words for the guess


@dataclass(frozen=True, order=True)
class Problem:
    """One problem; ``path`` is relative to the content folder, ``line`` is 0 where no line can be named.

    What would stop a build were it not in a draft is a warning.
    """

    path: str
    line: int
    code: str
    values: tuple[tuple[str, object], ...] = ()
    in_draft: bool = False

    @property
    def severity(self) -> str:
        """``error``, ``warning`` or ``advice``."""
        return WARNING if self.in_draft and self.is_grave else RULES[self.code][0]

    @property
    def is_grave(self) -> bool:
        """Whether its rule stops the build, or will once the draft is to be published."""
        return RULES[self.code][0] == ERROR

    @property
    def stops(self) -> bool:
        """Whether it stops the build."""
        return self.severity == ERROR

    def said(self, language: str | None = None) -> tuple[str, str]:
        """What is wrong and what to do, in the editor's language."""
        _, what, how = RULES[self.code]
        values = dict(self.values)
        if values.get("guess") and self.code not in BARE_GUESSES:
            values["guess"] = did_you_mean(str(values["guess"]), language)
        return _sentence(say(what, language, **values)), _sentence(say(how, language, **values))

    @property
    def place(self) -> str:
        """``file:line``, or the file alone."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def text(self, language: str | None = None) -> str:
        """``file:line: what is wrong. What to do.`` in the editor's language."""
        return f"{self.place}: {' '.join(self.said(language))}"


@dataclass
class Report:
    """Collects problems while a tree is read or built; one report a run."""

    found: dict[Problem, None] = field(default_factory=dict)

    def add(self, code: str, path: str | Path, line: int = 0, /, **values: object) -> None:
        """Add a problem once, however often it is met."""
        where = path.as_posix() if isinstance(path, Path) else path
        self.found[Problem(where, line, code, tuple(sorted(values.items())))] = None

    def sorted(self) -> list[Problem]:
        """By file, line and rule."""
        return sorted(self.found)

    def errors(self) -> bool:
        """Whether anything stops the build."""
        return any(problem.stops for problem in self.found)


def closest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, or an empty string."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")


def did_you_mean(guess: str, language: str | None) -> str:
    """The end of a sentence that offers a guess."""
    return say(marked(" (did you mean «%(guess)s»?)"), language, guess=guess)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:] if text[:1].isalpha() else text
    return text if text.endswith(("?", "!", "…", ":")) else f"{text}."
