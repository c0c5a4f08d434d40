"""Moderation in a terminal: one item a screen, one key a decision. Nothing of it is left on the screen at the end."""

from __future__ import annotations

import contextlib
import html
import os
import re
import sys
from collections.abc import Iterator

from magazine.desk.moderation import group_terminal, group_words, typing_anew, verification, words
from magazine.desk.moderation.flags import Flag
from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, Item
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.keys import pressed
from magazine.desk.moderation.page import look
from magazine.desk.moderation.session import Session
from magazine.intake.submissions import SIGNATURE, WITHDRAWAL
from magazine.messages import say
from magazine.records import Answer

# ECMA-48, 8.3.117 (reverse, bold), and xterm's second screen, which leaves nothing to scroll back to
REVERSE, BOLD, PLAIN = "\x1b[7m", "\x1b[1m", "\x1b[0m"
SECOND, FIRST, CLEAR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[2J\x1b[H"
TAG = re.compile(r"<[^>]*>")
DECIDED = {"a": APPROVED, "h": HELD, "r": REFUSED, "o": OPEN}
SHORT = 400  # letters of what was answered


def work(session: Session) -> int:
    """Show item after item until the editor publishes or leaves; the exit status."""
    with _second_screen():
        try:
            told = _Work(session).run()
        except (EOFError, KeyboardInterrupt):
            told = []
    for line in told or [", ".join(words.counted(session.items()))]:
        print(words.harmless(line))
    return 0


class _Work:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.name = ""
        self.told: list[str] = []
        self.doubted: set[str] = set()  # of which was told what speaks against approving them

    def run(self) -> list[str]:
        """What is to be said at the end."""
        while True:
            items = {item.name: item for item in self.session.items()}
            if self.name not in items:
                self.name = next(iter(items), "")
            if not items and not self.session.waiting:
                return [say("There is nothing to decide."), *self.session.warnings()]
            if items:
                self._show(list(items.values()), items[self.name])
                key = pressed(f"{_keys(items[self.name])}  > ")
                if key == "s" and self.session.waiting:
                    key = group_terminal.work(self.session, items[self.name].entry)
            else:
                key = group_terminal.work(self.session)
            if key == "q":
                return []
            with self._telling():
                if key == "p" and (told := self._publish(list(items.values()))):
                    return told
                if items:
                    self._do(key, list(items), items[self.name])

    def _do(self, key: str, order: list[str], item: Item) -> None:
        name = item.name
        if key == "a" and (doubt := verification.doubt(item)) and name not in self.doubted:
            self.doubted.add(name)
            self.told.append(doubt)
        elif key in DECIDED:
            self.session.decide(name, DECIDED[key])
            if key != "o":
                self.name = self._open_after(order)
        elif key == "c" and item.submission.kind == SIGNATURE:
            self.session.lower(name)
            self.name = self._open_after(order)
        elif key == "x":
            self.session.redact(name)
        elif key == "u":
            undone = self.session.undo()
            self.told.append(say("The last step was taken back.") if undone else say("There is nothing to take back."))
            self.name = undone.item if undone and undone.item else name
        elif key in ("n", "b"):
            self.name = order[(order.index(name) + (1 if key == "n" else -1)) % len(order)]
        elif key == "e":
            self._edit(item)
        elif key == "v" and verification.can_be_looked_at(item):
            self._look(item)

    def _open_after(self, order: list[str]) -> str:
        still = [item.name for item in self.session.items() if item.decision == OPEN]
        following = [one for one in order[order.index(self.name) + 1 :] if one in still] + still
        if following:
            return following[0]
        self.told.append(say("Nothing is open any more. «p» publishes what is decided."))
        return self.name

    def _edit(self, item: Item) -> None:
        """Ask for the words anew; what is not typed stays. No file is made of them."""
        text = typing_anew.text(item.text)
        author = typing_anew.line(say("Name"), item.author)
        if item.submission.kind == SIGNATURE:
            self.session.edit(item.name, text=text, author=author, entry=item.entry, reply_to=item.reply_to)
            return
        entry = typing_anew.line(say("The text it belongs to (its folder)"), item.entry)
        reply_to = typing_anew.line(say("The answer it replies to"), item.reply_to)
        self.session.edit(item.name, text=text, author=author, entry=entry, reply_to=reply_to)

    def _look(self, item: Item) -> None:
        """Look at the page of a mention; without a proxy only if the editor agrees."""
        direct = not verification.is_covered(self.session.settings)
        if direct:
            _say("", words.harmless(verification.danger(item)))
            question = say("Look all the same, from this computer's address? [y] yes, any other key: no  > ")
            if pressed(question) != "y":
                return
        _say(say("Their page is being looked at; this takes half a minute at most …"))
        verification.look(self.session, item.name, direct=direct)

    def _publish(self, items: list[Item]) -> list[str]:
        _say("", _strong(say("Before it is published")), *words.counted(items))
        for item in items:
            if item.decision == APPROVED:
                flags = ", ".join(words.flags_of(item))
                _say(f"+ {item.story or words.kind(item)}: {_short(item.text, 60)}{f' ({flags})' if flags else ''}")
        for group in self.session.groups():
            _say(f"{say('Signatures')}: {words.harmless(group.title)}",
                 *(f"  {line}" for line in [*group_words.seen(group), *group_words.told(group)]))  # fmt: skip
        if pressed(say("Publish these? [y] yes, any other key: no  > ")) != "y":
            return []
        return words.published(self.session.publish())

    def _show(self, items: list[Item], item: Item) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(CLEAR)
        _say(" · ".join(words.counted(items)))
        for line in self.told:
            _say(_strong(f"! {words.harmless(line)}"))
        self.told = []
        facts = (words.kind(item), words.language(item), item.submission.day, words.decision(item))
        _say("", _strong(" · ".join(map(str, facts))))
        _say(item.story or say("belongs to no text yet"))
        if item.submission.kind == WITHDRAWAL:
            _say(_wish(item))
        if item.submission.kind == SIGNATURE:
            _say(words.level(item))
        if item.submission.source:
            _say(say("It stands at %(address)s", address=words.harmless(item.submission.source)))
        for one in verification.told(self.session, item):
            _say(_strong(f"! {words.harmless(one)}"))
        if item.parent:
            _say(say("In reply to %(name)s", name=words.harmless(item.parent.author) or say("somebody without a name")))
            _say(*(f"  | {line}" for line in _short(item.parent.text, SHORT).split("\n")))
        if others := words.others(item):
            _say(others)
        for one in words.flags_of(item):
            _say(f"! {one}")
        _say("", _strong(words.harmless(item.author)), words.harmless(item.title), marked_text(item), "")
        seen = plain_look(item.text)
        if "\n".join(seen.split()) != "\n".join(words.harmless(item.text).split()):
            _say(say("As it will be published"), seen, "")

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (ModerationError, OSError) as error:
            self.told.append(str(error))
        except KeyError:
            self.told.append(say("This is not in the queue any more."))


def marked_text(item: Item) -> str:
    """The text with what is to be looked at in reverse; nothing that the terminal would obey is in it."""
    edges: dict[int, int] = {}
    for flag in _merged(item.flags):
        edges[flag[0]], edges[flag[1]] = 1, 0
    result, place = [], 0
    for edge in sorted(edges):
        result += [words.harmless(item.text[place:edge]), (_sign(REVERSE) if edges[edge] else _sign(PLAIN))]
        place = edge
    return "".join([*result, words.harmless(item.text[place:])])


def plain_look(text: str) -> str:
    """How a text will look, in words: without its marks, its links with where they lead."""
    return words.harmless(html.unescape(TAG.sub("", str(look(text)).replace("<li>", "- ")))).strip()


def _merged(flags: tuple[Flag, ...]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for flag in sorted((flag for flag in flags if flag.end > flag.start), key=lambda flag: flag.start):
        if flag.start > end or not end:
            if end:
                yield start, end
            start, end = flag.start, flag.end
        end = max(end, flag.end)
    if end:
        yield start, end


def _wish(item: Item) -> str:
    subject: Answer | None = item.subject
    if not subject:
        return words.wish_of_signer(item) if item.signed else say("No published answer here belongs to this code.")
    if item.signed:
        return f"{words.wish_of_signer(item)}\n  | {_short(subject.text, SHORT)}"
    wish = (say("Its writer wants this answer to be changed:") if item.text
            else say("Its writer wants this answer to be taken away:"))  # fmt: skip
    return f"{wish}\n  | {_short(subject.text, SHORT)}"


def _keys(item: Item) -> str:
    named = [
        ("a", words.approving(item)), ("h", say("Hold")), ("r", say("Refuse")), ("x", say("Redact")),
        ("e", say("Edit")), ("u", say("Undo")), ("n", say("The next one")), ("b", say("The one before")),
        ("p", say("Publish …")), ("q", say("End moderation")),
    ]  # fmt: skip
    if verification.can_be_looked_at(item):
        named.append(("v", say("Look whether their page links to us")))
    if item.submission.kind == SIGNATURE:
        named += [("c", say("Count only")), ("s", say("All signatures of this petition"))]
    if item.decision != OPEN:
        named.append(("o", say("Decide anew")))
    return "  ".join(f"[{key}] {name}" for key, name in named)


def _short(text: str, length: int) -> str:
    shown = words.harmless(text)
    return shown if len(shown) <= length else f"{shown[:length]} …"


def _strong(text: str) -> str:
    return f"{_sign(BOLD)}{text}{_sign(PLAIN)}" if text else ""


def _sign(sequence: str) -> str:
    """A sign for the terminal, where there is one."""
    return sequence if sys.stdout.isatty() else ""


def _say(*lines: str) -> None:
    for line in lines:
        print(line)


@contextlib.contextmanager
def _second_screen() -> Iterator[None]:
    is_terminal = sys.stdout.isatty()
    if is_terminal:
        if os.name == "nt":
            os.system("")  # noqa: S605 (lets a Windows console understand what follows)
        sys.stdout.write(SECOND + CLEAR)
    try:
        yield
    finally:
        if is_terminal:
            sys.stdout.write(PLAIN + FIRST)
            sys.stdout.flush()
