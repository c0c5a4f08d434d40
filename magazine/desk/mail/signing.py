"""Signatures by mail: counted and nothing else, unless the lines are filled in that the page's link has put there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from magazine import regions
from magazine.desk.mail.subjects import SIGN_SAID
from magazine.desk.mail.tails import CONTACT
from magazine.intake.submissions import LINK, MAX_NAME, line
from magazine.signatures import COUNTED, PEN_NAME

# as the link writes them, and as people do; the language of the first is that of the page
NAMES = {
    "имя": "ru", "псевдоним": "ru", "аты": "ky", "атым": "ky", "атыңыз": "ky", "лакап аты": "ky", "лакап атым": "ky",
    "name": "en", "pen name": "en",
}  # fmt: skip
REGIONS = ("регион", "область", "аймагы", "аймагым", "аймагыңыз", "аймак", "облусу", "region")
FIELD = re.compile(rf"\s*({'|'.join(map(re.escape, (*NAMES, *REGIONS)))})\s*[:：]\s*(.*)", re.IGNORECASE)
READY = {words.casefold() for words in SIGN_SAID}


@dataclass(frozen=True)
class Signing:
    """What a mail says of who signs; ``text`` is why, ``language`` that of its lines, both empty where it has none."""

    level: str
    name: str
    region: str
    text: str
    language: str


def read(text: str) -> Signing:
    """The signature in the words of a mail."""
    given: dict[str, str] = {}
    rest, language = [], ""
    for each in text.split("\n"):
        found = FIELD.fullmatch(each)
        if not found:
            rest.append(each)
            continue
        label = found[1].casefold()
        language = language or NAMES.get(label, "")
        given.setdefault("name" if label in NAMES else "region", line(found[2]))
    name = given.get("name", "")
    is_fit = 0 < len(name) <= MAX_NAME and not LINK.search(name) and not CONTACT.search(name)
    words = "\n".join(each for each in rest if each.strip().casefold() not in READY).strip()
    if not is_fit:
        return Signing(COUNTED, "", "", words, language)
    return Signing(PEN_NAME, name, regions.code_of(given.get("region", "")), words, language)
