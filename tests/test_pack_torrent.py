"""Torrents that need no tracker and no other reader: the mirrors' web servers are enough, even when some are bad."""

import random
import shutil
import subprocess

import pytest
from intake_server import free_port
from packs import laid, nginx, source_of
from toolbox import need, run

from magazine.release.packs import torrent

pytestmark = pytest.mark.slow

ONION = f"http://{'a' * 56}.onion/"


def test_seeds_lie_at_addresses_that_never_change(tmp_path):
    source = source_of(
        tmp_path, mirrors=("http://mirror.example.net/m", ONION, "ipns://a.example.org/", "https://b.example.org/")
    )
    assert torrent.seeds(source, "a.zip") == [
        "https://magazine.example.org/releases/42/a.zip",
        "http://mirror.example.net/m/releases/42/a.zip",
        "https://b.example.org/releases/42/a.zip",
    ]


def test_a_torrent_tells_nothing_of_its_maker(tmp_path):
    pack = laid(tmp_path, {"a.zip": bytes(70_000)}) / "a.zip"
    data = torrent.made(source_of(tmp_path), pack).read_bytes()
    for word in (b"created by", b"creation date", b"announce", b"comment", b"private", str(tmp_path).encode()):
        assert word not in data
    assert b"12:piece lengthi32768e6:pieces60:" in data


@pytest.mark.parametrize(
    ("size", "piece"), [(1, 1 << 15), (1000 << 15, 1 << 15), (250 << 20, 1 << 18), (9 << 40, 1 << 22)]
)
def test_pieces_grow_with_the_pack(size, piece):
    assert torrent.piece_size(size) == piece


@pytest.mark.judge
@pytest.mark.slow
def test_aria2_completes_from_web_seeds_with_a_dead_and_a_tampered_one(tmp_path):
    data = random.Random(1).randbytes(3_000_000)
    pack = laid(tmp_path / "good", {"releases/42/a.zip": data}) / "releases/42/a.zip"
    shutil.copytree(tmp_path / "good", tmp_path / "bad")
    (tmp_path / "bad/releases/42/a.zip").write_bytes(data[:1_000_000] + bytes(9) + data[1_000_009:])
    with nginx(tmp_path / "good") as (good, _), nginx(tmp_path / "bad") as (bad, _):
        dead = f"http://127.0.0.1:{free_port()}/"
        found = torrent.made(source_of(tmp_path / "good", site=dead, mirrors=(bad, good)), pack)
        if shutil.which("transmission-show"):
            assert "a.zip" in run("transmission-show", found)
        options = ("--enable-dht=false", "--enable-peer-exchange=false", "--bt-enable-lpd=false", "--seed-time=0")
        quick = ("--connect-timeout=2", "--max-tries=2", "--bt-stop-timeout=20", "--disable-ipv6", "--no-conf")
        where = ("--interface=127.0.0.1", f"--listen-port={free_port()}", "-d", str(tmp_path / "got"), str(found))
        subprocess.run([need("aria2c"), *options, *quick, *where], check=True, capture_output=True, timeout=60)
    assert (tmp_path / "got/a.zip").read_bytes() == data
