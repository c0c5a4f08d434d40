"""Pages where a text stood before: they lead to where it stands now, in the same language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from magazine import headers
from magazine.formerly import NAME
from magazine.problems import Report
from magazine.records import Entry
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.pages import Page


def moved_pages(edition: Edition) -> Iterator[Page]:
    """Those of one language; a former folder has one in each, a former address in that of the text that names it."""
    for entry in edition.library.entries.values():
        if not entry.has_page:
            continue
        version = entry.versions.get(edition.language)
        named = [f"/{address}" for address in version.formerly] if version else []
        for address in dict.fromkeys([*map(addresses.of_former, _keys(edition, entry)), *named]):
            yield Page(address, "moved", (edition.place(addresses.of_entry(entry)),), (), {"entry": entry})


def free(edition: Edition, pages: Iterable[Page], taken: set[str], report: Report) -> Iterator[Page]:
    """The pages whose address is not ``taken``, which then is; the others are told. All addresses are case-folded."""
    for page in pages:
        place = edition.place(page.address)
        parts = place.casefold().split("/")
        if any("/".join(parts[:count]) in taken for count in range(1, len(parts) + 1)):
            _tell(edition, page, report)
        else:
            taken.add("/".join(parts))
            yield page


def _keys(edition: Edition, entry: Entry) -> Iterator[str]:
    """The former keys of an entry; a story was also in the former folders of its issue."""
    yield from entry.formerly
    issue = edition.issue_of(entry)
    for key in issue.formerly if issue else ():
        yield f"{key}/{entry.slug}"


def _tell(edition: Edition, page: Page, report: Report) -> None:
    entry: Entry = page.values["entry"]
    if page.address.startswith("/"):
        version, value = entry.versions[edition.language], page.address.removeprefix("/")
    else:  # told once, not for each language
        version, value = entry.versions[entry.original], page.address.removesuffix(".html")
    source = headers.read(edition.library.root, version.path, Report())
    report.add("former-taken", version.source, source.line(NAME) if source else 0, value=value)
