"""The intake as a command: a supervisor that holds the socket and never reads from it, and workers that do.

Run as a module it takes settings as JSON, one line: so a preview starts it for a laptop.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import multiprocessing
import os
import signal
import socket
import sys
import time
from ctypes import c_double, c_long
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from magazine.intake import discretion, pickup
from magazine.intake.app import app
from magazine.intake.limits import BAD_LIMIT, Bucket, LimitError
from magazine.intake.sealing import KeysError
from magazine.intake.settings import TOKEN, Settings, SettingsError, read
from magazine.intake.taking import intake
from magazine.intake.worker import LEAVE, NOBODY, READY, RETIRING, Gauges, work
from magazine.messages import marked, say

HOST = "127.0.0.1"  # the world is let in by a server in front, or by Tor
BACKLOG = 1024
TICK = 1.0  # seconds
HOUR = 3600  # seconds
GENERATIONS = 4
COUNTING = 5.0  # seconds from one count of the spool to the next
IDLENESS = 100  # times as long as a count takes
PAUSE = 1.0  # seconds after a worker that ended before it was ready
PATIENCE = 10.0  # seconds that workers have to finish at the end
# forking is safe while there is one thread; macOS' own libraries start more
START = "fork" if "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin" else "spawn"
WINDOWS_ADDRESS_IN_USE = 10048
LISTENING = marked("The intake listens at %(address)s and keeps what it seals in %(folder)s — Ctrl-C ends it.")
NOBODY_FETCHES = marked("No token is set, so nobody can fetch from here over the net: intake --new-token makes one.")
REPLACED = marked("A worker ended unexpectedly; another one has taken its place.")
NO_PORT = marked("Port %(port)d cannot be used (%(reason)s). Choose another one: --port %(other)d")
NO_FOLDER = marked("The folder %(folder)s cannot be written to (%(reason)s).")
NEW_TOKEN = marked("For the editors (keep it secret): %(token)s")
NEW_DIGEST = marked("For the server, in its environment: %(name)s=%(digest)s")


def run(port: int | None = None, spool: Path | None = None, new_token: bool = False) -> int:
    """Serve until Ctrl-C, or print a new token; the exit status."""
    if new_token:
        token, digest = pickup.new_token()
        print(say(NEW_TOKEN, token=token), say(NEW_DIGEST, name=TOKEN, digest=digest), sep="\n")
        return 0
    try:
        settings = read(os.environ, port, spool.resolve() if spool else None)
    except SettingsError as error:
        return _failed(say(error.sentence, name=error.name))
    except LimitError as error:
        return _failed(say(BAD_LIMIT, name=error.name))
    return serve(settings)


def serve(settings: Settings, start: str = START, *, is_beside: bool = False) -> int:
    """Serve until Ctrl-C with these settings; the exit status.

    One that ``is_beside`` another program is quiet, and ends with it.
    """
    try:
        supervisor = Supervisor(settings, start)
    except KeysError as error:
        return _failed(say(error.sentence, key=error.key))
    except PortError as error:
        reason = say("in use") if error.is_taken else str(error)
        return _failed(say(NO_PORT, port=settings.port, reason=reason, other=settings.port + 1))
    except OSError as error:
        return _failed(say(NO_FOLDER, folder=settings.spool, reason=error.strerror or type(error).__name__))
    supervisor.run(is_beside=is_beside)
    return 0


def main(line: str) -> int:
    """Serve with the settings of ``pelicanconf.py``, but port, spool, site and keys are those of a line of JSON."""
    said = json.loads(line)
    settings = read(os.environ, said["port"], Path(said["spool"]))
    changed = replace(settings, site=said["site"], keys=tuple(said["keys"]))
    return serve(changed, said.get("start") or START, is_beside=said.get("is_beside", False))


class PortError(Exception):
    """The port cannot be had; ``is_taken`` if another program has it."""

    def __init__(self, error: OSError | OverflowError) -> None:
        super().__init__(str(error))
        self.is_taken = getattr(error, "errno", 0) in (errno.EADDRINUSE, WINDOWS_ADDRESS_IN_USE)


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    place: int
    is_ready: bool = False
    is_retiring: bool = False


class Supervisor:
    """Holds the socket, and keeps as many workers at it as the settings say. It reads no request.

    Raises KeysError, PortError, or OSError if the folder cannot be had.
    """

    def __init__(self, settings: Settings, start: str = START) -> None:
        discretion.keep()
        self.settings, self.context = settings, _context(start)
        limits = settings.limits
        # those that are about to leave are there beside those who come
        places = limits.workers * GENERATIONS
        level, filled = (self.context.RawValue(c_double, value) for value in (limits.burst, 0))
        self.gauges = Gauges(level, filled, self.context.RawArray(c_long, [NOBODY] * places))
        self.bucket = Bucket(limits.rate, limits.burst, level)
        self.here = intake(settings, self.bucket, filled)
        app(self.here)  # what is read and compiled here, workers that are forked have at once
        self.listener = _listener(settings.port)
        self.workers: list[_Worker] = []
        self._is_ending = False

    def run(self, *, is_beside: bool = False) -> None:
        """Serve until a signal ends it."""
        parent = os.getppid()
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._end)
        if not is_beside:
            discretion.tell(say(LISTENING, address=self.address, folder=self.settings.spool))
            if not self.settings.token:
                discretion.tell(say(NOBODY_FETCHES))
        poured, counting, tidied = time.monotonic(), 0.0, -1
        while not self._is_ending and not (is_beside and os.getppid() != parent):
            self._fill()
            self._listen(TICK)
            now = time.monotonic()
            self.bucket.pour(now - poured)
            poured = now
            if now >= counting:
                counting = self._count()
            # at each full hour, so that the times of the files tell no more than that
            hour = int(time.time()) // HOUR
            if hour != tidied:
                tidied = hour
                self._tidy()
        self._stop()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.listener.getsockname()[1]}/"

    def _fill(self) -> None:
        for _ in range(self.settings.limits.workers - sum(not worker.is_retiring for worker in self.workers)):
            place = next(iter(set(range(len(self.gauges.counts))) - {worker.place for worker in self.workers}), None)
            if place is None:
                return  # until one of those that leave has left
            ours, theirs = self.context.Pipe()
            values = (self.listener, self.settings, self.gauges, place, theirs)
            process = self.context.Process(target=work, args=values)
            self.gauges.counts[place] = 0  # it will soon be there: who is there already leaves it its share
            process.start()
            theirs.close()
            self.workers.append(_Worker(process, ours, place))

    def _listen(self, seconds: float) -> None:
        """Wait for what workers say, or for one that ends."""
        waited = [thing for worker in self.workers for thing in (worker.process.sentinel, worker.pipe)]
        ready = wait(waited, seconds)
        for worker in list(self.workers):
            if worker.pipe in ready:
                with contextlib.suppress(OSError, EOFError):
                    while worker.pipe.poll():
                        said = worker.pipe.recv_bytes()
                        worker.is_ready |= said == READY
                        worker.is_retiring |= said == RETIRING
            if worker.process.sentinel in ready:
                self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.process.join()
        worker.pipe.close()
        self.gauges.counts[worker.place] = NOBODY
        if worker.is_retiring or self._is_ending:
            return
        discretion.tell(say(REPLACED))
        if not worker.is_ready:  # it may be so with the next one
            time.sleep(PAUSE)

    def _count(self) -> float:
        """Count what is in the spool; when to do so again: often, unless it takes long."""
        begun = time.monotonic()
        try:
            self.here.spool.count()
        except OSError as error:
            discretion.tell_error(error)
        return begun + max(COUNTING, IDLENESS * (time.monotonic() - begun))

    def _tidy(self) -> None:
        try:
            self.here.spool.tidy(dt.datetime.now(dt.UTC).date(), self.settings.keep_days)
        except OSError as error:
            discretion.tell_error(error)

    def _end(self, *_: object) -> None:
        self._is_ending = True

    def _stop(self) -> None:
        self.listener.close()
        for worker in self.workers:
            with contextlib.suppress(OSError):
                worker.pipe.send_bytes(LEAVE)
        end = time.monotonic() + PATIENCE
        while self.workers and time.monotonic() < end:
            self._listen(TICK)
        for worker in self.workers:
            worker.process.kill()
            worker.process.join()


def _context(start: str) -> Any:
    context: BaseContext = multiprocessing.get_context(start)
    return context


def _listener(port: int) -> socket.socket:
    """The socket that all workers listen at. Raises PortError."""
    try:
        return socket.create_server((HOST, port), backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise PortError(error) from error


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.stdin.readline()))
