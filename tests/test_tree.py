"""One walk over a folder: what is there, what the system vouches for, what cannot be read."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from toolbox import as_nobody
from trees import write

from magazine import stamps
from magazine.tree import File, renewed, scan, standing

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="this system knows no such rights")
OLD = 10**18  # 2001, in nanoseconds
PACKAGE = Path(json.__file__).parent  # some folder that nobody has changed lately


def names(root: Path, folder: str = "") -> list[str]:
    return [file.name for file in scan(root).folders[folder]]


def test_all_folders_are_there_by_path_and_their_files_by_name(tmp_path: Path) -> None:
    tree = scan(write(tmp_path, {"б.md": "", "a/c.md": "", "a/b/d.md": "", "a/B.md": "", "z.md": ""}))
    found = {folder: [(file.name, file.is_folder) for file in files] for folder, files in tree.folders.items()}
    assert found == {
        "": [("a", True), ("z.md", False), ("б.md", False)],
        "a": [("B.md", False), ("b", True), ("c.md", False)],
        "a/b": [("d.md", False)],
    }
    assert tree.unread == {}


def test_an_empty_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert scan(tmp_path).folders == {"": (File("empty", is_folder=True),), "empty": ()}


def test_what_is_ignored_is_not_there_with_all_that_is_below(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "", "a.md~": "", "left~/b.md": "", "c/d~": "", "c/d": ""})
    tree = scan(tmp_path, lambda name: name.endswith("~"))
    assert tree.stamps().keys() == {"a.md", "c/d"}
    assert tree.folders.keys() == {"", "c"}


def test_stamps_are_told_of_files_alone(tmp_path: Path) -> None:
    tree = scan(write(tmp_path, {"a.md": "", "b/c.md": "", "b/d/e.md": ""}))
    assert tree.stamps().keys() == {"a.md", "b/c.md", "b/d/e.md"}


@on_posix
def test_a_file_that_was_left_alone_has_a_stamp() -> None:
    found = scan(PACKAGE, lambda name: not name.endswith(".py")).stamps()
    assert found == {path.name: stamps.of_file(path.stat(), None) for path in PACKAGE.glob("*.py")}
    assert None not in found.values()


def test_a_file_changed_just_now_has_no_stamp(tmp_path: Path) -> None:
    assert scan(write(tmp_path, {"a.md": ""})).stamps() == {"a.md": None}


def test_a_file_changed_just_now_has_no_stamp_though_its_time_was_set_back(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": ""})
    os.utime(tmp_path / "a.md", ns=(OLD, OLD))
    assert scan(tmp_path).stamps() == {"a.md": None}


def test_what_nobody_but_the_program_writes_has_a_stamp_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.md": "text"}) / "a.md"
    assert standing(tmp_path) == {"a.md": stamps.of_file(path.stat(), None)}


# Stamps of folders


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is old enough to vouch for itself."""
    monkeypatch.setattr(stamps, "YOUNG", -3600)
    monkeypatch.setattr(stamps, "TELLS_CHANGES", True)


def test_the_stamp_of_a_folder_is_of_the_files_right_in_it(tmp_path: Path, grown: None) -> None:
    before = scan(write(tmp_path, {"a/1.md": "", "a/b/2.md": "", "c/3.md": ""}))
    write(tmp_path, {"a/b/2.md": "more", "c/3.md": "more"})
    after = scan(tmp_path)
    assert after.stamp("a") == before.stamp("a")
    assert after.stamp("a/b") != before.stamp("a/b")
    assert after.stamp("c") != before.stamp("c")


def test_the_stamp_of_a_folder_changes_with_its_files(tmp_path: Path, grown: None) -> None:
    write(tmp_path, {"a/1.md": "1", "a/2.md": "2"})
    seen = [scan(tmp_path).stamp("a")]
    write(tmp_path, {"a/1.md": "3"})
    seen.append(scan(tmp_path).stamp("a"))
    (tmp_path / "a/2.md").rename(tmp_path / "a/3.md")
    seen.append(scan(tmp_path).stamp("a"))
    write(tmp_path, {"a/.md": ""})
    seen.append(scan(tmp_path).stamp("a"))
    (tmp_path / "a/folder").mkdir()
    seen.append(scan(tmp_path).stamp("a"))
    (tmp_path / "a/1.md").unlink()
    seen.append(scan(tmp_path).stamp("a"))
    assert len(set(seen)) == len(seen)


def test_the_files_of_two_folders_do_not_pass_for_each_other(tmp_path: Path, grown: None) -> None:
    write(tmp_path, {"a/1.md": "", "b/2.md": ""})
    before = scan(tmp_path)
    (tmp_path / "a").rename(tmp_path / "c")
    (tmp_path / "b").rename(tmp_path / "a")
    (tmp_path / "c").rename(tmp_path / "b")
    after = scan(tmp_path)
    assert {after.stamp("a"), after.stamp("b")}.isdisjoint({before.stamp("a"), before.stamp("b")})


def test_a_folder_of_another_name_has_another_stamp(tmp_path: Path, grown: None) -> None:
    before = scan(write(tmp_path, {"a/1.md": ""})).stamp("a")
    (tmp_path / "a").rename(tmp_path / "b")
    assert scan(tmp_path).stamp("b") != before


def test_one_young_file_takes_the_stamp_of_its_folder(tmp_path: Path) -> None:
    assert scan(write(tmp_path, {"a/1.md": "", "b/2.md": ""})).stamp("a") == b""


@on_posix
def test_a_folder_that_was_left_alone_has_a_stamp_whatever_stands_in_folders_below_it() -> None:
    assert scan(PACKAGE).stamp("") == scan(PACKAGE).stamp("") != b""


# What cannot be read, and links


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    tree = scan(tmp_path / "absent")
    assert (tree.folders, list(tree.unread)) == ({}, [""])
    assert tree.unread[""]


@on_posix
def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a/1.md": "", "closed/2.md": "", "z/3.md": ""})
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    (tmp_path / "closed").chmod(0o000)
    try:
        with as_nobody():
            tree = scan(Path())
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert tree.unread == {"closed": os.strerror(13)}
    assert tree.stamps().keys() == {"a/1.md", "z/3.md"}


@on_posix
def test_links_lead_to_what_an_editor_means(tmp_path: Path) -> None:
    write(tmp_path, {"content/a.md": "", "elsewhere/b.md": ""})
    (tmp_path / "content/folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "content/file.md").symlink_to(tmp_path / "elsewhere/b.md")
    assert scan(tmp_path / "content").stamps().keys() == {"a.md", "file.md", "folder/b.md"}


@on_posix
def test_a_link_that_leads_nowhere_is_a_file_without_a_stamp(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "absent.md")
    assert scan(tmp_path).folders[""] == (File("link.md", is_folder=False),)


@on_posix
def test_a_link_is_none_of_ours(tmp_path: Path) -> None:
    """Whatever it leads to, nothing below it is looked at, and it has no stamp."""
    write(tmp_path, {"output/a.html": "", "elsewhere/b.html": ""})
    for name, target in (("folder", "elsewhere"), ("file.html", "elsewhere/b.html"), ("nowhere", "absent")):
        (tmp_path / "output" / name).symlink_to(tmp_path / target)
    found = standing(tmp_path / "output")
    assert found.pop("a.html")
    assert found == {"folder": None, "file.html": None, "nowhere": None}


def test_a_link_back_to_where_it_stands_is_no_folder(tmp_path: Path) -> None:
    write(tmp_path, {"a/b.md": ""})
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "here").symlink_to(tmp_path, target_is_directory=True)
    assert set(scan(tmp_path).folders) == {"", "a"}


CHANGES = {
    "a file comes": ("a/new.md", lambda root: (root / "a" / "new.md").write_text("")),
    "a file goes": ("a/b.md", lambda root: (root / "a" / "b.md").unlink()),
    "a folder comes": ("c/d/e", lambda root: write(root, {"c/d/e/f.md": ""})),
    "a folder goes": ("a/inner", lambda root: shutil.rmtree(root / "a" / "inner")),
    "a folder is renamed": ("a", lambda root: (root / "a").rename(root / "z")),
    "a file becomes a folder": ("a/b.md", lambda root: ((root / "a" / "b.md").unlink(), write(root, {"a/b.md/x": ""}))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_the_folder_is_walked_again(name: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"a/b.md": "", "a/inner/c.md": "", "other/d.md": ""})
    before = scan(root)
    path, change = CHANGES[name]
    change(root)
    after, anew = renewed(before, [path]), scan(root)
    assert {folder: [(one.name, one.is_folder) for one in files] for folder, files in after.folders.items()} == {
        folder: [(one.name, one.is_folder) for one in files] for folder, files in anew.folders.items()
    }
    assert after.unread == anew.unread


def test_files_that_were_too_young_are_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = scan(write(tmp_path, {"a/b.md": "", "c/d.md": ""}))
    assert before.stamp("a") == b""
    monkeypatch.setattr(stamps, "YOUNG", -60.0)  # a minute later
    assert renewed(before, ["c/d.md"]).stamp("a") == scan(tmp_path).stamp("a") != b""
