"""Stamps differ when what they stand for differs, and only then."""

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from magazine import stamps
from magazine.stamps import FileStamp, digest, of_file, of_files

PARTS = st.lists(st.text(max_size=4) | st.binary(max_size=4), max_size=4)
SECOND = 10**9


@settings(deadline=None, max_examples=60)
@given(PARTS, PARTS)
def test_parts_never_pass_for_other_parts(one: list[str | bytes], other: list[str | bytes]) -> None:
    """But for a text and its own bytes, which are one."""

    def plain(parts: list[str | bytes]) -> list[bytes]:
        return [part if isinstance(part, bytes) else part.encode() for part in parts]

    assert (digest(*one) == digest(*other)) == (plain(one) == plain(other))


def test_where_one_part_ends_and_the_next_begins_counts() -> None:
    seen = [digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest("", "abc")]
    seen += [digest("a", "b", "c"), digest("1:a"), digest("a", "1:b"), digest(), digest("")]
    assert len(set(seen)) == len(seen)


def test_values_of_other_types_count_as_they_are_written() -> None:
    values = (1, 1.5, None, (1,), [1], ["1"], {"a": 1}, "")
    assert len({digest(value) for value in values}) == len(values)
    assert digest((1, "a", b"b", None)) == digest((1, "a", b"b", None))


def test_a_text_is_not_the_list_that_holds_it() -> None:
    assert len({digest("a"), digest(["a"]), digest(("a",)), digest([b"a"])}) == 4


def test_a_file_has_a_stamp_once_it_is_two_seconds_old(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    state = path.stat()
    newest = max(state.st_mtime_ns, state.st_ctime_ns)
    assert of_file(state, newest) is None
    assert of_file(state, newest + 2 * SECOND - 1) is None
    assert (of_file(state, newest + 2 * SECOND) is not None) == stamps.TELLS_CHANGES


def test_a_file_whose_time_was_set_back_is_as_young_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    os.utime(path, ns=(SECOND, SECOND))
    assert of_file(path.stat(), path.stat().st_ctime_ns + SECOND) is None


def test_a_file_from_the_future_has_no_stamp(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    now = path.stat().st_mtime_ns + 10 * SECOND
    os.utime(path, ns=(now, now + 100 * SECOND))
    assert of_file(path.stat(), now) is None
    assert of_file(path.stat(), None) is not None


def test_a_file_of_equal_size_and_time_has_another_stamp(tmp_path: Path) -> None:
    """Whether it was written in place, or another one came into its place."""
    path, other = tmp_path / "file", tmp_path / "other"
    seen: list[FileStamp | None] = []
    for write in (path.write_bytes, path.write_bytes, lambda data: (other.write_bytes(data), other.replace(path))):
        write(b"%d" % len(seen))
        os.utime(path, ns=(SECOND, SECOND))
        seen.append(of_file(path.stat(), None))
    assert len({(stamp[0], stamp[1]) for stamp in seen if stamp}) == 1
    assert seen[2] not in seen[:2]


def test_one_stamp_of_many_files_does_not_depend_on_their_order() -> None:
    one, other = (1, 2, 3, 4), (5, 6, 7, 8)
    assert of_files({"a": one, "b": other}) == of_files({"b": other, "a": one}) != b""


def test_one_stamp_of_many_files_changes_with_each_of_them() -> None:
    one, other = (1, 2, 3, 4), (5, 6, 7, 8)
    seen = [of_files({"a": one, "b": one}), of_files({"a": one, "b": other}), of_files({"a": one, "c": one})]
    seen += [of_files({"a": one}), of_files({}), of_files({"a": other, "b": one})]
    assert len(set(seen)) == len(seen)
    assert b"" not in seen


def test_one_file_that_may_have_changed_takes_the_stamp_of_all() -> None:
    assert of_files({"a": (1, 2, 3, 4), "b": None}) == b""
