"""Torrents whose seeds are web servers: aria2 completes from them alone, though one is dead and one lies."""

import subprocess
from pathlib import Path

import pytest
import torf
from nginx_server import nginx_below
from pack_sources import source_of
from toolbox import need, run

from magazine.release.packs import torrent
from magazine.release.packs.source import Source


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "releases/42"
    folder.mkdir(parents=True)
    path = folder / "magazine-42.zip"
    path.write_bytes(bytes(number * number % 251 for number in range(300_000)))
    return path


def source(site: str, *mirrors: str) -> Source:
    made = source_of(Path(__file__).parent / "warm")
    return Source(made.folder, {}, 42, made.date, site, mirrors)


def test_the_same_pack_gives_the_same_torrent(pack: Path, tmp_path: Path) -> None:
    first = torrent.made(source("https://a.example.org/"), pack).read_bytes()
    pack.touch()
    assert torrent.made(source("https://a.example.org/"), pack).read_bytes() == first


def test_it_names_nothing_but_the_pack_and_its_mirrors(pack: Path) -> None:
    made = torf.Torrent.read(torrent.made(source("https://a.example.org/", "https://b.example.org/x/"), pack))
    assert list(made.webseeds) == [f"https://{host}/releases/42/magazine-42.zip"
                                   for host in ("a.example.org", "b.example.org/x")]  # fmt: skip
    assert (made.created_by, made.creation_date, made.trackers, made.private) == (None, None, [], None)
    assert made.name == pack.name


@pytest.mark.judge
def test_aria2_completes_from_web_seeds_of_which_one_is_dead_and_one_lies(pack: Path, tmp_path: Path) -> None:
    liar = tmp_path / "liar" / "releases/42" / pack.name
    liar.parent.mkdir(parents=True)
    liar.write_bytes(pack.read_bytes()[:100_000] + b"?" * 200_000)
    with nginx_below(tmp_path) as good, nginx_below(tmp_path / "liar") as bad:
        made = torrent.made(source("http://127.0.0.1:9/", bad.address, good.address), pack)
        command = [
            need("aria2c"), "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--seed-time=0",
            "--no-conf", "--listen-port=0", "--interface=lo", "--max-tries=2", "--retry-wait=1", "-q",
            "--dir", str(tmp_path / "got"), str(made),
        ]  # fmt: skip
        subprocess.run([part for part in command if part != "--listen-port=0"], check=False, timeout=60)
    assert (tmp_path / "got" / pack.name).read_bytes() == pack.read_bytes()


@pytest.mark.judge
def test_transmission_knows_it(pack: Path) -> None:
    made = torrent.made(source("https://a.example.org/"), pack)
    assert "magazine-42.zip" in run(need("transmission-show"), made)
