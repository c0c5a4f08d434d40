"""Many answers at once: `python3 tests/load_intake.py [POSTS] [CONNECTIONS]` tells figures and what went wrong.

The client is one process with plain sockets; it costs about a tenth of what the intake does.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from intake_server import NO_LIMITS, IntakeServer, form, kept, running

RUSSIAN = "Спасибо за рассказ. Зимой дорога длинная, и фонари горят через один. "


@dataclass
class Load:
    """What came of it; seconds of each answer, statuses, and the memory of all processes over time."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    thanked: list[str] = field(default_factory=list)
    reconnected: int = 0
    errors: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    duration: float = 0.0
    processor: float = 0.0  # seconds of the intake on all cores

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def load(server: IntakeServer, posts: int, connections: int) -> Load:
    """Send so many answers over so many connections, which are kept open as long as the intake keeps them."""
    told, numbers = Load(), iter(range(posts))
    begun = time.monotonic()
    watching = asyncio.create_task(_watch(server, told))
    await asyncio.gather(*(_sender(server, numbers, told) for _ in range(connections)))
    told.duration = time.monotonic() - begun
    told.processor = sum(_processor(process) for process in server.processes())
    watching.cancel()
    return told


async def _sender(server: IntakeServer, numbers, told: Load) -> None:
    reader = writer = None
    for number in numbers:
        body = urlencode(form(f"{number}: {RUSSIAN}" * (1 + number % 4))).encode()
        request = (
            b"POST / HTTP/1.1\r\nHost: intake.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        ) + body
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        begun = time.perf_counter()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.partition("Content-Length: ")[2].split("\r", 1)[0])
            page = (await reader.readexactly(length)).decode()
        except (OSError, EOFError) as error:
            told.errors.append(type(error).__name__)
            writer.close()
            writer = None
            continue
        told.seconds.append(time.perf_counter() - begun)
        status = int(head.split(" ", 2)[1])
        told.statuses[status] += 1
        if status == 200:
            told.thanked.append(page.partition('"count">')[2].partition("</p>")[0].replace("<wbr>", ""))
        if "Connection: close" in head:
            writer.close()
            writer, told.reconnected = None, told.reconnected + 1
    if writer:
        writer.close()


async def _watch(server: IntakeServer, told: Load) -> None:
    while True:
        told.memory.append(sum(_resident(process) for process in server.processes()))
        await asyncio.sleep(0.5)


def _resident(process: int) -> int:
    """Kilobytes in memory that no other process shares."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def _processor(process: int) -> float:
    """Seconds of work of a process and of those it has buried."""
    numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, numbers[11:15])) / os.sysconf("SC_CLK_TCK")


def main(posts: int = 10_000, connections: int = 50) -> int:
    """Tell the figures; the exit status."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), environment=NO_LIMITS) as server:
        told = asyncio.run(load(server, posts, connections))
        found = {submission.receipt for submission in kept(server.spool)}
    lost = set(told.thanked) - found
    rate = posts / told.duration
    print(f"{posts} posts over {connections} connections in {told.duration:.1f} s: {rate:.0f} a second")
    print(f"answers {dict(told.statuses)}, errors {Counter(told.errors)}, connections made anew {told.reconnected}")
    shares = ", ".join(f"{share:.0%} {told.percentile(share) * 1000:.0f} ms" for share in (0.5, 0.9, 0.99, 1))
    print(f"until the thanks: {shares}")
    print(f"files that open: {len(found)}, thanked and lost: {len(lost)}")
    print(f"processor: {told.processor / posts * 1000:.2f} ms a post")
    print(f"memory of all processes: first {told.memory[0] // 1024} MiB, most {max(told.memory) // 1024} MiB")
    return 1 if lost or told.errors or len(found) != posts else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
