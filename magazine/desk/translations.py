"""The table of translations as an editor asks for it: in columns, as a page, or the changes of one text."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from magazine import cache
from magazine.desk.translation_table import STATES, WORDS, Row, table
from magazine.desk.translations_page import page
from magazine.messages import say
from magazine.site.build import languages_of, said


def run(name: str | None = None, html: Path | None = None, content: Path | None = None) -> int:
    """Print the table, or the changes of one text, or write the table as a page; the exit status."""
    content = content or cache.PROJECT / said()["PATH"]
    if not content.is_dir():
        told = say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content)
        print(told, file=sys.stderr)
        return 1
    languages = languages_of(said())
    rows = table(content, languages)
    if name:
        rows = [row for row in rows if name.strip("/") in (row.key, row.key.rpartition("/")[2])]
        if not rows:
            print(say("There is no text «%(value)s».", value=name), file=sys.stderr)
            return 1
    if html:
        html.write_text(page(rows, languages), encoding="utf-8")
        print(say("Written: %(file)s", file=html))
        return 0
    for line in lines(rows, languages, tells_changes=bool(name)):
        print(line)
    return 0


def lines(rows: list[Row], languages: tuple[str, ...], *, tells_changes: bool) -> list[str]:
    """The table in columns, and how many texts of each state there are in each language."""
    width = max((len(row.key) for row in rows), default=0)
    words = {state: say(WORDS[state]) for state in STATES}
    column = max(len(word) for word in words.values())
    found = [f"{'':{width}}  {'  '.join(f'{language:{column}}' for language in languages)}".rstrip()]
    for row in rows:
        states = "  ".join(f"{words[row.states[language]]:{column}}" for language in languages)
        found.append(f"{row.key:{width}}  {states}".rstrip())
        for language, changed in row.changes.items() if tells_changes else ():
            found += ["", say("What changed in the original since «%(language)s» was translated:", language=language)]
            found += changed or (say("(the earlier version is not known here)"),)
    for language in languages:
        counted = Counter(row.states[language] for row in rows)
        told = ", ".join(f"{words[state]} {counted[state]}" for state in STATES if counted[state])
        found.append(f"{language}: {told}")
    return found
