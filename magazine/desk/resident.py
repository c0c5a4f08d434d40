"""A process of ours that stays for more work: it has everything in mind, and what breaks in it ends nothing else."""

from __future__ import annotations

import codecs
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from magazine.cache import PROJECT
from magazine.progress import DONE, FAILED, SHOWS_PROGRESS

NICE = 10  # of 19 (POSIX nice)
Put = Callable[[str], object]


class Resident:
    """Runs ``python -m module arguments``, which works at each line it is sent, until it is told to stop.

    Behind a terminal one ``shows_progress``; one that ``gives_way`` leaves the cores to whatever else has work.
    """

    def __init__(self, module: str, *arguments: str, shows_progress: bool = False, gives_way: bool = False) -> None:
        self.command = [sys.executable, "-m", module, *arguments]
        self.shows_progress, self.gives_way = shows_progress, gives_way
        self.process: subprocess.Popen[bytes] | None = None
        self._is_ended = False
        self._lock = threading.Lock()

    def ask(self, line: str, put: Put = lambda _: None, *, anew: bool = False) -> tuple[bool, str]:
        """Let it work; whether that was done, and what it said, of which ``put`` is given each piece at once.

        ``anew`` lets a process that runs end first, and starts another one.
        """
        if anew or self.process is None or self.process.poll() is not None:
            self.stop()
            with self._lock:
                if self._is_ended:
                    return False, ""
                self.process = self._started()
        if self.process.stdin:
            with contextlib.suppress(OSError):  # it has just ended: the next work starts it
                self.process.stdin.write(f"{line}\n".encode())
                self.process.stdin.flush()
        said, end = "", ""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while not end and self.process.stdout and (data := os.read(self.process.stdout.fileno(), 65536)):
            piece = decoder.decode(data)
            end = piece[-1:] if piece[-1:] in (DONE, FAILED) else ""
            said += piece.removesuffix(end)
            put(piece.removesuffix(end))
        if not end:  # it has closed its side: it ends
            self.process.wait()
        return end == DONE, said

    def stop(self) -> None:
        """Let it finish what it is at, and end."""
        if self.process:
            self.process.communicate()

    def end(self) -> None:
        """End it at once, and start no other; fit for work that may be cut short anywhere."""
        with self._lock:
            self._is_ended = True
        if self.process:
            self.process.terminate()
            self.process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        progress = "1" if self.shows_progress and sys.stdout.isatty() else ""
        environment = {**os.environ, SHOWS_PROGRESS: progress, "PYTHONIOENCODING": "utf-8:replace"}
        on_windows = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        process = subprocess.Popen(
            self.command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, creationflags=on_windows if self.gives_way else 0,
        )  # fmt: skip
        if self.gives_way and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        return process
