"""What is known of the pictures of the content: each file is decoded once, by this build or an earlier one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from magazine import photos
from magazine.library import PICTURE_SUFFIXES
from magazine.memory import Memory
from magazine.photos import Findings, PictureError
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site.pictures import digest, prepared
from magazine.stamps import digest as stamp_of
from magazine.tree import Tree
from magazine.workers import spread

LEAST = 4  # pictures that are worth a process
Known = tuple[str, Findings | None, str, int]  # digest; findings, or None and then the reason; width, see width_of


class KnownPictures:
    """The digests and findings of all pictures below the content folder.

    Their variants are made into the ``cache`` in the same go; without one they are looked at, no more.
    """

    def __init__(self, held: Library, tree: Tree, memory: Memory, cache: Path | None) -> None:
        self.held, self.cache = held, cache
        self._shelf = memory.shelf("picture")
        self._stamps = tree.stamps()
        self._found: dict[Path, Known] = {}

    def tell(self, report: Report, progress: Progress) -> None:
        """Look at every picture that is not known yet, on all cores, and tell what is wrong with any."""
        new = []
        for path in _paths(self.held):
            stamp = self._stamps.get(path.as_posix())
            known: Known | None = self._shelf.recall(path.as_posix(), stamp_of(stamp)) if stamp else None
            if known:
                self._found[path] = known
            else:
                new.append(path)
        progress.expect(len(new))
        for path, known in spread(partial(_seen, self.held.root, self.cache), new, LEAST):
            self._found[path] = known
            if stamp := self._stamps.get(path.as_posix()):
                self._shelf.keep(path.as_posix(), stamp_of(stamp), known)
            progress.step()
        for path in _paths(self.held):
            self._judge(path, report)

    def digest_of(self, source: Path) -> str:
        """The digest of a picture's file. Raises PictureError."""
        known = self._found.get(source.relative_to(self.held.root))
        return known[0] if known else digest(source)

    def width_of(self, path: Path) -> int:
        """How wide a picture below the root is that was looked at, upright; 0 if it cannot be opened.

        Where variants are made, that of the widest.
        """
        return self._found[path][3]

    def _judge(self, path: Path, report: Report) -> None:
        """Tell a picture that is none, or that still carries a place or a name."""
        _, findings, reason, _ = self._found[path]
        if findings is None:
            report.add("picture-bad", path, reason=reason)
            return
        file = as_typed(self.held.root / path)
        if findings.private:
            report.add("picture-private", path, found=", ".join(findings.private), file=file)
        if findings.technical:
            report.add("picture-technical", path, found=", ".join(findings.technical), file=file)


def as_typed(path: Path) -> str:
    """The path as an editor would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _paths(held: Library) -> list[Path]:
    """All pictures of the content, also those that no page shows, below its root."""
    paths = [Path(entry.key) / name for entry in held.entries.values() for name in entry.pictures]
    return paths + [extra.path for extra in held.extras if extra.path.suffix.lower() in PICTURE_SUFFIXES]


def _seen(root: Path, cache: Path | None, path: Path) -> Known:
    try:
        if cache is None:
            findings, width = photos.measured(root / path)
            return "", findings, "", width
        if path.parts[0] == "extra":  # copied as it is
            return digest(root / path), photos.inspect(root / path), "", 0
        shapes = prepared(root / path, None, cache)
    except PictureError as error:
        return "", None, str(error), 0
    return shapes.digest, shapes.findings, "", max(shape.width for shape in shapes.variants)
