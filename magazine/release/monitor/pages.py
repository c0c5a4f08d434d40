"""What somebody has put into a page of the magazine: forms that send elsewhere, scripts, frames, redirects, links."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from magazine.messages import marked
from magazine.release.codes import Code, ReleaseError

MOST = 10  # of a page
PAGE = (".html", ".htm")

FORM = marked("%(name)s: a form there sends what readers write to %(address)s.")
SCRIPT = marked("%(name)s: a script was put in: %(address)s.")
FRAME = marked("%(name)s: something else is shown within the page: %(address)s.")
LEADS = marked("%(name)s: it leads readers on to %(address)s.")
LINK = marked("%(name)s: a link to %(address)s was put in.")


def put_in(name: str, theirs: bytes, ours: bytes, forms: Collection[str]) -> Iterator[ReleaseError]:
    """What the page of a mirror has and ours has not; ``forms`` are where the magazine's own forms send to."""
    if not name.endswith(PAGE):
        return
    known = set(_found(ours, forms))
    found = [one for one in dict.fromkeys(_found(theirs, forms)) if one not in known]
    for sentence, address in found[:MOST]:
        yield ReleaseError(Code.CHANGED, sentence, name=name, address=ascii(address)[1:-1][:120] or "?")


def _found(data: bytes, forms: Collection[str]) -> Iterator[tuple[str, str]]:
    page = BeautifulSoup(data.decode("utf-8", "replace"), "html.parser")
    for tag in page.find_all(["form", "script", "iframe", "frame", "object", "embed", "meta", "a", "base"]):
        value = {name: str(tag.get(name) or "") for name in ("action", "src", "data", "href", "content", "http-equiv")}
        if tag.name == "form" and value["action"] not in forms:
            yield FORM, value["action"]
        elif tag.name == "script":
            yield SCRIPT, value["src"] or " ".join(tag.get_text().split())[:60]
        elif tag.name in ("iframe", "frame", "object", "embed"):
            yield FRAME, value["src"] or value["data"]
        elif tag.name == "base" or (tag.name == "meta" and value["http-equiv"].lower() == "refresh"):
            yield LEADS, value["href"] or value["content"]
        elif tag.name == "a" and urlsplit(value["href"]).scheme in ("http", "https"):
            yield LINK, value["href"]
