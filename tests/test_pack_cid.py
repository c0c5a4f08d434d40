"""The address of a folder in IPFS, beside what ipfs-unixfs-importer 17 (npm) says of the same folders.

It was run with CIDv1, raw leaves of 1 MiB, a balanced layout of 1024 links and a threshold of 256 KiB for folders.
"""

import random
from pathlib import Path

import pytest

from magazine.release.packs import cid


def put(folder: Path, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return cid.of_folder(folder, list(files))


FOLDERS = {
    "files of all sizes": (
        lambda: {
            "b/x.txt": b"x" * 10,
            "empty.txt": b"",
            "big.bin": random.Random(1).randbytes(5_300_000),
            "exact.bin": random.Random(2).randbytes(1 << 20),
        },
        "bafybeihphkaryeu6uhjs453mogypc3kmml76lk4ehpiancbzypvhyc55fe",
    ),
    "a folder that is divided": (
        lambda: {f"d/file-with-a-long-name-{number}.html": b"page %d\n" % number for number in range(5000)},
        "bafybeigprbbpyxkca5k4ktlagiyuwyyfhimwsyj6ihadi4vam7vtdyxice",
    ),
    "a large folder that is not": (
        lambda: {f"s{number}.html": b"page %d\n" % number for number in range(3000)},
        "bafybeie7to6ucflefsj33qole4odxobthzj7woakysyklffwdnshkmt2mq",
    ),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_what_other_programs_say(name: str, tmp_path: Path) -> None:
    files, expected = FOLDERS[name]
    assert put(tmp_path, files()) == expected


def test_the_order_of_names_is_nothing(tmp_path: Path) -> None:
    first = put(tmp_path, {"a.txt": b"a", "b/c.txt": b"c"})
    assert cid.of_folder(tmp_path, ["b/c.txt", "a.txt"]) == first
