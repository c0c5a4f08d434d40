"""The folder of the finished site: never half new, and never somebody else's."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from magazine.messages import say

MARK = '<meta name="generator" content="red-umbrella-magazine">'
ABANDONED = 3600.0  # seconds


class OutputError(Exception):
    """The output folder cannot be used; the message is for the editor."""


def staging(output: Path) -> Path:
    """Where this process makes the new site: beside the old one, so that a rename puts it in place."""
    return output.with_name(f".{output.name}.{os.getpid()}.part")


def check(content: Path, output: Path) -> None:
    """Raise OutputError where a site cannot be written without losing something."""
    if not content.is_dir():
        raise OutputError(say("%(folder)s is no folder. Name the folder of your texts with --content.", folder=content))
    if content == output or content in output.parents or output in content.parents:
        raise OutputError(say("The site cannot be written into its own sources. Choose another folder with --output."))
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise OutputError(say("%(folder)s is no folder of its own. Choose another one with --output.", folder=output))
    if output.is_dir() and any(output.iterdir()) and not _is_ours(output):
        raise OutputError(
            say("%(folder)s holds files that are not a site of this magazine; they would be lost. "
                "Choose another folder with --output, or empty this one.", folder=output)
        )  # fmt: skip
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        probe = staging(output)
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(unwritable(error, output)) from error


def unwritable(error: OSError, output: Path) -> str:
    """What an editor is told when the system refuses to write."""
    return say(
        "The site cannot be written to %(folder)s: %(reason)s. Choose another folder with --output, "
        "or make room and allow writing there. The old site stands unchanged.",
        folder=output,
        reason=error.strerror or str(error),
    )


def recover(output: Path) -> None:
    """After a power cut: bring back a site that was moved aside, remove what an older build left half done."""
    left = sorted(output.parent.glob(f".{output.name}.*.old"), key=lambda path: path.stat().st_mtime)
    if left and not output.exists():
        left.pop().rename(output)
    left += output.parent.glob(f".{output.name}.*.part")
    for path in left:
        if time.time() - path.stat().st_mtime > ABANDONED:  # a build in another window may still be at work
            shutil.rmtree(path, ignore_errors=True)


def swap(staging: Path, output: Path) -> None:
    """Put the new site in the place of the old one by renaming; the old one comes back if that fails."""
    old = output.with_name(f".{output.name}.{os.getpid()}.old")
    had_old = output.exists()
    if had_old:
        output.rename(old)
    try:
        staging.rename(output)
    except OSError:
        if had_old:
            old.rename(output)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_ours(output: Path) -> bool:
    home = output / "index.html"
    with contextlib.suppress(OSError):
        return MARK in home.read_text(encoding="utf-8")
    return False
