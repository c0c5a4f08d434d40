"""The archives: the very files that are signed, and the texts alone, in which no link leads nowhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import html5lib
import pytest
from pack_sources import SITE, source_of
from playwright.sync_api import Browser
from site_files import Site
from toolbox import need, run

from magazine.release import sums
from magazine.release.packs import archive, text_edition
from magazine.release.packs.source import NAME
from magazine.release.packs.text_edition import Edition

MAKE = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from pack_sources import source_of
from magazine.release.packs import archive
archive.made(source_of(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def packs(site: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The whole archive, and that of the texts."""
    whole, texts = archive.made(source_of(site.root), tmp_path_factory.mktemp("packs"))
    return whole, texts


@pytest.fixture(scope="module")
def unpacked(packs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts, unpacked."""
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(packs[1]).extractall(folder)
    return folder / NAME


def test_the_whole_archive_holds_every_file_as_it_is(packs: tuple[Path, Path], site: Site, tmp_path: Path) -> None:
    with zipfile.ZipFile(packs[0]) as found:
        assert {info.compress_type for info in found.infolist()} == {zipfile.ZIP_STORED}
        found.extractall(tmp_path)
    (tmp_path / NAME / archive.READ_ME).unlink()
    assert sums.of_folder(tmp_path / NAME) == dict(source_of(site.root).files)


def test_the_same_site_gives_the_same_bytes_anywhere(packs: tuple[Path, Path], site: Site, tmp_path: Path) -> None:
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    environment = {**os.environ, "TZ": "America/Lima", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", MAKE, str(site.root), str(tmp_path), *paths], env=environment, check=True)
    for pack in packs:
        assert (tmp_path / pack.name).read_bytes() == pack.read_bytes()


def test_the_texts_fit_into_a_messenger(packs: tuple[Path, Path]) -> None:
    assert packs[1].stat().st_size <= 500_000


@pytest.mark.judge
@pytest.mark.parametrize("number", [0, 1])
def test_unzip_finds_nothing_wrong(packs: tuple[Path, Path], number: int) -> None:
    need("unzip")
    assert "No errors" in run("unzip", "-t", packs[number]).splitlines()[-1]


def test_every_link_in_the_texts_leads_somewhere(unpacked: Path) -> None:
    pages = sorted(unpacked.rglob("*.html"))
    dead = []
    for path in pages:
        page = html5lib.parse(path.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False)
        address = path.as_uri()
        for element in page.iter():
            for name in ("href", "src"):
                value = element.get(name) if isinstance(element.tag, str) else None
                if value is None or value.startswith(("http", "mailto:", "data:", "#", "sms:", "tel:")):
                    continue
                target = Path(urldefrag(urljoin(address, value))[0].removeprefix("file://"))
                if not target.is_file():
                    dead.append(f"{path.relative_to(unpacked)}: {value}")
    assert len(pages) > 50
    assert dead == []


def test_no_page_of_the_texts_asks_for_a_picture(unpacked: Path) -> None:
    for path in unpacked.rglob("*.html"):
        page = html5lib.parse(path.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False)
        assert not page.findall(".//img")
        assert not page.findall(".//picture")
        assert not page.findall(".//style")
        assert all(script.get("src") for script in page.findall(".//script"))


def test_a_picture_leaves_its_description(tmp_path: Path) -> None:
    page = (
        '<!DOCTYPE html><p><a href="b/big.jpg"><picture><source srcset="p.webp">'
        '<img src="p.jpg" alt="Дорога &amp; снег"></picture></a> <a href="c.html#x">c</a> '
        '<a href="b/gone.html#x">gone</a></p>'
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    made = Edition(tmp_path, {"a.html", "c.html"}, SITE)("a.html").data.decode()
    assert made == (
        f'<!DOCTYPE html><p><a href="{SITE}b/big.jpg">[Дорога &amp; снег]</a> <a href="c.html#x">c</a> '
        f'<a href="{SITE}b/gone.html#x">gone</a></p>'
    )


def test_kit_lists_and_pictures_are_left_out() -> None:
    files = ["404.html", "en/topics/law.html", "index.html", "kit/verify.txt", "keys.txt", "p.jpg", "blog/a.html"]
    assert text_edition.chosen(files) == ["index.html", "keys.txt", "blog/a.html"]


@pytest.mark.judge
def test_it_looks_and_leaves_as_the_site_does_from_a_disk(unpacked: Path, chromium: Browser) -> None:
    page = chromium.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto((unpacked / "en/index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.exit')).fontWeight") == "700"
    assert page.evaluate("document.scripts.length") == 1
    assert told == []
    page.close()
