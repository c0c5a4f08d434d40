"""The code on the page of thanks, by which a writer, and nobody else, can ask for removal or change."""

from __future__ import annotations

import base64
import re
import secrets

# Crockford's base 32: no letter looks like another one, nor like a number
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())  # for those of RFC 4648, 6
GROUPS, LENGTH = 4, 4  # 80 bits
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}(?:-[{ALPHABET}]{{{LENGTH}}}){{{GROUPS - 1}}}")
# as it stands in a text: what is around it, and how it is written on the page
AROUND = re.compile(r"^[\s«„“\"'(\[*№#]+|[\s»“”\"')\]*.!]+$")
GROUPED = re.compile(r"\w{4}(?:\s?[-–—]\s?\w{4}){3}")
LONGEST_LINE = 100
MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})
# Cyrillic letters that look like letters of the alphabet, for who copies a code with the other keyboard
LIKE = str.maketrans("авекмнорстух", "abekmh0pctyx")


def new() -> str:
    """A new code, like ``4kq7-m2xh-9t4p-wz3c``."""
    letters = base64.b32encode(secrets.token_bytes(5 * GROUPS * LENGTH // 8))
    return _grouped(letters.translate(OURS).decode())


def typed(text: str) -> str:
    """The code in what somebody has typed, however it is spaced or misread; empty if there is none."""
    letters = letters_of(text)
    return _grouped(letters) if CODE.fullmatch(_grouped(letters)) else ""


def letters_of(text: str) -> str:
    """The letters and digits of a code of any length, equal for all ways in which it can be typed or misread."""
    return re.sub(r"[\s\-–—.,]", "", text).lower().translate(LIKE).translate(MISREAD)


def named(text: str) -> tuple[str, str]:
    """The code that a text names on a line of its own, and the rest of the text; no code: two empty strings."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if code := on_line(line):
            return code, "\n".join([*lines[:number], *lines[number + 1 :]]).strip()
    return "", ""


def on_line(line: str) -> str:
    """The code that a line of a text is, behind a word and a colon or between quotes; empty if it is none.

    Sixteen letters of a sentence are no code, nor is the number of a card.
    """
    words = AROUND.sub("", line.partition(":")[2] or line) if len(line) <= LONGEST_LINE else ""
    has_letter, has_digit = (re.search(sign, words) is not None for sign in (r"[^\W\d_]", r"\d"))
    return typed(words) if has_letter and (has_digit or GROUPED.fullmatch(words)) else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + LENGTH] for start in range(0, len(letters), LENGTH))
