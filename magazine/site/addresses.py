"""Where everything stands in the output. Pure: an address is a path below the root of the site.

Every language has the same addresses, the main one at the root and the others below their code, so a
page finds its other languages without asking.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from magazine.records import MAGAZINE, Entry, Issue

HOME, NOT_FOUND = "index.html", "404.html"
MAGAZINE_INDEX, BLOG_INDEX, PETITION_INDEX = "magazine/index.html", "blog/index.html", "petitions/index.html"
ARCHIVE_INDEX, TOPIC_INDEX, CREDIT_INDEX = "archive/index.html", "topics/index.html", "credits/index.html"
MIRRORS = "mirrors.html"
# the same for programs; the shapes of the two best-known public lists
MIRROR_LINES, MIRROR_POOL, MIRROR_STATUS = "mirrors.txt", "mirrors.json", "mirrors/status.json"
KIT, OWN_NAME = "kit", "CNAME"
# what a link to a folder of the sources means
SECTION_INDEXES = {"magazine": MAGAZINE_INDEX, "blog": BLOG_INDEX, "petitions": PETITION_INDEX, "mirrors": MIRRORS}
# before the page is known that they stand in; see ``made_relative``
# (a control sign, so that no source can hold it: see ``headers``)
SCHEME = "\x11site:"
SITE_LINK = re.compile(rf'{SCHEME}([^"\s]+)')
# the pages around a petition, in the folder named after it
AROUND = re.compile(r"count|share|(names|answers)-\d+")


def of_entry(entry: Entry) -> str:
    """The page of an entry, the same in each language."""
    if entry.section == MAGAZINE and not isinstance(entry, Issue):
        return f"magazine/{entry.issue}/{entry.slug}.html"
    return f"{entry.section}/{entry.slug}.html"


def of_former(key: str) -> str:
    """The page of an entry when this was its key."""
    return f"{key}.html"


def of_answers(entry: Entry, page: int = 1) -> str:
    """A page of an entry's answers, numbered from the oldest; the first one is the entry's own."""
    own = of_entry(entry)
    return own if page == 1 else f"{own.removesuffix('.html')}/answers-{page}.html"


def of_names(petition: Entry, page: int) -> str:
    """A page of the names under a petition, numbered from the oldest."""
    return f"{petition.key}/names-{page}.html"


def of_count(petition: Entry) -> str:
    """The page that tells how a petition's signatures are counted."""
    return f"{petition.key}/count.html"


def of_share(petition: Entry) -> str:
    """The page with all that helps to pass a petition on."""
    return f"{petition.key}/share.html"


def of_file(petition: Entry) -> str:
    """A petition as one file that needs no other; its name is what a phone shows when it is sent."""
    slug = petition.slug
    return f"{petition.key}/{slug}-1.html" if AROUND.fullmatch(slug) else f"{petition.key}/{slug}.html"


def of_badge(petition: Entry) -> str:
    """The drawing with a petition's number, for other sites."""
    return f"{petition.key}/badge.svg"


def of_qr(petition: Entry) -> str:
    """The drawing that leads a camera to a petition."""
    return f"{petition.key}/qr.svg"


def of_news(petition: Entry) -> str:
    """The feed of a petition's news; no other feed is named like that."""
    return of_feed(f"petition-{petition.slug}")


def of_pictures(entry: Entry) -> str:
    """The folder of an entry's pictures, shared by all languages."""
    return entry.key


def of_feed(name: str) -> str:
    """A feed."""
    return f"feeds/{name}.xml"


def of_key(number: int) -> str:
    """The drawing that gives a camera one of the root keys, counted from one."""
    return f"mirrors/key-{number}.svg"


def of_topic(slug: str) -> str:
    """The newest list page of a topic."""
    return f"topics/{slug}.html"


def of_credit(slug: str) -> str:
    """The newest list page of a pen name."""
    return f"credits/{slug}.html"


def of_year(year: int) -> str:
    """The newest list page of a year."""
    return f"archive/{year}.html"


def older(address: str, number: int) -> str:
    """Page ``number``, counted from the oldest, of the list whose newest page is ``address``."""
    stem = address.removesuffix("/index.html") if address.endswith("/index.html") else address.removesuffix(".html")
    folder = f"{stem}/page" if address.endswith("/index.html") else stem
    return f"{folder}/{number}.html"


def in_language(address: str, language: str, main: str) -> str:
    """The address of a page below the root of the whole site; one that begins there with a slash already is."""
    if address.startswith("/"):
        return address[1:]
    return address if language == main else f"{language}/{address}"


def relative(target: str, page: str) -> str:
    """A normalised relative reference (RFC 3986, 4.2) from one page to an address with an optional fragment."""
    path, hash_sign, fragment = target.partition("#")
    if path == page and fragment:
        return f"#{fragment}"
    return f"{_way(path, posixpath.dirname(page))}{hash_sign}{fragment}"


def absolute(target: str, site: str) -> str:
    """The address on the site's own host, for canonical, alternates, feeds, sitemap and sharing only."""
    path, hash_sign, fragment = target.partition("#")
    return f"{site.rstrip('/')}/{_quoted(path)}{hash_sign}{fragment}"


def made_relative(text: str, page: str) -> str:
    """A text with its ``site:`` addresses as they are seen from a page."""
    folder, parts = posixpath.dirname(page), SITE_LINK.split(text)
    parts[1::2] = [_way(target, folder) if "#" not in target else relative(target, page) for target in parts[1::2]]
    return "".join(parts)


def made_absolute(text: str, site: str) -> str:
    """A text with its ``site:`` addresses on the site's own host."""
    return SITE_LINK.sub(lambda match: absolute(match[1], site), text)


_quoted = lru_cache(maxsize=4096)(quote)


@lru_cache(maxsize=4096)
def _way(path: str, folder: str) -> str:
    # the pages of one folder share most of their links
    there, here = path.split("/"), folder.split("/") if folder else []
    common = 0
    while common < min(len(there) - 1, len(here)) and there[common] == here[common]:
        common += 1
    return _quoted("/".join([".."] * (len(here) - common) + there[common:]))


def is_web(address: str) -> bool:
    """Whether an address is a whole http or https one."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
