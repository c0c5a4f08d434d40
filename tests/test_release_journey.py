"""Releases of the repository's own texts as an editor makes them: with all packs, again after an edit, elsewhere.

Everything is real: Pelican, the gate, the keys, and all that makes packs.
"""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from toolbox import REPOSITORY

from magazine.release import keyfile, notes, verification
from magazine.release.codes import Code
from magazine.release.notes import Release
from magazine.release.seen import Seen
from magazine.release.sources import Folder

pytestmark = [pytest.mark.slow, pytest.mark.judge]
PROJECT = ("theme", "magazine", "content", "tasks.py", "pelicanconf.py", "publishconf.py", "requirements.txt")
STORY = "magazine/2008-12/a-long-drive"
LOST, FOUND = "https://magazine.example.org", "https://zont.example.net"
HOLDS = {".html", ".xml", ".txt", ".json", ".svg", ".sh", ".py", ".php", ".cmd", ".conf", ".torrent", ".zsync", ""}
WORDS = "ozero karta veter stakan lodka\nkniga oblako most zerno ryba\npole reka doroga svet zima\n"


@dataclass(frozen=True)
class Editor:
    """A project in a folder of its own, and what an editor types in it."""

    home: Path

    def type(self, *words: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAGAZINE_", "GIT_"))}
        environment |= {
            "MAGAZINE_DESK": str(self.home.with_name("desk")), "MAGAZINE_CACHE": str(self.home.with_name("cache")),
            "MAGAZINE_PASSPHRASE_FILE": str(self.home.with_name("words")), "MAGAZINE_LANG": "en",
        }  # fmt: skip
        command = [sys.executable, "tasks.py", *words]
        done = subprocess.run(
            command, cwd=self.home, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def change(self, name: str, before: str, after: str) -> None:
        path = self.home / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")


def release_in(folder: Path) -> Release:
    return notes.parsed((folder / notes.FILE).read_bytes())


def verdict(folder: Path) -> Code:
    """What a partner finds who has pinned the root keys."""
    roots = keyfile.parsed((folder / keyfile.FILE).read_bytes()).roots
    return verification.verify(Folder(folder), roots, Seen(), dt.datetime.now(dt.UTC).date()).code


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Three releases: the first one, one after an edit, and one after the domain was lost."""
    above = tmp_path_factory.mktemp("journey")
    editor = Editor(above / "project")
    for name in PROJECT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, editor.home / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, editor.home / name)
    (editor.home / ".venv").symlink_to(sys.prefix)  # as if everything were installed already
    (above / "words").write_text(WORDS, encoding="utf-8")
    for stick in ("root", "second"):
        (above / stick).mkdir()
    editor.type("keys", "make", "--root", str(above / "root"), "--second", str(above / "second"))
    changes = (None, (f"content/{STORY}/en.md", "polite", "courteous"), ("pelicanconf.py", LOST, FOUND))
    found = {}
    for number, change in enumerate(changes, start=1):
        if change:
            editor.change(*change)
        editor.type("release")
        found[number] = Path(shutil.copytree(editor.home / "published", above / f"release-{number}"))
        assert verdict(found[number]) == Code.FRESH
    return found


def packs(release: Release) -> set[str]:
    """What kinds of packs a release names, without its number."""
    return {re.sub(r"-\d+(?=\.)", "", Path(pack.path).name) for pack in release.packs}


def test_the_first_release_has_every_pack(releases: dict[int, Path]) -> None:
    release = release_in(releases[1])
    found = packs(release)
    archives = {"magazine.zip", *(f"magazine-zim-{flavour}.zim" for flavour in ("ru", "ky", "en", "all"))}
    beside = {f"{name}{suffix}" for name in archives for suffix in (".torrent", ".zsync")}
    assert archives | beside | {"magazine-text.zip"} <= found
    for kind, suffix in (("epub", ".epub"), ("print", ".pdf")):
        for language in ("ru", "ky", "en"):
            assert any(name.startswith(f"magazine-{kind}-") and name.endswith(f"{language}{suffix}") for name in found)
    assert release.cid.startswith("bafy")


def test_an_edit_carries_the_packs_over(releases: dict[int, Path]) -> None:
    first, second = (release_in(releases[number]) for number in (1, 2))
    assert (second.seq, second.packs) == (2, first.packs)
    for pack in second.packs:
        kept = releases[2] / pack.path
        assert kept.read_bytes() == (releases[1] / pack.path).read_bytes()
        assert kept.with_name(f"{kept.name}.minisig").is_file()
    assert set(second.changed) <= {f"en/{STORY}.html", "en/feeds/all.xml", "en/feeds/magazine.xml"}


def test_after_the_domain_is_lost_nothing_leads_there(releases: dict[int, Path]) -> None:
    folder = releases[3]
    release = release_in(folder)
    assert (release.seq, release.site) == (3, f"{FOUND}/")
    assert packs(release) == packs(release_in(releases[1]))
    lost = LOST.partition("://")[2].encode()
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in HOLDS]
    assert [path.relative_to(folder).as_posix() for path in files if lost in path.read_bytes()] == []
    for pack in folder.glob("releases/3/*"):
        if pack.suffix in (".zip", ".epub"):
            with zipfile.ZipFile(pack) as archive:
                assert [name for name in archive.namelist() if lost in archive.read(name)] == [], pack.name
