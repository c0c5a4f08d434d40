"""Where a copy comes from: a mirror's address, or a folder such as a USB stick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from magazine.messages import marked
from magazine.release import signing, sums
from magazine.release.codes import Code, ReleaseError
from magazine.release.fetching import GONE, Fetcher
from magazine.release.sources import Folder, Site, Source, unreadable

PLAIN = {"Accept-Encoding": "identity"}  # a part of what is packed could not be put together
RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/(?:([0-9]{1,18})|\*)")  # RFC 9110, section 14.4
TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,100}"')  # RFC 9110, section 8.8.3

OTHER_PART = marked("%(name)s: the mirror sends another part than the one asked for.")


class Upstream(Source, Protocol):
    """A source that files can be copied from; each question raises ReleaseError: unreachable, or not safe."""

    def blocks(self, name: str, limit: int, start: int = 0) -> tuple[int, Iterator[bytes]] | None:
        """Where the blocks begin, at ``start`` or at zero, and the blocks; None if there is no such file."""

    def part(self, name: str, start: int, end: int) -> tuple[bytes, int] | None:
        """The bytes of a file from ``start`` to before ``end``, and its size; None where parts cannot be had."""

    def news(self, name: str, tag: str) -> tuple[bytes | None, str]:
        """A small file and the tag by which to ask for it again; no bytes where the file of ``tag`` still stands."""


@dataclass(frozen=True)
class NearFolder(Folder):
    """A folder that a copy is made from."""

    def blocks(self, name: str, limit: int, start: int = 0) -> tuple[int, Iterator[bytes]] | None:
        """The blocks from the start."""
        del limit
        try:
            stream = sums.opened(self.path / name)
            stream.seek(start)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(name, error) from error

        def read() -> Iterator[bytes]:
            try:
                with stream:
                    yield from iter(lambda: stream.read(sums.BLOCK), b"")
            except OSError as error:  # the stick was pulled out
                raise unreadable(name, error) from error

        return start, read()

    def part(self, name: str, start: int, end: int) -> tuple[bytes, int] | None:
        """None: nothing is saved by it."""
        del name, start, end
        return None

    def news(self, name: str, tag: str) -> tuple[bytes | None, str]:
        """The file: nothing is saved by not reading it."""
        del tag
        return self.text(name, signing.LIMIT) or b"", ""


@dataclass(frozen=True)
class FarSite(Site):
    """A mirror that a copy is made from."""

    def blocks(self, name: str, limit: int, start: int = 0) -> tuple[int, Iterator[bytes]] | None:
        """The blocks from the start, if the mirror knows parts (RFC 9110, section 14), else all of them."""
        answer = self.fetcher.asked(name, limit, PLAIN | {"Range": f"bytes={start}-"} if start else {})
        if answer.status in GONE:
            return None
        if answer.status != 206:
            return 0, answer.blocks
        part = RANGE.fullmatch(answer.headers.get("content-range", ""))
        if not part or int(part[1]) != start:
            raise ReleaseError(Code.UNREACHABLE, OTHER_PART, name=name)
        return start, answer.blocks

    def part(self, name: str, start: int, end: int) -> tuple[bytes, int] | None:
        """The part, where the mirror knows parts."""
        answer = self.fetcher.asked(name, end - start, PLAIN | {"Range": f"bytes={start}-{end - 1}"})
        found = RANGE.fullmatch(answer.headers.get("content-range", ""))
        if answer.status != 206 or not found or not found[2] or int(found[1]) != start:
            return None
        data = b"".join(answer.blocks)
        return (data, int(found[2])) if len(data) == end - start else None

    def news(self, name: str, tag: str) -> tuple[bytes | None, str]:
        """The file by its entity tag."""
        answer = self.fetcher.asked(name, signing.LIMIT, {"If-None-Match": tag} if tag else {})
        if answer.status == 304:
            return None, tag
        found = answer.headers.get("etag", "")
        data = b"" if answer.status in GONE else b"".join(answer.blocks)
        return data, found if TAG.fullmatch(found) else ""


@contextmanager
def opened(place: str, proxy: str = "") -> Iterator[Upstream]:
    """The mirror at an address that begins with ``http``, else the folder of that path or ``file:`` address.

    Raises ReleaseError (unreachable) for what is no address.
    """
    if re.match("https?://", place, re.IGNORECASE):
        with Fetcher(place, proxy) as fetcher:
            yield FarSite(fetcher)
    else:
        yield NearFolder(path_of(place))


def path_of(place: str) -> Path:
    """The folder that was typed, as a path or as a ``file:`` address (RFC 8089)."""
    parts = urlsplit(place)
    if parts.scheme.lower() == "file":
        return Path(url2pathname(parts.path))
    return Path(place).expanduser()
