"""Addresses in the pages of a pack: what the pack has not is called by its address on the net."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Collection, Iterator
from urllib.parse import quote, unquote, urlsplit

from magazine.release.gate.markup import Tag

PLACES = ("href", "src", "poster")
SETS = "srcset"


def led(name: str, tag: Tag, names: Collection[str], site: str) -> str:
    """A tag of the page ``name``, whose addresses lead to the net where there is no such file among ``names``."""
    letters = tag.letters
    for place in PLACES:
        address = tag.attributes.get(place, "")
        target = target_of(name, address)
        if target is None or target in names:
            continue
        absolute = f"{site}{quote(target)}" + (f"#{urlsplit(address).fragment}" if "#" in address else "")
        written = re.compile(rf"(\s{place}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
        letters = written.sub(rf'\g<1>"{html.escape(absolute)}"', letters, count=1)
    return letters


def targets(name: str, tag: Tag) -> Iterator[str]:
    """The files of the site that a tag of the page ``name`` calls."""
    addresses = [tag.attributes[place] for place in PLACES if place in tag.attributes]
    addresses += [part.split()[0] for part in tag.attributes.get(SETS, "").split(",") if part.strip()]
    yield from filter(None, (target_of(name, address) for address in addresses))


def target_of(name: str, address: str) -> str | None:
    """The path that an address within the site leads to; None where it leads elsewhere or stays on its page."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
