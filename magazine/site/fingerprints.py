"""Stamps of what shapes every page: the program and the libraries it runs on, the theme, the settings."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from magazine.stamps import digest

PACKAGE = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "babel", "jinja2", "markdown", "markupsafe", "nh3", "pelican", "pelican-i18n-subsites", "pillow", "segno",
    "smartypants", "typogrify", "unidecode",
)  # fmt: skip


@cache
def program() -> bytes:
    """Of the package's code, of Python and of the libraries; what runs does not change while it runs."""
    kit = (path for path in (PACKAGE / "kit").glob("*/*") if path.is_file() and path.suffix != ".pyc")
    return digest(
        files(sorted({*PACKAGE.rglob("*.py"), *kit})), sys.version, [metadata.version(name) for name in LIBRARIES]
    )


def site(theme: Path, settings: Mapping[str, Any]) -> bytes:
    """Of everything but the content: program, theme and settings."""
    paths = sorted(path for path in theme.rglob("*") if path.is_file())
    said = sorted((name, repr(value)) for name, value in settings.items() if name.isupper())
    return digest(program(), files(paths), said)


def day() -> dt.date:
    """Today, or the day that ``SOURCE_DATE_EPOCH`` names (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.datetime.now(dt.UTC).date()


def files(paths: Iterable[Path]) -> bytes:
    """Of the names and the bytes of some files."""
    return digest(*((path.name, digest(path.read_bytes())) for path in paths))
