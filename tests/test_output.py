"""The output folder: put in place whole, finished after a power cut, never somebody else's."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from toolbox import REPOSITORY

from magazine.site import output as folder

WAITING = """
import sys
from pathlib import Path
from magazine.site import output
with output.alone(Path(sys.argv[1]), lambda words: print(words, flush=True)):
    print("alone")
"""


def site(path: Path, words: str = "new") -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(folder.MARK + words)
    return path


def held(folder: Path) -> dict[str, str]:
    """Every file below a folder with its text."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_first_site_is_put_in_place_whole(tmp_path: Path) -> None:
    output = tmp_path / "output"
    folder.commit(site(folder.staging(output)), output, [])
    assert held(tmp_path) == {"output/index.html": folder.MARK + "new"}


def test_new_files_replace_old_ones_and_the_others_stay_untouched(tmp_path: Path) -> None:
    output = site(tmp_path / "output", "old")
    (output / "stays.html").write_text("same")
    before = (output / "stays.html").stat()
    folder.commit(site(folder.staging(output)), output, [])
    assert held(tmp_path) == {"output/index.html": folder.MARK + "new", "output/stays.html": "same"}
    assert (output / "stays.html").stat() == before


def test_what_is_no_longer_made_goes_with_its_empty_folders(tmp_path: Path) -> None:
    output = site(tmp_path / "output")
    gone = ["topics/a/1.html", "blog"]
    site(output / "topics" / "a").joinpath("1.html").write_text("gone")
    (output / "blog").write_text("a file where a folder will be")
    staging = site(folder.staging(output))
    site(staging / "blog", "post")
    folder.commit(staging, output, [*gone, "topics/a/index.html"])
    assert held(tmp_path).keys() == {"output/index.html", "output/blog/index.html"}
    assert not (output / "topics").exists()


def test_a_folder_that_stands_where_a_page_belongs_gives_way(tmp_path: Path) -> None:
    output = site(tmp_path / "output")
    (output / "page.html" / "below").mkdir(parents=True)
    staging = site(folder.staging(output))
    (staging / "page.html").write_text("page")
    folder.commit(staging, output, [])
    assert held(output)["page.html"] == "page"


def test_what_a_crash_left_between_two_files_is_finished(tmp_path: Path) -> None:
    output = site(tmp_path / "output", "old")
    (output / "gone.html").write_text("gone")
    ready = site(tmp_path / f".output.77{folder.READY}")
    (ready / folder.GONE).write_text('["gone.html", "gone-already.html"]')
    folder.recover(output)
    assert held(tmp_path) == {"output/index.html": folder.MARK + "new"}


def test_what_was_left_half_made_is_removed(tmp_path: Path) -> None:
    site(tmp_path / f".output.77{folder.PART}")
    folder.recover(site(tmp_path / "output", "old"))
    assert held(tmp_path) == {"output/index.html": folder.MARK + "old"}


def test_ctrl_c_waits_for_what_must_not_be_left_half_done() -> None:
    done = []

    def work() -> None:
        with folder.undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_one_build_at_a_time_writes_to_a_folder(tmp_path: Path) -> None:
    told: list[str] = []
    order: list[str] = []
    lock = tmp_path / "builds" / "one.lock"
    with folder.alone(lock, told.append):
        command = [sys.executable, "-c", WAITING, str(lock)]
        second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        assert second.stdout
        assert "waiting" in second.stdout.readline()
        order.append("first")
    assert second.communicate(timeout=30)[0] == "alone\n"
    assert (order, told) == (["first"], [])


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
