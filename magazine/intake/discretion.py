"""What a server must keep to itself: no log of any library, no memory on the disk, errors without their words."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import sys
import threading
import traceback
import warnings
from pathlib import PurePath
from types import TracebackType

from magazine.messages import marked, say

UNDUMPABLE = 4  # PR_SET_DUMPABLE (prctl(2))
TROUBLE = marked("Trouble: %(kind)s at %(place)s")


def keep() -> None:
    """From now on this process, and what it starts, leaves no memory behind and says nothing but our own sentences."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.excepthook = _tell_uncaught
    threading.excepthook = _tell_of_thread
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 (not everywhere)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(UNDUMPABLE, 0, 0, 0, 0)


def tell(sentence: str) -> None:
    """Say one of our sentences where the one who runs the server reads."""
    with contextlib.suppress(OSError, ValueError):  # nobody is there
        print(sentence, file=sys.stderr, flush=True)


def tell_error(error: BaseException) -> None:
    """Say what kind of error happened and where, never its words: they can quote what was sent."""
    tell(say(TROUBLE, kind=type(error).__name__, place=place(error.__traceback__)))


def place(trace: TracebackType | None) -> str:
    """File and line of our own code, or else of any, at which something broke."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if "magazine" in PurePath(frame.filename).parts] or frames
    return f"{PurePath(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"


def _tell_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:  # noqa: ARG001
    tell_error(error)


def _tell_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        tell_error(told.exc_value)
