"""The feeds of releases, one for each language: an entry for each that had packs, which torrent programs fetch.

Only the newest has its packs with it: those of the others are gone. Nothing else in an entry names a host, so that a
magazine which lost its name takes its history along.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from magazine.forbidden import Forbidden
from magazine.messages import marked, say
from magazine.release.notes import Pack

NAME = "feeds/releases.xml"
ATOM = "http://www.w3.org/2005/Atom"
MAX_ENTRIES, MAX_CHANGED, LIMIT = 20, 50, 1_000_000
NEVER = "1970-01-01T00:00:00Z"
KINDS = {".torrent": "application/x-bittorrent", ".zip": "application/zip"}
ID = re.compile(r"urn:uuid:[0-9a-f-]{36}")
MOMENT = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")

TITLE = marked("Release %(number)s")
TITLES = marked("%(magazine)s: releases")


@dataclass(frozen=True)
class Entry:
    """A release that had packs; ``moment`` is as RFC 3339 writes it, ``changed`` are some of its files."""

    id: str
    seq: str
    moment: str
    changed: tuple[str, ...]


def names(languages: Sequence[str]) -> dict[str, str]:
    """Where the feed of each language stands; the main one comes first."""
    return {code: f"{code}/{NAME}" if code != languages[0] else NAME for code in languages}


def entry(seq: int, moment: int, prev: str, changed: Iterable[str]) -> Entry:
    """The entry of a new release that follows another one."""
    known = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{prev} {seq}')}"
    at = dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Entry(known, str(seq), at, tuple(sorted(changed)[:MAX_CHANGED]))


def read(data: bytes) -> tuple[Entry, ...]:
    """The entries of a feed that was made here, newest first; of one that is damaged none."""
    try:
        feed = defusedxml.ElementTree.fromstring(data[:LIMIT], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return ()
    found = []
    for one in feed.findall(f"{{{ATOM}}}entry")[:MAX_ENTRIES]:
        known, moment, text = (one.findtext(f"{{{ATOM}}}{name}", "") for name in ("id", "updated", "content"))
        number = re.search(r"\d+", one.findtext(f"{{{ATOM}}}title", ""))
        if ID.fullmatch(known) and MOMENT.fullmatch(moment) and number:
            found.append(Entry(known, number[0], moment, tuple(text.split("\n")) if text else ()))
    return tuple(found)


def cleared(entries: Iterable[Entry], names: Forbidden) -> tuple[Entry, ...]:
    """The entries without files whose names must never appear: they may have been forbidden since."""
    return tuple(replace(one, changed=tuple(path for path in one.changed if not names.is_in(path))) for one in entries)


def day(entries: Sequence[Entry]) -> dt.date | None:
    """When packs were made last."""
    return dt.date.fromisoformat(entries[0].moment[:10]) if entries else None


def composed(
    language: str, address: str, site: str, titles: Mapping[str, str], entries: Sequence[Entry], packs: Sequence[Pack]
) -> bytes:
    """A feed with its own ``address``, for the magazine at ``site``; the ``packs`` belong to the newest entry."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": language})
    title = titles.get(language, "")
    SubElement(feed, "title").text = say(TITLES, language, magazine=title)
    SubElement(feed, "id").text = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{title} {language}')}"
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    SubElement(feed, "updated").text = entries[0].moment if entries else NEVER
    SubElement(SubElement(feed, "author"), "name").text = title
    for number, one in enumerate(entries[:MAX_ENTRIES]):
        item = SubElement(feed, "entry")
        SubElement(item, "title").text = say(TITLE, language, number=one.seq)
        SubElement(item, "id").text = one.id
        SubElement(item, "updated").text = one.moment
        SubElement(item, "link", {"rel": "alternate", "type": "text/plain", "href": f"{site}release.txt"})
        SubElement(item, "content", {"type": "text"}).text = "\n".join(one.changed)
        for pack in packs if number == 0 else ():
            kind = KINDS.get(PurePosixPath(pack.path).suffix)
            if kind:
                values = {"rel": "enclosure", "type": kind, "length": str(pack.size), "href": f"{site}{pack.path}"}
                SubElement(item, "link", values)
    indent(feed, "")
    text: str = tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
