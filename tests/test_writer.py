"""A page is whole on the disk, however few of its bytes the system takes at once, and weighed as it will travel."""

import gzip
import random
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from magazine import headers
from magazine.problems import Report
from magazine.site import writer

AT_ONCE = 700  # bytes
GZIP_FRAME = 20  # bytes


class Slow(FileIO):
    """A real file whose system takes and gives a few bytes at once."""

    def write(self, data: Any) -> int:
        return super().write(memoryview(data)[:AT_ONCE])

    def readinto(self, buffer: Any) -> int:
        return super().readinto(memoryview(buffer)[:AT_ONCE])

    def read(self, size: int | None = -1) -> bytes:
        return super().read(AT_ONCE if size is None or size < 0 else min(size, AT_ONCE))


@pytest.mark.parametrize("size", [0, 1, AT_ONCE, AT_ONCE + 1, 20_000])
def test_a_page_is_written_whole(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FileIO", Slow)
    data = bytes(number % 251 for number in range(size))
    writer.put(tmp_path, "blog/a.html", data)
    assert (tmp_path / "blog/a.html").read_bytes() == data


def test_a_source_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "FileIO", Slow)
    body = "зонт " * 3000
    (tmp_path / "ru.md").write_text(f"Title: Зонт\n\n{body}\n", encoding="utf-8")
    source = headers.read(tmp_path, Path("ru.md"), Report())
    assert source is not None
    assert source.body == body.rstrip()


@pytest.mark.parametrize("letters", ["ж", "abcdefghij", "<p>Зонт над нами.</p>\n"])
@pytest.mark.parametrize("size", [100, 12_900, 14_000, 40_000])
def test_a_page_is_never_lighter_than_it_is_told(letters: str, size: int) -> None:
    style = "p{color:red}" * 300
    text = (letters * size)[:size]
    check_weight(f"<html><style>{style}</style><p>{text}".encode())


@pytest.mark.parametrize("size", [6_000, 12_000, 13_500, 16_000, 30_000])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_noise_weighs_what_it_is(size: int, share: float) -> None:
    noise = random.Random(size).randbytes(int(size * share)).hex()
    check_weight(b"<html><style></style>" + b"a" * (size - int(size * share)) + noise.encode())
    check_weight(noise.encode() + b"a" * (size - int(size * share)))


def check_weight(page: bytes, budget: int = 13_000) -> None:
    real, told = len(gzip.compress(page, 9, mtime=0)), writer.weight(page, budget)
    assert real - GZIP_FRAME <= told
    assert (told > budget) == (real > budget)
    if told > budget:
        assert told == real
