"""The folder of the finished site: never half new, and never somebody else's."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import filelock

from magazine.messages import say

MARK = '<meta name="generator" content="red-umbrella-magazine">'
PART, READY = ".part", ".ready"
GONE = ".gone"


class OutputError(Exception):
    """The output folder cannot be used; the message is for the editor."""


def staging(output: Path) -> Path:
    """Where this process makes the new site: beside the old one, so that a rename puts it in place."""
    return output.with_name(f".{output.name}.{os.getpid()}{PART}")


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
        probe = output.with_name(f".{output.name}.{os.getpid()}.probe")
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


def ended() -> str:
    """What an editor is told when the system ended one of the processes of a build."""
    return say(
        "The system ended a part of this build, perhaps for want of memory. Close other programs and build again. "
        "The old site stands unchanged."
    )


def alone(file: Path, tell: Callable[[str], None]) -> contextlib.AbstractContextManager[object]:
    """Let one build at a time do its work; the system frees the lock when its holder ends, however it ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(file)
    try:
        return lock.acquire(blocking=False)
    except filelock.Timeout:
        tell(say("Another window is building this site; waiting for it …"))
        return lock.acquire()


def recover(output: Path) -> None:
    """After a crash: finish what was about to be put in place, remove what was left half done."""
    for ready in sorted(output.parent.glob(f".{output.name}.*{READY}")):
        _put(ready, output)
    for left in output.parent.glob(f".{output.name}.*{PART}"):
        shutil.rmtree(left, ignore_errors=True)


def commit(staging: Path, output: Path, gone: Iterable[str]) -> None:
    """Put the files made into the place of the old ones and remove what is no longer made.

    From the first rename on, a build that is cut short is finished by the next one.
    """
    with undisturbed():
        if not output.exists():
            staging.rename(output)
            return
        (staging / GONE).write_text(json.dumps(list(gone)), encoding="utf-8")
        ready = staging.with_suffix(READY)
        staging.rename(ready)
        _put(ready, output)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait for the end of what must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


def _put(ready: Path, output: Path) -> None:
    removed = ready / GONE
    gone = json.loads(removed.read_text(encoding="utf-8")) if removed.exists() else []
    for name in gone:  # first: a folder may come where a file was
        path = output / name
        if name.endswith("/"):  # an empty folder
            with contextlib.suppress(FileNotFoundError):  # put in place a second time after a crash
                path.rmdir()
        else:
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == output or any(folder.iterdir()):
                break
            folder.rmdir()
    for source in [path for path in ready.rglob("*") if path.is_file() and path != removed]:
        target = output / source.relative_to(ready)
        if target.is_dir():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    shutil.rmtree(ready)


def _is_ours(output: Path) -> bool:
    home = output / "index.html"
    with contextlib.suppress(OSError):
        return MARK in home.read_text(encoding="utf-8")
    return False
