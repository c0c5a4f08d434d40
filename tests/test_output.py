"""The output folder: swapped whole, found again after a power cut, never somebody else's."""

import os
import time
from pathlib import Path

import pytest

from magazine.site import output as folder


def site(path: Path, words: str = "new") -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(folder.MARK + words)
    return path


def test_the_new_site_takes_the_place_of_the_old(tmp_path: Path) -> None:
    output = site(tmp_path / "output", "old")
    folder.swap(site(folder.staging(output)), output)
    assert (output / "index.html").read_text().endswith("new")
    assert list(tmp_path.iterdir()) == [output]


def test_the_old_site_comes_back_if_the_new_one_cannot_move(tmp_path: Path) -> None:
    output = site(tmp_path / "output", "old")
    with pytest.raises(OSError, match="No such file"):
        folder.swap(tmp_path / "gone", output)
    assert (output / "index.html").read_text().endswith("old")


def test_a_site_moved_aside_is_found_after_a_power_cut(tmp_path: Path) -> None:
    site(tmp_path / ".output.77.old", "old")
    folder.recover(tmp_path / "output")
    assert (tmp_path / "output" / "index.html").read_text().endswith("old")


def test_what_was_left_half_done_long_ago_is_removed(tmp_path: Path) -> None:
    left, working = site(tmp_path / ".output.77.part"), site(tmp_path / ".output.78.part")
    old = time.time() - 2 * folder.ABANDONED
    os.utime(left, (old, old))
    folder.recover(site(tmp_path / "output"))
    assert not left.exists()
    assert working.exists()


def test_a_link_or_a_file_is_no_output_folder(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(content)
    for name in ("file", "link"):
        with pytest.raises(folder.OutputError):
            folder.check(content, tmp_path / name)


def test_an_empty_folder_and_a_site_of_ours_are_taken(tmp_path: Path) -> None:
    content, empty = tmp_path / "content", tmp_path / "empty"
    content.mkdir()
    empty.mkdir()
    for output in (empty, site(tmp_path / "ours"), tmp_path / "new" / "folder"):
        folder.check(content, output)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(folder.OutputError):
        folder.check(Path(__file__).parent, tmp_path / "file" / "output")
