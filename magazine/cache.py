"""The folder where builds and checks keep what they learnt; nothing in it is ever needed."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from magazine.memory import lost
from magazine.stamps import digest

PROJECT = Path(__file__).resolve().parents[1]


@cache
def folder() -> Path:
    """Where ``MAGAZINE_CACHE`` says, else beside the project; a temporary one where that cannot be written."""
    wanted = Path(os.environ.get("MAGAZINE_CACHE") or PROJECT / ".cache").resolve()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted) as probe:
            probe.write(b"?")
    except OSError as error:
        print(lost(error.strerror or type(error).__name__), file=sys.stderr)
        temporary = tempfile.TemporaryDirectory(prefix="magazine-")
        atexit.register(temporary.cleanup)
        return Path(temporary.name)
    return wanted


def remembered(kind: str, *places: Path) -> Path:
    """The file of the memory of one kind of work (``builds``, ``checks``) on these folders."""
    return folder() / kind / f"{digest(*(str(place.resolve()) for place in places)).hex()}.sqlite"
