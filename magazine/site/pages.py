"""A page that is planned: where it will stand, what shows it, and a stamp of all that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from magazine.records import Entry


@dataclass(frozen=True)
class Page:
    """``address`` is the same in each language, ``here`` the languages it is really in, the first one the default.

    ``shown`` are stamps of what the page shows beyond what each page of its language shows. A page with an
    ``entry`` is the entry's own and is written by Pelican's generators from its source.
    """

    address: str
    template: str
    shown: tuple[object, ...]
    here: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    entry: Entry | None = None
