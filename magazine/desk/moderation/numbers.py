"""Numbers in a text that lead to a person: of phones, of cards and of papers, however their digits are spaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

REGION, HERE = "KG", "996"
Span = tuple[int, int]
Test = Callable[[str, bool, Sequence[str]], bool]  # of digits, whether «+» stands before them, and their groups
# codes of the countries around and of those where relatives work: a number without «+» is tried with these
ABROAD = ("7", "998", "992", "993", "994", "375", "380", "971", "90", "82", "86")
BETWEEN = r"[^\w:;+\n]{0,3}"  # a time, a sum of money or another line is no part of a number
RUN = re.compile(rf"\+?{BETWEEN}\d(?:{BETWEEN}\d)*")
CARD_RUN = re.compile(r"\d(?:[ \u00a0\u202f.-]{0,2}\d)*")
GROUP = re.compile(r"\d+")
LEAST, MOST = 9, 15  # digits of a number that can be called from abroad (E.164: 15 at most)
CARD_LEAST, CARD_MOST = 13, 19  # digits of a card (ISO/IEC 7812)
ISSUERS = "234569"  # first digits of cards that people have here
# letters that are typed for digits: beside digits, or as zeros alone
LIKE = re.compile(r"(?<![^\W\d_])(?:(?=[OoОоЗзlI|]*\d)[\dOoОоЗзlI|]+|[OoОо]{2,4})(?![^\W\d_])")
AS_DIGITS = str.maketrans("OoОоЗзlI|", "000033111")
DAY = re.compile(
    r"(?<![\w.])(?:(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
    r"|(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01]))(?!\w|[./-]\d)"
)
YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[\s,–—-]{1,3}(?:19|20)\d\d)+(?!\d)|\bISBN[\s:]{0,3}[\d-]{10,17}")
CALLED = re.compile(
    r"(?i:\b(?:тел(?:ефон\w*|\.|\b)|номер\w*|звони\w*|позвони\w*|ватс?ап\w*|вац+ап\w*|whats\s?app|viber|вайбер\w*|"
    r"чал\w*|call(?: me)?|phone|tel\.?|mob\.?|моб\.?|сот\.?))[^\w\n]{0,4}"
    rf"(?P<number>\d(?:{BETWEEN}\d){{4,}})"
)
SPELT = re.compile(
    r"\b(?:(?:ноль|нуль|од(?:ин|на)|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|\w{2,7}надцать|двадцать|"
    r"тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто|сто|двести|триста|четыреста|\w{4,6}сот|"
    r"нөл|бир|эки|үч|төрт|беш|алты|жети|сегиз|тогуз|он|жыйырма|отуз|кырк|элүү|алтымыш|жетимиш|сексен|токсон|жүз|"
    r"zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|\w{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|double|\d{1,3})\b[ \t,.–—-]{0,3}){7,}",
    re.IGNORECASE,
)
WORDS = 5  # of such a row that are no digits: a row of digits is known by itself
# passports of Kyrgyzstan, its personal number (sex, day of birth, five digits) and the plates of its cars
PAPERS = re.compile(
    r"\b(?:ID|AN|AC|PE|ІD|АН|АС|РЕ)[ №-]{0,2}\d{7}\b|\b[12](?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{7}\b"
    r"|\b0[1-9] ?KG ?\d{3} ?[A-Z]{2,3}\b",
    re.IGNORECASE,
)


def phones(text: str) -> Iterator[Span]:
    """Where a phone number stands, with its spaces, dots and brackets, or in words."""
    plain = _without_days(text)
    yield from _windows(RUN, plain, LEAST, MOST, _is_phone)
    yield from (match.span("number") for match in CALLED.finditer(plain))
    for match in SPELT.finditer(text):
        if sum(not word.isdigit() for word in re.findall(r"\w+", match[0])) >= WORDS:
            yield match.start(), match.start() + len(match[0].rstrip(" \t,.–—-"))


def cards(text: str) -> Iterator[Span]:
    """Where the number of a bank card stands (ISO/IEC 7812, with its check digit), or that of a paper or a car."""
    plain = _without_days(text)
    yield from _windows(CARD_RUN, plain, CARD_LEAST, CARD_MOST, _is_card)
    yield from (match.span() for match in PAPERS.finditer(text))


def digits_only(text: str) -> str:
    """The text with every digit as one of ASCII, also where a letter stands for it; nothing else moves."""
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text) if not text.isascii() else text
    return LIKE.sub(lambda match: match[0].translate(AS_DIGITS), plain)


def _windows(runs: re.Pattern[str], text: str, least: int, most: int, is_one: Test) -> Iterator[Span]:
    """The longest rows of whole groups of digits that are such a number."""
    for run in runs.finditer(text):
        groups = list(GROUP.finditer(text, run.start(), run.end()))
        first = 0
        while first < len(groups):
            last = _last(groups, first, least, most, has_plus=first == 0 and run[0][0] == "+", is_one=is_one)
            if last is None:
                first += 1
                continue
            start = run.start() if first == 0 and run[0][0] == "+" else groups[first].start()
            if text[start - 1 : start] == "(":
                start -= 1
            yield start, groups[last].end()
            first = last + 1


def _last(
    groups: Sequence[re.Match[str]], first: int, least: int, most: int, *,
    has_plus: bool, is_one: Test,
) -> int | None:  # fmt: skip
    length, ends = 0, []
    for place in range(first, len(groups)):
        length += len(groups[place][0])
        if length > most:
            break
        if length >= least:
            ends.append(place)
    for place in reversed(ends):
        parts = [group[0] for group in groups[first : place + 1]]
        if is_one("".join(parts), has_plus, parts):
            return place
    return None


def _is_phone(digits: str, has_plus: bool, parts: Sequence[str]) -> bool:
    if _is_counting(parts):
        return False
    if has_plus or digits.startswith("00"):
        return _is_possible(digits if has_plus else digits[2:])
    if digits.startswith("0"):
        return len(digits) == 10  # the way numbers are told within the country, whether they are in use or not
    if len(digits) == 9:
        return _is_national(digits) and not _is_sum(parts)
    if len(digits) == 11 and digits.startswith("8"):
        digits = "7" + digits[1:]
    return (len(digits) == 12 and digits.startswith(HERE)) or (digits.startswith(ABROAD) and _is_valid(digits))


def _is_counting(parts: Sequence[str]) -> bool:
    """Whether these are 1, 2, 3 …: verses, not a number."""
    numbers = list(map(int, parts))
    return len(numbers) > 3 and all(after - before == 1 for before, after in pairwise(numbers))


def _is_sum(parts: Sequence[str]) -> bool:
    """Whether it may as well be millions."""
    return parts[1:] == ["000", "000"]


@lru_cache(maxsize=4096)
def _is_possible(digits: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}"))
    except NumberParseException:
        return False


@lru_cache(maxsize=4096)
def _is_valid(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except NumberParseException:
        return False


def _is_national(digits: str) -> bool:
    metadata = PhoneMetadata.metadata_for_region(REGION)
    pattern = metadata.general_desc and metadata.general_desc.national_number_pattern if metadata else None
    return bool(pattern and re.fullmatch(pattern, digits))


def _is_card(digits: str, _has_plus: bool, parts: Sequence[str]) -> bool:
    """The check digit (ISO/IEC 7812-1, annex B); a row of one digit passes it and is none."""
    if len(set(digits)) == 1 or digits[0] not in ISSUERS or len(parts[0]) not in (1, 4, len(digits)):
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0


def _without_days(text: str) -> str:
    return YEARS.sub(_blank, DAY.sub(_blank, digits_only(text)))


def _blank(match: re.Match[str]) -> str:
    return ":" * len(match[0])
