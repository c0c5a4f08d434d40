"""The table of translations as a page for the editors' own eyes: it stands alone and asks nothing of any network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from magazine.desk.translation_table import STATES, WORDS, Row
from magazine.messages import editor_language, say


def page(rows: Iterable[Row], languages: tuple[str, ...]) -> str:
    """The page in the editor's language."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("translations.html").render(
        rows=list(rows), languages=languages, language=editor_language(os.environ), heading=say("Translations"),
        words={state: say(WORDS[state]) for state in STATES}, unknown=say("(the earlier version is not known here)"),
        changed=say("What changed in the original"),
    )  # fmt: skip
