"""All packs of a release, made one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from magazine.progress import Progress
from magazine.release.packs import archive, booklet, cid, epub, torrent, zim, zsync
from magazine.release.packs.source import MissingLibraryError, Source

SHARED = (".zip", ".zim")  # what is worth a torrent, and fetching in parts
SMALL = "-text-"  # in the name of an archive that a messenger carries


@dataclass(frozen=True)
class Makers:
    """Who makes packs; those of ``beside`` make one more file for a pack that is large."""

    packs: tuple[Callable[[Source, Path], Sequence[Path]], ...]
    beside: tuple[Callable[[Source, Path], Path], ...] = ()
    cid: Callable[[Path, list[str]], str] | None = None


USUAL = Makers(
    packs=(archive.made, epub.made, zim.made, booklet.made), beside=(torrent.made, zsync.made), cid=cid.of_folder
)


def made(source: Source, folder: Path, makers: Makers, progress: Progress) -> tuple[list[Path], list[str]]:
    """The packs, in a folder that is there, and what is missing on this computer to make some of them.

    Raises OSError.
    """
    found: list[Path] = []
    missing: list[str] = []
    progress.expect(len(makers.packs) + len(makers.beside))
    for maker in makers.packs:
        try:
            found += maker(source, folder)
        except MissingLibraryError as error:
            missing.append(str(error))
        progress.step()
    large = [pack for pack in found if pack.suffix in SHARED and SMALL not in pack.name]
    for beside in makers.beside:
        try:
            found += [beside(source, pack) for pack in large]
        except MissingLibraryError as error:
            missing.append(str(error))
        progress.step()
    return sorted(found), sorted(set(missing))


def cid_of(folder: Path, names: list[str], makers: Makers) -> str:
    """The address of the site in IPFS; empty where it cannot be told here."""
    try:
        return makers.cid(folder, names) if makers.cid else ""
    except MissingLibraryError:
        return ""
