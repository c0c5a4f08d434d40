"""What the commands of releases tell: how far they are, and what has kept them from their end."""

from __future__ import annotations

import sys
from collections.abc import Callable

from magazine.messages import say
from magazine.release import notes
from magazine.release.codes import ReleaseError
from magazine.release.keys.vault import VaultError
from magazine.release.publishing.branch import BranchError

MOST_NAMES = 10


def told(action: Callable[[], int]) -> int:
    """Do something and tell what has kept it from being done; the exit status."""
    try:
        return action()
    except ReleaseError as error:
        print(error.said(), file=sys.stderr)
    except (VaultError, BranchError) as error:
        print(error, file=sys.stderr)
    except EOFError:
        print(say("There was nobody to answer the question."), file=sys.stderr)
    except OSError as error:
        where, reason = error.filename or "", error.strerror or error
        print(say("%(file)s cannot be written: %(reason)s.", file=where, reason=reason), file=sys.stderr)
    return 1


def tell_release(release: notes.Release) -> None:
    """What a release changes."""
    tell(say("Release %(seq)d of %(day)s: %(files)d files, %(count)d of them added, changed or removed.",
              seq=release.seq, day=release.date, files=release.files,
              count=len(release.changed) + release.more))  # fmt: skip
    for name in release.changed[:MOST_NAMES]:
        tell(f"  {name}")


def tell(line: str) -> None:
    """A line of what goes on."""
    print(line, flush=True)
