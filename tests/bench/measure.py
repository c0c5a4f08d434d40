"""One run of a program: wall time, processor time of it and all its children, and what memory they held at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SAMPLE = 0.08  # seconds between two looks at the memory
LAST_WORDS = 2.0  # seconds to wait for what is still in the pipe
PROCESSES = Path("/proc")
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@dataclass(frozen=True)
class Run:
    """What one run cost: seconds and MiB. ``status`` is the exit status, 0 if it ended well."""

    wall: float
    cpu: float | None
    status: int
    peak: float | None = None
    said: str = ""  # its last words, if it did not end well


def run(command: list[str], place: Path, environment: Mapping[str, str], limit: float, *, sampled: bool = False) -> Run:
    """Run a command to its end, or to a limit of seconds; only a sampled run tells its peak of memory.

    The sampling itself costs a little time, so a run is either timed or sampled where it matters.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=place, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    timer = threading.Timer(limit, end, [process])
    said: list[bytes] = []
    reader = threading.Thread(target=_keep_last, args=(process, said), daemon=True)
    timer.start()
    reader.start()
    try:
        with sampling(process.pid) if sampled else contextlib.nullcontext([0.0]) as peaks:
            status, cpu, largest = _wait(process)
            wall = time.monotonic() - started
        reader.join(LAST_WORDS)
        is_late = not timer.is_alive() and wall >= limit
    except BaseException:
        end(process)
        raise
    finally:
        timer.cancel()
    words = f"longer than {limit:.0f} s" if is_late else _last_words(said)
    peak = (round(max(peaks) or largest, 1) or None) if sampled else None
    return Run(round(wall, 3), cpu, status, peak, words if status else "")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, all of them ours."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, KILL)
        else:
            process.kill()


@contextlib.contextmanager
def sampling(group: int) -> Iterator[list[float]]:
    """The memory of a group of processes, in MiB, looked at again and again while the block runs."""
    found, stop = [0.0], threading.Event()

    def look() -> None:
        while not stop.wait(SAMPLE):
            found.append(memory(group) or 0.0)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def memory(group: int) -> float | None:
    """The memory of a group in MiB: pages that its processes share count once (PSS). None where Linux is not."""
    if sys.platform != "linux":
        return None
    total = 0
    for entry in PROCESSES.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(entry.name)) == group:
                    lines = (entry / "smaps_rollup").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1024, 1)


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, float | None, float]:
    """Exit status, processor seconds of the process and its children, and the largest of them in MiB."""
    if not hasattr(os, "wait4"):
        return process.wait(), None, 0.0
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    largest = used.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return process.returncode, round(used.ru_utime + used.ru_stime, 3), largest


def _keep_last(process: subprocess.Popen[bytes], said: list[bytes]) -> None:
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        del said[:-40]


def _last_words(said: list[bytes]) -> str:
    lines = [line for line in b"".join(said).decode("utf-8", "replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:])[-400:]
