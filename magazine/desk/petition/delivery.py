"""What is handed over: letters and lists that everybody may see, and all that is known, sealed to the editors."""

from __future__ import annotations

import io
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magazine import cache
from magazine.desk.moderation import files
from magazine.desk.petition.chosen import Chosen, PetitionError
from magazine.desk.petition.letter import letter
from magazine.desk.petition.names import names_file
from magazine.desk.petition.rows import Row, full, reduced
from magazine.desk.petition.sheet import page_address
from magazine.desk.petition.tables import csv_file, json_file
from magazine.intake.sealing import Keys
from magazine.messages import say
from magazine.progress import Progress
from magazine.region_counts import RegionCounts, merged
from magazine.workers import spread

USUAL = "delivery"  # beside the project, unknown to git
LETTER, NAMES, TABLE, DATA, SEALED = "letter.pdf", "signatures.pdf", "signatures.csv", "signatures.json", "full.zip.age"
MANY = 5000  # rows from which the languages are worth a process each
SAME_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say


@dataclass(frozen=True)
class Delivered:
    """Where it lies, and how many signatures each list in it has."""

    folder: Path
    signed: int
    named: int


def delivered(chosen: Chosen, to: Path | None, keys: Keys, settings: Mapping[str, Any]) -> Delivered:
    """Write everything into a folder. Raises PetitionError where it cannot lie there or numbers differ, and OSError."""
    petition = chosen.petition
    folder = _folder(chosen, to, settings)
    shown = merged(petition.regions, int(settings.get("REGION_THRESHOLD") or 0))
    for_all, for_editors = reduced(petition, shown.shown), full(chosen)
    for rows in (for_all, for_editors):
        if sum(row.count for row in rows) != petition.signed:
            raise PetitionError(say("The files of signatures changed while they were read. Begin again."))
    languages = [language for language in chosen.library.languages if language in petition.versions]
    jobs = [(language, is_full) for is_full in (True, False) for language in languages]  # those that take longest first

    def made(job: tuple[str, bool]) -> dict[str, bytes]:
        language, is_full = job
        return dict(_lists(chosen, for_editors if is_full else for_all, language, None if is_full else shown, settings))

    in_full: dict[str, dict[str, bytes]] = {}
    progress = Progress(len(jobs), sys.stderr)
    try:
        for language in languages:
            files.written(folder / language / LETTER, letter(chosen, language, settings))
        for (language, is_full), held in spread(made, jobs, 1 if len(for_editors) > MANY else len(jobs)):
            progress.step()
            if is_full:
                in_full[language] = held
                continue
            for name, data in held.items():
                files.written(folder / language / name, data)
        files.written(folder / SEALED, keys.seal(_packed(petition.slug, {one: in_full[one] for one in languages})))
    finally:
        progress.end()
    return Delivered(folder, petition.signed, len(petition.signers))


def _lists(
    chosen: Chosen, rows: tuple[Row, ...], language: str, shown: RegionCounts | None, settings: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """The list in each form, by the name of its file."""
    yield NAMES, names_file(chosen, rows, language, shown)
    yield TABLE, csv_file(rows, language)
    yield DATA, json_file(_facts(chosen, language, shown, settings), rows)


def _packed(slug: str, lists: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """A ZIP of the lists by language; the same lists make the same bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for language, held in lists.items():
            for name, data in held.items():
                info = zipfile.ZipInfo(f"{slug}/{language}/{name}", SAME_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(info, data)
    return archive.getvalue()


def _facts(chosen: Chosen, language: str, shown: RegionCounts | None, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    petition, version = chosen.petition, chosen.petition.versions[language]
    ways: Counter[str] = Counter()
    for tally in petition.tallies:
        ways[tally.way] += tally.count
    counts = shown or RegionCounts({code: count for code, count in petition.regions.items() if code}, 0,
                                   petition.regions.get("", 0))  # fmt: skip
    regions = {**counts.shown, "other": counts.others, "not-said": counts.unsaid}
    return {
        "petition": petition.key, "language": language, "title": version.title, "recipients": list(version.recipients),
        "address": page_address(chosen, language, settings),
        "as_of": petition.counted_on.isoformat() if petition.counted_on else None,
        "signed": petition.signed, "duplicates_not_counted": petition.duplicates, "ways": dict(sorted(ways.items())),
        "regions": {code: count for code, count in regions.items() if count},
    }  # fmt: skip


def _folder(chosen: Chosen, to: Path | None, settings: Mapping[str, Any]) -> Path:
    """The folder to write to; never one that is published."""
    usual = cache.PROJECT / USUAL
    folder = (to or usual / chosen.petition.slug).resolve()
    published = [chosen.library.root, *(cache.PROJECT / settings[name] for name in ("PATH", "OUTPUT_PATH", "THEME"))]
    if any(folder.is_relative_to(one.resolve()) for one in published):
        raise PetitionError(say("%(folder)s is published with the site. Choose another folder with --to.",
                                folder=folder))  # fmt: skip
    if folder.exists() and not folder.is_dir():
        raise PetitionError(say("%(folder)s is no folder.", folder=folder))
    if to is None:
        usual.mkdir(exist_ok=True)
        (usual / ".gitignore").write_text("*\n", encoding="ascii")
    return folder
