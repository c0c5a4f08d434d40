"""The list of hashes is what GNU's and busybox' sha256sum check, and a list that could do harm is refused whole."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toolbox import need, run

from magazine.release import sums
from magazine.release.codes import Code, ReleaseError

HASH = "0" * 64


def listing(*names: str) -> bytes:
    return "".join(f"{HASH}  {name}\n" for name in names).encode()


def refused(data: bytes) -> Code:
    with pytest.raises(ReleaseError) as caught:
        sums.parsed(data)
    assert caught.value.said("ru")
    assert caught.value.said("ky")
    return caught.value.code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.html", "ky/story.html", "name with spaces.txt", "a.b/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def test_a_list_is_read_as_it_was_written(folder: Path) -> None:
    found = sums.of_folder(folder)
    assert list(found) == ["a.b/c", "index.html", "ky/story.html", "name with spaces.txt"]
    assert sums.parsed(sums.composed(found)) == found


@pytest.mark.judge
@pytest.mark.parametrize("command", ["sha256sum -c --strict --quiet", "busybox sha256sum -c -s", "shasum -a 256 -c"])
def test_other_programs_check_it(folder: Path, command: str) -> None:
    words = command.split()
    (folder / sums.SUMS).write_bytes(sums.composed(sums.of_folder(folder)))
    run(need(words[0]), *words[1:], sums.SUMS, cwd=folder)
    (folder / "index.html").write_text("changed", encoding="utf-8")
    done = subprocess.run([need(words[0]), *words[1:], sums.SUMS], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 1


@pytest.mark.judge
def test_gnu_writes_the_same(folder: Path) -> None:
    names = sorted(sums.listed(folder))
    said = run(need("sha256sum"), *names, cwd=folder)
    assert said.encode() == sums.composed(sums.of_folder(folder))


def test_what_vouches_for_the_list_and_packs_are_not_in_it(folder: Path) -> None:
    own = ["release.txt", "release.txt.minisig", "release.txt.2.minisig", "release.txt.sig", "keys.txt"]
    own += ["keys.txt.minisig", "SHA256SUMS.txt", "releases/4/all.zip", ".git/config"]
    for name in own:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    assert len(sums.of_folder(folder)) == 4


@pytest.mark.parametrize("name", ["release.txt.html", "keys.txt.exe", "RELEASE.TXT.sig", "release.txt.1.minisig"])
def test_no_file_hides_behind_such_a_name(name: str) -> None:
    assert not sums.is_own(name)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../x", "a/../x", "a/..", "./x", "a//b", "a/", "..", "C:/x", "C:x", "a\\b", "..\\x",
        "\\\\host\\x",
        "a\tb", "a\x1bb", "a\x7f", "a\rb", "имя", "a\u202eb", "a\u200b", "caf\u00e9", "a?b", "a*", "a|b", "a<b", 'a"b',
        "-rf", "a/-rf", " a", "CON", "nul", "aux.txt", "a/COM1.html", "lpt9", "con .txt", "x.", "x ", "a./b", "a /b",
        "~root/x", "$HOME", "a;b", "`a`", "x" * 121, "/".join(["x" * 60] * 4), "release.txt", "Keys.TXT",
        "sha256sums.TXT",
        "releases/4/x", "Releases/x", "releases", ".git/config", ".GIT/x", "release.txt.sig", "release.txt/x",
    ],
)  # fmt: skip
def test_a_name_that_could_do_harm(name: str) -> None:
    assert refused(listing(name)) == Code.UNSAFE
    with pytest.raises(ReleaseError):
        sums.composed({name: HASH})


@pytest.mark.parametrize(
    "names", [("a", "a"), ("A", "a"), ("A/x", "a/y"), ("a", "a/b"), ("a/b", "a/b/c/d"), ("A", "a/b"), ("X/y", "x")]
)
def test_names_that_fall_together_on_some_system(names: tuple[str, str]) -> None:
    assert refused(listing(*names)) == Code.UNSAFE


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", listing("a")[:-1], listing("a").replace(b"\n", b"\r\n\n"), listing("b", "a"),
        b"# x\n" + listing("a"),
        b"\\" + listing("a"), HASH.encode() + b" *a\n", HASH.encode() + b" a\n", b"0" * 63 + b"  a\n",
        b"A" * 64 + b"  a\n", f"SHA256 (a) = {HASH}\n".encode(), listing("a") + b"\n", b"\xef\xbb\xbf" + listing("a"),
    ],
)  # fmt: skip
def test_a_list_in_another_form(data: bytes) -> None:
    assert refused(data) == Code.MALFORMED


def test_a_list_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "LIMIT", 1_000)
    assert refused(listing(*(f"{number:03}" for number in range(100)))) == Code.MALFORMED


NAMES = st.text(st.sampled_from("aAbZ0./\\ -_:\x00\n\u0130ßé~CONnul"), min_size=1, max_size=14)


@settings(deadline=None, max_examples=400)
@given(st.lists(NAMES, max_size=5).map(sorted), st.binary(max_size=60))
def test_whatever_is_read_stays_in_its_folder(names: list[str], noise: bytes) -> None:
    for data in (listing(*names), noise, listing(*names)[: -len(noise)] + noise):
        found = {}
        with contextlib.suppress(ReleaseError):
            found = sums.parsed(data)
            assert sums.composed(found) == data
        for name in found:
            assert os.path.normpath(name) == name
            assert not name.startswith(("/", ".."))
        assert len({name.lower() for name in found}) == len(found)


def test_links_and_devices_are_refused(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "index.html")
    with pytest.raises(ReleaseError) as caught:
        sums.of_folder(folder)
    assert caught.value.code == Code.UNSAFE
    (folder / "link").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(ReleaseError):
        sums.of_folder(folder)
    for name in ("pipe", "ky"):
        with pytest.raises((ReleaseError, OSError)):
            sums.of_file(folder / name)


def test_a_link_to_a_folder_is_not_followed(folder: Path) -> None:
    (folder / "up").symlink_to(folder.parent, target_is_directory=True)
    with pytest.raises(ReleaseError):
        list(sums.listed(folder))


def test_memory_does_not_grow_with_a_file(folder: Path) -> None:
    import tracemalloc

    with (folder / "large").open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    try:
        assert sums.of_file(folder / "large")[1] == 200_000_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
