"""Mails by which somebody takes her answer back, or changes it: they carry the code from the page of thanks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from magazine.intake import receipts

IN_SUBJECT = re.compile(r"(?<!\w)\w{4}(?:[\s–—-]\w{4}){3}(?!\w)")
SHORT = 300  # letters of a request; whoever sends another text writes more, or says so
REMOVE = re.compile(
    r"удал|убер|убра|сним|снять|отозв|отзыв|забра|забер|стер|стир|өчүр|алып (?:сал|таш|кой)|кайтарып ал|жок кыл"
    r"|remov|delet|withdraw|take (?:it |my \w+ )?(?:back|down|off)|eras",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"измен|замен|исправ|поменя|новый текст|өзгөрт|оңдо|алмаштыр|жаңы текст|chang|replac|correct|edit|new text|instead",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Withdrawal:
    """The code, and the text to stand instead; empty where the answer shall go."""

    receipt: str
    text: str


def asked(subject: str, text: str) -> Withdrawal | None:
    """What a mail asks, if a code stands in its subject or on a line of its own.

    The words below the code are the new text, else those above it; a short request to remove is none.
    """
    lines = text.split("\n")
    place = next((place for place, line in enumerate(lines) if receipts.on_line(line)), None)
    if place is not None:
        receipt, above, below = receipts.on_line(lines[place]), "\n".join(lines[:place]), "\n".join(lines[place + 1 :])
    else:
        receipt = next(filter(None, (receipts.on_line(found[0]) for found in IN_SUBJECT.finditer(subject))), "")
        above, below = "", text
    if not receipt:
        return None
    words = f"{subject}\n{above}\n{below}"
    if REMOVE.search(words) and not CHANGE.search(words) and len(above) + len(below) <= SHORT:
        return Withdrawal(receipt, "")
    return Withdrawal(receipt, below.strip() or above.strip())
