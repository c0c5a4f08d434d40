"""What is known of the pictures of the content: each file is decoded once, by this build or an earlier one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from magazine import photos
from magazine.memory import Memory
from magazine.photos import Findings, PictureError
from magazine.problems import Report
from magazine.progress import Progress
from magazine.records import Library
from magazine.site.pictures import digest, inspect_pictures, picture_paths, prepared
from magazine.stamps import digest as stamp_of
from magazine.tree import Tree
from magazine.workers import spread

LEAST = 4  # pictures that are worth a process
Known = tuple[str, Findings | None, str]  # digest, findings or None, and then the reason


class KnownPictures:
    """The digests and findings of all pictures below the content folder."""

    def __init__(self, held: Library, tree: Tree, memory: Memory, cache: Path) -> None:
        self.held, self.cache = held, cache
        self._shelf = memory.shelf("picture")
        self._stamps = tree.stamps()
        self._found: dict[Path, Known] = {}

    def tell(self, report: Report, progress: Progress) -> None:
        """Look at every picture that is not known yet, on all cores, and tell what is wrong with any."""
        new = []
        for path in picture_paths(self.held):
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
        inspect_pictures(self.held, report, self._findings)

    def digest_of(self, source: Path) -> str:
        """The digest of a picture's file. Raises PictureError."""
        known = self._found.get(source.relative_to(self.held.root))
        return known[0] if known else digest(source)

    def _findings(self, source: Path) -> Findings:
        _, findings, reason = self._found[source.relative_to(self.held.root)]
        if findings is None:
            raise PictureError(reason)
        return findings


def _seen(root: Path, cache: Path, path: Path) -> Known:
    try:
        if path.parts[0] == "extra":  # copied as it is
            return digest(root / path), photos.inspect(root / path), ""
        shapes = prepared(root / path, None, cache)
    except PictureError as error:
        return "", None, str(error)
    return shapes.digest, shapes.findings, ""
