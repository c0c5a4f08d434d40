"""Every address of a page leads to a file of the site, on any host, below any path and from a disk."""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from magazine.problems import Report, closest
from magazine.release.gate.about import About
from magazine.release.gate.files import Files
from magazine.release.gate.markup import Page, Tag

FOLLOWED = {"a": ("href",), "area": ("href",)}
LISTS = ("srcset", "imagesrcset")
FETCHED = (
    "src",
    "data",
    "poster",
    "background",
    "href",
    "xlink:href",
    "codebase",
    "classid",
    "manifest",
    "lowsrc",
    *LISTS,
)
TOLD_ONLY = ("cite", "longdesc", "ping", "profile", "usemap", "archive")
# what `link` names and no browser fetches
NAMED = {"canonical", "alternate", "pingback", "webmention", "license", "author", "me", "duplicate", "self", "hub",
         "prev", "next", "up", "help", "search", "bookmark", "enclosure"}  # fmt: skip
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
HARMLESS = {"http", "https", "mailto", "tel", "sms", "magnet", "ipfs"}
REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?(.*?)[\"']?\s*", re.IGNORECASE | re.DOTALL)
CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
CSS_ADDRESS = re.compile(
    r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)|image-set\(\s*["']([^"']*)|\bsrc\(\s*["']?([^"')]*)""",
    re.IGNORECASE,
)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRIPPED = "".join(map(chr, range(33)))  # URL, 4.4: C0 controls and spaces around an address ...
DROPPED = str.maketrans("", "", "\t\n\r")  # ... and these anywhere in it count for nothing
CUT = 120
MOST_KNOWN = 50_000


class Wanted(NamedTuple):
    """A place in another page: known to be there when all pages are read."""

    path: str
    line: int
    address: str
    target: str
    fragment: str


@dataclass(frozen=True)
class Links:
    """Judges addresses against the files that there are."""

    about: About
    files: Files
    fine: set[tuple[str, str, bool]] = field(default_factory=set)  # tags whose addresses are, by folder

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """The files by their case-folded paths."""
        return self.files.folded

    @cached_property
    def names(self) -> Mapping[str, list[str]]:
        """The names of the files of each folder."""
        found = defaultdict(list)
        for path in self.files.sizes:
            found[posixpath.dirname(path)].append(posixpath.basename(path))
        return found

    def tell_page(
        self, path: str, page: Page, report: Report, *, first: int = 1, is_feed: bool = False
    ) -> list[Wanted]:
        """Tell every address of a page that leads astray; the places in other pages that are wanted."""
        wanted, folder = [], posixpath.dirname(path)
        for tag in page.tags:
            key = folder, tag.letters, is_feed
            if key in self.fine and not tag.text:
                continue
            own, places = Report(), []
            for address, is_fetched in addresses_of(tag):
                line = page.line(tag.place) + first - 1
                if found := self.tell(path, line, address, own, is_fetched=is_fetched, is_feed=is_feed):
                    places.append(found)
            report.found.update(own.found)
            wanted += places
            if not places and not own.found and not tag.text and len(self.fine) < MOST_KNOWN:
                self.fine.add(key)
        return wanted

    def tell(
        self, path: str, line: int, address: str, report: Report, *, is_fetched: bool = False, is_feed: bool = False
    ) -> Wanted | None:
        """Tell what is wrong with one address; the place that it wants, if it names one."""
        bare, shown = address.strip(STRIPPED).translate(DROPPED), address.strip()[:CUT]
        scheme = SCHEME.match(bare)
        own = bare.removeprefix(self.about.root) if bare.startswith(self.about.root) else None
        if own is not None:
            return self._inside(path, line, shown, own or "index.html", "", report)
        if scheme:
            name = scheme[1].lower()
            if is_fetched and name == "data":
                is_picture = bare[5:].lower().startswith(("image/", ",", ";"))
                if not is_picture or "svg" in bare[5:60].lower():
                    report.add("gate-link-scheme", path, line, address=shown)
            elif name not in HARMLESS:
                report.add("gate-link-scheme", path, line, address=shown)
            elif is_fetched:
                report.add("gate-foreign", path, line, address=shown)
            return None
        if bare.startswith(("//", "\\", "/\\")):
            report.add("gate-foreign" if is_fetched else "gate-link-place", path, line, address=shown)
        elif is_feed:
            report.add("gate-feed-relative", path, line, address=shown)
        elif bare.startswith("/") or "\\" in bare or "?" in bare.partition("#")[0]:
            report.add("gate-link-place", path, line, address=shown)
        else:
            return self._inside(path, line, shown, bare, path, report)
        return None

    def _inside(self, path: str, line: int, shown: str, bare: str, page: str, report: Report) -> Wanted | None:
        way, _, fragment = bare.partition("#")
        way = way.partition("?")[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(way))) if way else page
        if target == ".." or target.startswith("../"):
            report.add("gate-link-place", path, line, address=shown)
        elif target in self.files.sizes:
            if way.endswith("/"):
                report.add("gate-link-folder", path, line, address=shown)
            elif fragment and target.endswith(".html"):
                return Wanted(path, line, shown, target, unquote(fragment))
        elif self.about.is_coming(target):
            return None
        elif target == "." or target in self.files.folders:
            report.add("gate-link-folder", path, line, address=shown)
        elif other := self.folded.get(target.casefold()):
            report.add("gate-link-case", path, line, address=shown, guess=posixpath.basename(other))
        else:
            beside = self.names.get(posixpath.dirname(target), ())
            guess = closest(posixpath.basename(target), beside)
            report.add("gate-link-dead", path, line, address=shown, guess=guess)
        return None

    def tell_mentions(self, path: str, text: str, report: Report) -> None:
        """Tell every address of this site in a plain text that is none of its files."""
        for match in re.finditer(rf"{re.escape(self.about.root)}[^\s\"'<>()\[\]{{}}|*$,;]*", text):
            line = text.count("\n", 0, match.start()) + 1
            way = match[0].removeprefix(self.about.root).rstrip(".:!?") or "index.html"
            self._inside(path, line, match[0][:CUT], way, "", report)


def tell_fragments(wanted: Iterator[Wanted], ids: Mapping[str, frozenset[str]], report: Report) -> None:
    """Tell every place that its page does not have."""
    for path, line, address, target, fragment in wanted:
        there = ids.get(target, frozenset())
        if fragment not in there and fragment != "top":
            report.add("gate-link-fragment", path, line, address=address, guess=closest(fragment, there))


def addresses_of(tag: Tag) -> Iterator[tuple[str, bool]]:
    """Every address in a tag, and whether a browser fetches it unasked."""
    attributes = tag.attributes
    followed = FOLLOWED.get(tag.name, ())
    if tag.name == "link":
        followed = ("href",) if set(attributes.get("rel", "").lower().split()) <= NAMED else ()
    for name, value in attributes.items():
        if name in LISTS:
            yield from ((address, True) for address in candidates(value))
        elif name in followed or name in TOLD_ONLY:
            yield value, False
        elif name in FETCHED and tag.name != "base":
            yield value, True
        elif name == "style" or (tag.name not in ("a", "meta") and "url(" in value.lower()):
            yield from ((address, True) for address in of_style(value))
    if tag.name == "style":
        yield from ((address, True) for address in of_style(tag.text))
    if tag.name == "meta" and attributes.get("http-equiv", "").strip().lower() == "refresh":
        match = REFRESH.fullmatch(attributes.get("content", ""))
        if match and match[1]:
            yield match[1], True


def candidates(value: str) -> list[str]:
    """The addresses of a ``srcset``."""
    return [part.split()[0] for part in re.split(r",\s+|,$", value.strip()) if part.strip()]


@lru_cache(maxsize=256)
def of_style(text: str) -> tuple[str, ...]:
    """The addresses in a style sheet, however they are escaped."""
    plain = CSS_ESCAPE.sub(
        lambda match: _sign(match[1]) if match[1] else match[2], CSS_COMMENT.sub("", html.unescape(text))
    )
    found = ("".join(match).strip() for match in CSS_ADDRESS.findall(plain))
    return tuple(address for address in found if address and not address.startswith("#"))


def _sign(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0 < number < 0x110000 else "�"
