"""The note of a release says in text all that hangs on it, and nothing that is written otherwise is believed."""

import contextlib
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import SITE

from magazine.release import notes
from magazine.release.codes import Code, ReleaseError
from magazine.release.notes import Pack, Release, Text

HASH = "0123456789abcdef" * 4
DAY = dt.date(2026, 11, 22)
SMALL = Release(SITE, 1, DAY, DAY, 1, HASH, HASH)
LARGE = Release(
    site=SITE, seq=42, date=DAY, expires=dt.date(2027, 1, 22), files=261, sha256sums=HASH, keys=HASH, prev=HASH,
    changed=("index.html", "ky/story.html"), more=7, petitions=(Text("petitions/law.txt", HASH),),
    forms=("https://intake.example.org/",), packs=(Pack("releases/42/all-42.zip", 1000, HASH),),
    cid="bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
    mirrors=("https://mirror.example.org/zont/", "http://example.onion/"),
)  # fmt: skip


@pytest.mark.parametrize("release", [SMALL, LARGE])
def test_a_note_is_read_as_it_was_written(release: Release) -> None:
    assert notes.parsed(notes.composed(release)) == release


def test_its_form() -> None:
    lines = notes.composed(LARGE).decode().splitlines()
    assert lines[:4] == [f"site {SITE}", "seq 42", "date 2026-11-22", "expires 2027-01-22"]
    assert lines[7] == f"prev {HASH}"
    assert lines[8:11] == ["changed index.html", "changed ky/story.html", "changed … and 7 more"]
    assert lines[-3].startswith("cid bafy")
    assert LARGE.comment == "seq:42 date:2026-11-22 expires:2027-01-22"
    assert b"prev -\n" in notes.composed(SMALL)


def test_the_last_day_is_not_over_yet() -> None:
    assert not SMALL.is_expired(DAY)
    assert SMALL.is_expired(DAY + dt.timedelta(days=1))


def test_no_more_than_two_hundred_changes_are_named() -> None:
    assert notes.named(f"{number:03}" for number in range(205)) == (tuple(f"{n:03}" for n in range(200)), 5)
    assert notes.named(["b", "a"]) == (("a", "b"), 0)


def test_a_later_program_may_say_more() -> None:
    data = notes.composed(LARGE).replace(b"prev ", b"btih 0123\nprev ") + b"weather fine\n"
    assert notes.parsed(data) == LARGE


def changed(before: str, after: str) -> bytes:
    data = notes.composed(LARGE).decode()
    assert before in data
    return data.replace(before, after, 1).encode()


def refused(data: bytes) -> Code:
    with pytest.raises(ReleaseError) as caught:
        notes.parsed(data)
    return caught.value.code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seq 42\n", ""), ("seq 42\n", "seq 42\nseq 43\n"),
        ("seq 42", "seq 042"), ("seq 42", "seq -1"), ("seq 42", "seq 0"),
        ("seq 42", "seq ٤٢"),
        ("seq 42", "seq 4٢"), ("2026-11-22", "2026-11-2٢"),
        ("seq 42", "seq 42\x1b"), ("prev ", "x \x00\nprev "),
        ("seq 42\n", "seq 42\nx  y\n"), ("seq 42\n", "seq 42\nx y \n"),
        ("seq 42", "seq 1e9"), ("seq 42", "seq 9999999999999999999"), ("seq 42", "seq  42"),
        ("seq 42", "seq 42 "), ("seq 42\n", "seq 42\r\n"), ("seq 42", "SEQ 42"), ("seq 42", "seq"), ("seq 42", ""),
        ("date 2026-11-22", "date 22.11.2026"), ("date 2026-11-22", "date 2026-02-31"), ("date 2026-11-22\n", ""),
        ("expires 2027-01-22", "expires 2026-01-22"),
        ("date 2026-11-22\nexpires 2027-01-22", "expires 2027-01-22\ndate 2026-11-22"),
        ("files 261", "files many"), ("files 261", "files 0"), (f"sha256sums {HASH}", "sha256sums -"),
        (f"keys {HASH}", f"keys {HASH.upper()}"), (f"prev {HASH}", "prev"), ("mirror https", "mirror javascript"),
        ("mirror https://mirror", "mirror https://user@mirror"), (f"site {SITE}", "site magazine.example.org"),
        (f"site {SITE}", f"site {SITE}page"), ("form https://intake.example.org/", "form mailto:x@example.org"),
        ("pack releases/42/", "pack "), ("pack releases/42/", "pack releases/../"),
        (" 1000 ", " 01000 "), (" 1000 ", " -1 "),
        ("cid bafy", "cid QmYw"), ("cid ", "cid bafybeigdyrzt5sfp7udm7hu76uh7y26\ncid "),
        ("… and 7 more", "… and 0 more\nchanged x"),
    ],
)  # fmt: skip
def test_a_note_in_another_form(before: str, after: str) -> None:
    assert refused(changed(before, after)) in {Code.MALFORMED, Code.UNSAFE}


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "nul", "x.", "release.txt", ".git/x"])
def test_a_name_in_it_that_could_do_harm(name: str) -> None:
    assert refused(changed("changed index.html", f"changed {name}")) == Code.UNSAFE
    assert refused(changed("petition petitions/law.txt", f"petition {name}")) == Code.UNSAFE


def test_a_pack_that_windows_cannot_keep_or_that_stands_there_twice() -> None:
    assert refused(changed("all-42.zip", "nul.zip")) == Code.UNSAFE
    pack = f"pack releases/42/all-42.zip 1000 {HASH}\n"
    assert refused(changed(pack, pack + pack.replace("all", "ALL"))) == Code.MALFORMED


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"seq", b"\xff\n", notes.composed(LARGE)[:-1], b"a b\n" * 6000, b"x" * 999_999]
)
def test_what_is_no_note(data: bytes) -> None:
    assert refused(data) == Code.MALFORMED


def test_a_value_cannot_bring_a_line_of_its_own() -> None:
    for broken in ({"mirrors": (f"{SITE}\nmirror {SITE}",)}, {"changed": ("a\nb",)}, {"site": f"{SITE}\nseq 1"}):
        with pytest.raises(ReleaseError):
            notes.composed(replace(LARGE, **broken))


PIECES = [
    b"seq ",
    b"42",
    b"\n",
    b" ",
    b"date ",
    b"2026-11-22",
    b"mirror ",
    b"-",
    b"changed ",
    "…".encode(),
    b"\x00",
    b"\xff",
]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_damaged_note_is_refused_or_means_what_it_says(data: st.DataObject) -> None:
    whole = notes.composed(LARGE)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    damaged = whole[:start] + b"".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=4))) + whole[end:]
    with contextlib.suppress(ReleaseError):
        read = notes.parsed(damaged)
        known = [line for line in damaged.splitlines(keepends=True) if line.split(b" ")[0].decode() in notes.ORDER]
        assert notes.composed(read) == b"".join(known)
