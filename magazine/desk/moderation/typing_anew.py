"""Words typed anew in a terminal: what is not typed stays, and no file is made of them."""

from __future__ import annotations

from collections.abc import Callable

from magazine.desk.moderation import words
from magazine.messages import say

END = "."  # a line that ends a new text


def text(old: str) -> str:
    """The text with lines replaced by their numbers, or a new one."""
    lines = old.split("\n")
    ask: Callable[[str], str] = input
    while True:
        print()
        for number, one in enumerate(lines, start=1):
            print(f"{number:3} {words.harmless(one)}")
        asked = ask(say("Number of a line to type anew, «new» for a whole new text, Enter when it is right: ")).strip()
        if not asked:
            return "\n".join(lines)
        if asked.isdecimal() and 0 < int(asked) <= len(lines):
            lines[int(asked) - 1] = ask(say("Line %(number)s (empty: it goes): ", number=asked))
            lines = [one for number, one in enumerate(lines, start=1) if one or number != int(asked)] or [""]
        elif asked.casefold() == "new":
            print(say("Type the text. A line with nothing but a full stop ends it."))
            lines = list(iter(lambda: ask(""), END)) or [""]
        else:
            print(say("There is no such line."))


def line(name: str, value: str) -> str:
    """The line of this name, or another one."""
    asked = input(say("%(name)s [%(value)s] (Enter: as it is, «-»: none): ", name=name, value=words.harmless(value)))
    return "" if asked.strip() == "-" else asked or value
