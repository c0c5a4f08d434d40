"""The theme's style sheets and its one script, as they stand inside each page, with their hashes for the CSP."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_SPACE = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+|\s+(?=!)")


@dataclass(frozen=True)
class Asset:
    """The text of a ``style`` or ``script`` element and its source expression (CSP 3, 2.3.1)."""

    text: Markup
    source: Markup


@lru_cache(maxsize=64)
def style(theme: Path, names: str) -> Asset:
    """The style sheets with these names, divided by spaces, in one; without comments and needless white space."""
    text = "\n".join((theme / "static" / f"{name}.css").read_text(encoding="utf-8") for name in names.split())
    squeezed = CSS_SPACE.sub(lambda match: match[1] or "", CSS_COMMENT.sub("", text)).replace(";}", "}")
    return _asset(" ".join(squeezed.split()))


@lru_cache(maxsize=8)
def script(theme: Path, name: str) -> Asset:
    """A script as it is, without indentation and comment lines."""
    lines = (line.strip() for line in (theme / "static" / f"{name}.js").read_text(encoding="utf-8").splitlines())
    return _asset("".join(line for line in lines if line and not line.startswith("//")))


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), Markup(f"'sha256-{digest}'"))  # noqa: S704 (the theme's own files)
