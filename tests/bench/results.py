"""What was measured so far, kept as JSON after every step, so that an interrupted run goes on where it was."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .tools import REPOSITORY

Row = dict[str, Any]  # by tool: what one run cost, and what it did to the output


@dataclass
class Results:
    """The steps that are done, by their names."""

    path: Path
    kept: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.kept = json.loads(self.path.read_text(encoding="utf-8"))

    def get(self, step: str) -> Any:
        """What a step found; None if it is not done."""
        return self.kept.get(step)

    def put(self, step: str, found: Any) -> None:
        """Keep what a step found."""
        self.kept[step] = found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".part")
        partial.write_text(json.dumps(self.kept, indent=1, ensure_ascii=False), encoding="utf-8")
        partial.replace(self.path)

    def serial(self) -> int:
        """A number that was never given before: an edit repeated after an interruption is another edit."""
        number = int(self.kept.get("serial", 0))
        self.put("serial", number + 1)
        return number

    def rows(self, beginning: str) -> list[Row]:
        """What the rounds of a step found, in their order."""
        steps = sorted(
            (step for step in self.kept if step.startswith(f"{beginning}/")), key=lambda step: int(step.split("/")[-1])
        )
        return [self.kept[step] for step in steps]


def fingerprint(*names: str) -> str:
    """A short hash of some files and folders of the repository."""
    digest = hashlib.sha256()
    for name in names:
        for path in (REPOSITORY / name, *sorted((REPOSITORY / name).rglob("*"))):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(REPOSITORY).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
