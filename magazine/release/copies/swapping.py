"""A new tree takes the place of the old one in one step, or, where no system call does that, in two with a way back."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

OLD = "old"  # in the work folder
HERE, EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux' renameat2(2)
UNABLE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def swapped(new: Path, folder: Path, work: Path) -> None:
    """Put the new tree where the folder is, and the old one into the ``work`` folder beside it, whence it is removed.

    On Linux a reader sees the old tree or the new one at every moment. Raises OSError.
    """
    flushed()
    if not folder.exists():
        new.rename(folder)
    elif exchanged(new, folder):
        removed(new)
    else:
        removed(work / OLD)
        folder.rename(work / OLD)
        new.rename(folder)
    removed(work / OLD)


def recovered(folder: Path, work: Path) -> None:
    """After a power cut between the two steps: the old tree stands again. Raises OSError."""
    if (work / OLD).is_dir() and not folder.exists():
        (work / OLD).rename(folder)
    removed(work / OLD)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; whether the system could. Raises OSError."""
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):  # an older C library
        return False
    if library.renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in UNABLE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def removed(tree: Path) -> None:
    """Remove a tree, or whatever stands there; a link is removed, not followed. Raises OSError."""
    if tree.is_symlink() or tree.is_file():
        tree.unlink()
    elif tree.exists():
        shutil.rmtree(tree)


def flushed() -> None:
    """Have everything written to the disk before it goes live, where the system can be asked for it."""
    if hasattr(os, "sync"):
        os.sync()
