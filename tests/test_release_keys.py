"""The list of keys: made, renewed, rotated, revoked, and refused where it is not just so. Secret keys stay secret."""

import contextlib
import datetime as dt
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import LONG_AGO, SOON, TODAY, first_keys, public, ssh
from toolbox import need

from magazine.release import keyfile, signing
from magazine.release.codes import Code, ReleaseError
from magazine.release.keyfile import Active
from magazine.release.keys import vault

KEYS = keyfile.revoked(first_keys(("laptop", "phone"), ("laptop-ssh",)), public("lost"), TODAY, "lost")
WORDS = "пять слов что ничего не значат"


def test_a_list_is_read_as_it_was_written() -> None:
    assert keyfile.parsed(keyfile.composed(KEYS)) == KEYS


def test_its_form() -> None:
    names = [line.split()[0] for line in keyfile.composed(KEYS).decode().splitlines()]
    assert names == ["seq", "date", "expires", "needs", "active", "active", "active-ssh", "revoked", "root", "root"]
    assert KEYS.comment == f"keys seq:1 date:{LONG_AGO} expires:{SOON}"


def test_a_key_that_served_its_time_gives_way() -> None:
    rotated = keyfile.rotated(keyfile.renewed(KEYS, TODAY, SOON), public("phone"), Active(public("new"), "new"))
    assert [one.label for one in rotated.active] == ["laptop", "new"]
    assert (rotated.seq, rotated.date, public("phone") in rotated.never) == (2, TODAY, False)
    rotated = keyfile.rotated(KEYS, ssh("laptop-ssh"), Active(ssh("new"), "new"))
    assert [one.key for one in rotated.active_ssh] == [ssh("new")]


def test_a_revoked_key_is_not_active_any_more() -> None:
    both = keyfile.needing(KEYS, 2)
    left = keyfile.revoked(both, public("phone"), TODAY, "laptop-taken")
    assert [one.key for one in left.active] == [public("laptop")]
    assert (left.needs, left.never) == (1, {public("lost"), public("phone")})
    left = keyfile.revoked(left, ssh("laptop-ssh"), TODAY, "laptop-taken")
    assert (left.active_ssh, ssh("laptop-ssh") in left.never) == ((), True)
    assert keyfile.parsed(keyfile.composed(left)) == left


def test_a_root_key_can_be_revoked_and_another_one_named() -> None:
    left = keyfile.revoked(KEYS, public("root"), TODAY, "lost-for-good")
    assert keyfile.rooted(left, public("third")).roots == (public("second-root"), public("third"))


def test_what_cannot_be_done() -> None:
    for change in (
        lambda: keyfile.rotated(KEYS, public("stranger"), Active(public("new"), "new")),
        lambda: keyfile.rotated(KEYS, public("phone"), Active(public("laptop"), "again")),
        lambda: keyfile.added(KEYS, Active(public("lost"), "again")),
        lambda: keyfile.added(KEYS, Active(public("root"), "root")),
        lambda: keyfile.added(KEYS, Active(keyfile.as_ssh(public("laptop")), "same-key")),
        lambda: keyfile.added(KEYS, Active(public("new"), "two words")),
        lambda: keyfile.composed(keyfile.added(KEYS, Active(public("new"), "two\nlines"))),
        lambda: keyfile.needing(KEYS, 3),
        lambda: keyfile.renewed(KEYS, SOON, TODAY),
        lambda: keyfile.revoked(KEYS, public("lost"), TODAY, "again"),
        lambda: keyfile.composed(replace(KEYS, roots=())),
    ):
        with pytest.raises(ReleaseError):
            keyfile.composed(change())  # type: ignore[arg-type]


def changed(before: str, after: str) -> bytes:
    data = keyfile.composed(KEYS).decode()
    assert before in data
    return data.replace(before, after, 1).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("seq 1\n", ""), ("seq 1", "seq 0"), ("needs 1", "needs 0"), ("needs 1", "needs 3"), ("needs 1", "needs x"),
        ("active RW", "active RX"), ("active RW", "active ssh-ed25519 RW"), ("active-ssh", "active"), (" phone", ""),
        (" lost\n", "\n"), ("revoked RW", "revoked-ssh RW"), ("root RW", "active RW"),
        ("root RW", "root ssh-ed25519 RW"),
        (f"expires {SOON}", f"expires {LONG_AGO - dt.timedelta(days=1)}"),
    ],
)  # fmt: skip
def test_a_list_in_another_form(before: str, after: str) -> None:
    with pytest.raises(ReleaseError) as caught:
        keyfile.parsed(changed(before, after))
    assert caught.value.code == Code.MALFORMED


def test_one_key_with_two_numbers_is_one_key() -> None:
    """It would count as two signatures."""
    import base64

    twin = bytearray(base64.b64decode(public("laptop")))
    twin[3] ^= 255
    with pytest.raises(ReleaseError):
        keyfile.added(KEYS, Active(base64.b64encode(twin).decode(), "twin"))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_damaged_list_is_refused_or_means_what_it_says(data: st.DataObject) -> None:
    whole = keyfile.composed(KEYS)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 60)))
    pieces = st.lists(st.sampled_from([b"\n", b" ", b"root ", b"A", b"1", b"needs 1\n", b"\xff", b"\0"]), max_size=4)
    damaged = whole[:start] + b"".join(data.draw(pieces)) + whole[end:]
    with contextlib.suppress(ReleaseError):
        read = keyfile.parsed(damaged)
        known = [line for line in damaged.splitlines(keepends=True) if line.split(b" ")[0].decode() in keyfile.ORDER]
        assert keyfile.composed(read) == b"".join(known)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return vault.folder(tmp_path / "desk")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a key that was made once, and the key: to harden a passphrase takes its time."""
    home = vault.folder(tmp_path_factory.mktemp("made") / "desk")
    return home, vault.make(home, "release", WORDS, WORDS)


def test_the_passphrase_opens_the_key(made: tuple[Path, str]) -> None:
    home, key = made
    assert signing.public(vault.unlocked(home, "release", WORDS)) == key
    assert vault.public(home, "release") == key
    assert "encrypted" in (home / "release.key").read_text()
    with pytest.raises(vault.VaultError):
        vault.unlocked(home, "release", WORDS + " ")


def test_nobody_else_reads_the_folder_or_the_key(made: tuple[Path, str]) -> None:
    home, _ = made
    assert (home.stat().st_mode & 0o077, (home / "release.key").stat().st_mode & 0o077) == (0, 0)
    assert sorted(path.name for path in home.iterdir()) == [".gitignore", "release.key", "release.pub"]


def test_a_key_is_never_made_over_another_one(made: tuple[Path, str]) -> None:
    home, _ = made
    before = (home / "release.key").read_bytes()
    with pytest.raises(vault.VaultError):
        vault.make(home, "release", WORDS, WORDS)
    assert (home / "release.key").read_bytes() == before


@pytest.mark.parametrize(("first", "second"), [("short", "short"), (WORDS, WORDS + "!"), (" " * 40, " " * 40)])
def test_a_passphrase_that_will_not_do(home: Path, first: str, second: str) -> None:
    with pytest.raises(vault.VaultError):
        vault.make(home, "release", first, second)
    assert not (home / "release.key").exists()


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "Nul", "con"])
def test_a_name_that_could_do_harm(home: Path, name: str) -> None:
    with pytest.raises(vault.VaultError):
        vault.make(home, name, WORDS, WORDS)


def test_a_key_that_is_none_or_not_sealed(home: Path) -> None:
    with pytest.raises(vault.VaultError):
        vault.unlocked(home, "release", WORDS)
    (home / "release.key").write_text("x\ny\n", encoding="ascii")
    with pytest.raises(vault.VaultError):
        vault.unlocked(home, "release", WORDS)


@pytest.mark.judge
def test_minisign_opens_the_key(home: Path) -> None:
    minisign = need("minisign")
    key = vault.make(home, "release", WORDS, WORDS)
    (home / "text").write_text("words", encoding="ascii")
    done = subprocess.run(
        [minisign, "-S", "-s", home / "release.key", "-m", home / "text"],
        input=WORDS.encode() + b"\n", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = (home / "text.minisig").read_bytes()
    assert signing.verified(b"words", made, [key], "x")


@pytest.mark.judge
def test_a_key_that_is_not_sealed_is_refused(home: Path) -> None:
    subprocess.run(
        [need("minisign"), "-G", "-W", "-p", home / "x.pub", "-s", home / "release.key"],
        check=True,
        capture_output=True,
    )
    with pytest.raises(vault.VaultError):
        vault.unlocked(home, "release", WORDS)


def test_the_folder_lies_where_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(vault.VaultError):
        vault.folder(tmp_path / "output" / "desk", published=[tmp_path / "output"])


@pytest.mark.judge
def test_a_folder_that_git_keeps_is_refused(tmp_path: Path) -> None:
    git = [need("git"), "-C", str(tmp_path)]
    vault.folder(tmp_path / "desk")
    (tmp_path / "desk" / "release.key").write_text("x", encoding="ascii")
    subprocess.run([*git, "init", "-q"], check=True)
    vault.folder(tmp_path / "desk")
    subprocess.run([*git, "add", "-f", "desk/release.key"], check=True)
    with pytest.raises(vault.VaultError):
        vault.folder(tmp_path / "desk")


def test_the_folder_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "elsewhere"))
    assert vault.folder() == tmp_path / "elsewhere"
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]
