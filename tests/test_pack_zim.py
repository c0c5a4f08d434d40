"""ZIM files: Kiwix opens and searches them, nothing in them leads nowhere, the same wherever they are made."""

import datetime as dt
import random
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
from libzim.search import Query, Searcher
from libzim.writer import Compression, Creator
from pack_source import made_elsewhere, source_of
from site_files import Site
from toolbox import need

from magazine.release.packs import zim, zim_clusters, zim_identity, zim_items
from magazine.release.packs.source import MissingLibraryError, Source

pytestmark = [pytest.mark.judge, pytest.mark.slow]
TALES = 40
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


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ZIM as libzim writes it without compression: texts in several clusters, and a picture."""
    site = tmp_path_factory.mktemp("plain")
    (site / "blog").mkdir()
    for number in range(TALES):
        page = f"<title>Tale {number}</title><article>{'a road to the mountains ' * 60}{number}</article>"
        (site / f"blog/{number}.html").write_text(page, encoding="utf-8")
    (site / "picture.png").write_bytes(random.Random(7).randbytes(50_000))
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.*"))
    tales = Source(site, dict.fromkeys(names, ""), 1, dt.date(2012, 12, 17), "https://magazine.example.org/")
    creator = Creator(site / "plain.zim").config_indexing(True, "eng").config_nbworkers(1)
    with creator.config_clustersize(20_000).config_compression(Compression.none).set_mainpath("blog/0.html"):
        for item in zim_items.items(tales, ("en",), ("en",)):
            creator.add_item(item)
        creator.add_metadata("Title", "Tales")
    return site / "plain.zim"


def test_compressed_clusters_hold_the_same(plain: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.zim"
    zim_clusters.compress(plain, packed)
    zim_identity.settle(packed, bytes(16))
    before, after = Archive(plain), Archive(packed)
    assert after.check()
    for name in [*(f"blog/{number}.html" for number in range(TALES)), "picture.png"]:
        old, new = (bytes(archive.get_entry_by_path(name).get_item().content) for archive in (before, after))
        assert old == new
    assert (after.article_count, after.all_entry_count) == (before.article_count, before.all_entry_count)
    assert after.get_metadata("Title") == b"Tales"
    assert plain.stat().st_size - packed.stat().st_size > 0.9 * TALES * len("a road to the mountains ") * 60
    for archive in (before, after):
        assert list(Searcher(archive).search(Query().set_query("mountain 17")).getResults(0, 1)) == ["blog/17.html"]


def test_it_compresses_nothing_but_a_zim(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(bytes(200))
    with pytest.raises(ValueError, match="other"):
        zim_clusters.compress(tmp_path / "other", tmp_path / "packed")


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
