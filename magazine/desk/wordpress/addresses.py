"""Addresses of the old site: what of them is a path, and which folder name may come of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

from magazine.slugs import slug_of

UPLOADS = re.compile(r"/(?:wp-content/uploads|files)/(.+)$")
QUERY_IDS = ("p", "page_id", "attachment_id")
# what can be no file name somewhere: there a page that leads on cannot be put
UNFIT = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\u2028\u2029\ufffd]|^[.~ ]|[. ]$')
MAX_PART_BYTES = 200
WORDS_END = "-_."


@dataclass(frozen=True)
class Site:
    """The hosts that the old site answered at."""

    hosts: frozenset[str]

    @classmethod
    def of(cls, addresses: Iterable[str]) -> Site:
        """The site at these addresses."""
        return cls(frozenset(filter(None, map(_host, addresses))))

    def owns(self, address: str) -> bool:
        """Whether an address, which may be a relative one, belongs to the site."""
        host = _host(address)
        return host in self.hosts if host else not _scheme(address)


def path_of(address: str) -> str:
    """The path of an address from the root of the host, decoded, without a slash before it; empty for a bare query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if any(name in parse_qs(parts.query) for name in QUERY_IDS):
        return ""
    try:
        path = unquote(parts.path, errors="strict")
    except UnicodeDecodeError:  # WordPress cuts a long slug anywhere
        path = unquote_to_bytes(parts.path).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", path).lstrip("/")


def identifier_of(address: str) -> int:
    """The number that a plain link (``?p=12``) names, or 0."""
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return 0
    numbers = (values[0] for name, values in query.items() if name in QUERY_IDS)
    return next((int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19), 0)


def upload_of(address: str) -> str:
    """The path of a file below the folder of uploads, decoded; empty if it is none."""
    try:
        found = UPLOADS.search(unquote(urlsplit(address).path, errors="replace"))
    except ValueError:
        return ""
    return unicodedata.normalize("NFC", found[1]) if found else ""


def can_lead_on(path: str) -> bool:
    """Whether a page can be put at an old path."""
    parts = path.removesuffix("/").split("/")
    return all(part and not UNFIT.search(part) and len(part.encode()) <= MAX_PART_BYTES for part in parts)


def with_last(path: str, slug: str) -> str:
    """The path that a text had while its last part was another one."""
    folder = path.removesuffix("/").rpartition("/")[0]
    return f"{folder}/{slug}".lstrip("/") + ("/" if path.endswith("/") else "")


def decoded_slug(slug: str) -> str:
    """A slug in letters; a letter that was cut through is left out."""
    return unicodedata.normalize("NFC", unquote_to_bytes(slug).decode("utf-8", "ignore"))


def folder_name(slug: str, title: str, number: int) -> str:
    """A name in small Latin letters, the same at each run."""
    words = decoded_slug(slug).strip(WORDS_END) or title.strip()
    return slug_of(words) if words else f"post-{number}"


def web_address(address: str) -> str:
    """An address as it may stand in a header or in Markdown; empty if it is none for the web."""
    if not re.fullmatch(r"https?://[^\s<>\"'\x00-\x1f]+", address, re.IGNORECASE):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.hostname and "@" not in parts.netloc else ""


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return "?"
