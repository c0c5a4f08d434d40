"""Where the links of a text lead: resolved against the library, telling nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from magazine.photos import PictureError
from magazine.problems import Report, closest
from magazine.records import Entry, Library, Version
from magazine.site import addresses
from magazine.site.gallery import Gallery

PELICAN_MARK = re.compile(r"[{|](filename|static|attach)[}|]/?")
FROM_ROOT = re.compile(r"/|[{|]\w+[}|]/")


@dataclass(frozen=True)
class Place:
    """Where a body stands and what its links may reach."""

    entry: Entry
    version: Version
    library: Library
    main: str
    gallery: Gallery
    report: Report
    gettext: Callable[[str], str]

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The names of the pictures beside the entry."""
        return frozenset(self.entry.pictures)

    @cached_property
    def extras(self) -> Mapping[str, str]:
        """The addresses of the files that go to the root of the site, by their paths."""
        return {extra.path.as_posix(): extra.address for extra in self.library.extras}


@dataclass(frozen=True)
class Way:
    """Where an internal link leads: an address below the root, or the rule that it breaks."""

    address: str | None
    broken: str = ""
    to_picture: bool = False


def way(target: str, place: Place) -> Way:
    """Where an internal link of this place leads."""
    library = place.library
    path, hash_sign, fragment = target.partition("#")
    key, language, by_file = _meant(path, place)
    if key in library.unpublished:
        return Way(None, "link-unpublished")
    if key in addresses.SECTION_INDEXES:
        address = addresses.in_language(addresses.SECTION_INDEXES[key], language, place.main)
    elif entry := library.entries.get(key):
        if by_file and language not in entry.versions:
            return Way(None, "link-dead")
        address = addresses.in_language(addresses.of_entry(entry), language, place.main)
    elif key in place.extras:
        address = place.extras[key]
    elif picture := _picture_beside(key, place):
        large = _large(picture, place)
        return Way(f"{large}{hash_sign}{fragment}" if large else None, "" if large else "link-dead", to_picture=True)
    else:
        return Way(None, "link-dead")
    return Way(f"{address}{hash_sign}{fragment}")


def guess(target: str, place: Place) -> str:
    """The text most like the one that a dead link meant, as it would be written in this source."""
    key, _, by_file = _meant(target.partition("#")[0], place)
    if by_file and key in place.library.entries:
        return next(iter(place.library.entries[key].versions)) + ".md"
    likely = closest(key, place.library.entries)
    if not likely:
        by_slug = {entry.slug: other for other, entry in place.library.entries.items()}
        likely = by_slug.get(closest(PurePosixPath(key).name, by_slug), "")
    if not likely:
        return ""
    relative = addresses.relative(likely, f"{place.entry.key}/x")
    return f"{relative}/{PurePosixPath(target).name}" if target.endswith(".md") else f"{relative}/"


def picture_name(target: str) -> str:
    """The name of the picture that an image means, without the marks Pelican knows."""
    return _normalised(PELICAN_MARK.sub("", target))


def _meant(path: str, place: Place) -> tuple[str, str, bool]:
    """The key and the language that are meant by the path of a link, and whether it names a source."""
    plain = PELICAN_MARK.sub("", path)
    key = _normalised(plain.lstrip("/") if FROM_ROOT.match(path) else f"{place.entry.key}/{plain}")
    if key.endswith(".md"):
        return str(PurePosixPath(key).parent), PurePosixPath(key).stem, plain.endswith(".md")
    return key, place.version.language, plain.endswith(".md")


def _picture_beside(key: str, place: Place) -> str:
    folder, _, name = key.rpartition("/")
    return name if folder == place.entry.key and name in place.pictures else ""


def _large(name: str, place: Place) -> str | None:
    try:
        picture = place.gallery.picture(place.entry, name)
    except PictureError:
        return None  # told when the picture itself is inspected
    return (picture.large or picture.jpeg[-1]).address


def _normalised(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return ".."
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
