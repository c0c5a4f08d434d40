"""Small signed texts: one ``name value`` a line, in a fixed order. What is not just so is refused.

Names that are not known are passed over, so that a later program may add some.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from magazine.messages import marked
from magazine.release.codes import Code, ReleaseError

MAX_LINES = 5_000
LINE = re.compile(r"([a-z][a-z0-9-]{0,39}) (?! )([^\x00-\x1f\x7f]{1,2000})(?<! )")
DATE = re.compile(r"20[0-9][0-9]-[01][0-9]-[0-3][0-9]")
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
SHA256 = re.compile(r"[0-9a-f]{64}")
ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")

TOO_LONG = marked("%(file)s is longer than %(count)d bytes.")
NO_TEXT = marked("%(file)s is no text in UTF-8 that ends with a line break.")
BAD_LINE = marked("%(file)s, line %(line)d: this is not a name and a value.")
BAD_ORDER = marked("%(file)s, line %(line)d: «%(name)s» does not belong here.")
BAD_VALUE = marked("%(file)s: the value of «%(name)s» is not written as it must be.")
LACKING = marked("%(file)s: there is no «%(name)s».")
TWICE = marked("%(file)s: «%(name)s» stands there twice.")

Fields = Mapping[str, Sequence[str]]


def read(data: bytes, file: str, once: Sequence[str], order: Sequence[str], limit: int) -> Fields:
    """The values by name, of which those named ``once`` are there just once; raises ReleaseError (malformed)."""
    if len(data) > limit:
        raise malformed(TOO_LONG, file=file, count=limit)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise malformed(NO_TEXT, file=file) from None
    if not text.endswith("\n") or text.count("\n") > MAX_LINES:
        raise malformed(NO_TEXT, file=file)
    found: dict[str, list[str]] = {name: [] for name in order}
    place = 0
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        parts = LINE.fullmatch(line)
        if not parts:
            raise malformed(BAD_LINE, file=file, line=number)
        name = parts[1]
        if name not in found:
            continue
        if order.index(name) < place:
            raise malformed(BAD_ORDER, file=file, line=number, name=name)
        place = order.index(name)
        found[name].append(parts[2])
    for name in once:
        if len(found[name]) != 1:
            raise malformed(TWICE if found[name] else LACKING, file=file, name=name)
    return found


def number(fields: Fields, file: str, name: str, least: int = 0) -> int:
    """A whole number; raises ReleaseError (malformed)."""
    value = int(matched(fields[name][0], NUMBER, file, name)[0])
    if value < least:
        raise malformed(BAD_VALUE, file=file, name=name)
    return value


def date(value: str, file: str, name: str) -> dt.date:
    """A day; raises ReleaseError (malformed)."""
    try:
        return dt.date.fromisoformat(matched(value, DATE, file, name)[0])
    except ValueError:
        raise malformed(BAD_VALUE, file=file, name=name) from None


def matched(value: str, pattern: re.Pattern[str], file: str, name: str) -> re.Match[str]:
    """The value as the pattern wants it; raises ReleaseError (malformed)."""
    found = pattern.fullmatch(value)
    if not found:
        raise malformed(BAD_VALUE, file=file, name=name)
    return found


def malformed(sentence: str, **values: object) -> ReleaseError:
    """The error of a file that is not written as it must be."""
    return ReleaseError(Code.MALFORMED, sentence, **values)
