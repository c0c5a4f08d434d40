"""The editors' table of mirrors and that of the last check, read and written."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magazine import library, mirrors
from magazine.mirrors import Found, Mirror
from magazine.problems import Report

HEAD = "address,kind,operator,link,country,since\n"
DAY = dt.date(2026, 1, 31)
ONION = f"http://{'a' * 56}.onion/"


def read(listed: str, checked: str | None = None) -> tuple[tuple[Mirror, ...], list[str]]:
    report = Report()
    found = mirrors.read(listed.encode(), checked.encode() if checked is not None else None, Path("mirrors"), report)
    return found, [problem.code for problem in report.sorted()]


def test_mirrors_come_by_kind_and_address_with_what_a_check_found() -> None:
    row = "https://b.example.org/,web,Ромашка,https://example.org/,DE,2026-01-31"
    rows = f"{ONION},onion,,,,\n{row}\nhttps://a.example.org/x/,web,,,,\n"
    checked = mirrors.checks_of([Found("https://b.example.org/", "behind", DAY, 7, False)])
    found, told = read(HEAD + rows, checked.decode())
    assert told == []
    assert found == (
        Mirror("https://a.example.org/x/", "web"),
        Mirror("https://b.example.org/", "web", "Ромашка", "https://example.org/", "DE", DAY, "behind", DAY, 7, False),
        Mirror(ONION, "onion"),
    )


@pytest.mark.parametrize(
    "row",
    [
        "https://a.example.org,web,,,,", "http://a.example.org/,web,,,,", "https://a.example.org/?x/,web,,,,",
        "https://u:p@a.example.org/,web,,,,", "https://a.example.org/a b/,web,,,,", "javascript:x/,web,,,,",
        f"{ONION},web,,,,", "https://a.example.org/,onion,,,,", "https://a.example.org/,web,=cmd,,,",
        "https://a.example.org/,web,,javascript:x,,", "https://a.example.org/,web,,,de,",
        "https://a.example.org/,web,,,,31.01.2026", "https://a.example.org/,web,<b>,,,",
    ],
)  # fmt: skip
def test_a_line_that_is_no_mirror_is_told_and_left_out(row: str) -> None:
    found, told = read(HEAD + row + "\nhttps://b.example.org/,web,,,,\n")
    assert [mirror.address for mirror in found] == ["https://b.example.org/"]
    assert set(told) == {"mirror-bad"}


@pytest.mark.parametrize("text", ["", "address\n", HEAD + "https://a.example.org/,web\n", "a,b,c,d,e,f\n"])
def test_what_is_no_table_holds_no_mirror(text: str) -> None:
    assert read(text) == ((), ["mirror-table"])


def test_not_utf8_is_told() -> None:
    report = Report()
    assert mirrors.read(b"\xff", None, Path("mirrors"), report) == ()
    assert [problem.code for problem in report.sorted()] == ["source-not-utf8"]


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_anything_may_stand_there(listed: bytes, checked: bytes) -> None:
    mirrors.read(HEAD.encode() + listed, checked, Path("mirrors"), Report())


@given(st.lists(st.builds(
    Mirror, st.from_regex(r"https://[a-z]{1,9}\.example\.org/", fullmatch=True), st.just("web"),
    st.from_regex(r"(?:[A-Za-zА-я ,\"']{0,20}x)?", fullmatch=True).map(str.strip), since=st.none() | st.dates(),
), unique_by=lambda mirror: mirror.address))  # fmt: skip
def test_what_is_written_is_read_again(held: list[Mirror]) -> None:
    found, told = read(mirrors.list_of(held).decode())
    assert (sorted(found, key=str), told) == (sorted(held, key=str), [])


def test_the_library_knows_them(tmp_path: Path) -> None:
    (tmp_path / "mirrors").mkdir()
    (tmp_path / "mirrors/list.csv").write_text(HEAD + "https://b.example.org/,web,,,,\n")
    (tmp_path / "mirrors/notes.txt").write_text("")
    report = Report()
    assert library.read(tmp_path, ("ru",), report, DAY).mirrors == (Mirror("https://b.example.org/", "web"),)
    assert [(problem.code, problem.path) for problem in report.sorted()] == [
        ("file-unused", "mirrors/notes.txt"), ("empty-content", tmp_path.name)
    ]  # fmt: skip
