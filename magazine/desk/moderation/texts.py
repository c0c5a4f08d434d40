"""The texts of the magazine as moderation needs them: what a page or a key leads to, and whose answer a code is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from magazine import headers, library
from magazine.desk.moderation.signature_files import Standing, standing
from magazine.places import ANSWERS, SIGNATURES, Places
from magazine.problems import Report
from magazine.records import Answer, Entry, Petition
from magazine.site import addresses
from magazine.site.build import languages_of

INDEX = "index.html"
FURTHER = re.compile(r"/answers-\d+(?:\.html)?$")  # pages of answers, see ``addresses.of_answers``


class Texts:
    """What stands in a content folder, read once."""

    def __init__(self, content: Path, settings: Mapping[str, Any], today: dt.date) -> None:
        self.content = content
        self._files = library.scanned(content)
        held = library.read(content, languages_of(settings), Report(), today, self._files)
        self.entries = {key: entry for key, entry in held.entries.items() if entry.has_page}
        self._former = {key: entry.key for entry in self.entries.values() for key in entry.formerly}

    def key_of(self, key: str) -> str:
        """The key of a text that is published, also from one it had before; empty if there is none."""
        key = self._former.get(key, key)
        return key if key in self.entries else ""

    def key_at(self, target: str) -> str:
        """The key of the text whose page an address names, on whatever host, below whatever path; empty if none is."""
        try:
            path = unquote(urlsplit(target).path).strip("/").removesuffix(INDEX).strip("/")
        except ValueError:
            return ""
        parts = FURTHER.sub("", path).split("/")
        for start in range(len(parts)):
            page = "/".join(parts[start:])
            if found := self._pages.get(page) or self._pages.get(f"{page}.html"):
                return found
        return ""

    def title(self, key: str, language: str) -> str:
        """The title of a text in this language, or in its own; empty if there is none."""
        return self.entries[key].version(language).title if key in self.entries else ""

    def address(self, key: str) -> str:
        """The page of a text below the root of the site; empty if there is none."""
        return addresses.of_entry(self.entries[key]) if key in self.entries else ""

    def answer(self, key: str, identifier: str) -> Answer | None:
        """A published answer to a text."""
        answers = self.entries[key].answers if key in self.entries else ()
        return next((answer for answer in answers if answer.id == identifier), None)

    def answers(self) -> Iterator[tuple[Entry, Answer]]:
        """All published answers with their texts."""
        for entry in self.entries.values():
            for answer in entry.answers:
                yield entry, answer

    def file_of(self, key: str, identifier: str) -> Path:
        """The file of an answer."""
        return self.content / key / ANSWERS / f"{identifier}.md"

    def answer_names(self, key: str) -> list[str]:
        """The names of all answers to a text, those that are not shown as well."""
        return [path.stem for path in Places(self._files, Report()).files(f"{key}/{ANSWERS}")]

    @cached_property
    def petitions(self) -> Mapping[str, Petition]:
        """The petitions that have a page."""
        return {key: entry for key, entry in self.entries.items() if isinstance(entry, Petition)}

    @cached_property
    def signed(self) -> Mapping[str, Standing]:
        """What is signed already, by the keys of the petitions."""
        return {key: standing(self.content, self._lists(key)) for key in self.petitions}

    def signed_by(self, receipt: str) -> tuple[str, Path] | None:
        """The petition and the list that hold the signature with this digest."""
        for key, held in self.signed.items():
            if receipt in held.receipts:
                return key, held.receipts[receipt]
        return None

    def list_of(self, key: str, name: str) -> Path:
        """The file of a list of signatures."""
        return self.content / key / SIGNATURES / f"{name}.md"

    def list_names(self, key: str) -> list[str]:
        """The names of all files with signatures of a petition."""
        return [path.stem for path in self._lists(key)]

    def _lists(self, key: str) -> list[Path]:
        return list(Places(self._files, Report()).files(f"{key}/{SIGNATURES}"))

    @cached_property
    def receipts(self) -> Mapping[str, tuple[str, Answer]]:
        """The published answers with their texts' keys, by the digests in their headers `Receipt:`."""
        found: dict[str, tuple[str, Answer]] = {}
        for entry, answer in self.answers():
            source = headers.read(
                self.content, self.file_of(entry.key, answer.id).relative_to(self.content), Report(),
                headers.MAX_ANSWER_BYTES,
            )  # fmt: skip
            if source and (receipt := source.text("receipt")):
                found.setdefault(receipt, (entry.key, answer))
        return found

    @cached_property
    def _pages(self) -> Mapping[str, str]:
        """Keys by page, without what languages put before it: that is found as any path is."""
        found: dict[str, str] = {}
        for entry in self.entries.values():
            for key in entry.formerly:
                found.setdefault(addresses.of_former(key), entry.key)
            for version in entry.versions.values():
                found.update((page.removesuffix(INDEX).strip("/"), entry.key) for page in version.formerly)
        for entry in self.entries.values():
            found[addresses.of_entry(entry)] = entry.key
        found.pop("", None)
        return found
