"""The site for Kiwix and its hotspots: a ZIM file for each language, and one for all (https://wiki.openzim.org).

Tools of Debian stable must open what is made, so no libzim later than 3.6 is used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import io
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw

from magazine.messages import say
from magazine.release.packs import zim_clusters, zim_identity
from magazine.release.packs.source import HOME, MissingLibraryError, Source

CODES = {"ru": "rus", "ky": "kir", "en": "eng"}  # ISO 639-3
MAX_TITLE, MAX_DESCRIPTION = 30, 80  # signs, https://wiki.openzim.org/wiki/Metadata
ICON = 48  # pixels
MOST_WORKERS = 4  # each holds up to 200 MB
FLUSH = "1000"  # texts whose words Xapian holds in memory; of more it has no use
LICENSE = "CC-BY-SA-4.0"


@dataclass(frozen=True)
class _Wanted:
    """One file of this ``flavour``: a language, or none for all of them."""

    source: Source
    path: Path
    flavour: str
    languages: tuple[str, ...]


def made(source: Source, folder: Path) -> list[Path]:
    """One ZIM for each language, then one for all, in a folder that is there. Raises MissingLibraryError."""
    if importlib.util.find_spec("libzim") is None:
        raise MissingLibraryError("libzim")
    if not source.titles:
        return []
    site = replace(source, library=None, files=dict(source.files), titles=dict(source.titles))
    languages = _languages(source)
    names = {language: (language,) for language in languages} | ({"all": languages} if len(languages) > 1 else {})
    wanted = [
        _Wanted(site, folder / source.named(f"zim-{flavour}", ".zim"), flavour, its) for flavour, its in names.items()
    ]
    # the longest first, and each in a process of its own: what libzim holds goes with it
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(MOST_WORKERS, os.cpu_count() or 1), context, _hush, max_tasks_per_child=1) as pool:
        list(pool.map(_write, reversed(wanted)))
    return [one.path for one in wanted]


def _languages(source: Source) -> tuple[str, ...]:
    """All languages, the main one first: it stands at the root of the site."""
    return tuple(sorted(source.titles, key=lambda language: f"{language}/{HOME}" in source.files))


def _hush() -> None:
    """Libzim tells its steps on the terminal, where the progress of a release stands."""
    os.environ.setdefault("XAPIAN_FLUSH_THRESHOLD", FLUSH)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _write(wanted: _Wanted) -> None:
    from libzim.writer import Compression, Creator  # noqa: PLC0415 (not there for every Python)

    from magazine.release.packs import zim_items  # noqa: PLC0415 (as libzim)

    source, languages = wanted.source, wanted.languages
    everything = _languages(source)
    plain, packed = wanted.path.with_suffix(".plain"), wanted.path.with_suffix(".tmp")
    plain.unlink(missing_ok=True)
    # Xapian stems no Kyrgyz, and Russian only if all is called Russian
    index_language = CODES.get(languages[0], "eng")
    creator = Creator(plain).config_indexing(True, index_language).config_nbworkers(1)
    creator.config_compression(Compression.none)
    with creator.set_mainpath(HOME if languages[0] == everything[0] else f"{languages[0]}/{HOME}"):
        for item in zim_items.items(source, everything, languages):
            creator.add_item(item)
        creator.add_illustration(ICON, _icon())
        for name, value in _metadata(wanted).items():
            creator.add_metadata(name, value)
    zim_clusters.compress(plain, packed)
    plain.unlink()
    zim_identity.settle(packed, _origin(source, wanted.flavour))
    packed.replace(wanted.path)


def _metadata(wanted: _Wanted) -> dict[str, str | dt.date]:
    source, first = wanted.source, wanted.languages[0]
    title = source.titles.get(first, "Magazine")
    description = say("Stories of sex workers of Kyrgyzstan, told by themselves", first)
    return {
        "Name": f"magazine_{'mul' if len(wanted.languages) > 1 else first}_{wanted.flavour}",
        "Title": title[:MAX_TITLE],
        "Description": description[:MAX_DESCRIPTION],
        "Language": ",".join(CODES.get(language, language) for language in wanted.languages),
        "Creator": title,
        "Publisher": title,
        "Date": source.date,
        "License": LICENSE,
        "Flavour": wanted.flavour,
        "Source": source.site,
    }


def _icon() -> bytes:
    """A red umbrella as a PNG."""
    large = Image.new("RGB", (ICON * 4, ICON * 4), "#fbf7ee")
    draw = ImageDraw.Draw(large)
    draw.pieslice((12, 16, 180, 184), 180, 360, fill="#b3202a")
    for left in (12, 54, 96, 138):
        draw.ellipse((left, 88, left + 42, 116), fill="#fbf7ee")
    draw.line((96, 8, 96, 156), fill="#b3202a", width=10)
    draw.arc((68, 136, 101, 176), 0, 180, fill="#b3202a", width=10)
    data = io.BytesIO()
    large.resize((ICON, ICON), Image.Resampling.LANCZOS).save(data, "PNG")
    return data.getvalue()


def _origin(source: Source, flavour: str) -> bytes:
    listed = "\n".join(f"{digest}  {name}" for name, digest in source.files.items())
    return hashlib.sha256(f"{source.seq} {source.date} {flavour}\n{listed}".encode()).digest()
