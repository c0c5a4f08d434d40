"""ZIP archives: all of the site, stored, and its texts alone, small enough for messengers.

The first, unpacked on a stick or a hotspot, is the magazine as it is: ``index.html`` opens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from magazine.release.packs import text_edition, zipping
from magazine.release.packs.source import NAME, Source
from magazine.release.packs.text_edition import Edition
from magazine.release.packs.zipping import Packed, packed
from magazine.workers import spread

READ_ME = "read-me.txt"
WORDS = """\
Откройте index.html: журнал читается без интернета. Все адреса: mirrors.html. Проверить копию: kit/.
index.html файлын ачыңыз: журнал интернетсиз окулат. Бардык даректер: mirrors.html. Көчүрмөнү текшерүү: kit/.
Open index.html: the magazine needs no internet. All addresses: mirrors.html. To check a copy: kit/.
"""


def made(source: Source, folder: Path) -> list[Path]:
    """The finished packs, in a folder that is there: the whole site, and the texts."""
    return [whole(source, folder), texts(source, folder)]


def whole(source: Source, folder: Path) -> Path:
    """All files as they are; what others unpack has the very bytes that are signed."""
    target = folder / source.named("", ".zip")
    more = {} if READ_ME in source.files else {READ_ME: _read_me(source)}
    zipping.stored(source.folder, list(source.files), NAME, source.date, target, more)
    return target


def texts(source: Source, folder: Path) -> Path:
    """The pages without pictures, deflated."""
    target = folder / source.named("text", ".zip")
    names = text_edition.chosen(source.files)
    pack = _Pack(Edition(source.folder, frozenset(names), source.site))
    shared: dict[str, bytes] = {}
    with zipping.Writer(target, source.date) as archive:
        for name, (file, more) in _in_order(pack, names):
            archive.add(f"{NAME}/{name}", file)
            shared.update(more)
        for name in sorted(shared):
            archive.add(f"{NAME}/{name}", packed(shared[name]))
        if READ_ME not in names:
            archive.add(f"{NAME}/{READ_ME}", packed(_read_me(source)))
    return target


class _Pack:
    """Packs one file of the edition; done by several processes."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    def __call__(self, name: str) -> tuple[Packed, tuple[tuple[str, bytes], ...]]:
        made = self.edition(name)
        return packed(made.data), made.shared


def _in_order(pack: _Pack, names: Sequence[str]) -> Iterator[tuple[str, tuple[Packed, tuple[tuple[str, bytes], ...]]]]:
    """What ``spread`` makes, in the order of the names: only what came too early is kept for a while."""
    early = {}
    following = iter(names)
    wanted = next(following, None)
    for name, made in spread(pack, names):
        early[name] = made
        while wanted is not None and wanted in early:
            yield wanted, early.pop(wanted)
            wanted = next(following, None)


def _read_me(source: Source) -> bytes:
    addresses = "".join(f"{address}\n" for address in (source.site, *source.mirrors))
    return f"{WORDS}{addresses}".encode().replace(b"\n", b"\r\n")  # Notepad of old Windows
