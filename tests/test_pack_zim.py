"""ZIM files: Kiwix opens and searches them, nothing in them leads nowhere, the same wherever they are made."""

import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from libzim.reader import Archive
from pack_source import made_elsewhere, source_of
from site_files import Site
from toolbox import need

from magazine.release.packs import zim
from magazine.release.packs.source import MissingLibraryError, Source

pytestmark = [pytest.mark.judge, pytest.mark.slow]
FLAVOURS = ("ru", "ky", "en", "all")


@pytest.fixture(scope="module")
def source(site: Site) -> Source:
    return source_of(site.root)


@pytest.fixture(scope="module")
def packs(source: Source, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = zim.made(source, tmp_path_factory.mktemp("packs"))
    assert [pack.name for pack in made] == [f"magazine-zim-{flavour}-42.zim" for flavour in FLAVOURS]
    return dict(zip(FLAVOURS, made, strict=True))


@pytest.fixture(scope="module")
def kiwix(packs: dict[str, Path]) -> Iterator[str]:
    """The address of Debian's Kiwix with all of them."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [need("kiwix-serve"), "--address=127.0.0.1", f"--port={port}", *map(str, packs.values())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()


def found(kiwix: str, flavour: str, word: str) -> set[str]:
    """Pages that a search finds."""
    asked = urllib.parse.urlencode({"books.name": f"magazine-zim-{flavour}-42", "pattern": word, "pageLength": 50})
    old = urllib.parse.urlencode({"content": f"magazine-zim-{flavour}-42", "pattern": word, "pageLength": 50})
    for query in (asked, old):
        try:
            with urllib.request.urlopen(f"{kiwix}/search?{query}", timeout=10) as answer:
                return set(re.findall(r'href="[^"]*?-42/(?:A/)?([^"]+\.html)"', answer.read().decode()))
        except OSError:
            continue
    return set()


def test_zimcheck_passes_every_test(packs: dict[str, Path]) -> None:
    for pack in packs.values():
        done = subprocess.run([need("zimcheck"), "-A", str(pack)], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout


def test_the_same_everywhere(source: Source, packs: dict[str, Path], tmp_path: Path) -> None:
    made_elsewhere("magazine.release.packs.zim", source, tmp_path / "again")
    for pack in packs.values():
        assert (tmp_path / "again" / pack.name).read_bytes() == pack.read_bytes()


def test_one_language_has_no_page_of_another(packs: dict[str, Path]) -> None:
    archive = Archive(packs["ky"])
    assert archive.main_entry.get_item().path == "ky/index.html"
    assert not archive.has_entry_by_path("magazine/2008-12/the-report.html")
    page = bytes(archive.get_entry_by_path("ky/magazine/2008-12/the-report.html").get_item().content).decode()
    assert '<a href="https://magazine.example.org/magazine/2008-12/the-report.html"' in page


def test_what_stands_in_it(packs: dict[str, Path], source: Source) -> None:
    languages = {"ru": "rus", "ky": "kir", "en": "eng", "all": "rus,kir,eng"}
    for flavour, pack in packs.items():
        archive = Archive(pack)
        facts = {name: archive.get_metadata(name).decode() for name in archive.metadata_keys if "Illust" not in name}
        assert facts["Language"] == languages[flavour]
        assert len(facts["Title"]) <= zim.MAX_TITLE
        assert len(facts["Description"]) <= zim.MAX_DESCRIPTION
        assert facts["Date"] == source.date.isoformat()
        assert archive.has_illustration(48)
        assert archive.check()


def test_search_knows_forms_of_russian_words_and_exact_kyrgyz_ones(kiwix: str) -> None:
    story = "magazine/2008-12/a-long-drive.html"
    for flavour in ("ru", "all"):
        assert story in found(kiwix, flavour, "столбами"), "only «столбы» stands there"
    for flavour in ("ky", "all"):
        assert "ky/magazine/2008-12/the-report.html" in found(kiwix, flavour, "күнөөлүү")
    assert story not in found(kiwix, "ru", "Уйти"), "what stands around every page is not searched"


def test_without_its_library_it_says_which_is_missing(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingLibraryError, match="libzim"):
        zim.made(source, tmp_path)
