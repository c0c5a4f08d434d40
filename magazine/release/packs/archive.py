"""ZIP archives: all of the site, stored, and its texts alone, small enough for messengers."""

from __future__ import annotations

import posixpath
from functools import partial
from pathlib import Path

from magazine.messages import LANGUAGES
from magazine.release.packs.plain import HEAD_BYTES, REFRESH, STYLE, STYLE_NAME, Edition
from magazine.release.packs.source import NAME, MissingLibraryError, Source
from magazine.release.packs.zips import Packed, Zip
from magazine.workers import spread

TEXT = "text"
READ_ME = "READ-ME.txt"
LEFT_OUT = ("kit/", "releases/")  # tools for those who run servers
LEFT_OUT_NAMES = ("404.html", "robots.txt")  # for servers and search engines
TEXT_ENDINGS = (".html", ".txt")
LARGEST_TEXT = 1 << 19  # bytes of a plain text: a table, not a thing to read
# The hardest that libdeflate tries is worth 3 % and takes ten times as long: not for what no messenger carries anyway.
HARDEST, QUICK = 12, 8
SMALL = 24 << 20  # bytes of all texts
MESSENGER = 500_000  # bytes that a messenger carries even where the network is slow


def made(source: Source, folder: Path) -> list[Path]:
    """The finished packs, in a folder that is there: all of the site, its texts alone, and these by language.

    Unpacked, each is one folder whose ``index.html`` opens from a disk, a stick or a hotspot. The texts are packed by
    language as well where all together are too large for messengers, and one language may not be. Raises
    MissingLibraryError, and OSError.
    """
    whole = _whole(source, folder / source.named("", ".zip"))
    names = kept_texts(source)
    texts = _texts(source, names, folder / source.named(TEXT, ".zip"))
    parts = []
    if MESSENGER < texts.stat().st_size <= MESSENGER * (len(LANGUAGES) + 1):
        for language, own in _by_language(names).items():
            path = folder / source.named(f"{TEXT}-{language}", ".zip")
            parts.append(_texts(source, own, path, "" if language == LANGUAGES[0] else f"{language}/"))
    return [whole, texts, *parts]


def kept_texts(source: Source) -> list[str]:
    """The files that have their place in the edition of texts, in order."""
    return [name for name in sorted(source.files) if _is_text(source.folder, name)]


def _by_language(names: list[str]) -> dict[str, list[str]]:
    """The names by the language in whose folder they are; the main language has none."""
    found: dict[str, list[str]] = {}
    for name in names:
        first = name.partition("/")[0]
        found.setdefault(first if first in LANGUAGES else LANGUAGES[0], []).append(name)
    return found


def _whole(source: Source, path: Path) -> Path:
    # stored: who packs the same files gets the same archive, whichever programs they have
    with path.open("wb") as stream:
        archive = Zip(stream)
        _add_read_me(archive, source, NAME)
        for name in sorted(source.files):
            archive.add(f"{NAME}/{name}", (source.folder / name).read_bytes(), source.files[name])
        archive.end()
    return path


def _texts(source: Source, names: list[str], path: Path, below: str = "") -> Path:
    """An edition of these texts, whose top folder is that of the site or the one ``below`` it that holds them all."""
    top = f"{NAME}-{TEXT}"
    homes = frozenset({"index.html", *(f"{language}/index.html" for language in LANGUAGES)})
    level = HARDEST if sum((source.folder / name).stat().st_size for name in names) <= SMALL else QUICK
    pack = partial(_packed, level, source.folder, Edition(frozenset(names), source.site, homes, below))
    waiting: dict[str, Packed] = {}
    order = iter(names)
    expected = next(order, None)
    with path.open("wb") as stream:
        archive = Zip(stream)
        _add_read_me(archive, source, top)
        archive.add(f"{top}/{STYLE_NAME}", STYLE.encode(), "0")
        for ready, packed in spread(pack, names):
            waiting[ready] = packed
            while expected in waiting:
                archive.add(
                    f"{top}/{expected.removeprefix(below)}", b"", source.files[expected], packed=waiting.pop(expected)
                )
                expected = next(order, None)
        archive.end()
    return path


def _add_read_me(archive: Zip, source: Source, top: str) -> None:
    template = Path(__file__).with_name("read-me.txt").read_text(encoding="utf-8")
    addresses = "\n".join(dict.fromkeys(filter(None, (source.site, *source.mirrors))))
    text = template.replace("{seq}", str(source.seq)).replace("{date}", source.date.isoformat())
    text = text.replace("{addresses}", addresses).rstrip() + "\n"
    # old programs of Windows know neither UTF-8 without this mark nor these ends of lines alone
    data = text.replace("\n", "\r\n").encode("utf-8-sig")
    archive.add(f"{top}/{READ_ME}", data, f"{source.seq:012x}")


def _is_text(folder: Path, name: str) -> bool:
    if not name.endswith(TEXT_ENDINGS) or name.startswith(LEFT_OUT) or posixpath.basename(name) in LEFT_OUT_NAMES:
        return False
    if name.endswith(".txt"):
        return (folder / name).stat().st_size <= LARGEST_TEXT
    # a page that only sends on to another has nothing to read
    with (folder / name).open("rb") as stream:
        return REFRESH not in stream.read(HEAD_BYTES).lower()


def _packed(level: int, folder: Path, edition: Edition, name: str) -> Packed:
    try:
        import deflate  # noqa: PLC0415 (not on every system)
    except ImportError as error:
        raise MissingLibraryError("deflate") from error
    data = (folder / name).read_bytes()
    if name.endswith(".html"):
        data = edition.page(data.decode("utf-8", "replace"), name).encode()
    return Packed(bytes(deflate.deflate_compress(data, level)), len(data), deflate.crc32(data))
