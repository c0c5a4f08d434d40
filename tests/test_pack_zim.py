"""ZIM files for Kiwix: its own checker passes them, its server finds words in them, and they come out the same."""

import os
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_server import free_port, until
from pack_sources import source_of
from site_files import Site
from toolbox import need

from magazine.release.packs import zim
from magazine.release.packs.source import MissingLibraryError, Source

pytestmark = [pytest.mark.judge, pytest.mark.slow]
MAKE = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from pack_sources import source_of
from magazine.release.packs import zim
zim.made(source_of(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def files(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = zim.made(source_of(site.root), tmp_path_factory.mktemp("zim"))
    return {path.name.split("-")[1]: path for path in made}


@pytest.fixture(scope="module")
def kiwix(files: dict[str, Path]) -> Iterator[str]:
    """The address of a real kiwix-serve with all files."""
    port = free_port()
    command = [need("kiwix-serve"), "--address=127.0.0.1", f"--port={port}", *map(str, files.values())]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"

    def answers() -> bool:
        try:
            return bool(asked(address))
        except OSError:
            return False

    try:
        until(answers)
        yield address
    finally:
        process.terminate()
        process.wait()


def asked(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def found(kiwix: str, path: Path, words: str) -> str:
    query = urllib.parse.urlencode({"content": path.stem, "pattern": words})
    return asked(f"{kiwix}search?{query}")


def test_there_is_one_for_each_language_and_one_for_all(files: dict[str, Path]) -> None:
    assert files.keys() == {"all", "ru", "ky", "en"}


@pytest.mark.parametrize("language", ["all", "ru", "ky", "en"])
def test_zimcheck_finds_nothing_wrong(files: dict[str, Path], language: str) -> None:
    done = subprocess.run([need("zimcheck"), "-A", files[language]], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert "Overall Test Status: Pass" in done.stdout


def test_the_same_site_gives_the_same_bytes(files: dict[str, Path], site: Site, tmp_path: Path) -> None:
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    environment = {**os.environ, "TZ": "America/Lima", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(site.root), str(tmp_path), *paths], env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    assert done.stdout == b""
    for path in files.values():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("language", "words", "page"),
    [
        ("all", "дорогами", "magazine/2008-12/"),  # written in other forms
        ("ru", "дорогами", "magazine/2008-12/"),
        ("all", "журнал", "ky/"),
        ("en", "umbrellas", "en/"),
    ],
)
def test_kiwix_finds_words_in_their_forms(
    kiwix: str, files: dict[str, Path], language: str, words: str, page: str
) -> None:
    assert page in found(kiwix, files[language], words)


def test_kiwix_finds_a_kyrgyz_word_as_it_stands(kiwix: str, files: dict[str, Path], site: Site) -> None:
    text = (site.root / "ky/pages/about.html").read_text(encoding="utf-8")
    word = next(word for word in text.split("<main")[1].split() if {"ө", "ү"} & set(word) and word.isalpha())
    for language in ("all", "ky"):
        assert "ky/pages/about.html" in found(kiwix, files[language], word)


def test_a_page_of_another_language_is_called_on_the_net(kiwix: str, files: dict[str, Path]) -> None:
    page = asked(f"{kiwix}{files['en'].stem}/en/index.html")
    assert 'href="https://magazine.example.org/index.html"' in page
    assert 'href="../index.html"' in asked(f"{kiwix}{files['all'].stem}/en/index.html")


def test_what_is_not_found_is_no_text_and_no_pack_of_it_is_made(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "libzim.writer", None)
    with pytest.raises(MissingLibraryError, match="libzim"):
        zim.made(source_of(site.root), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_site_of_one_language_is_one_file(site: Site, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    shutil.copy(site.root / "index.html", tmp_path / "site")
    whole = source_of(tmp_path / "site")
    alone = Source(whole.folder, whole.files, 42, whole.date, whole.site, titles=whole.titles)
    assert [path.name for path in zim.made(alone, tmp_path)] == ["magazine-ru-42.zim"]
