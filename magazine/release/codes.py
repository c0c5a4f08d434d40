"""How a check of a release can end; every program that checks one ends with the same status."""

from __future__ import annotations

from enum import IntEnum

from magazine.messages import marked, say


class Code(IntEnum):
    """The exit statuses of ``verify``, ``sync`` and of all scripts of the partners' kit."""

    FRESH = 0
    USAGE = 2
    UNREACHABLE = 3  # late, too long and without end as well
    CHANGED = 10
    MISSING = 11
    ADDED = 12
    MIXED = 13
    ROLLED_BACK = 14
    EXPIRED = 15
    BAD_SIGNATURE = 16
    REVOKED = 17
    OLD_KEYS = 18
    UNSAFE = 19
    MALFORMED = 20
    FORK = 21


MEANINGS = {
    Code.FRESH: marked("Whole and fresh: every file is as the magazine signed it."),
    Code.USAGE: marked("It was asked in a way that cannot be answered."),
    Code.UNREACHABLE: marked("It cannot be reached, or does not end."),
    Code.CHANGED: marked("A file was changed."),
    Code.MISSING: marked("A file is missing."),
    Code.ADDED: marked("A file was added that the magazine did not sign."),
    Code.MIXED: marked("Files of different releases are mixed."),
    Code.ROLLED_BACK: marked("An older release stands where a newer one was seen before."),
    Code.EXPIRED: marked("Whole, but stale: its date of expiry is over, so ask whether there is a newer release."),
    Code.BAD_SIGNATURE: marked("It is not signed by the magazine's key."),
    Code.REVOKED: marked("It is signed with a key that the magazine has revoked."),
    Code.OLD_KEYS: marked("The list of keys is older than one seen before, or its date of expiry is over."),
    Code.UNSAFE: marked("The list holds a name that could do harm."),
    Code.MALFORMED: marked("A file of the release is not written as it must be."),
    Code.FORK: marked("There are two different releases of one number: tell the editors at once."),
}


class ReleaseError(Exception):
    """Why something is not believed: the ``code``, and a marked ``sentence`` with its ``values``."""

    def __init__(self, code: Code, sentence: str, **values: object) -> None:
        super().__init__(f"{code.value}: {sentence % values}")
        self.code, self.sentence, self.values = code, sentence, values

    def said(self, language: str | None = None) -> str:
        """The sentence in the editor's language."""
        values = dict(self.values)
        if "reason" in values:
            values["reason"] = say(str(values["reason"]), language)
        return say(self.sentence, language, **values)
