"""The short code that a signer sends back: from the link of a mail, or typed by hand."""

from __future__ import annotations

import re

from magazine.intake.receipts import ALPHABET, LENGTH, LIKE, MISREAD

CODE = re.compile(f"[{ALPHABET}]{{{2 * LENGTH}}}")


def typed(text: str) -> str:
    """The code in what somebody has typed, like ``4kq7-m2xh``, however it is spaced or misread; empty if there is none.

    Every letter of it has one way to be written only, so that a digit is not lost between a screen and a keyboard.
    """
    letters = re.sub(r"[\s\-\u2010-\u2015.,]", "", text).lower().translate(LIKE).translate(MISREAD)
    return f"{letters[:LENGTH]}-{letters[LENGTH:]}" if CODE.fullmatch(letters) else ""
