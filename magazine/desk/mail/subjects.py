"""What a subject says: which text and which answer a mail belongs to, however mail programs have treated it."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from magazine import library
from magazine.cache import PROJECT
from magazine.intake.submissions import ENTRY, IDENTIFIER
from magazine.messages import LANGUAGES, catalog
from magazine.places import ANSWERS, Places
from magazine.problems import Report
from magazine.records import SECTIONS
from magazine.site.build import said

BRACKETS = re.compile(r"\[([^\[\]]{3,300})(?:\]|$)")
BARE = re.compile(rf"\b((?:{'|'.join(SECTIONS)})/[a-z0-9/_-]+(?:#[a-z0-9_-]+)?)", re.IGNORECASE)
PASSED_ON = re.compile(
    r"(?:^|[:\]\s])(?:fwd?|tr|wg|пересл\w*|перенапр\w*|переадр\w*|кайра жөн\w*)(?:\[\d+\])?\s*:", re.IGNORECASE
)
DASHES = re.compile("[\u2010-\u2015\u2212\u00ad]")
START = 80  # letters of a subject in which prefixes stand
SIGNATURE, TRANSLATION = MARKS = ("I sign", "Translation")  # as the theme has them
ANSWERS_SAID = {"ru": "ответ", "ky": "жооп", "en": "answer"}  # before the bracket on pages that are older than this


@dataclass(frozen=True)
class Texts:
    """The texts of the magazine and their answers, by the letters and digits of their names alone."""

    keys: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]
    words: Mapping[tuple[str, str], str]  # what the page's links call a mail, by language and meaning

    @classmethod
    def of(cls, content: Path) -> Texts:
        """The texts in a content folder, drafts too."""
        tree = library.scanned(content)
        keys = [place.key for place in Places(tree, Report()).entries()]
        stems = {key: [Path(file.name).stem for file in tree.folders.get(f"{key}/{ANSWERS}", ())] for key in keys}
        return cls(_by_letters(keys), {key: _by_letters(stems[key]) for key in keys}, words())


@dataclass(frozen=True)
class Subject:
    """What was found: ``mark`` is what the page's link says of it, empty where somebody wrote the subject."""

    entry: str = ""
    reply_to: str = ""
    language: str = ""
    mark: str = ""
    is_forward: bool = False


def read(subject: str, texts: Texts) -> Subject:
    """What a decoded subject says."""
    plain = unicodedata.normalize("NFKC", subject)
    if re.search(r"%(?:5B|2F|23|D0|D1|D2)", plain, re.IGNORECASE):
        plain = urllib.parse.unquote(plain, errors="replace")
    is_forward = PASSED_ON.search(plain[:START]) is not None
    for pattern in (BRACKETS, BARE):
        for found in pattern.finditer(plain):
            entry, reply_to = _named(found[1], texts)
            if entry:
                language, mark = _marked(plain[: found.start()], texts)
                return Subject(entry, reply_to, language, mark, is_forward)
    return Subject(is_forward=is_forward)


def words() -> dict[tuple[str, str], str]:
    """What the pages' links say before the bracket, by language and meaning; an answer has no meaning of its own."""
    folder = PROJECT / said()["THEME"] / "translations"
    marks = {
        (language, mark): catalog(folder, "messages", language).gettext(mark).casefold()
        for language in LANGUAGES
        for mark in MARKS
    }
    return {**marks, **{(language, ""): word for language, word in ANSWERS_SAID.items()}}


def _named(words: str, texts: Texts) -> tuple[str, str]:
    key, _, answer = DASHES.sub("-", words).partition("#")
    if "/" not in key:
        return "", ""
    entry = texts.keys.get(_letters(key), "")
    if not entry:
        written = re.sub(r"\s+", "", key).lower().strip("/")
        entry = written if written.partition("/")[0] in SECTIONS and ENTRY.fullmatch(written) else ""
    if not entry or not answer.strip():
        return entry, ""
    known = texts.answers.get(entry, {}).get(_letters(answer), "")
    written = re.sub(r"\s+", "", answer).lower()
    return entry, known or (written if len(written) <= 64 and IDENTIFIER.fullmatch(written) else "")


def _marked(before: str, texts: Texts) -> tuple[str, str]:
    """The language and the meaning of the word that the page's link puts before the bracket."""
    said_before = before.strip().casefold()
    for (language, mark), word in texts.words.items():
        if said_before.endswith(word):
            return language, mark
    return "", ""


def _by_letters(names: Iterable[str]) -> dict[str, str]:
    """Names by their letters, without those that only a sign tells apart."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_letters(name), []).append(name)
    return {letters: same[0] for letters, same in found.items() if len(same) == 1}


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
