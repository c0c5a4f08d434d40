"""Which language a text is in: by Polylang's words, by qTranslate's marks, or by its letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from magazine.desk.wordpress.records import Item

LANGUAGE, TRANSLATIONS = "language", "post_translations"  # Polylang's taxonomies
OTHER_CODES = {"kg": "ky", "kir": "ky", "kirghiz": "ky", "rus": "ru", "eng": "en"}
# qTranslate, qTranslate-X and -XT: <!--:ru-->…<!--:-->, [:ru]…[:], {:ru}…{:}
MARK = re.compile(r"<!--:([a-z]{2})?-->|\[:([a-z]{2})?\]|\{:([a-z]{2})?\}")
UNREAD = re.compile(r"<[^>]*>|https?://\S+|\[[^\]\n]*\]|&\w+;")
CYRILLIC, LATIN = re.compile("[\u0400-\u04ff]"), re.compile("[A-Za-z]")
KYRGYZ = re.compile("[өүңӨҮҢ]")
# no other language of these three has them, and Russian in Latin letters has none of them
ENGLISH = re.compile(r"\b(?:the|and|is|are|you|your|of|to|with|this|that|not|it|for|thanks?)\b", re.IGNORECASE)
SAMPLE = 4_000  # letters
KYRGYZ_SHARE = 0.01  # of the letters; in Kyrgyz texts it is four to eight times that


def polylang(item: Item) -> tuple[str, str]:
    """The code of the language and the name of the group of translations; empty where there is none."""
    codes, groups = (item.filed(domain) for domain in (LANGUAGE, TRANSLATIONS))
    return (codes[0].slug if codes else ""), (groups[0].slug or groups[0].name if groups else "")


def known(code: str, languages: Iterable[str]) -> str:
    """The language of the magazine that a code means (``ru_RU``, ``kg``), or an empty string."""
    code = code.strip().lower()
    short = OTHER_CODES.get(code) or OTHER_CODES.get(code[:2]) or code[:2]
    return short if short in languages else ""


def marked_codes(*texts: str) -> tuple[str, ...]:
    """The codes that qTranslate's marks name, in their order."""
    found = (next(filter(None, match.groups()), "") for text in texts for match in MARK.finditer(text))
    return tuple(dict.fromkeys(filter(None, found)))


def part(text: str, code: str) -> str:
    """What a text says in one of qTranslate's languages; what stands outside of all marks belongs to each."""
    said, place, current = "", 0, ""
    for match in MARK.finditer(text):
        if current in ("", code):
            said += text[place : match.start()]
        current, place = next(filter(None, match.groups()), ""), match.end()
    return said + (text[place:] if current in ("", code) else "")


def guessed(text: str, usual: str) -> str:
    """The language of a text by its letters: ``ru``, ``ky`` or ``en``; the usual one where they do not tell."""
    sample = UNREAD.sub(" ", text[: 4 * SAMPLE])[:SAMPLE]
    cyrillic, latin = len(CYRILLIC.findall(sample)), len(LATIN.findall(sample))
    if cyrillic > latin:
        if len(KYRGYZ.findall(sample)) > KYRGYZ_SHARE * cyrillic:
            return "ky"
        return "ky" if usual == "ky" else "ru"
    return "en" if latin > cyrillic and ENGLISH.search(sample) else usual
