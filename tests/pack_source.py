"""The finished site as the makers of packs get it, and packs made where nothing is as it is here."""

import datetime as dt
import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

from toolbox import REPOSITORY

from magazine import library
from magazine.problems import Report
from magazine.release.packs.source import Source

LANGUAGES = ("ru", "ky", "en")
TITLES = {"ru": "Красный зонт", "ky": "Кызыл чатыр", "en": "Red Umbrella"}


def source_of(root: Path, seq: int = 42) -> Source:
    """The source of a release of the repository's texts, built at ``root``."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    sums = {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    known = library.read(REPOSITORY / "content", LANGUAGES, Report(), dt.date(2012, 12, 17))
    mirrors = ("https://one.example.org/magazine/", "http://192.0.2.7/")
    return Source(root, sums, seq, dt.date(2012, 12, 17), "https://magazine.example.org/", mirrors, TITLES, known)


def made_elsewhere(maker: str, source: Source, folder: Path) -> None:
    """Let another process with another clock, zone, locale and hash seed make the packs."""
    folder.mkdir()
    (folder.parent / "source").write_bytes(pickle.dumps(source))
    code = (
        "import importlib, pathlib, pickle, sys\n"
        "if __name__ == '__main__':\n"
        "    source = pickle.loads(pathlib.Path(sys.argv[2]).read_bytes())\n"
        "    importlib.import_module(sys.argv[1]).made(source, pathlib.Path(sys.argv[3]))\n"
    )
    script = folder.parent / "elsewhere.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, str(script), maker, str(folder.parent / "source"), str(folder)]
    different = {"TZ": "Asia/Bishkek", "PYTHONHASHSEED": "7", "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
    subprocess.run(command, check=True, env={**os.environ, **different}, cwd=folder)
