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
from multiprocessing.sharedctypes import Synchronized
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH_SECONDS = 0.03  # of work in one message: each wakes the process that waits, which takes a core from the others
PIPE_BYTES = 1 << 20
# forking is safe while there is one thread; macOS' own libraries start more
CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


def spread(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    least: int = 40,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[tuple[Item, Result]]:
    """Each item with what ``work`` makes of it, in no order; fewer than ``least`` items are not worth a process.

    ``meanwhile`` is done in this process, if there are others, before what they made is taken. An exception in a
    process is raised here. Raises ChildProcessError if one ends without a word.
    """
    count = min(_cores(), len(items) // least + 1) if CAN_FORK else 1
    if count < 2:
        for item in items:
            yield item, work(item)
        return
    context = multiprocessing.get_context("fork")
    taken = context.Value("L", 0)
    processes = []
    waiting: list[Connection] = []
    gc.freeze()  # what the processes share is not looked at for garbage in each of them, and so stays shared
    try:
        for _ in range(count):
            receiving, sending = context.Pipe(duplex=False)
            _widen(sending)
            process = context.Process(target=_work, args=(work, items, taken, sending), daemon=True)
            process.start()
            sending.close()
            processes.append(process)
            waiting.append(receiving)
        meanwhile()
        while waiting:
            for ready in wait(waiting):
                assert isinstance(ready, Connection)  # noqa: S101 (for the type checker)
                made = _received(ready)
                for number, result in made:
                    yield items[number], result
                if not made:
                    waiting.remove(ready)
                    ready.close()
    finally:
        gc.unfreeze()
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """For work that needs what it makes until its end: to look for garbage takes up to a fifth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _work(work: Callable[[Item], Result], items: Sequence[Item], taken: Synchronized[int], pipe: Connection) -> None:
    """Send lists of numbers of items and what was made of them, the last one empty, or an exception."""
    gc.enable()
    try:
        made: list[tuple[int, Result]] = []
        sent = time.monotonic()
        for number in _numbers(len(items), taken):
            made.append((number, work(items[number])))
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


def _numbers(count: int, taken: Synchronized[int]) -> Iterator[int]:
    """Numbers of items that no other process has taken, so that all of them end together."""
    while True:
        with taken.get_lock():
            number = taken.value
            taken.value += 1
        if number >= count:
            return
        yield number


def _widen(pipe: Connection) -> None:
    """Let more wait in a pipe than the usual 64 KB, where the system has a way to say so."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl  # noqa: PLC0415 (not everywhere)

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


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
