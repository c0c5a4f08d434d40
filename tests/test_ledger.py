"""What stands in the output folder is known by what it was made of, until somebody else touches it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from magazine import stamps
from magazine.memory import Memory
from magazine.problems import Problem
from magazine.site.ledger import Ledger

KEY, OTHER = b"key", b"other"
PAGE = "blog/post.html"
HEAVY = Problem(PAGE, 0, "page-heavy", (("limit", 1), ("size", 2)))
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links are for administrators here")


def made(output: Path, memory: Memory, *problems: Problem) -> Path:
    """The path of a page that a build has made and put in place."""
    path = output / PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(output, memory)
    path.write_text("page")
    ledger.add(PAGE, KEY, problems)
    ledger.close()
    return path


def is_fresh(output: Path, memory: Memory, key: bytes = KEY) -> bool:
    return Ledger(output, memory).fresh(PAGE, key)


def test_without_an_output_nothing_is_fresh(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "output", Memory(None))
    assert (ledger.fresh(PAGE, KEY), ledger.stands(PAGE, b""), ledger.gone()) == (False, False, [])


def test_a_page_is_fresh_with_its_own_key_alone(tmp_path: Path) -> None:
    made(tmp_path, memory := Memory(None))
    assert is_fresh(tmp_path, memory)
    assert not is_fresh(tmp_path, memory, OTHER)
    assert not Ledger(tmp_path, memory).fresh("blog/another.html", KEY)


def test_a_page_that_nothing_is_remembered_of_is_not_fresh(tmp_path: Path) -> None:
    made(tmp_path, Memory(None))
    assert not is_fresh(tmp_path, Memory(None))


def test_a_page_of_a_build_that_failed_is_not_fresh(tmp_path: Path) -> None:
    memory = Memory(None)
    (tmp_path / "blog").mkdir()
    (tmp_path / PAGE).write_text("page")
    Ledger(tmp_path, memory).add(PAGE, KEY)
    assert not is_fresh(tmp_path, memory)


def test_a_page_is_remembered_on_the_disk(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "file")
    made(tmp_path / "output", memory)
    memory.save(texts=[])
    memory.close()
    memory = Memory(tmp_path / "file")
    assert is_fresh(tmp_path / "output", memory)
    memory.close()


def grown(path: Path) -> None:
    path.write_text("page and more")


def changed_unseen(path: Path) -> None:
    before = path.stat()
    path.write_text("PAGE")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_unseen(path: Path) -> None:
    before = path.stat()
    path.with_name("new").write_text("page")
    path.with_name("new").replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touched(path: Path) -> None:
    os.utime(path, ns=(10**18, 10**18))


def removed(path: Path) -> None:
    path.unlink()


def now_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def now_a_link(path: Path) -> None:
    path.rename(path.with_name("aside"))
    path.symlink_to(path.with_name("aside"))


TOUCHES = [grown, changed_unseen, replaced_unseen, touched, removed, now_a_folder]


@pytest.mark.parametrize("touch", [*TOUCHES, pytest.param(now_a_link, marks=needs_links)])
def test_a_page_that_somebody_else_has_touched_is_not_fresh(touch: Callable[[Path], None], tmp_path: Path) -> None:
    path = made(tmp_path, memory := Memory(None))
    touch(path)
    assert not is_fresh(tmp_path, memory)


def test_a_page_stands_where_its_very_bytes_are(tmp_path: Path) -> None:
    made(tmp_path, Memory(None))
    ledger = Ledger(tmp_path, Memory(None))
    assert ledger.stands(PAGE, b"page")
    assert not any(ledger.stands(PAGE, data) for data in (b"", b"pag", b"Page", b"pages"))
    assert not ledger.stands("blog/another.html", b"page")


@needs_links
def test_a_link_to_the_same_bytes_is_no_page(tmp_path: Path) -> None:
    now_a_link(made(tmp_path, Memory(None)))
    assert not Ledger(tmp_path, Memory(None)).stands(PAGE, b"page")


def test_what_went_since_it_was_seen_does_not_stand(tmp_path: Path) -> None:
    path = made(tmp_path, Memory(None))
    ledger = Ledger(tmp_path, Memory(None))
    path.unlink()
    assert not ledger.stands(PAGE, b"page")


def test_what_this_build_neither_made_nor_found_fresh_is_gone(tmp_path: Path) -> None:
    made(tmp_path, memory := Memory(None))
    for name in ("foreign.txt", "blog/old.html", "new.html", ".hidden"):
        (tmp_path / name).write_text("")
    ledger = Ledger(tmp_path, memory)
    ledger.fresh(PAGE, KEY)
    ledger.add("new.html", KEY)
    ledger.add("newer.html", KEY)
    assert ledger.gone() == [".hidden", "blog/old.html", "foreign.txt"]


@needs_links
def test_a_link_to_a_folder_is_gone_and_nothing_that_stands_there(tmp_path: Path) -> None:
    made(tmp_path / "elsewhere", Memory(None))
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "blog").symlink_to(tmp_path / "elsewhere" / "blog")
    assert Ledger(tmp_path / "output", Memory(None)).gone() == ["blog"]


def test_a_page_made_anew_is_gone_no_more_and_fresh_with_its_new_key(tmp_path: Path) -> None:
    made(tmp_path, memory := Memory(None))
    ledger = Ledger(tmp_path, memory)
    assert not ledger.fresh(PAGE, OTHER)
    ledger.add(PAGE, OTHER)
    ledger.close()
    assert (is_fresh(tmp_path, memory, OTHER), is_fresh(tmp_path, memory)) == (True, False)


def test_what_was_told_of_a_page_is_told_as_long_as_it_is_fresh(tmp_path: Path) -> None:
    made(tmp_path, memory := Memory(None), HEAVY)
    ledger = Ledger(tmp_path, memory)
    assert list(ledger.problems()) == []
    ledger.fresh(PAGE, KEY)
    assert list(ledger.problems()) == [HEAVY]
    ledger.add(PAGE, OTHER)
    assert list(ledger.problems()) == []


def test_the_stamp_of_all_is_that_of_what_the_next_build_finds(tmp_path: Path) -> None:
    made(tmp_path, memory := Memory(None))
    (tmp_path / "new.html").write_text("new")
    ledger = Ledger(tmp_path, memory)
    ledger.fresh(PAGE, KEY)
    ledger.add("new.html", KEY)
    stamp = ledger.close()
    assert stamp == stamps.of_files(Ledger(tmp_path, memory).standing) != b""
    (tmp_path / "foreign.html").write_text("")
    assert stamp != stamps.of_files(Ledger(tmp_path, memory).standing)


def test_a_page_that_did_not_get_to_its_place_is_an_error(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, Memory(None))
    ledger.add(PAGE, KEY)
    with pytest.raises(OSError, match="post"):
        ledger.close()
