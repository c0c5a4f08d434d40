"""What is remembered between builds: given back with the right stamp alone, and never needed."""

import contextlib
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from toolbox import as_nobody

from magazine.memory import Memory
from magazine.workers import spread

STAMP, OTHER = b"stamp", b"other"
VALUE: tuple[str, object, object] = ("слово " * 9, {"list": [1, 2.5, None]}, frozenset({b"bytes"}))
TEXT = "<p>Слово за словом</p>" * 9
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="this system knows no such rights")


class Passing:
    """Of a program that will be another one."""


def remembered(path: Path, version: str = "1") -> Path:
    """A file that holds ten values and ten texts."""
    memory = Memory(path, version)
    for number in range(10):
        memory.shelf("kind").keep(f"key {number}", STAMP, (number, VALUE))
        memory.keep_text(f"text {number}", f"{TEXT}{number}")
    memory.save()
    memory.close()
    return path


@contextlib.contextmanager
def opened(path: Path | None, version: str = "1", told: list[str] | None = None) -> Iterator[Memory]:
    """A memory; ``told`` holds what this one has told."""
    told = [] if told is None else told
    told.clear()
    memory = Memory(path, version, told.append)
    yield memory
    memory.close()


@pytest.fixture
def told() -> list[str]:
    return []


def held(memory: Memory) -> tuple[list[int], list[int]]:
    """The numbers of the values and of the texts that are given back, each the very one that was kept."""
    values = {number: memory.shelf("kind").recall(f"key {number}", STAMP) for number in range(10)}
    texts = {number: memory.text(f"text {number}") for number in range(10)}
    assert all(value in (None, (number, VALUE)) for number, value in values.items())
    assert all(text in (None, f"{TEXT}{number}") for number, text in texts.items())
    return [number for number in values if values[number]], [number for number in texts if texts[number]]


ALL = (list(range(10)), list(range(10)))
NOTHING: tuple[list[int], list[int]] = ([], [])


def works(memory: Memory) -> bool:
    """Whether what is kept now is given back."""
    memory.shelf("kind").keep("new", STAMP, VALUE)
    memory.keep_text("new", TEXT)
    memory.save(["new"])
    return (memory.shelf("kind").recall("new", STAMP), memory.text("new")) == (VALUE, TEXT)


def change(path: Path, command: str) -> None:
    """What some other program does to the database."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(command)
    connection.close()


# Stamps and rounds


def test_a_value_is_given_back_with_the_stamp_it_was_kept_with_alone() -> None:
    shelf = Memory(None).shelf("kind")
    shelf.keep("key", STAMP, VALUE)
    assert (shelf.recall("key", STAMP), shelf.recall("key", OTHER)) == (VALUE, None)
    assert (shelf.recall("key"), shelf.recall("another")) == (VALUE, None)


def test_what_was_saved_is_given_back_with_its_stamp_alone(tmp_path: Path) -> None:
    with opened(remembered(tmp_path / "file")) as memory:
        assert memory.shelf("kind").recall("key 1", OTHER) is None
        assert memory.shelf("another kind").recall("key 1", STAMP) is None
        assert held(memory) == ALL


def test_the_newest_value_of_a_key_counts(tmp_path: Path) -> None:
    path = remembered(tmp_path / "file")
    with opened(path) as memory:
        memory.shelf("kind").keep("key 1", OTHER, "newer")
        assert memory.shelf("kind").recall("key 1", STAMP) is None
        memory.save()
    with opened(path) as memory:
        assert memory.shelf("kind").recall("key 1", STAMP) is None
        assert memory.shelf("kind").recall("key 1", OTHER) == "newer"


def test_what_was_not_saved_is_not_remembered(tmp_path: Path) -> None:
    path = remembered(tmp_path / "file")
    with opened(path) as memory:
        memory.shelf("kind").keep("new", STAMP, VALUE)
    with opened(path) as memory:
        assert memory.shelf("kind").recall("new") is None


def test_what_a_whole_build_did_not_ask_for_is_forgotten(tmp_path: Path) -> None:
    path = remembered(tmp_path / "file")
    with opened(path) as memory:
        for number in (2, 3):
            memory.shelf("kind").recall(f"key {number}", STAMP)
        memory.save(texts=["text 4"])
        assert held(memory) == ([2, 3], [4])
    with opened(path) as memory:
        assert held(memory) == ([2, 3], [4])


def test_a_build_that_was_not_whole_forgets_nothing(tmp_path: Path) -> None:
    path = remembered(tmp_path / "file")
    with opened(path) as memory:
        memory.shelf("kind").recall("key 2", STAMP)
        memory.save()
        assert held(memory) == ALL
    with opened(path) as memory:
        assert held(memory) == ALL


def test_each_whole_build_asks_anew(tmp_path: Path) -> None:
    """A resident preview builds many times with one memory."""
    with opened(remembered(tmp_path / "file")) as memory:
        shelf = memory.shelf("kind")
        shelf.recall("key 1", STAMP)
        shelf.recall("key 2", STAMP)
        memory.save(texts=[])
        shelf.recall("key 2", STAMP)
        memory.save(texts=[])
        assert shelf.keys() == {"key 2"}


def test_keys_are_those_on_the_disk_and_new_ones(tmp_path: Path) -> None:
    with opened(remembered(tmp_path / "file")) as memory:
        memory.shelf("kind").keep("new", STAMP, VALUE)
        assert memory.shelf("kind").keys() == {"new", *(f"key {number}" for number in range(10))}


def test_without_a_path_all_lasts_as_long_as_the_process(told: list[str]) -> None:
    with opened(None, told=told) as memory:
        assert works(memory)
    assert told == []


def test_texts_on_the_disk_are_found_by_every_process(tmp_path: Path) -> None:
    with opened(tmp_path / "file") as memory:
        memory.keep_text("a", TEXT)
        memory.save_texts()
        assert memory.text("a") == TEXT
        found = dict(spread(memory.text, ["a", "b"] * 4, least=1))
        assert found == {"a": TEXT, "b": None}
        assert memory.text("a") == TEXT


def test_texts_that_wait_for_the_disk_are_found_by_every_process(tmp_path: Path) -> None:
    with opened(tmp_path / "file") as memory:
        memory.keep_text("a", TEXT)
        assert dict(spread(memory.text, ["a"] * 8, least=1)) == {"a": TEXT}


def test_many_texts_go_to_the_disk_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("magazine.memory.LARGE", 3 * len(TEXT))
    with opened(tmp_path / "file") as memory, opened(tmp_path / "file") as other:
        for number in range(4):
            assert other.text("0") is None
            memory.keep_text(str(number), TEXT)
        assert [other.text(str(number)) for number in range(4)] == [TEXT] * 4
        assert [memory.text(str(number)) for number in range(4)] == [TEXT] * 4


# Another version, damage, no room


def test_another_version_begins_anew_and_tells_it(tmp_path: Path, told: list[str]) -> None:
    path = remembered(tmp_path / "file")
    with opened(path, "2", told) as memory:
        assert held(memory) == NOTHING
        assert works(memory)
    assert len(told) == 1
    with opened(path, "2", told) as memory:
        assert memory.shelf("kind").recall("new", STAMP) == VALUE
    assert told == []


def test_a_new_file_has_nothing_to_tell(tmp_path: Path, told: list[str]) -> None:
    with opened(tmp_path / "some" / "folders" / "file", told=told) as memory:
        assert held(memory) == NOTHING
        assert works(memory)
    assert told == []


@pytest.mark.parametrize("table", ["rows", "texts"])
@pytest.mark.parametrize("value", ["X''", "X'00'", "X'0102030405060708'", "zeroblob(99)", "substr(value, 1, 30)"])
def test_damaged_values_are_not_given_back(tmp_path: Path, table: str, value: str, told: list[str]) -> None:
    path = remembered(tmp_path / "file")
    change(path, f"UPDATE {table} SET value = {value} WHERE key LIKE '%3'")
    left = [number for number in range(10) if number != 3]
    with opened(path, told=told) as memory:
        assert held(memory) == ((left, ALL[1]) if table == "rows" else (ALL[0], left))
    assert told == []


@pytest.mark.parametrize("table", ["rows", "texts"])
@pytest.mark.parametrize("value", ["7", "2.5", "NULL", "'letters'"])
def test_values_of_another_type_are_not_given_back(tmp_path: Path, table: str, value: str) -> None:
    """One flipped bit is enough: the type of a value stands in the head of its row."""
    path = remembered(tmp_path / "file")
    change(path, f"UPDATE {table} SET value = {value}")
    with opened(path) as memory:
        assert held(memory) == ((NOTHING[0], ALL[1]) if table == "rows" else (ALL[0], NOTHING[1]))


def test_flipped_bytes_are_not_given_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with opened(path) as memory:
        memory.shelf("kind").keep("key 0", STAMP, (0, VALUE))
        memory.keep_text("text 0", f"{TEXT}0")
        memory.save()
    whole = path.read_bytes()
    for words, left in ((VALUE[0], ([], [0])), (TEXT, ([0], []))):
        start = whole.find(words.encode())
        for place in range(start, start + len(words.encode()), 9):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            with opened(path) as memory:
                assert held(memory) == left


def test_bytes_flipped_anywhere_never_bring_a_wrong_value(tmp_path: Path, told: list[str]) -> None:
    path = remembered(tmp_path / "file")
    whole = path.read_bytes()
    for place in range(0, len(whole), len(whole) // 150):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with opened(path, told=told) as memory:
            held(memory)
            assert works(memory), f"byte {place}"
        assert len(told) <= 1, f"byte {place}"


@pytest.mark.parametrize("data", [b"no database at all " * 999, b"SQLite format 3\0" * 99])
def test_a_file_that_is_no_database_is_told_once_and_begun_anew(tmp_path: Path, data: bytes, told: list[str]) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with opened(path, told=told) as memory:
        assert held(memory) == NOTHING
        assert works(memory)
    assert len(told) == 1
    with opened(path, told=told) as memory:
        assert memory.text("new") == TEXT
    assert told == []


def test_an_empty_file_is_a_new_one(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with opened(tmp_path / "file", told=told) as memory:
        assert works(memory)
    assert told == []


@pytest.mark.parametrize("table", ["rows", "texts", "version"])
def test_tables_of_another_shape_are_told_once_and_begun_anew(tmp_path: Path, table: str, told: list[str]) -> None:
    path = remembered(tmp_path / "file")
    change(path, f"DROP TABLE {table}")
    change(path, f"CREATE TABLE {table} (another TEXT)")
    with opened(path, told=told) as memory:
        held(memory)
        assert works(memory)
    assert len(told) == 1


def test_a_folder_in_the_place_of_the_file_is_told_once(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file" / "below").mkdir(parents=True)
    with opened(tmp_path / "file", told=told) as memory:
        assert works(memory)
    assert len(told) == 1
    with opened(tmp_path / "file", told=told) as memory:
        assert memory.text("new") == TEXT
    assert told == []


def test_a_file_in_the_place_of_the_folder_is_told_once_and_left_alone(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    with opened(tmp_path / "mine" / "file", told=told) as memory:
        assert works(memory)
    assert len(told) == 1
    assert (tmp_path / "mine").read_text() == "mine"


@on_posix
def test_a_folder_that_cannot_be_written_is_told_once(told: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        with as_nobody(), opened(Path(name) / "file", told=told) as memory:
            assert works(memory)
        assert len(told) == 1
        assert list(Path(name).iterdir()) == []


@on_posix
def test_a_file_that_can_only_be_read_is_told_once(told: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = remembered(Path(name) / "file")
        path.chmod(0o444)
        path.parent.chmod(0o555)
        with as_nobody(), opened(path, told=told) as memory:
            assert held(memory) == ALL
            assert works(memory)
        assert len(told) == 1


@on_posix
def test_a_file_of_another_version_that_can_only_be_read_is_told_once(told: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = remembered(Path(name) / "file")
        path.chmod(0o444)
        path.parent.chmod(0o555)
        with as_nobody(), opened(path, "2", told) as memory:
            assert held(memory) == NOTHING
            assert works(memory)
        assert len(told) == 1


def test_what_cannot_be_written_any_more_is_told_once_and_lasts_in_memory(tmp_path: Path, told: list[str]) -> None:
    with opened(remembered(tmp_path / "file"), told=told) as memory:
        assert held(memory) == ALL
        for table in ("rows", "texts"):
            change(tmp_path / "file", f"DROP TABLE {table}")
        assert works(memory)
        assert works(memory)
        assert held(memory)[0] == []  # nobody asked for them in the last round
    assert len(told) == 1


def test_a_value_whose_code_is_gone_is_not_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    with opened(path) as memory:
        memory.shelf("kind").keep("key", STAMP, Passing())
        memory.shelf("kind").keep("beside", STAMP, VALUE)
        memory.save()
    monkeypatch.delitem(globals(), "Passing")
    with opened(path) as memory:
        assert memory.shelf("kind").recall("key", STAMP) is None
        assert memory.shelf("kind").recall("beside", STAMP) == VALUE
