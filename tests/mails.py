"""Mails as programs make them, and a desk that they are sealed into."""

import datetime as dt
import email.policy
from collections.abc import Iterable
from email.header import Header
from email.message import EmailMessage, Message
from pathlib import Path

from magazine.desk.mail import taken
from magazine.desk.mail.boxes import Letter
from magazine.desk.mail.mime import READ
from magazine.desk.mail.reading import Read, read
from magazine.desk.mail.subjects import Texts, words
from magazine.desk.moderation import keyring
from magazine.intake.submissions import Submission, unpacked

TODAY = dt.date(2026, 3, 9)
KEY, ANSWER = "blog/winter-road", "2026-01-03-1-abcde"
TEXTS = Texts(
    {"blogwinterroad": KEY, "petitionsumbrella": "petitions/umbrella"},
    {KEY: {"202601031abcde": ANSWER}, "petitions/umbrella": {}},
    words(),
)
SAID = {
    "ru": "Спасибо за рассказ. Мне тоже было страшно идти той дорогой, но мы дошли.",
    "ky": "Аңгемеңизге рахмат. Мага да ал жол менен өтүү коркунучтуу эле, бирок жеттик.",
    "en": "Thank you for the story. I was afraid of that road too, but we got there.",
}
# headers that lead to a person; none of their words may be anywhere afterwards
TRACES = {
    "From": "Canary Nameova <canary.from@people.example.org>",
    "To": "canary.to@example.org",
    "Received": "from canaryhost ([192.0.2.77]) by mx.example.org; Tue, 3 Feb 2026 04:05:06 +0600",
    "X-Originating-IP": "[192.0.2.78]",
    "X-Mailer": "CanaryMailer 7.7",
    "User-Agent": "CanaryAgent 7.7",
    "Organization": "Canary Org",
    "Reply-To": "canary.reply@people.example.org",
    "DKIM-Signature": "v=1; d=canary.example.org",
    "In-Reply-To": "<canary.before@example.org>",
}
CANARIES = ("canary", "Canary", "192.0.2.7", "04:05", "people.example.org")


def mail(text: str = SAID["ru"], subject: str = f"Ответ [{KEY}]", **how: str) -> EmailMessage:
    """A mail with all headers that a program writes."""
    made = EmailMessage()
    made["Subject"] = subject
    made["Date"] = how.pop("date", "Tue, 3 Feb 2026 04:05:06 +0600")
    made["Message-ID"] = how.pop("identifier", "<canary.1@people.example.org>")
    for name, value in TRACES.items():
        made[name] = value
    made.set_content(text, **how)
    return made


def raw(head: Iterable[str] | str, body: bytes | str, charset: str = "ascii") -> bytes:
    """A mail written by hand."""
    lines = head if isinstance(head, str) else "\r\n".join(head)
    said = body if isinstance(body, bytes) else body.encode(charset)
    return lines.encode(charset) + b"\r\n\r\n" + said.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def encoded(subject: str, charset: str) -> str:
    """A subject in encoded words (RFC 2047), folded."""
    return Header(subject, charset, header_name="Subject").encode(linesep="\r\n")


def as_bytes(made: Message | bytes) -> bytes:
    """A mail as it is sent."""
    if isinstance(made, bytes):
        return made
    return made.as_bytes(policy=email.policy.SMTP)


def taken_apart(made: Message | bytes, texts: Texts = TEXTS) -> Read:
    """What becomes of a mail; raises SkippedError."""
    data = as_bytes(made)
    letter = Letter(data[:READ], None, len(data) <= READ)
    return read(letter, texts, lambda known_by: f"{hash(known_by) & 0xFFFFFFFF:08x}", TODAY)


def one(made: Message | bytes, texts: Texts = TEXTS) -> Submission:
    """The only submission of a mail."""
    (found,) = taken_apart(made, texts).submissions
    return found


def waiting(home: Path) -> list[Submission]:
    """What is in the queue of the laptop whose private folder this is."""
    keys = keyring.unlocked({}, lambda: "")
    assert keys.home.is_relative_to(home)
    queue = taken.queue_of(keys)
    return [unpacked(keys.open(queue.read(name))) for name in queue.names()]
