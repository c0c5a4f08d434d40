"""The vocabulary of the invented texts: stems, endings and small words of three languages, from ``words.json``."""

from __future__ import annotations

import json
from pathlib import Path

LANGUAGES = ("ru", "ky", "en")  # the first one is the site's own
_READ = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))


def _words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


TAGS = _words(_READ["tags"])
STEMS, SMALL, NAMES = (
    {language: _words(_READ[language][kind]) for language in LANGUAGES} for kind in ("stems", "small", "names")
)
ENDINGS = {language: ["", *_words(_READ[language]["endings"])] for language in LANGUAGES}
READ_MORE = {language: " ".join(_READ[language]["read more"]) for language in LANGUAGES}
