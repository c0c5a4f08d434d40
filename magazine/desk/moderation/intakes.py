"""Fetching sealed files from where they were taken in: from intakes over the net, or from a folder.

An intake is not believed: what it lists, how much it sends and how long it takes is limited, and a file is given up
there only after it lies whole in the editor's queue.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from socksio.exceptions import SOCKSError

from magazine.desk.moderation.keyring import ModerationError
from magazine.intake.spool import NAME, Spool
from magazine.messages import say

MAX_FILE, MAX_LIST = 65_536, 4_000_000  # bytes
MAX_NAMES = 10_000  # taken from one intake at a time; the next time brings the others
CALM, MOST = 20.0, 60.0  # seconds without a byte, and for one whole answer
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SourceError(ModerationError):
    """A source does not answer, or not as an intake does; the message is for the editor."""


class GoneError(SourceError):
    """The file is there no more, or it is another one."""


class TooLargeError(SourceError):
    """What it sends is larger than anything of ours."""

    def __init__(self) -> None:
        super().__init__(say("what it sends has no end"))


class Source(Protocol):
    """Where sealed files can be fetched from; every method raises SourceError."""

    @property
    def name(self) -> str:
        """How it is called in what an editor is told."""

    def names(self) -> list[str]:
        """The names of the files there."""

    def read(self, name: str) -> bytes:
        """A file."""

    def remove(self, name: str, sealed: bytes) -> None:
        """Let go of a file that is held here."""


@dataclass(frozen=True)
class Folder:
    """A spool, or a copy of one, on this machine."""

    path: Path

    @property
    def name(self) -> str:
        """How it is called in what an editor is told."""
        return str(self.path)

    def names(self) -> list[str]:
        """The names of the files there."""
        with _told():
            return sorted(path.name for path in self.path.iterdir() if NAME.fullmatch(path.name) and path.is_file())

    def read(self, name: str) -> bytes:
        """A file, unless it is too large to be one."""
        with _told(), (self.path / name).open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise TooLargeError
        return data

    def remove(self, name: str, sealed: bytes) -> None:
        """Let go of a file that is held here."""
        with _told():
            Spool(self.path).remove(name, hashlib.sha256(sealed).hexdigest())


@dataclass(frozen=True)
class Intake:
    """An intake, named by its address."""

    name: str
    token: str
    client: httpx.Client

    def names(self) -> list[str]:
        """The names of the files there; what is no name is left out."""
        try:
            listed = json.loads(self._asked("GET", "", limit=MAX_LIST))["names"]
            found = [name for name in listed if isinstance(name, str) and NAME.fullmatch(name)]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SourceError(say("what it answers is no list of files")) from None
        return list(dict.fromkeys(found))[:MAX_NAMES]

    def read(self, name: str) -> bytes:
        """A file."""
        return self._asked("GET", f"/{name}", limit=MAX_FILE)

    def remove(self, name: str, sealed: bytes) -> None:
        """Let go of a file that is held here."""
        self._asked("DELETE", f"/{name}", headers={"Digest-Sha256": hashlib.sha256(sealed).hexdigest()})

    def give(self, sealed: bytes) -> None:
        """Hand in a sealed file for another editor."""
        self._asked("POST", "", content=sealed)

    def _asked(
        self,
        method: str,
        path: str,
        *,
        limit: int = MAX_FILE,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> bytes:
        address, end = f"{self.name.rstrip('/')}/queue{path}", time.monotonic() + MOST
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/octet-stream"
        with _told(), self.client.stream(method, address, headers=sent, content=content) as answer:
            if not answer.is_success:
                raise _refusal(answer.status_code)
            data = bytearray()
            for part in answer.iter_raw(8192):
                data += part
                if len(data) > limit:
                    raise TooLargeError
                if time.monotonic() > end:
                    raise SourceError(say("it does not answer in time"))
        return bytes(data)


@contextmanager
def client(settings: Mapping[str, Any]) -> Iterator[httpx.Client]:
    """What asks intakes: through the proxy that the settings name, and telling nothing of this machine."""
    # of the environment only what the settings repeat: a proxy that somebody else has set would see all addresses
    with httpx.Client(
        proxy=settings.get("PROXY") or None,
        timeout=CALM,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "", "Accept": "*/*", "Accept-Encoding": "identity"},
    ) as asking:
        yield asking


def intake(address: str, tokens: Mapping[str, str], settings: Mapping[str, Any], asking: httpx.Client) -> Intake:
    """The intake at an address; raises SourceError where it cannot be asked safely."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise SourceError(say("this is no address")) from None
    is_onion, has_proxy = host.endswith(".onion"), bool(settings.get("PROXY"))
    if is_onion and not has_proxy:
        raise SourceError(say("an onion address needs PROXY in pelicanconf.py, for example Tor's"))
    if parts.scheme != "https" and not (parts.scheme == "http" and (is_onion or host in LOOPBACK)):
        raise SourceError(say("its address does not begin with https://, and others could read the token"))
    if not tokens.get(address):
        raise SourceError(say("no token is kept for it: %(command)s", command="python3 tasks.py moderate --token"))
    return Intake(address, tokens[address], asking)


def _refusal(status: int) -> SourceError:
    if status in (401, 403):
        return SourceError(say("it does not know the token"))
    if status in (413, 503, 507):
        return SourceError(say("it has no room"))
    kind = GoneError if status in (404, 409, 410, 412) else SourceError
    return kind(say("it answers with the error %(number)d", number=status))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise SourceError(say("it does not answer in time")) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, SOCKSError, UnicodeError):
        raise SourceError(say("it cannot be reached")) from None
    except FileNotFoundError as error:
        raise GoneError(error.strerror) from None
    except OSError as error:
        raise SourceError(error.strerror or type(error).__name__) from None
