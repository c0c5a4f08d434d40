"""E-mails and network addresses of the people in an export: no text that is written names them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+(?:@|%40|&#64;)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,39})(?![\w:]|\.\d)", re.IGNORECASE
)
LATIN_END = re.compile(r"[!-~]+$")
WITHHELD_EMAIL, WITHHELD_ADDRESS = "…@…", "…"
MAILTO = re.compile(r"\[([^\]\n]*)\]\(mailto:[^)\s]*…@…[^)\s]*\)|<(?:mailto:)?…@…>")

Known = Callable[[str], bool]


def withheld(text: str, is_known: Known) -> tuple[str, int, tuple[str, ...]]:
    """The text without the e-mails and network addresses of known people; how many were taken out, which others stay.

    Of others only e-mails are told, since a number with points in it may be anything.
    """
    count, others = 0, []

    def email(found: re.Match[str]) -> str:
        nonlocal count
        plain = _plain(found[0])
        if is_known(plain):
            count += 1
            return WITHHELD_EMAIL
        latin = LATIN_END.search(found[0])  # a word of another alphabet may touch it
        if latin and latin.start() and is_known(_plain(latin[0])):
            count += 1
            return found[0][: latin.start()] + WITHHELD_EMAIL
        others.append(plain)
        return found[0]

    def address(found: re.Match[str]) -> str:
        nonlocal count
        if not _is_address(found[0]) or not is_known(found[0].lower()):
            return found[0]
        count += 1
        return WITHHELD_ADDRESS

    if "@" in text or "%40" in text or "&#64;" in text:
        text = EMAIL.sub(email, text)
        if count:
            text = MAILTO.sub(lambda found: found[1] or WITHHELD_EMAIL, text)
    return ADDRESS.sub(address, text), count, tuple(dict.fromkeys(others))


def anyone(_: str) -> bool:
    """In what readers wrote, every e-mail and network address is somebody's."""
    return True


def names_somebody(text: str) -> bool:
    """Whether a text holds any e-mail or network address."""
    return bool(EMAIL.search(text)) or any(_is_address(found[0]) for found in ADDRESS.finditer(text))


def _plain(email: str) -> str:
    return re.sub("%40|&#64;", "@", email, flags=re.IGNORECASE).strip(".'`*_").lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
