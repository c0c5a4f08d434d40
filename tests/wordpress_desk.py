"""An import on a desk of its own, and what came of it."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from magazine.desk import check
from magazine.desk.wordpress import importing
from magazine.problems import Problem


@dataclass(frozen=True)
class Imported:
    """Exit status, what was said, and the folder of texts."""

    status: int
    said: str
    content: Path

    def text(self, name: str) -> str:
        """A file of the folder."""
        return (self.content / name).read_text("utf-8")

    def names(self) -> list[str]:
        """All files, by their names."""
        return sorted(path.relative_to(self.content).as_posix() for path in self.content.rglob("*") if path.is_file())

    def files(self) -> dict[str, bytes]:
        """All files with what they hold."""
        return {name: (self.content / name).read_bytes() for name in self.names()}

    def errors(self) -> list[Problem]:
        """What `check` calls an error."""
        if not self.content.exists():
            return []
        return [problem for problem in check.checked(self.content) if problem.stops]


def imported(folder: Path, export: str | bytes, uploads: Path | None = None) -> Imported:
    """Import an export into ``content`` below the folder."""
    file, content = folder / "export.xml", folder / "content"
    file.write_bytes(export if isinstance(export, bytes) else export.encode())
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = importing.run(file, content, uploads)
    return Imported(status, said.getvalue(), content)
