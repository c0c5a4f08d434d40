"""Work on all cores, where the system can copy a running process; elsewhere it is only slower."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
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
    pipes: dict[Connection, int] = {}
    gc.freeze()  # what the processes share is not looked at for garbage in each of them, and so stays shared
    try:
        for number in range(count):
            receiving, sending = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(work, items[number::count], sending), daemon=True)
            process.start()
            sending.close()
            processes.append(process)
            pipes[receiving] = number
        places = [iter(range(number, len(items), count)) for number in range(count)]
        while pipes:
            for ready in wait(list(pipes)):
                assert isinstance(ready, Connection)  # noqa: S101 (for the type checker)
                try:
                    done, value = ready.recv()
                except EOFError as error:
                    raise ChildProcessError("a process of the build was ended") from error
                if not done:
                    raise value
                place = next(places[pipes[ready]], None)
                if place is None:
                    del pipes[ready]
                    ready.close()
                else:
                    yield items[place], value
    finally:
        gc.unfreeze()
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _work(work: Callable[[Item], Result], items: Sequence[Item], pipe: Connection) -> None:
    gc.enable()
    try:
        for item in items:
            pipe.send((True, work(item)))
        pipe.send((True, None))
    except KeyboardInterrupt:
        os._exit(130)  # the one who asked tells it
    except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
        with contextlib.suppress(OSError):
            pipe.send((False, error))


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
