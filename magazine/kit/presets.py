"""The settings for partners' web servers, filled in for one magazine.

The policy for browsers that stands in each page names its own style sheet by hash; the one that the server sends
covers all pages at once and adds what a page cannot say of itself: that nobody may show it in a frame. Browsers obey
both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SAMPLES = Path(__file__).parent / "servers"
MARK = re.compile(r"@(\w+)@")
ONION = re.compile(r"https?://[a-z2-7]{56}\.onion")
SOURCE = re.compile(r"'sha(?:256|384|512)-[A-Za-z0-9+/=_-]+'")
# numbered files that never change; all else is asked for again, which costs 200 bytes while it is the same
LASTING, FRESH = "public, max-age=31536000, immutable", "no-cache"


@dataclass(frozen=True)
class Preset:
    """What the settings are filled in with; ``folder`` is where the magazine begins on its host.

    Raises ValueError if something in it would be no single word in the settings of a server.
    """

    host: str
    intakes: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()  # source expressions (CSP 3, 2.3.1)
    onion: str = ""
    folder: str = "/"

    def __post_init__(self) -> None:
        plain = re.compile(r"[A-Za-z0-9._~:/%?=&+-]*")
        wrong = [word for word in (self.host, self.folder, *self.intakes) if not plain.fullmatch(word)]
        wrong += [intake for intake in self.intakes if urlsplit(intake).scheme not in ("https", "http")]
        wrong += [script for script in self.scripts if not SOURCE.fullmatch(script)]
        wrong += [self.onion] if self.onion and not ONION.fullmatch(self.onion) else []
        wrong += [] if self.folder.startswith("/") and self.folder.endswith("/") else [self.folder]
        if wrong:
            raise ValueError(wrong[0])

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of all pages."""
        scripts, intakes = " ".join(self.scripts) or "'none'", " ".join(self.intakes) or "'none'"
        return (
            "default-src 'none'; base-uri 'none'; img-src 'self' data:; style-src 'unsafe-inline'; "
            f"script-src {scripts}; form-action {intakes}; frame-ancestors 'none'"
        )


def texts(preset: Preset) -> dict[str, str]:
    """The settings by the name of their file."""
    values = {
        "HOST": preset.host, "FOLDER": preset.folder, "POLICY": preset.policy, "LASTING": LASTING, "FRESH": FRESH,
        "ONION": preset.onion,
    }  # fmt: skip
    return {path.name: _filled(path, values) for path in sorted(SAMPLES.iterdir())}


def _filled(path: Path, values: dict[str, str]) -> str:
    """A sample with its marks filled in; lines about an onion address go where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (line for line in lines if values["ONION"] or "@ONION@" not in line)
    return MARK.sub(lambda match: values[match[1]], "".join(kept))
