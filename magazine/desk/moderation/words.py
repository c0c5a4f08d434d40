"""How moderation speaks of items to an editor: the same words in the browser and in the terminal."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable

from magazine import regions
from magazine.desk.moderation import flags
from magazine.desk.moderation.batch import Published
from magazine.desk.moderation.fetching import Fetched
from magazine.desk.moderation.flags import PERSONAL, Flag
from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, Item
from magazine.intake.submissions import COMMENT, PINGBACK, SIGNATURE, WEBMENTION, WITHDRAWAL
from magazine.messages import editor_language, marked, say, say_number
from magazine.signatures import COUNTED, PEN_NAME, PUBLIC

KINDS = {
    COMMENT: marked("a comment"), PINGBACK: marked("a pingback"), WEBMENTION: marked("a webmention"),
    WITHDRAWAL: marked("a wish of who wrote an answer"), SIGNATURE: marked("a signature"),
}  # fmt: skip
FLAGS = {
    flags.PHONE: marked("phone number"), flags.MAIL: marked("mail address or nickname"),
    flags.ADDRESS: marked("street address"), flags.CARD: marked("number of a card, a document or a car"),
    flags.NAME: marked("name that must never appear"), flags.LINK: marked("link"),
    flags.DUPLICATE: marked("the same text has come before"), flags.SCRIPT: marked("letters of another alphabet"),
    flags.SHOUTING: marked("capital letters"), flags.LATE: marked("came when the petition was not open"),
    flags.AGAIN: marked("this contact has signed already: it is not counted twice"),
    flags.NAMESAKE: marked("this name has signed already"),
    flags.UNCONFIRMED: marked("its signer has not answered the mail yet"),
}  # fmt: skip
DECISIONS = {
    OPEN: marked("open"), APPROVED: marked("approved"), HELD: marked("held"), REFUSED: marked("refused"),
}  # fmt: skip
LEVELS = {
    COUNTED: marked("only counted: nothing of the signer is shown"), PEN_NAME: marked("pen name and region are shown"),
    PUBLIC: marked("full name and region are shown"),
}  # fmt: skip
OF_THE_WHOLE = (flags.DUPLICATE, flags.SHOUTING, *flags.OF_SIGNATURES)
SHORT = 90  # letters
LANGUAGES = {"ru": marked("Russian"), "ky": marked("Kyrgyz"), "en": marked("English")}
SEEN = ("\n", "\t")
# other characters than letters, signs and spaces: what a terminal would obey, and what nobody sees
UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def kind(item: Item) -> str:
    """What it is."""
    return say(KINDS[item.submission.kind])


def language(item: Item) -> str:
    """The language it was sent in."""
    return say(LANGUAGES.get(item.submission.language, item.submission.language))


def decision(item: Item) -> str:
    """What is decided."""
    if item.is_approved_here and item.decision != APPROVED:
        return say("approved by you, another editor has to agree")
    return say(DECISIONS[item.decision])


def level(item: Item) -> str:
    """What is shown of a signer, and her region."""
    region = regions.name(item.region, editor_language(os.environ))
    return f"{say(LEVELS[item.level])}: {region}" if region else say(LEVELS[item.level])


def short(text: str) -> str:
    """The beginning of a text."""
    return " ".join(text.split())[:SHORT]


def flag(kind: str) -> str:
    """What there is to look at."""
    return say(FLAGS[kind])


def flags_of(item: Item) -> list[str]:
    """What there is to look at in an item, each thing once."""
    told = []
    for one, count in Counter(map(_place, item.flags)).items():
        name, is_below = one
        words = say("%(flag)s, in the name or between name and text", flag=flag(name)) if is_below else flag(name)
        told.append(f"{words} ({count})" if count > 1 else words)
    return told


def is_personal(found: Iterable[Flag]) -> bool:
    """Whether something in it may lead to a person."""
    return any(one.kind in PERSONAL for one in found)


def approving(item: Item) -> str:
    """What approving means here."""
    if item.submission.kind != WITHDRAWAL:
        return say("Approve")
    if item.signed:
        return say("Take the signature away")
    return say("Change the answer") if item.text else say("Take the answer away")


def wish_of_signer(item: Item) -> str:
    """What the signer whose code a withdrawal names wants."""
    if item.subject:
        return say("Its signer wants this signature to be taken away, with its reason:")
    if item.text:
        return say("Its signer wants this signature to be taken away. Its words are not published.")
    return say("Its signer wants this signature to be taken away.")


def others(item: Item) -> str:
    """Who has agreed already; empty if nobody has."""
    count = len(item.approved_by)
    return say_number("%(number)d other editor has approved these words.",
                      "%(number)d other editors have approved these words.", count) if count else ""  # fmt: skip


def counted(items: Iterable[Item]) -> list[str]:
    """How many are open, held, approved, refused."""
    found = Counter(item.decision for item in items)
    return [
        say_number("%(number)d open", "%(number)d open", found[OPEN]),
        say_number("%(number)d held", "%(number)d held", found[HELD]),
        say_number("%(number)d approved", "%(number)d approved", found[APPROVED]),
        say_number("%(number)d refused", "%(number)d refused", found[REFUSED]),
    ]


def published(done: Published) -> list[str]:
    """What a batch did."""
    told = [say_number("%(number)d file was written.", "%(number)d files were written.", len(done.files))]
    if done.commit:
        told.append(say("They are in git as commit %(commit)s. Nothing has been sent anywhere yet.",
                        commit=done.commit[:12]))  # fmt: skip
    if done.counted:
        told.append(say_number("%(number)d signature was counted.", "%(number)d signatures were counted.",
                               done.counted))  # fmt: skip
    if done.duplicates:
        told.append(say_number("%(number)d was not counted: its contact has signed already.",
                               "%(number)d were not counted: their contacts have signed already.",
                               done.duplicates))  # fmt: skip
    if done.returned:
        told.append(say_number("%(number)d now waits for another editor.", "%(number)d now wait for another editor.",
                               done.returned))  # fmt: skip
    if done.withdrawn:
        told.append(say_number("%(number)d wish of a writer was fulfilled.",
                               "%(number)d wishes of writers were fulfilled.", done.withdrawn))  # fmt: skip
    if done.refused:
        told.append(say_number("%(number)d refused one is deleted.", "%(number)d refused ones are deleted.",
                               done.refused))  # fmt: skip
    return [*told, *done.warnings]


def fetched(found: Fetched) -> list[str]:
    """What came, and what could not be asked."""
    told = [say_number("%(number)d new item has come.", "%(number)d new items have come.", found.new)]
    if found.left:
        told.append(say_number("%(number)d waits there for another editor.",
                               "%(number)d wait there for another editor.", found.left))  # fmt: skip
    if found.unopened:
        told.append(say_number("%(number)d cannot be opened with your key.",
                               "%(number)d cannot be opened with your key.", found.unopened))  # fmt: skip
    told += [f"{address}: {reason}" for address, reason in found.failed]
    return told


def harmless(text: str) -> str:
    """The text with every sign that a terminal would obey, or that nobody sees, told by its number."""
    return "".join(sign if sign in SEEN or unicodedata.category(sign) not in UNSAFE else f"‹{ord(sign):x}›"
                   for sign in text)  # fmt: skip


def _place(one: Flag) -> tuple[str, bool]:
    return one.kind, not one.end and one.kind not in OF_THE_WHOLE
