"""How a name is spelt: all its usual spellings in Cyrillic and Latin letters come down to the same few sounds.

The tables follow GOST 7.79, BGN/PCGN, the passports of Russia and Kyrgyzstan, ISO 9 and what people type. They are
coarse on purpose: what differs between two spellings of one name is not told apart.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote_to_bytes

VOWELS = "aeiou"
MOST_FORMS = 48  # of one word
MOST_ORDERED = 3  # words of a name that are looked for in any order
SOUNDS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ү": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "s", "щ": "s", "ъ": "", "ы": "i", "ь": "",
    "э": "e", "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "e", "ў": "u", "қ": "k", "ғ": "g", "ҳ": "h", "һ": "h",
    "ә": "a", "ұ": "u", "җ": "j", "w": "v", "y": "i", "q": "k", "x": "ks", "ı": "i", "ž": "j", "č": "ch", "ç": "ch",
    "ø": "o", "æ": "e", "ß": "s", "đ": "d", "ł": "l", "ʹ": "", "ʺ": "",
}  # fmt: skip
TOGETHER = {
    "shch": "s", "sch": "s", "sh": "s", "dzh": "j", "zh": "j", "dj": "j", "kh": "h", "gh": "g", "tch": "ç", "ch": "ç",
    "ts": "ç", "tz": "ç", "ck": "k", "c": "k", "ph": "f", "ng": "n", "oe": "o", "ue": "u", "io": "e",
}  # fmt: skip
SOUND = re.compile("|".join(sorted(TOGETHER, key=len, reverse=True)))
GLIDE = re.compile(r"i+(?=[aeou])|(?<=[aeou])i+")  # й, ь and the like beside a vowel are written in ten ways
HIATUS = re.compile(r"\bii(?=[aeou])")  # июль is not Юля
DOUBLE = re.compile(r"([a-zç])\1+")
# what a listed letter may also stand for, as it sounds in the text: Julia, Ivanoff, Axmat, Coi
ALSO = {
    "й": ("j",), "ю": ("ju",), "я": ("ja",), "ё": ("jo", "o"), "х": ("ks",), "ц": ("k",), "ү": ("i",), "j": ("i",),
    "x": ("h",), "c": ("ts",),
}  # fmt: skip
# letters that look the same (Unicode's confusables)
LATIN_TWINS, CYRILLIC_TWINS = "aceopxyiABCEHKMOPTXYI", "асеорхуіАВСЕНКМОРТХУІ"
AS_CYRILLIC = str.maketrans(LATIN_TWINS, CYRILLIC_TWINS)
AS_LATIN = str.maketrans(CYRILLIC_TWINS, LATIN_TWINS)
MIXED = re.compile(r"(?<![^\W\d_])[^\W\d_]*(?:[A-Za-z][\u0400-\u052f]|[\u0400-\u052f][A-Za-z])[^\W\d_]*")
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});?", re.IGNORECASE)
PERCENT = re.compile(r"(?:%[\da-f]{2})+", re.IGNORECASE)
ESCAPE = re.compile(r"\\u([\da-f]{4})", re.IGNORECASE)
CASE_SEAM = re.compile(r"(?<=[a-zа-яёөүң])(?=[A-ZА-ЯЁӨҮҢ])|(?<=[A-ZА-ЯЁӨҮҢ])(?=[A-ZА-ЯЁӨҮҢ][a-zа-яёөүң])")
TARGET = re.compile(r"\]\([^()\n]*\)")
MARKUP = re.compile(r"<[^<>]*>|\]\([^()\n]*\)")
SHORT_TAG = re.compile(r"</?[a-z]{1,2}\d?(?=[\s/>])")  # a list's ul and li are nobody's names
SOFT = "\u00ad"
LETTER = "a-zç"
# what may stand between two words of a name: also an initial or a patronymic
PATRONYMIC = rf"[{LETTER}]{{3,}}v(?:n[aeiou]{{1,2}}|iç[aeiou]?m?)"
MIDDLE = rf"[^{LETTER}]+(?:(?:[{LETTER}]|{PATRONYMIC})[^{LETTER}]+)?"
# endings as they sound; Russian cases and possessives, Kyrgyz plural, possession and case
RUSSIAN = r"[aeiou]{0,2}|[aeiou]m[iu]?|[aeiou]h|[eo]go|[eo]v|in[aeiou]?[mh]?"
CASE = r"[ndt][iu]n?|[gk][aeo]|[dtn]?[aeo]n?|[dt][aeo]gi|[dnt]ik[aeiou]|ça"
KYRGYZ = rf"[aeiou]?(?:[ldt][aeo]r)?(?:[iu]?[mn]|s?[iu]n?|[iu]?b[iu]z)?(?:{CASE})?"
FILLER = r"(?:(?:d|dom|kv|kvartira|korp|korpus|str|ui|batir|ap|apt|flat|house|no?)(?![a-zç])[^a-zç\d]*)?"
GENERIC = {"ul", "uliça", "per", "pereulok", "pr", "prospekt", "mkr", "mikroraion", "koço", "koçosu", "street", "d",
           "dom", "kv", "kvartira", "ui", "batir", "g", "gorod", "saar"}  # fmt: skip


class _Letters(dict[int, str]):
    """What each sign sounds like; a sign is looked up once."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        sound = SOUNDS.get(sign)
        if sound is None:
            plain = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
            is_known = plain.isascii() and plain.isalnum()
            sound = SOUNDS.get(plain, plain) if is_known else "\n" if sign == "\n" else " "
        self[code] = sound
        return sound


_LETTERS = _Letters()


def heard(text: str) -> str:
    """The text as it sounds, in small Latin letters and ``ç``; what is no letter or digit is a space, lines stay."""
    plain = shown(text)
    if not plain.isascii():
        plain = MIXED.sub(_in_one_alphabet, unicodedata.normalize("NFKC", plain))
    return sounds(plain.lower().translate(_LETTERS))


def sounds(latin: str) -> str:
    """Latin letters without what differs between spellings."""
    once = SOUND.sub(lambda match: TOGETHER[match[0]], DOUBLE.sub(r"\1", HIATUS.sub("ij", latin)))
    return DOUBLE.sub(r"\1", GLIDE.sub("", once))


def shown(text: str) -> str:
    """The text with what stands for letters in HTML, in addresses and in JSON replaced by them; lines stay."""
    for _ in range(2):  # a feed holds HTML that is written in XML
        if "&" in text:
            text = ENTITY.sub(lambda match: _flat(html.unescape(match[0])), text)
        if "%" in text:
            text = PERCENT.sub(_unquoted, text)
    if "\\u" in text:
        text = ESCAPE.sub(lambda match: _flat(chr(int(match[1], 16))), text)
    return text


def without_markup(text: str) -> str:
    """The text with a soft hyphen for each tag and each target of a link; lines stay."""
    seen = shown(text)
    # one alternative alone is found far quicker
    return (MARKUP if "<" in seen else TARGET).sub(lambda match: SOFT + "\n" * match[0].count("\n"), seen)


def without_short_tags(text: str) -> str:
    """The text without the names of tags that could be taken for names of people; lines stay."""
    return SHORT_TAG.sub("<", text)


def in_parts(text: str) -> str:
    """The text with a space where AWordBegins in a word."""
    return CASE_SEAM.sub(" ", text)


def forms(word: str) -> tuple[str, ...]:
    """All ways in which a word of the list may sound in a text."""
    word = unicodedata.normalize("NFKC", word).lower()
    options = [_options(word, place) for place in range(len(word))]
    spelt = ("".join(choice) for choice in itertools.islice(itertools.product(*options), MOST_FORMS))
    found = [sounds(one.translate(_LETTERS)) for one in spelt]
    capitals = word.upper()
    if set(capitals) <= set(CYRILLIC_TWINS):
        found.append(heard(capitals.translate(AS_LATIN)))
    elif set(capitals) <= set(LATIN_TWINS):
        found.append(heard(capitals.translate(AS_CYRILLIC)))
    return tuple(dict.fromkeys("".join(form.split()) for form in found))


def stem(form: str) -> str:
    """What stays of a word in all its cases."""
    return form[:-1] if len(form) > 2 and form[-1] in VOWELS else form


def word_pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Finds a word of the list in any case, where it stands by itself."""
    return re.compile(_either(one + _ending(one) for one in _stems(forms)))


def name_pattern(words: Sequence[tuple[str, ...]]) -> re.Pattern[str]:
    """Finds a name, given the forms of its words, in what is heard of a text, in any order and case."""
    orders = itertools.permutations(words) if len(words) <= MOST_ORDERED else [tuple(words)]
    ways = []
    for order in orders:
        ways.append(MIDDLE.join(_either(_spaced(one) + _ending(one) for one in _stems(word)) for word in order))
        joined = [_either(_stems(word)) + "[aeiou]{0,2}" for word in order[:-1]]
        ways.append("".join(joined) + _either(one + _ending(one) for one in _stems(order[-1])))
    return re.compile(rf"(?<![{LETTER}])" + _either(ways))


def place_pattern(words: Sequence[tuple[str, ...]]) -> re.Pattern[str]:
    """Finds an address of a house or a mail box: words and numbers in this order, whatever stands between."""
    parts = []
    for word in words:
        if word[0].isdigit():
            parts.append(rf"{FILLER}(?<!\d){word[0]}(?!\d)")
        else:
            parts.append(_either(_spaced(one) + _ending(one) for one in _stems(word)))
    return re.compile(rf"(?<![{LETTER}])" + rf"[^{LETTER}\d]*".join(parts) + rf"(?![{LETTER}])")


def _stems(word: Iterable[str]) -> list[str]:
    found = dict.fromkeys(stem(form) for form in word)
    return sorted(found, key=len, reverse=True)


def _either(ways: Iterable[str]) -> str:
    return f"(?:{'|'.join(ways)})"


def _spaced(letters: str) -> str:
    """The letters with anything between them; apart, й beside a vowel and a doubled letter are heard again."""
    between = (rf"{letter}(?:(?:[i{letter}]?[^{LETTER}])+[i{letter}]?)?" for letter in letters[:-1])
    return "".join(between) + letters[-1]


def _ending(stem: str) -> str:
    """The endings of a stem; of a short one fewer, for with all of them it would be many other words."""
    return rf"(?:{RUSSIAN}|{KYRGYZ if len(stem) > 2 else CASE})s?(?![{LETTER}])"


def _options(word: str, place: int) -> tuple[str, ...]:
    letter = word[place]
    if letter == "c" and word[place + 1 : place + 2] == "h":
        return (letter,)
    if letter == "е" and place == 0:
        return (letter, "je")
    if letter == "в" and place == len(word) - 1:
        return (letter, "f")
    return (letter, *ALSO.get(letter, ()))


def _in_one_alphabet(match: re.Match[str]) -> str:
    """A word of two alphabets in the one that its other letters are of."""
    word = match[0]
    latin = {letter for letter in word if letter.isascii() and letter not in LATIN_TWINS}
    cyrillic = {letter for letter in word if not letter.isascii() and letter not in CYRILLIC_TWINS}
    if latin and cyrillic:
        return word
    is_cyrillic = bool(cyrillic) or (not latin and 2 * sum(map(str.isascii, word)) <= len(word))
    return word.translate(AS_CYRILLIC if is_cyrillic else AS_LATIN)


def _unquoted(match: re.Match[str]) -> str:
    data = unquote_to_bytes(match[0])
    try:
        return _flat(data.decode())
    except UnicodeDecodeError:
        return _flat(data.decode("cp1251", "replace"))


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def addressed(words: list[str]) -> Iterator[str]:
    """The words of an address that tell it from others: not «street» nor «house»."""
    kept = [word for word in words if "".join(heard(word).split()) not in GENERIC]
    yield from kept if any(not word.isdigit() for word in kept) else words
