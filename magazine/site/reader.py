"""Sources for Pelican: headers come from the library, only the body is converted here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican.readers import MarkdownReader

from magazine import headers
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Issue, Petition
from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.markup import Markup, Place

TEMPLATES = {"magazine": "story", "blog": "post", "petitions": "petition", "pages": "page"}


class SourceReader(MarkdownReader):  # type: ignore[misc]
    """Reads one language of one entry of the library. A petition's news are converted with it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self.edition: Edition = settings["EDITION"]
        self.report: Report = settings["REPORT"]
        self.progress: Progress = settings["PROGRESS"]
        self.markup = Markup(self.edition.language)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The HTML of a body with ``site:`` addresses, and the metadata Pelican needs."""
        library = self.edition.library
        path = Path(source_path).relative_to(library.root)
        entry, version = library.by_path(path)
        address = addresses.of_entry(entry)
        metadata = {
            "title": version.title,
            "date": entry.date,
            "lang": version.language,
            "slug": entry.slug,
            "status": "published",
            "template": "issue" if isinstance(entry, Issue) else TEMPLATES[entry.section],
            "save_as": address,
            "url": address,
            "entry": entry,
            "version": version,
        }
        if isinstance(entry, Petition):
            shown = [(update, update.version(version.language)) for update in entry.updates]
            metadata["updates"] = [(update, one, self._converted(one.path)) for update, one in shown]
        self.progress.step()
        return self._converted(path), metadata

    def _converted(self, path: Path) -> str:
        library = self.edition.library
        entry, version = library.by_path(path)
        source = headers.read(library.root, path, Report())
        if source is None:
            self.report.add("file-unreadable", path, reason="?")
            return ""
        place = Place(
            entry=entry, version=version, library=library, main=self.edition.main, gallery=self.edition.gallery,
            report=self.report, gettext=self.edition.catalog.gettext,
        )  # fmt: skip
        markup = self.markup if version.language == self.markup.language else Markup(version.language)
        return markup.convert(source, place)
