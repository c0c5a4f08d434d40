"""The .zsync files: sums as rsync makes them, and the real zsync fetches little after an edit."""

import random
import subprocess

import pytest
from Crypto.Hash import MD4
from hypothesis import given
from hypothesis import strategies as st
from packs import laid, nginx, sent, source_of
from toolbox import need

from magazine.release.packs import archive, zsync

pytestmark = pytest.mark.slow


def plain_sums(data: bytes, block: int, weak: int, strong: int) -> bytes:
    """As the paper on rsync has them."""
    made = b""
    for start in range(0, len(data), block):
        part = data[start : start + block].ljust(block, b"\0")
        second = sum((block - place) * value for place, value in enumerate(part))
        made += b"".join(number.to_bytes(4, "big")[2:] for number in (sum(part) & 0xFFFF, second & 0xFFFF))[4 - weak :]
        made += MD4.new(part).digest()[:strong]
    return made


@given(st.binary(max_size=30), st.integers(0, 9000))
def test_sums_are_those_of_rsync(tmp_path_factory, data, more):
    folder = tmp_path_factory.mktemp("zsync")
    data += random.Random(more).randbytes(more)
    (folder / "a.zip").write_bytes(data)
    head, _, sums = zsync.made(source_of(folder), folder / "a.zip").read_bytes().partition(b"\n\n")
    values = dict(line.split(": ", 1) for line in head.decode().splitlines())
    assert (values["Length"], values["URL"], values["Filename"]) == (str(len(data)), "a.zip", "a.zip")
    _, weak, strong = map(int, values["Hash-Lengths"].split(","))
    assert sums == plain_sums(data, int(values["Blocksize"]), weak, strong)


def test_blocks_of_the_largest_bytes_and_over_portions(tmp_path):
    data = b"\xff" * (2 * zsync.PORTION + 5)
    (tmp_path / "a.zip").write_bytes(data)
    sums = zsync.made(source_of(tmp_path), tmp_path / "a.zip").read_bytes().partition(b"\n\n")[2]
    block = zsync.block_size(len(data))
    assert sums == plain_sums(data, block, *zsync.lengths(len(data), block)[1:])


@pytest.mark.parametrize(("size", "block"), [(0, 2048), (7 << 20, 2048), (250 << 20, 8192), (9 << 40, 65536)])
def test_blocks_grow_with_the_pack(size, block):
    assert zsync.block_size(size) == block


@pytest.mark.judge
@pytest.mark.slow
def test_after_an_edit_zsync_fetches_little(tmp_path):
    chance = random.Random(2)
    files = {f"pages/{number:03}.html": chance.randbytes(chance.randrange(8000, 20_000)) for number in range(200)}
    for name in ("old", "new/releases/43"):
        (tmp_path / name).mkdir(parents=True)
    older = archive.made(source_of(laid(tmp_path / "site", files)), tmp_path / "old")[0]
    laid(tmp_path / "site", {"pages/003.html": files["pages/003.html"] + b"one word"})
    source = source_of(tmp_path / "site", seq=43)
    newer = archive.made(source, tmp_path / "new/releases/43")[0]
    found = zsync.made(source, newer)
    with nginx(tmp_path / "new") as (address, log):
        command = [need("zsync"), "-q", "-i", str(older), f"{address}releases/43/{found.name}"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
        assert (tmp_path / newer.name).read_bytes() == newer.read_bytes()
        assert sent(log) < 50_000
