"""A page is whole on the disk, however few of its bytes the system takes at once; so is a source that is read."""

from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from magazine import headers
from magazine.problems import Report
from magazine.site import writer

AT_ONCE = 700  # bytes


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
