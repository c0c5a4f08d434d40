"""What stands in the output folder and what each file there was made of, so that nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from magazine import stamps
from magazine.memory import Memory
from magazine.problems import Problem
from magazine.tree import standing


@dataclass(frozen=True)
class Made:
    """One file: its stamp, once it stands in the output, and what was told of it."""

    stamp: stamps.FileStamp | None = None
    problems: tuple[Problem, ...] = ()


class Ledger:
    """The files of one output folder by address. A file that somebody else has touched is not known any more."""

    def __init__(self, output: Path, memory: Memory) -> None:
        self.output = output
        self._known = memory.shelf("file")
        self.standing = standing(output)
        self.made: dict[str, tuple[bytes, Made]] = {}

    def fresh(self, address: str, key: bytes) -> bool:
        """Whether a file made with this key stands there untouched; it is then kept."""
        known: Made | None = self._known.recall(address, key)
        if not known or known.stamp is None or self.standing.get(address) != known.stamp:
            return False
        self.made[address] = key, known
        return True

    def stands(self, address: str, data: bytes) -> bool:
        """Whether these very bytes stand there already."""
        stamp = self.standing.get(address)
        if stamp is None or stamp[0] != len(data):
            return False
        try:
            return (self.output / address).read_bytes() == data
        except OSError:
            return False

    def add(self, address: str, key: bytes, problems: Iterable[Problem] = ()) -> None:
        """A file that this build made, in the output already or about to get there."""
        self.made[address] = key, Made(None, tuple(problems))

    def gone(self) -> list[str]:
        """What stands in the output and is no part of the site any more."""
        return sorted(self.standing.keys() - self.made.keys())

    def problems(self) -> Iterable[Problem]:
        """What was told of the files, by this build or an earlier one."""
        return (problem for _, made in self.made.values() for problem in made.problems)

    def close(self) -> bytes:
        """Take down the stamps of all files, now that they are in place; one stamp of them all."""
        found: dict[str, stamps.FileStamp | None] = {}
        for address, (key, made) in self.made.items():
            if made.stamp is None:
                stamp = stamps.of_file((self.output / address).stat(), None)
                self._known.keep(address, key, Made(stamp, made.problems))
                found[address] = stamp
            else:
                found[address] = made.stamp
        return stamps.of_files(found)
