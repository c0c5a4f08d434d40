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
from magazine.records import PETITIONS, SECTIONS
from magazine.site.build import said

BRACKETS = re.compile(r"\[([^\[\]]{3,300})(?:\]|$)")
BARE = re.compile(rf"\b((?:{'|'.join(SECTIONS)})/[a-z0-9/_-]+(?:#[a-z0-9_-]+)?)", re.IGNORECASE)
PASSED_ON = re.compile(
    r"(?:^|[:\]\s])(?:fwd?|tr|wg|пересл\w*|перенапр\w*|переадр\w*|кайра жөн\w*)(?:\[\d+\])?\s*:", re.IGNORECASE
)
DASHES = re.compile("[\u2010-\u2015\u2212\u00ad]")
PETITION = f"{PETITIONS}/"
START = 80  # letters of a subject in which prefixes stand
SIGNATURE, TRANSLATION = "sign", "Translation"  # behind a petition, and before the bracket as the theme has it
# what pages that are older than this say before the bracket, and in the mail of who signs
ANSWERS_SAID = {"ru": "ответ", "ky": "жооп", "en": "answer"}
SIGNATURES_SAID = {"ru": "я подписываю", "ky": "мен кол коём", "en": "i sign"}
SIGN_SAID = (
    "I support the petition. Count me.",
    "Я поддерживаю петицию. Посчитайте меня.",
    "Мен петицияны колдойм. Мени да эсепке алыңыз.",
)


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
            words, is_signature = _signed(found[1])
            entry, reply_to = _named(words, texts)
            if entry:
                language, mark = _marked(plain[: found.start()], texts)
                is_signature = entry.startswith(PETITION) and (is_signature or mark == SIGNATURE)
                return Subject(entry, reply_to, language, SIGNATURE if is_signature else mark, is_forward)
    return Subject(is_forward=is_forward)


def words() -> dict[tuple[str, str], str]:
    """What the pages' links say before the bracket, by language and meaning; an answer has no meaning of its own."""
    folder = PROJECT / said()["THEME"] / "translations"
    said_by = {
        TRANSLATION: {each: catalog(folder, "messages", each).gettext(TRANSLATION).casefold() for each in LANGUAGES},
        SIGNATURE: SIGNATURES_SAID,
        "": ANSWERS_SAID,
    }
    return {(language, mark): word for mark, words in said_by.items() for language, word in words.items()}


def _signed(words: str) -> tuple[str, bool]:
    """What stands in a bracket without the word by which a petition is signed, and whether it is there."""
    key, _, last = words.rpartition("/")
    is_there = _letters(last) == SIGNATURE and "/" in key and _letters(key.partition("/")[0]) == PETITIONS
    return (key, True) if is_there else (words, False)


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
