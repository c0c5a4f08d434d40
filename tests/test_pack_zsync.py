"""zsync files: the real zsync makes the new pack of the old one and a few blocks."""

import random
from pathlib import Path

import pytest
from nginx_server import nginx_below
from pack_sources import source_of
from toolbox import need, run

from magazine.release.packs import zsync

OLD = random.Random(1).randbytes(3_000_000)
NEW = OLD[:1_000_000] + b"one word" + OLD[1_000_010:]


def made(tmp_path: Path, data: bytes) -> Path:
    (tmp_path / "pack.zip").write_bytes(data)
    return zsync.made(source_of(Path(__file__).parent / "warm"), tmp_path / "pack.zip")


@pytest.mark.judge
def test_an_edit_costs_a_few_blocks(tmp_path: Path) -> None:
    need("zsync")
    made(tmp_path, NEW)
    (tmp_path / "old.zip").write_bytes(OLD)
    with nginx_below(tmp_path) as server:
        run("zsync", "-q", "-i", tmp_path / "old.zip", f"{server.address}pack.zip.zsync", cwd=_folder(tmp_path))
        whole = (tmp_path / "pack.zip.zsync").stat().st_size
        assert server.on_the_wire < whole + 20_000
    assert (tmp_path / "got/pack.zip").read_bytes() == NEW


@pytest.mark.judge
@pytest.mark.parametrize("size", [1, 2047, 2048, 2049, 5_000_000])
def test_zsync_believes_the_whole_of_any_size(tmp_path: Path, size: int) -> None:
    need("zsync")
    data = (OLD * 2)[:size]
    made(tmp_path, data)
    with nginx_below(tmp_path) as server:
        run("zsync", "-q", f"{server.address}pack.zip.zsync", cwd=_folder(tmp_path))
    assert (tmp_path / "got/pack.zip").read_bytes() == data


def test_the_same_pack_gives_the_same_file_without_an_hour(tmp_path: Path) -> None:
    first = made(tmp_path, OLD).read_bytes()
    assert made(tmp_path, OLD).read_bytes() == first
    assert b"MTime" not in first


def _folder(tmp_path: Path) -> Path:
    (tmp_path / "got").mkdir()
    return tmp_path / "got"
