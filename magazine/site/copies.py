"""Where else the magazine stands, and how a copy is known for a true one: what the page of mirrors shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from magazine.messages import for_readers
from magazine.mirrors import Mirror
from magazine.problems import Report
from magazine.records import Library
from magazine.release import keyfile
from magazine.release.codes import ReleaseError
from magazine.release.keyfile import Keys
from magazine.site import addresses
from magazine.site.pages import Page

WEB, ONION, RSYNC, IPFS = "web", "onion", "rsync", "ipfs"
CURRENT, UNREACHABLE = "current", "unreachable"
# what the last check found of a mirror, in the words of readers; of any other state nothing good can be said
STATES = {
    "": for_readers("not looked at yet"),
    CURRENT: for_readers("as new as ours"),
    "behind": for_readers("a little older than ours"),
    "stale": for_readers("old: its editors have not renewed it for long"),
    UNREACHABLE: for_readers("did not answer"),
}
WRONG = for_readers("not as we made it: do not rely on it")
OF_A_LANGUAGE = re.compile(r"\.[a-z]{2}\.txt")  # as read-me.ky.txt
FIRST = "read-me"
# SIGNER and RELEASES of ``magazine.release.signing``, which takes a tenth of a second to load
ASKED_OF_SSH = "-I magazine -n magazine-release"
DUPLICATES = 3  # on the home page, which stays light however many mirrors there are


@dataclass(frozen=True)
class Copies:
    """The ``mirrors`` that are shown, the list of keys, and the files of the partners' kit by address."""

    mirrors: tuple[Mirror, ...] = ()
    keys: Keys | None = None
    kit: tuple[str, ...] = ()

    @property
    def roots(self) -> tuple[str, ...]:
        """The root keys, which everything is proven with; none where nothing is signed."""
        return self.keys.roots if self.keys else ()

    @property
    def signer(self) -> str:
        """A key of minisign that signs releases."""
        return next((one.key for one in self.keys.active), "") if self.keys else ""

    @property
    def asked_of_ssh(self) -> str:
        """What ``ssh-keygen`` is asked with, where a key of OpenSSH signs as well."""
        return ASKED_OF_SSH if self.keys and self.keys.active_ssh else ""

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Mirror, ...]]:
        """The mirrors of each kind that there is one of."""
        kinds = dict.fromkeys(mirror.kind for mirror in self.mirrors)
        return {kind: tuple(mirror for mirror in self.mirrors if mirror.kind == kind) for kind in kinds}

    def duplicates(self, address: str) -> list[str]:
        """The same page on other hosts (RFC 6249, 3)."""
        web = [mirror for mirror in self.by_kind.get(WEB, ()) if not mirror.is_wrong]
        return [addresses.absolute(address, mirror.address) for mirror in web[:DUPLICATES]]

    def kit_in(self, language: str) -> list[str]:
        """The files of the kit that a page links to: instructions in its language first, and none in another."""
        found = [name for name in self.kit if "." in name.rpartition("/")[2][1:]]
        told = [name for name in found if OF_A_LANGUAGE.search(name)]
        own = sorted((name for name in told if name.endswith(f".{language}.txt")), key=lambda name: FIRST not in name)
        return own + [name for name in found if name not in told]

    @staticmethod
    def is_followed(address: str) -> bool:
        """Whether every phone knows what to do with an address; that of an onion service is for Tor Browser."""
        return addresses.is_web(address) or address.startswith("mailto:")

    @staticmethod
    def short(mirror: Mirror) -> str:
        """An address as people write it, if it can be opened like that; else whole."""
        bare = mirror.address.partition("://")[2].rstrip("/")
        return bare if mirror.kind in (WEB, ONION) and bare else mirror.address

    @staticmethod
    def state(mirror: Mirror) -> str:
        """What the last check found, a sentence for the theme's catalogs."""
        return STATES.get(mirror.state, WRONG)


def keys_of(library: Library, report: Report) -> Keys | None:
    """The list of keys in ``extra/``; none where it is not there or cannot be read, which is told."""
    for extra in library.extras:
        if extra.address == keyfile.FILE:
            try:
                return keyfile.parsed((library.root / extra.path).read_bytes())
            except ReleaseError:
                report.add("keys-bad", extra.path)
            except OSError as error:
                report.add("file-unreadable", extra.path, reason=error.strerror or type(error).__name__)
    return None


def mirror_pages(copies: Copies, languages: tuple[str, ...]) -> Iterator[Page]:
    """The page of mirrors of one language."""
    yield Page(addresses.MIRRORS, "mirrors", (repr(copies),), languages, {"copies": copies})


def host(address: str) -> str:
    """The name of the host of an address; nothing where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
