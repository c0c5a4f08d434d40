"""Where a text stood before: the folders and the addresses that its header `Formerly:` names.

A folder is named as it was called, with its section where that was another one too; anything else is an address of the
site or of an older one. Links in letters, in other people's pages and in print go on leading to the text.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from magazine import headers
from magazine.headers import Source
from magazine.problems import Report
from magazine.records import SECTIONS
from magazine.slugs import is_slug

NAME = "formerly"
PAGE_SUFFIXES = (".html", ".htm")
MAX_PART_BYTES = 200  # of a file name, with room for a suffix: most systems take 255
# no file name on Windows or on a USB stick
UNFIT = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\u2028\u2029]|^[.~ ]|[. ]$')
DEPTHS = {"magazine": (2, 3)}  # parts of a folder's path: an issue or a story in one


def read(source: Source, section: str, report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The former folders as paths below ``content/``, and the former addresses as files below the root of the site.

    A name without its section stands beside the folder of today. What can be neither is told.
    """
    if NAME not in source.headers:
        return (), ()
    folders: list[str] = []
    addresses: list[str] = []
    beside = source.path.parent.parent.as_posix()
    for name in source.words(NAME):
        folder = name.strip("/") if "/" in name else f"{beside}/{name}"
        is_file = name.endswith(PAGE_SUFFIXES)
        address = _address(name) if is_file or "/" in name else ""
        if _is_folder(folder) and not is_file and not name.endswith("/"):
            folders.append(folder)
        elif address:
            addresses.append(address)
        else:
            report.add("former-bad", source.path, source.line(NAME), value=headers.shown(name), section=section)
    return tuple(folders), tuple(addresses)


def _is_folder(path: str) -> bool:
    section, *names = path.split("/")
    return section in SECTIONS and 1 + len(names) in DEPTHS.get(section, (2,)) and all(map(is_slug, names))


def _address(name: str) -> str:
    """The file that a host shows for an address; empty if there can be none."""
    try:
        parts = urlsplit(name)
    except ValueError:
        return ""
    if parts.scheme not in ("", "http", "https"):
        return ""
    path = unicodedata.normalize("NFC", unquote(parts.path, errors="replace")).removeprefix("/")
    if not path.endswith(PAGE_SUFFIXES):
        path = f"{path.removesuffix('/')}/index.html"
    names = path.split("/")
    is_fit = all(one and not UNFIT.search(one) and len(one.encode()) <= MAX_PART_BYTES for one in names)
    return path if is_fit and "\ufffd" not in path else ""
