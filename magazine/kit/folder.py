"""The folder ``kit/`` of a site: what a partner needs to copy the magazine and to prove her copy."""

from __future__ import annotations

from collections.abc import Sequence

from magazine.kit import presets
from magazine.kit.presets import Preset

NAME = "kit"  # its place in the site


def files(site: str, roots: Sequence[str], preset: Preset) -> dict[str, bytes]:
    """The files by their path below the folder; ``site`` is the address to copy from, with a slash at its end."""
    del site, roots
    return {f"servers/{name}": text.encode() for name, text in presets.texts(preset).items()}
