"""``verify``: whether a folder or a mirror is the magazine, whole and fresh."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from magazine import cache
from magazine.messages import marked, say
from magazine.progress import Progress
from magazine.release import keyfile, verification
from magazine.release.codes import MEANINGS, ReleaseError
from magazine.release.copies import remembering, upstream
from magazine.release.keys.vault import VaultError

TROUBLE = 1  # the exit status where this machine failed, and nothing is known of the release

RELEASE = marked("Release %(number)d of %(day)s, good until %(expires)s.")
NO_DISK = marked("This machine could not do it: %(reason)s. Make room or mend the rights, and run it again.")


@dataclass(frozen=True)
class Typed:
    """What was typed after ``verify``; several keys or files are parted by commas."""

    place: str
    roots: str = ""
    packs: bool = False
    proxy: str = ""
    allowed: str = ""
    state: Path | None = None


def run(typed: Typed) -> int:
    """Judge a folder or a mirror and tell every finding; the exit status is the ``Code``, or 1 for a trouble here."""
    try:
        keys = remembering.pinned(typed.roots, known_keys)
        memory = remembering.memory(keys, typed.state)
        before = memory.read()
        progress = Progress(0, sys.stderr)
        with upstream.opened(typed.place, typed.proxy) as source:
            verdict = verification.verify(
                source, keys, before, today(), names(typed.allowed), with_packs=typed.packs, progress=progress
            )
        progress.end()
        memory.keep(verdict.seen)
    except ReleaseError as error:
        return refused(error)
    except (VaultError, OSError) as error:
        return trouble(error)
    if verdict.release:
        print(about(verdict.release.seq, verdict.release.date, verdict.release.expires))
    print("\n".join(verdict.said()))
    return verdict.code


def known_keys() -> Path:
    """The project's own list of keys."""
    from magazine.site.build import said  # noqa: PLC0415 (slow, and not needed for whoever names her root keys)

    return cache.PROJECT / str(said()["PATH"]) / "extra" / keyfile.FILE


def today() -> dt.date:
    """The day in the time zone that all dates of releases are in."""
    return dt.datetime.now(dt.UTC).date()


def names(typed: str) -> tuple[str, ...]:
    """The files of a partner's own, parted by commas."""
    return tuple(name.strip() for name in typed.split(",") if name.strip())


def about(number: int, day: dt.date, expires: dt.date) -> str:
    """Which release it is, in the editor's language."""
    return say(RELEASE, number=number, day=day, expires=expires)


def refused(error: ReleaseError, more: Iterable[str] = ()) -> int:
    """Tell why something is not believed, and at last what it means; the exit status."""
    print("\n".join([error.said(), *more]))
    print(say(MEANINGS[error.code]), flush=True)
    return error.code


def trouble(error: Exception) -> int:
    """Tell what this machine could not do; the exit status."""
    reason = f"{error.strerror or type(error).__name__} ({error.filename})" if isinstance(error, OSError) else ""
    print(say(NO_DISK, reason=reason) if reason else str(error), file=sys.stderr)
    return TROUBLE
