"""The last steps of a release: it is looked at as partners will, and put into its place."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from pathlib import Path

from magazine.messages import marked
from magazine.progress import Progress
from magazine.release import sources, verification
from magazine.release.codes import Code, ReleaseError
from magazine.release.keyfile import Keys
from magazine.release.making import current, staging
from magazine.release.making.setup import Setup
from magazine.release.making.standing import Standing

BROKEN = marked("The release is not as it must be, so nothing is done with it: %(what)s")


def checked(folder: Path, keys: Keys, before: Standing, date: dt.date, output: Path | None = None) -> None:
    """Look at a finished release as partners will; raises ReleaseError, OSError.

    A file that was taken over from the last release and had been damaged there is taken from ``output``.
    """
    findings = _findings(folder, keys, before, date)
    if output and {one.code for one in findings} == {Code.CHANGED}:
        for name in (str(one.values["name"]) for one in findings):
            _mend(folder / name, output / name)
        findings = _findings(folder, keys, before, date)
    if findings:
        raise ReleaseError(findings[0].code, BROKEN, what=findings[0].said())


def put(folder: Path, setup: Setup, keys: Keys, before: Standing, date: dt.date) -> None:
    """Put a signed release into its place, if it is as it must be; raises ReleaseError, OSError."""
    checked(folder, keys, before, date, setup.output)
    staging.date_folders(folder)
    current.put(folder, setup.published)


def _findings(folder: Path, keys: Keys, before: Standing, date: dt.date) -> tuple[ReleaseError, ...]:
    progress = Progress(0, sys.stderr)
    try:
        source = sources.Folder(folder)
        return verification.verify(source, keys.roots, before.seen, date, progress=progress).findings
    finally:
        progress.end()


def _mend(path: Path, source: Path) -> None:
    """Let a copy stand in the place of a link, with the same time."""
    if not source.is_file():
        return
    time = path.stat().st_mtime_ns
    path.unlink()
    shutil.copyfile(source, path, follow_symlinks=False)
    os.utime(path, ns=(time, time))
