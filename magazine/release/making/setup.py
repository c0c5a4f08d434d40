"""What the settings say about releases: addresses, folders, and after how many days something is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from magazine.cache import PROJECT

EXTRA = "extra"  # the folder below the content whose files go to the root of the site


@dataclass(frozen=True)
class Setup:
    """The folders of a magazine and its settings; ``site`` is its address with a slash at the end."""

    content: Path
    output: Path
    published: Path
    settings: Mapping[str, Any] = field(repr=False)
    project: Path = PROJECT

    @property
    def site(self) -> str:
        """The address that a release says it is for."""
        return str(self.settings["SITEURL"]).rstrip("/") + "/"

    @property
    def lists(self) -> Path:
        """The folder of the list of keys."""
        return self.content / EXTRA

    @property
    def public(self) -> tuple[Path, ...]:
        """Folders that others get."""
        return (self.content, self.output, self.published, self.project / str(self.settings["THEME"]))

    def days(self, name: str) -> int:
        """A number of days that a setting holds."""
        return int(self.settings[name])

    def text(self, name: str) -> str:
        """A text that a setting holds; empty where there is none."""
        return str(self.settings.get(name) or "").strip()


def of_settings(settings: Mapping[str, Any], content: Path | None = None, published: Path | None = None) -> Setup:
    """The folders that the settings name, unless others were said with the command."""
    return Setup(
        content=(content or PROJECT / settings["PATH"]).resolve(),
        output=PROJECT / settings["OUTPUT_PATH"],
        published=(published or PROJECT / settings["PUBLISHED_PATH"]).resolve(),
        settings=settings,
    )
