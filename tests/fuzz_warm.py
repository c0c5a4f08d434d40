"""Random edits, and after each round of them the warm build beside a cold one, file by file.

``python tests/fuzz_warm.py --seconds 600 --seed 7`` goes on until the time is over or something differs; then it
looks for the shortest list of steps that still fails and prints it with the command that repeats it.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from warm.bench import Bench, Step
from warm.edits import BREAKING, EDITS
from warm.nodes import Failed

BUILDS = ("build",) * 8 + ("kill", "interrupt", "meanwhile", "together", "back", "back", "fresh")


def sequence(random: Random, rounds: int, without: Iterable[str] = ()) -> list[Step]:
    """Rounds of one to four edits, each with a build behind it."""
    steps = []
    names = sorted(set(EDITS) - BREAKING - set(without))
    for _ in range(rounds):
        breaks = random.random() < 0.15
        chosen = [random.choice(sorted(BREAKING))] if breaks else []
        chosen += [random.choice(names) for _ in range(random.choice((0, 1, 1, 2, 3)) + (not breaks))]
        chosen.append(random.choice([name for name in BUILDS if name not in without]))
        steps += [Step(name, random.randrange(10**6)) for name in chosen]
    return steps


def attempt(steps: list[Step], *, timely: bool) -> tuple[Failed | None, list[str], int]:
    """Do the steps on a desk of their own; how they failed, what was done, how many comparisons were made."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    try:
        with Bench(folder, timely) as bench:
            try:
                bench.compare()
                bench.run(steps)
            except Failed as failed:
                return failed, bench.told, bench.compared
            return None, bench.told, bench.compared
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shortest(steps: list[Step], failed: Failed, *, timely: bool, seconds: float) -> list[Step]:
    """A shorter list that fails in the same way, as short as the time allows."""
    until = time.monotonic() + seconds
    size = max(1, len(steps) // 2)
    while size:
        place = 0
        while place < len(steps) and time.monotonic() < until:
            fewer = steps[:place] + steps[place + size :]
            again = attempt(fewer, timely=timely)[0] if fewer else None
            if again and again.kind == failed.kind:
                steps = fewer
            else:
                place += size
        size //= 2
    return steps


def main() -> int:
    """The command; 1 if something differed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long to go on")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="where to begin")
    parser.add_argument("--rounds", type=int, default=12, help="comparisons in one sequence")
    parser.add_argument("--shrink", type=float, default=300, help="seconds to look for a shorter failing sequence")
    parser.add_argument("--no-times", action="store_true", help="let equal bytes have another time")
    parser.add_argument("--without", default="", help="edits and builds to leave out, with spaces between them")
    parser.add_argument("--replay", default="", help="steps that a failure printed")
    asked = parser.parse_args()
    timely, until, seed, total = not asked.no_times, time.monotonic() + asked.seconds, asked.seed, 0
    if asked.replay:
        steps = [Step(name, int(number)) for name, number in (part.split(":") for part in asked.replay.split())]
        failed, told, _ = attempt(steps, timely=timely)
        _say(*told, str(failed or "nothing differs"))
        return 1 if failed else 0
    while time.monotonic() < until:
        steps = sequence(Random(seed), asked.rounds, asked.without.split())
        failed, told, compared = attempt(steps, timely=timely)
        total += compared
        _say(f"seed {seed}: {'FAILED' if failed else 'equal'}, {total} comparisons so far")
        if failed:
            _say(*told, str(failed), "", "looking for fewer steps …")
            done = [index for index, step in enumerate(steps) if any(line.startswith(str(step)) for line in told)]
            steps = shortest(steps[: done[-1] + 1 if done else 0], failed, timely=timely, seconds=asked.shrink)
            again, told, _ = attempt(steps, timely=timely)
            _say(*told, str(again or "it did not fail again"))
            flag = " --no-times" if asked.no_times else ""
            _say(f"python tests/fuzz_warm.py{flag} --replay '{' '.join(map(str, steps))}'")
            return 1
        seed += 1
    return 0


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
