"""Addresses in IPFS, against what ipfs-unixfs-importer made of the same folders.

The expected ones were made with ipfs-unixfs-importer (npm): CIDv1, raw leaves, chunks of 1 MiB, at most 1024 links,
shards for folders whose block is over 256 KiB.
"""

from pathlib import Path

import pytest

from magazine.release.packs import cid

pytestmark = pytest.mark.slow


def laid(folder: Path, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return cid.of_folder(folder, list(files))


def noise(size: int) -> bytes:
    made, number = bytearray(size), 1
    for place in range(size):
        number = (number * 1103515245 + 12345) & 0x7FFFFFFF
        made[place] = number >> 16 & 0xFF
    return bytes(made)


def pages(count: int) -> dict[str, bytes]:
    return {f"d/page-{number:05}.html": f"page {number}".encode() for number in range(count)}


def test_a_folder_with_folders_and_an_empty_file(tmp_path):
    files = {"a.html": b"<p>a</p>", "ky/b.html": b"<p>b</p>", "empty": b""}
    assert laid(tmp_path, files) == "bafybeiev6t4yj5qvjvam6eci67ltsogheff47xl5cjpbimdrxumwvayzua"


def test_a_file_of_more_than_one_chunk(tmp_path):
    data = noise(2 * cid.CHUNK + 5)
    files = {"big.bin": data, "exact.bin": data[: cid.CHUNK]}
    assert laid(tmp_path, files) == "bafybeif7x7g75fcvsgpiqzqka55tyfagbbd3ydmln2nf6szjqwzbnufrjy"


def test_a_file_of_more_chunks_than_a_block_has_links(tmp_path):
    with (tmp_path / "zeros.bin").open("wb") as stream:
        stream.truncate(1025 * cid.CHUNK)
    assert cid.of_folder(tmp_path, ["zeros.bin"]) == "bafybeibas36bc67f4xxfrzpmv3tdk667wz55yn4qewlzignaerhn2ukcqm"


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (4000, "bafybeihejhho44xe6juwpajuaxmnbdvn6wcy4pr62bibfxt4azrhmoo3o4"),
        (8000, "bafybeigaj5beakwy4gt5acsyqrvi3hhfdhim2jvjdivbb7gh3mjljdwy7e"),
    ],
    ids=["in one block", "in shards"],
)
def test_a_folder_of_many_files(tmp_path, count, expected):
    assert laid(tmp_path, pages(count)) == expected


def test_only_the_named_files_in_any_order_count(tmp_path):
    address = laid(tmp_path, {"a.html": b"a", "b/c.html": b"c"})
    (tmp_path / "more.html").write_bytes(b"more")
    assert cid.of_folder(tmp_path, ["b/c.html", "a.html"]) == address
    assert cid.of_folder(tmp_path, ["b/c.html", "a.html", "more.html"]) != address
