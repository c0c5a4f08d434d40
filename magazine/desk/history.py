"""What git remembers of a content folder; nothing where there is no git, no history, or nothing of it there."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(content: Path, *words: str) -> bytes:
    """What a git command says in this folder."""
    try:
        command = ["git", "-C", str(content), *words]
        return subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""
