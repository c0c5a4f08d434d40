"""What somebody has put into a page of the magazine: forms that send elsewhere, scripts, frames, redirects, links."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bs4 import BeautifulSoup

from magazine.messages import marked
from magazine.release.codes import Code, ReleaseError

MOST = 10  # of a page
LARGEST = 1_000_000  # bytes of a page that are looked at: what is longer is told as changed anyway
PAGE = (".html", ".htm")
OUTSIDE = ("http:", "https:", "//", "javascript:", "data:")

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
    page = BeautifulSoup(data[:LARGEST].decode("utf-8", "replace"), "html.parser")
    for tag in page.find_all(True):
        value = {name.lower(): str(given or "") for name, given in tag.attrs.items()}
        yield from _of_tag(tag.name, value, tag.get_text() if tag.name == "script" else "", forms)


def _of_tag(name: str, value: Mapping[str, str], text: str, forms: Collection[str]) -> Iterator[tuple[str, str]]:
    for place in ("action", "formaction"):
        if place in value and value[place] not in forms:
            yield FORM, value[place]
    for handler in (place for place in value if place.startswith("on")):
        yield SCRIPT, f"{handler} {value[handler]}"
    if name == "script":
        yield SCRIPT, value.get("src") or " ".join(text.split())[:60]
    elif name in ("iframe", "frame", "object", "embed"):
        yield FRAME, value.get("src") or value.get("data") or value.get("srcdoc", "")
    elif name == "base" or (name == "meta" and value.get("http-equiv", "").lower() == "refresh"):
        yield LEADS, value.get("href") or value.get("content", "")
    elif name in ("a", "area", "link") and value.get("href", "").strip().lower().startswith(OUTSIDE):
        yield LINK, value["href"]
