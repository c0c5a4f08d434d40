"""What the links and pictures of one text mean: texts that came with it, pictures from the uploads, the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin

from magazine.desk.wordpress.addresses import Site, identifier_of, path_of, upload_of, web_address
from magazine.desk.wordpress.index import Attachment, Index
from magazine.desk.wordpress.media import Shelf, Uploads, is_picture, originals
from magazine.desk.wordpress.text import one_line
from magazine.desk.wordpress.wxr import Export
from magazine.messages import marked, say

NO_ALT = marked("A picture without a description")
OPEN_SCHEMES = ("mailto:", "tel:", "sms:")


@dataclass(frozen=True)
class Old:
    """The old site, as far as it is at hand."""

    export: Export
    index: Index
    uploads: Uploads
    site: Site
    languages: tuple[str, ...]
    address: str  # of the magazine


@dataclass
class Around:
    """The surroundings of one text; ``told`` gathers what could not be taken over: what it is, and its name."""

    old: Old
    shelf: Shelf
    folder: str
    address: str
    identifier: int
    language: str
    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, what: str, value: str) -> None:
        """Something that could not be taken over."""
        if (what, value) not in self.told:
            self.told.append((what, value))

    def link(self, address: str) -> str:
        """The address to be written; empty where only the words can stay."""
        if address.lower().startswith(OPEN_SCHEMES):
            return address
        address = self._whole(address)
        if not self.old.site.owns(address):
            return web_address(address)
        if name := upload_of(address):
            path = self.old.uploads.find(name) if is_picture(name) else None
            placed = self.shelf.put(path) if path else ""
            if not placed:
                self.tell("file", name)
            return placed
        folder = self.old.index.folder_of(path_of(address), identifier_of(address))
        if folder and folder != self.folder:
            section, _, slug = folder.partition("/")
            return f"../{slug}/" if section == self.folder.partition("/")[0] else f"../../{folder}/"
        if not folder:
            self.tell("link", address)
        return ""

    def picture(self, address: str, identifier: int, alt: str, caption: str) -> str:
        """The Markdown of a picture; empty if there is none."""
        name = upload_of(self._whole(address))
        known = self.old.index.attachment_at(originals(name)) if name else None
        known = known or (self.old.index.attachment(identifier) if identifier else None)
        placed = self.placed(name or (known.file if known else ""), known, address)
        if not placed:
            return ""
        shown = self.alt(alt, caption, known, placed)
        words = _quotes(caption, self.language)
        return f'![{_bracketless(shown)}]({placed} "{words}")' if words else f"![{_bracketless(shown)}]({placed})"

    def placed(self, name: str, known: Attachment | None, address: str) -> str:
        """The name of a picture in the folder of the text; empty, and told, if there is none."""
        path = self.old.uploads.find(name) if name else None
        if path is None and known:
            path = self.old.uploads.find(known.file)
        if path is None:
            self.tell("picture", name or (address[:5] if address.startswith("data:") else address))
            return ""
        placed = self.shelf.put(path)
        if not placed:
            self.tell("unreadable", name or address)
        return placed

    def alt(self, alt: str, caption: str, known: Attachment | None, placed: str) -> str:
        """What a picture shows, in words; told where nobody has said it."""
        said = (
            one_line(alt) or one_line(known.alt if known else "") or caption or one_line(known.caption if known else "")
        )
        if not said:
            self.tell("alt", placed)
        return said or say(NO_ALT, self.language)

    def block(self, identifier: int) -> str:
        """The body of a reusable block."""
        for row in self.old.index.rows("id = ? AND fate = 'block'", identifier):
            item = self.old.export.item(row.piece)
            if item and item.status == "publish" and not item.has_password:
                return item.body
        self.tell("block", f"block {identifier}")
        return ""

    def attachment(self, identifier: int) -> Attachment | None:
        """An uploaded file."""
        return self.old.index.attachment(identifier)

    def attached(self) -> list[Attachment]:
        """The pictures that were uploaded for this text."""
        return [one for one in self.old.index.attached_to(self.identifier) if is_picture(one.file)]

    def _whole(self, address: str) -> str:
        try:
            return urljoin(self.address or "/", address.strip())
        except ValueError:
            return ""


def _bracketless(words: str) -> str:
    return words.translate(str.maketrans("[]\\`<>'", "()/’‹›’"))


def _quotes(words: str, language: str) -> str:
    """Words that may stand between straight quotes: theirs become those of the language."""
    opening, closing = ("“", "”") if language == "en" else ("«", "»")
    said, is_open = "", False
    for letter in _bracketless(words):
        if letter == '"':
            said += closing if is_open else opening
            is_open = not is_open
        else:
            said += letter
    return said
