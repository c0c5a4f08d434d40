"""The ZIP archives: whole, the same everywhere, opened by all; the edition of texts leads nowhere wrong."""

import hashlib
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs import SITE, laid, source_of
from toolbox import REPOSITORY, need, run, told

from magazine.release.packs import archive, torrent, zips, zsync
from magazine.release.packs.plain import Edition
from magazine.release.packs.source import MissingLibraryError
from magazine.release.packs.zips import Zip

pytestmark = pytest.mark.slow

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>T</title>
<link rel="alternate" href="feeds/all.xml"><style>a{{}}</style></head>
<body>{}<script>a("</p>")</script></body></html>"""
PICTURES = """<a href="big.jpg"><picture><source srcset="a.webp">
<img alt="A road &amp; a > sign" src="a.jpg"></picture></a>
<img src=b.jpg alt=""><svg aria-hidden="true"><path/></svg><svg id="s"><title>Names</title></svg>"""
FILES = {
    "index.html": PAGE.format('<a href="ky/a.html#x">a</a><footer><a href="kit/verify.py">k</a></footer>').encode(),
    "ky/a.html": PAGE.format(PICTURES + "<footer>no</footer>").encode(),
    "ky/b.html": PAGE.format('<a href="../feeds/all.xml?a#b">f</a><form action="x"><input name=a></form>').encode(),
    "mirrors.txt": b"https://mirror.example.net/\n",
    "kit/verify.py": b"#",
    "feeds/all.xml": b"<feed/>",
    "ky/a.jpg": bytes(range(256)) * 9,
    "empty.txt": b"",
}


def names_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def text_of(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as opened:
        return opened.read(f"magazine-text/{name}").decode()


def small(tmp_path: Path) -> list[Path]:
    (tmp_path / "packs").mkdir()
    return archive.made(source_of(laid(tmp_path / "site", FILES)), tmp_path / "packs")


def test_the_whole_archive_holds_every_file_as_it_is(tmp_path):
    whole, _ = small(tmp_path)
    assert whole.name == "magazine-42.zip"
    assert names_of(whole) == ["magazine/READ-ME.txt", *(f"magazine/{name}" for name in sorted(FILES))]
    with zipfile.ZipFile(whole) as opened:
        assert {name: opened.read(f"magazine/{name}") for name in FILES} == FILES
        assert {entry.compress_type for entry in opened.infolist()} == {zipfile.ZIP_STORED}
        assert {entry.external_attr >> 16 for entry in opened.infolist()} == {0o100644}
        assert SITE in opened.read("magazine/READ-ME.txt").decode()


def test_texts_without_pictures_lead_to_what_is_there_or_to_the_site(tmp_path):
    _, texts = small(tmp_path)
    kept = {"READ-ME.txt", "text.css", "index.html", "ky/a.html", "ky/b.html", "mirrors.txt", "empty.txt"}
    assert set(names_of(texts)) == {f"magazine-text/{name}" for name in kept}
    first, pictures, form = (text_of(texts, name) for name in ("index.html", "ky/a.html", "ky/b.html"))
    assert '<a href="ky/a.html#x">' in first
    assert f'<footer><a href="{SITE}kit/verify.py">k</a></footer>' in first
    assert f'<a href="{SITE}ky/big.jpg"><i>[A road &amp; a > sign]</i></a>' in pictures
    assert '<i id="s">[Names]</i>' in pictures
    assert not re.search('<(img|svg|picture|script|footer|link rel="alt)', pictures)
    assert f'<a href="{SITE}feeds/all.xml#b">f</a><p><a href="{SITE}ky/b.html">' in form
    assert '<link rel="stylesheet" href="../text.css">' in form


def test_texts_too_large_for_messengers_come_by_language_too(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MESSENGER", 2000)
    files = {**FILES, "ky/index.html": PAGE.format('<a href="c/d.html">d</a><a href="../index.html">i</a>').encode()}
    site = laid(tmp_path / "site", {**files, "ky/c/d.html": PAGE.format('<a href="../a.html">a</a>').encode()})
    (tmp_path / "packs").mkdir()
    packs = archive.made(source_of(site), tmp_path / "packs")
    assert [path.name for path in packs[2:]] == ["magazine-text-ru-42.zip", "magazine-text-ky-42.zip"]
    main, own = map(set, map(names_of, packs[2:]))
    beside = {"magazine-text/READ-ME.txt", "magazine-text/text.css"}
    assert main == beside | {f"magazine-text/{name}" for name in ("index.html", "mirrors.txt", "empty.txt")}
    assert own == beside | {f"magazine-text/{name}" for name in ("index.html", "a.html", "b.html", "c/d.html")}
    first, deep = text_of(packs[3], "index.html"), text_of(packs[3], "c/d.html")
    assert f'<a href="c/d.html">d</a><a href="{SITE}index.html">i</a>' in first
    assert '<link rel="stylesheet" href="text.css">' in first
    assert '<a href="../a.html">a</a>' in deep
    assert '<link rel="stylesheet" href="../text.css">' in deep
    assert f'<a href="{SITE}ky/a.html#x">' in text_of(packs[2], "index.html")


def test_without_an_address_words_of_links_stay():
    page = Edition(frozenset(), "", frozenset()).page('<a class="a" href="b.html">b</a><form></form>', "a.html")
    assert page == '<a class="a">b</a>'


@pytest.mark.parametrize("library", ["deflate", "torf", "Crypto.Hash"])
def test_a_missing_library_is_named(tmp_path, monkeypatch, library):
    source = source_of(laid(tmp_path, FILES))
    monkeypatch.setitem(sys.modules, library, None)
    makers = {"deflate": archive.made, "torf": torrent.made, "Crypto.Hash": zsync.made}
    with pytest.raises(MissingLibraryError) as missing:
        makers[library](source, tmp_path / ("" if library == "deflate" else "index.html"))
    assert str(missing.value) == ("pycryptodome" if library == "Crypto.Hash" else library)


def test_the_same_bytes_in_any_zone_and_order(tmp_path):
    site = laid(tmp_path / "site", FILES)
    program = (
        "import sys; sys.path[:0] = ['tests', '.']\nfrom pathlib import Path\nfrom packs import source_of\n"
        "from magazine.release.packs import archive, cid, torrent, zsync\n"
        "site, out = map(Path, sys.argv[1:]); out.mkdir(); source = source_of(site)\n"
        "for pack in archive.made(source, out): torrent.made(source, pack); zsync.made(source, pack)\n"
        "print(cid.of_folder(site, list(source.files)))"
    )
    made = []
    for zone, seed, times in (("UTC", "1", 10**9), ("Asia/Bishkek", "2", 1.5 * 10**9)):
        for path in site.rglob("*"):
            os.utime(path, (times, times))
        out = tmp_path / seed
        environment = {"TZ": zone, "PYTHONHASHSEED": seed}
        address = run(sys.executable, "-c", program, site, out, env=environment, cwd=REPOSITORY)
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
        assert len(digests) == 6
        made.append((address, digests))
    assert made[0] == made[1]


def test_an_edit_moves_no_other_file_of_the_whole_archive(tmp_path):
    site = laid(tmp_path / "site", FILES)
    (tmp_path / "a").mkdir()
    older = archive.made(source_of(site), tmp_path / "a")[0]
    (site / "index.html").write_bytes(FILES["index.html"].replace(b">a<", b">longer<"))
    (tmp_path / "b").mkdir()
    newer = archive.made(source_of(site), tmp_path / "b")[0]
    with zipfile.ZipFile(older) as one, zipfile.ZipFile(newer) as two:
        pairs = list(zip(one.infolist(), two.infolist(), strict=True))
    assert [a.filename for a, b in pairs if a.date_time != b.date_time] == ["magazine/index.html"]
    moved = {a.filename for a, b in pairs if a.header_offset != b.header_offset}
    assert len(moved) <= 1
    assert older.stat().st_size == newer.stat().st_size


@given(
    st.dictionaries(
        st.from_regex(r"[a-zé/._-]{1,40}", fullmatch=True), st.tuples(st.binary(max_size=2000), st.booleans())
    )
)
def test_any_files_come_out_of_an_archive_as_they_went_in(tmp_path_factory, files):
    import deflate

    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with path.open("wb") as stream:
        made = Zip(stream)
        for name, (data, is_packed) in files.items():
            packed = zips.Packed(bytes(deflate.deflate_compress(data, 12)), len(data), deflate.crc32(data))
            made.add(name, data, hashlib.sha256(data).hexdigest(), packed=packed if is_packed else None)
        made.end()
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == {
            name: data for name, (data, _) in files.items()
        }


def test_an_archive_of_more_files_than_the_old_format_counts(tmp_path):
    path = tmp_path / "a.zip"
    with path.open("wb") as stream:
        made = Zip(stream)
        for number in range(zips.MOST_16 + 1):
            made.add(f"{number}", b"", "0", packed=zips.Packed(b"\3\0", 0, 0))
        made.end()
    with zipfile.ZipFile(path) as opened:
        assert len(opened.namelist()) == zips.MOST_16 + 1
        assert opened.read("65535") == b""


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    """The packs of our own site, and what unzip made of the texts."""
    folder = tmp_path_factory.mktemp("packs")
    packs = archive.made(source_of(site.root), folder)
    with zipfile.ZipFile(packs[1]) as opened:
        opened.extractall(folder)
    return packs, folder / "magazine-text"


def test_every_link_of_our_texts_leads_somewhere(unpacked):
    (_, texts), folder = unpacked
    assert texts.stat().st_size <= 500_000
    trees = {
        path.relative_to(folder).as_posix(): html5lib.parse(path.read_bytes(), namespaceHTMLElements=False)
        for path in folder.rglob("*.html")
    }
    ids = {name: {element.get("id") for element in tree.iter()} for name, tree in trees.items()}
    wrong = []
    for name, tree in trees.items():
        for element in tree.iter():
            if element.tag in ("img", "source", "script", "iframe", "object", "form"):
                wrong.append(f"{name}: <{element.tag}>")
            parts = urlsplit(element.get("href", element.get("src", "")))
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
            )
            if not (folder / target).is_file() or (parts.fragment and unquote(parts.fragment) not in ids[target]):
                wrong.append(f"{name}: {parts.geturl()}")
    assert len(trees) > 50
    assert not wrong, told(wrong)


@pytest.mark.judge
def test_texts_open_from_a_disk_with_their_style(unpacked, chromium):
    page = chromium.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((unpacked[1] / "index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.exit')).backgroundColor") == "rgb(143, 20, 32)"
    page.close()
    assert not said


@pytest.mark.judge
def test_unzip_and_php_open_both(unpacked):
    for pack in unpacked[0]:
        run(need("unzip"), "-tq", pack)
        program = (
            "$z = new ZipArchive; if ($z->open($argv[1], ZipArchive::CHECKCONS) !== true) exit(1); echo $z->count();"
        )
        done = subprocess.run([need("php"), "-r", program, str(pack)], capture_output=True, text=True, check=False)
        if "not found" in done.stdout + done.stderr:
            continue  # PHP without its zip extension
        assert int(done.stdout) == len(names_of(pack)), done.stdout + done.stderr
