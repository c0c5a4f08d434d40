"""The fields of an item and of the head of an export, taken from their XML by expat."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from magazine.desk.wordpress.records import Comment, Head, Item, Term

# the notes of WordPress that say something of a text; others are plugins' own and may hold anything
NOTES = ("_thumbnail_id", "_wp_attached_file", "_wp_attachment_image_alt", "_wp_old_slug")
GROUPS = ("item", "wp:comment", "wp:postmeta", "wp:author", "wp:category", "wp:tag", "wp:term", "wp:commentmeta")
PRIVATE = ("wp:comment_author_email", "wp:comment_author_IP", "wp:author_email")
BUFFER = 1 << 16  # letters in one piece
MOMENT = re.compile(r"([1-9]\d{3}-\d\d-\d\d)[ T](\d\d:\d\d)")


class _Forbidden(Exception):  # noqa: N818 (it never leaves this module)
    """A document type or an entity of its own."""


@dataclass
class _Fields:
    """Collects the texts of leaves, and of each group below the one that is read."""

    prefixes: Mapping[str, str]
    opened: list[tuple[str, dict[str, list[str]]]] = field(default_factory=lambda: [("", defaultdict(list))])
    leaf: str = ""
    depth: int = 0
    text: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    groups: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    def read(self, xml: str, *, is_whole: bool) -> bool:
        """Whether the text was well-formed; what stands before a mistake has been taken in."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text, parser.buffer_size = True, BUFFER
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self.text.append
        parser.CommentHandler = self._comment
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbid
        try:
            parser.Parse(xml, is_whole)
        except (expat.ExpatError, _Forbidden):
            return False
        return True

    def _name(self, name: str) -> str:
        prefix, colon, rest = name.partition(":")
        return f"{self.prefixes.get(prefix, prefix)}:{rest}" if colon else name

    def _start(self, raw: str, attributes: dict[str, str]) -> None:
        name = self._name(raw)
        if self.depth:  # HTML that was not put into CDATA
            self.text.append(f"<{raw}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>")
            self.depth += 1
        elif name in GROUPS:
            self.opened.append((name, defaultdict(list)))
        elif name not in ("rss", "channel", "image"):
            self.leaf, self.depth, self.attributes = name, 1, attributes
            self.text.clear()

    def _end(self, raw: str) -> None:
        self.depth -= 1
        if self.depth > 0:
            self.text.append(f"</{raw}>")
        elif self.depth == 0:
            text = "".join(self.text)
            self.opened[-1][1][self.leaf].append(text)
            if self.leaf == "category":
                given = self.attributes
                self.terms.append(Term(given.get("domain", "category"), given.get("nicename", ""), text.strip()))
        else:
            self.depth = 0
            if self._name(raw) in GROUPS and len(self.opened) > 1:
                self.groups.append(self.opened.pop())

    def _comment(self, text: str) -> None:
        if self.depth:  # qTranslate's languages, and WordPress's own marks
            self.text.append(f"<!--{text}-->")


@dataclass
class ItemFields:
    """Reads one item; ``prefixes`` are those that stand for WordPress's own."""

    prefixes: Mapping[str, str]

    def parsed(self, xml: str) -> Item | None:
        """The item, or None if its XML is not well-formed."""
        read = _Fields(self.prefixes)
        if not read.read(xml, is_whole=True):
            return None
        own = next((fields for name, fields in read.groups if name == "item"), {})
        comments = [fields for name, fields in read.groups if name == "wp:comment"]
        notes = [(_one(fields, "wp:meta_key"), _one(fields, "wp:meta_value"))
                 for name, fields in read.groups if name == "wp:postmeta"]  # fmt: skip
        dates = [_moment(_one(own, f"wp:post_date{zone}")) for zone in ("", "_gmt")]
        return Item(
            id=_number(_one(own, "wp:post_id")),
            kind=_one(own, "wp:post_type").strip() or "post",
            status=_one(own, "wp:status").strip(),
            title=_one(own, "title"),
            link=_one(own, "link").strip(),
            slug=_one(own, "wp:post_name").strip(),
            date=next(filter(None, (*dates, _sent(_one(own, "pubDate")))), ""),
            modified=_moment(_one(own, "wp:post_modified")),
            author=_one(own, "dc:creator").strip(),
            body=_one(own, "content:encoded"),
            excerpt=_one(own, "excerpt:encoded"),
            parent=_number(_one(own, "wp:post_parent")),
            attachment=_one(own, "wp:attachment_url").strip(),
            has_password=bool(_one(own, "wp:post_password")),
            is_sticky=_one(own, "wp:is_sticky").strip() == "1",
            is_closed=_one(own, "wp:comment_status").strip() == "closed",
            is_ordered=_number(_one(own, "wp:menu_order")) != 0,
            terms=tuple(read.terms),
            meta=tuple((key, value) for key, value in notes if key in NOTES),
            comments=tuple(_comment(fields) for fields in comments),
            private=_private([own, *comments]),
        )


def head_of(xml: str, prefixes: Mapping[str, str]) -> Head:
    """What the head of an export says, as far as it is well-formed."""
    read = _Fields(prefixes)
    read.read(xml, is_whole=False)
    own = read.opened[0][1]
    authors = [fields for name, fields in read.groups if name == "wp:author"]
    filed = [fields for name, fields in read.groups if name in ("wp:category", "wp:tag", "wp:term")]
    categories = [fields for name, fields in read.groups if name == "wp:category"]
    return Head(
        language=_one(own, "language").strip(),
        addresses=tuple(filter(None, (_one(own, name).strip() for name in
                                      ("wp:base_blog_url", "wp:base_site_url", "link")))),
        authors={_one(one, "wp:author_login").strip(): _one(one, "wp:author_display_name").strip() for one in authors},
        above={_one(one, "wp:category_nicename"): _one(one, "wp:category_parent") for one in categories},
        names={_one(one, "wp:category_nicename"): _one(one, "wp:cat_name") for one in categories},
        described=sum(any(value.strip() for name, values in one.items() if name.endswith("_description")
                          for value in values) for one in filed),
        private=_private(authors),
    )  # fmt: skip


def _comment(fields: Mapping[str, list[str]]) -> Comment:
    days = (_moment(_one(fields, f"wp:comment_date{zone}"))[:10] for zone in ("", "_gmt"))
    return Comment(
        id=_one(fields, "wp:comment_id").strip(),
        parent=_one(fields, "wp:comment_parent").strip(),
        kind=_one(fields, "wp:comment_type").strip() or "comment",
        state=_one(fields, "wp:comment_approved").strip(),
        author=_one(fields, "wp:comment_author"),
        day=next(filter(None, days), ""),
        address=_one(fields, "wp:comment_author_url").strip(),
        text=_one(fields, "wp:comment_content"),
    )


def _forbid(*_: Any) -> None:
    raise _Forbidden


def _private(groups: list[dict[str, list[str]]] | list[Mapping[str, list[str]]]) -> frozenset[str]:
    found = (value.strip().lower() for fields in groups for name in PRIVATE for value in fields.get(name, ()))
    return frozenset(filter(None, found))


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _moment(text: str) -> str:
    """A day and a time of MySQL; empty where there is none (its zero date)."""
    found = MOMENT.match(text.strip())
    try:
        return f"{dt.datetime.fromisoformat(f'{found[1]}T{found[2]}'):%Y-%m-%d %H:%M}" if found else ""
    except ValueError:
        return ""


def _sent(text: str) -> str:
    try:
        return f"{parsedate_to_datetime(text.strip()):%Y-%m-%d %H:%M}" if text.strip() else ""
    except (TypeError, ValueError):
        return ""
