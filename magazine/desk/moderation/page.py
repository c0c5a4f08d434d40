"""What the browser shows of moderation: one item a page, the list, the summary. It works without a script.

All that was sent is hostile text: the templates escape it, and the look of it as published has no link to follow.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from magazine.desk.moderation import group_words, verification, words
from magazine.desk.moderation.flags import PERSONAL, Flag
from magazine.desk.moderation.items import APPROVED, HELD, OPEN, REFUSED, UNLINKED, Item
from magazine.desk.moderation.session import Session
from magazine.desk.moderation.signing import Group, stamp
from magazine.intake.submissions import MAX_NAME, SIGNATURE, WITHDRAWAL
from magazine.messages import editor_language, say, say_number
from magazine.signatures import COUNTED
from magazine.site.responses import sanitised
from magazine.stamps import digest

TEMPLATES = Path(__file__).parent.parent / "templates"
LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)  # as nh3 writes it
FIELDS = ("text", "author", "title", "entry", "reply_to")
MOST_STORIES = 300  # that a field offers
BEGINNING = 90  # letters of a text in the list
MOST_DAYS, MOST_SHOWN = 31, 200  # days and signatures on the page of a petition
LOWER = "lower"
LOOK, LOOK_DIRECT = LOOKS = ("look", "look-direct")  # the second where the editor knows that no proxy is set


@dataclass(frozen=True)
class Pages:
    """The pages of a session. ``base`` is what all addresses begin with, ``token`` what all forms must carry."""

    session: Session
    base: str
    token: str

    def item(self, name: str, told: Sequence[str] = (), typed: Mapping[str, str] | None = None) -> str:
        """One item with all that can be done; ``typed`` keeps what an editor has typed and could not be taken.

        Raises KeyError.
        """
        items = self.session.items()
        place = next((number for number, item in enumerate(items) if item.name == name), None)
        if place is None:
            raise KeyError(name)
        item = items[place]
        names = [one.name for one in items]
        fields = {field: getattr(item, field) for field in FIELDS} | dict(typed or {})
        return self._rendered(
            "moderate_item.html", words.kind(item), items, told=told, item=item, fields=fields,
            state=state_of(item), pieces=list(pieces(item.text, item.flags)), look=look(item.text),
            parent=look(item.parent.text) if item.parent else "", flags=words.flags_of(item),
            subject=look(item.subject.text) if item.subject else "", actions=actions(item), stories=self._stories(),
            is_wish=item.submission.kind == WITHDRAWAL, most_letters=MAX_NAME,
            is_signature=item.submission.kind == SIGNATURE,
            before=names[place - 1] if place else "", after=(names[place + 1 :] or [""])[0],
            looked=verification.told(self.session, item), can_be_looked_at=verification.can_be_looked_at(item),
        )  # fmt: skip

    def question(self, name: str) -> str:
        """Whether the page of a mention is to be looked at without a proxy. Raises KeyError."""
        item = self.session.item(name)
        return self._rendered("moderate_look.html", say("Look whether their page links to us"), self.session.items(),
                              item=item, state=state_of(item), danger=verification.danger(item),
                              look_direct=LOOK_DIRECT)  # fmt: skip

    def group(self, key: str, told: Sequence[str] = ()) -> str:
        """The signatures of a petition, which are decided together. Raises KeyError."""
        group = self.session.group(key)
        every = self.session.items()
        items = [item for item in every if item.submission.kind == SIGNATURE and item.entry == key]
        strange = {run.day for run in group.runs}
        days = [(day, count, day in strange) for day, count in self.session.days(key)[-MOST_DAYS:]]
        return self._rendered("moderate_group.html", say("Signatures"), every, told=told, group=group, days=days,
                              items=items[:MOST_SHOWN], more=items[MOST_SHOWN:], state=state_of_group(group),
                              )  # fmt: skip

    def listing(self, told: Sequence[str] = ()) -> str:
        """All items."""
        items = self.session.items()
        beginning = {item.name: " ".join(item.text.split())[:BEGINNING] for item in items}
        return self._rendered("moderate_list.html", say("All that was sent"), items, told=told, items=items,
                              groups=self.session.groups(),
                              beginning=beginning, warnings=self.session.warnings())  # fmt: skip

    def summary(self, told: Sequence[str] = ()) -> str:
        """What «Publish» is going to do."""
        items = self.session.items()
        decided = [
            (heading, [item for item in items if item.decision == decision])
            for decision, heading in (
                (APPROVED, say("These will be published")), (REFUSED, say("These will be deleted for good")),
                (HELD, say("These are held, and stay")), (OPEN, say("Nothing is decided on these yet")),
            )
        ]  # fmt: skip
        return self._rendered("moderate_publish.html", say("Before it is published"), items, told=told, decided=decided,
                              groups=self.session.groups(),
                              warnings=self.session.warnings())  # fmt: skip

    def message(self, title: str, told: Sequence[str] = (), *, has_ways: bool = False) -> str:
        """A page that only says something."""
        return self._rendered("moderate_message.html", title, self.session.items(), told=told, has_ways=has_ways)

    def _rendered(self, template: str, title: str, all_items: Iterable[Item], **shown: Any) -> str:
        counts = words.counted(all_items)
        return rendered(template, title, base=self.base, token=self.token, counts=counts, **shown)

    def _stories(self) -> list[tuple[str, str]]:
        """Keys and titles of the newest texts."""
        entries = sorted(self.session.texts.entries.values(), key=lambda entry: entry.order, reverse=True)
        return [(entry.key, entry.version(entry.original).title) for entry in entries[:MOST_STORIES]]


def rendered(template: str, title: str, **shown: Any) -> str:
    """A page; without an address of its own and without counts where nobody has shown who she is."""
    language = editor_language(os.environ)
    usual = {"base": "", "token": "", "counts": [], "told": ()}
    return _environment().get_template(template).render(
        usual | shown, title=title, language=language, say=say, say_number=say_number, words=words,
        group_words=group_words, style=Markup(style()), script=Markup(script()),  # noqa: S704 (files of ours)
    )  # fmt: skip


def actions(item: Item) -> list[tuple[str, str, str]]:
    """What can be done with an item, the first first: what is sent, its key and its words.

    Where something may lead to a person, the first is to take it out: Enter alone never publishes a phone. Where a page
    does not link to us, the first is to refuse.
    """
    usual = [
        (APPROVED, "a", words.approving(item)), (HELD, "h", say("Hold")), (REFUSED, "r", say("Refuse")),
    ]  # fmt: skip
    if item.submission.kind == SIGNATURE and (item.text or item.level != COUNTED):
        usual.insert(1, (LOWER, "c", say("Count only")))
    if item.looked == UNLINKED:
        usual.reverse()
    if verification.can_be_looked_at(item):
        usual.append((LOOK, "v", say("Look whether their page links to us")))
    redaction = ("redact", "x", say("Redact"))
    return [redaction, *usual] if words.is_personal(item.flags) else usual


def state_of(item: Item) -> str:
    """A stamp of what an editor sees: a decision is about this and nothing else."""
    seen = (getattr(item, field) for field in (*FIELDS, "decision", "approved_by", "looked", "level"))
    return digest(*seen).hex()


def state_of_group(group: Group) -> str:
    """The same of the signatures of a petition."""
    parts = [(kind, part.decision, stamp(part.names)) for kind, part in group.parts.items()]
    return digest(*map(repr, parts), group.doubles, group.unconfirmed, group.unflagged).hex()


def pieces(text: str, flags: Sequence[Flag]) -> Iterator[tuple[str, str, bool]]:
    """The text in pieces, each with what is told of it, which may be nothing, and whether it leads to a person."""
    spans = [flag for flag in flags if flag.end > flag.start]
    edges = sorted({0, len(text), *(edge for flag in spans for edge in (flag.start, flag.end))})
    for start, end in pairwise(edges):
        over = [flag for flag in spans if flag.start <= start and end <= flag.end]
        told = ", ".join(words.flag(kind) for kind in dict.fromkeys(flag.kind for flag in over))
        yield text[start:end], told, any(flag.kind in PERSONAL for flag in over)


def look(text: str) -> Markup:
    """The text as it will be published, but for its links: they say where they lead, and nobody can follow them."""
    return Markup(LINK.sub(r'<u>\2</u> <span class="to">→ \1</span>', sanitised(text)))  # noqa: S704 (nh3's)


def policy() -> str:
    """What the pages may do (Content Security Policy Level 3): their own style and script, and forms of their own."""
    return (
        f"default-src 'none'; style-src {_source(style())}; script-src {_source(script())}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def style() -> str:
    """The style sheet of all pages."""
    return (TEMPLATES / "moderate.css").read_text(encoding="utf-8").strip()


@cache
def script() -> str:
    """The script that makes single keys work; all of it can be done without."""
    return (TEMPLATES / "moderate.js").read_text(encoding="utf-8").strip()


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                       undefined=StrictUndefined)  # fmt: skip
