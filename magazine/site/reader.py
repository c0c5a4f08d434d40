"""Sources for Pelican: headers come from the library, bodies from where they were converted, once for all pages."""

from __future__ import annotations

import os
from typing import Any

from pelican.readers import MarkdownReader

from magazine.site import addresses
from magazine.site.edition import Edition
from magazine.site.plan import template_of


class SourceReader(MarkdownReader):  # type: ignore[misc]
    """Reads one language of one entry of the library."""

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """What Pelican needs to know. A page takes its body itself (``edition.body``): all of them are too much."""
        edition: Edition = self.settings["EDITION"]
        source = source_path.removeprefix(f"{edition.library.root}{os.sep}").replace(os.sep, "/")
        entry, version = edition.library.texts[source]
        address = addresses.of_entry(entry)
        metadata = {
            "title": version.title,
            "date": entry.date,
            "lang": version.language,
            "slug": entry.slug,
            "status": "published",
            "template": template_of(entry),
            "save_as": address,
            "url": address,
            "entry": entry,
            "version": version,
        }
        return "", metadata
