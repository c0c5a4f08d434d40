"""Work on all cores, where the system can copy a running process; elsewhere it is only slower."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH_SECONDS = 0.03  # of work in one message: each wakes the process that waits, which takes a core from the others
# forking is safe while there is one thread; macOS' own libraries start more
CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def spread(work: Callable[[Item], Result], items: Sequence[Item], least: int = 40) -> Iterator[tuple[Item, Result]]:
    """Each item with what ``work`` makes of it, in no order; fewer than ``least`` items are not worth a process.

    An exception in a process is raised here. Raises ChildProcessError if one ends without a word.
    """
    count = min(_cores(), len(items) // least + 1) if CAN_FORK else 1
    if count < 2:
        for item in items:
            yield item, work(item)
        return
    context = multiprocessing.get_context("fork")
    processes = []
    waiting: dict[Connection, Iterator[Item]] = {}
    gc.freeze()  # what the processes share is not looked at for garbage in each of them, and so stays shared
    try:
        for number in range(count):
            receiving, sending = context.Pipe(duplex=False)
            share = items[number::count]
            process = context.Process(target=_work, args=(work, share, sending), daemon=True)
            process.start()
            sending.close()
            processes.append(process)
            waiting[receiving] = iter(share)
        while waiting:
            for ready in wait(list(waiting)):
                assert isinstance(ready, Connection)  # noqa: S101 (for the type checker)
                made = _received(ready)
                for one in made:
                    yield next(waiting[ready]), one
                if not made:
                    del waiting[ready]
                    ready.close()
    finally:
        gc.unfreeze()
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _work(work: Callable[[Item], Result], items: Sequence[Item], pipe: Connection) -> None:
    """Send lists of what was made, the last one empty, or an exception."""
    gc.enable()
    try:
        made: list[Result] = []
        sent = time.monotonic()
        for item in items:
            made.append(work(item))
            if time.monotonic() > sent + BATCH_SECONDS:
                pipe.send(made)
                made, sent = [], time.monotonic()
        if made:
            pipe.send(made)
        pipe.send([])
    except KeyboardInterrupt:
        os._exit(130)  # the one who asked tells it
    except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
        with contextlib.suppress(OSError):
            pipe.send(error)


def _received(pipe: Connection) -> list[Any]:
    try:
        made: list[Any] | Exception = pipe.recv()
    except EOFError as error:
        raise ChildProcessError("a process of the build was ended") from error
    if isinstance(made, Exception):
        raise made
    return made


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
