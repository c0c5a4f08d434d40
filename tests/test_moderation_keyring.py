"""An editor's key: other age tools open it and make it, nobody else's passphrase does, and no folder betrays it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyrage
import pytest
from moderation_desk import Editor, git
from toolbox import need

from magazine.desk.moderation import keyring
from magazine.desk.moderation.keyring import (
    FolderError,
    NoKeyError,
    NotForUsError,
    WeakPassphraseError,
    WrongPassphraseError,
)
from magazine.site.build import said

pytestmark = pytest.mark.slow

WORDS = "пять слов что ничего не значат"


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """A public key and its file, made once: to seal with a passphrase takes seconds, and it should."""
    folder = tmp_path_factory.mktemp("key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAGAZINE_DESK", str(folder))
        public = keyring.make(lambda: (WORDS, WORDS))
    return public, (folder / "key.age").read_bytes()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    return tmp_path / "desk"


def with_key(desk: Path, sealed: tuple[str, bytes]) -> dict[str, object]:
    keyring.folder()
    (desk / "key.age").write_bytes(sealed[1])
    return {**said(), "EDITOR_KEYS": (sealed[0],)}


def at_terminal(command: list[str], *typed: str) -> str:
    """What a command says that asks at a terminal of its own."""
    import pty

    child, terminal = pty.fork()
    if not child:
        os.execvp(command[0], command)
    said_so_far = b""
    for words in typed:
        time.sleep(0.3)
        os.write(terminal, words.encode() + b"\n")
    while True:
        try:
            data = os.read(terminal, 1024)
        except OSError:
            break
        if not data:
            break
        said_so_far += data
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said_so_far
    return said_so_far.decode(errors="replace")


def test_the_passphrase_opens_the_key(desk: Path, sealed: tuple[str, bytes]) -> None:
    opened = keyring.unlocked(with_key(desk, sealed), lambda: WORDS)
    assert (opened.public, opened.is_listed, opened.is_trial) == (sealed[0], True, False)
    assert opened.open(opened.seal("слово".encode())).decode() == "слово"
    assert b"AGE-SECRET" not in sealed[1]


def test_another_one_does_not(desk: Path, sealed: tuple[str, bytes]) -> None:
    with pytest.raises(WrongPassphraseError):
        keyring.unlocked(with_key(desk, sealed), lambda: "не те слова")


@pytest.mark.judge
@pytest.mark.skipif(sys.platform == "win32", reason="there is no terminal to type at")
def test_age_of_the_distribution_opens_it(tmp_path: Path, sealed: tuple[str, bytes]) -> None:
    (tmp_path / "key.age").write_bytes(sealed[1])
    at_terminal([need("age"), "-d", "-o", str(tmp_path / "key.txt"), str(tmp_path / "key.age")], WORDS)
    listed = subprocess.run([need("age-keygen"), "-y", str(tmp_path / "key.txt")], capture_output=True, check=True)
    assert listed.stdout.decode().strip() == sealed[0]


@pytest.mark.judge
@pytest.mark.skipif(sys.platform == "win32", reason="there is no terminal to type at")
@pytest.mark.parametrize("armour", [[], ["-a"]])
def test_a_key_that_age_made_is_one(desk: Path, tmp_path: Path, armour: list[str]) -> None:
    plain = tmp_path / "plain.txt"
    subprocess.run([need("age-keygen"), "-o", str(plain)], capture_output=True, check=True)
    public = subprocess.run([need("age-keygen"), "-y", str(plain)], capture_output=True, check=True)
    folder = keyring.folder()
    at_terminal([need("age"), "-p", *armour, "-o", str(folder / "key.age"), str(plain)], WORDS, WORDS)
    listed = {**said(), "EDITOR_KEYS": (public.stdout.decode().strip(),)}
    assert keyring.unlocked(listed, lambda: WORDS).is_listed


@pytest.mark.parametrize(
    "typed", [("коротко", "коротко"), ("а" * 11, "а" * 11), (WORDS, WORDS + "!"), ("", "")], ids=str
)
def test_a_weak_passphrase_is_refused(desk: Path, typed: tuple[str, str]) -> None:
    with pytest.raises(WeakPassphraseError):
        keyring.make(lambda: typed)
    assert not (desk / "key.age").exists()


def test_a_key_is_never_written_over(desk: Path, sealed: tuple[str, bytes]) -> None:
    with_key(desk, sealed)
    with pytest.raises(NoKeyError, match=r"key\.age"):
        keyring.make(lambda: (WORDS, WORDS))
    assert (desk / "key.age").read_bytes() == sealed[1]


def test_without_a_key_it_is_said_how_to_make_one(desk: Path, sealed: tuple[str, bytes]) -> None:
    with pytest.raises(NoKeyError, match="--new-key"):
        keyring.unlocked({**said(), "EDITOR_KEYS": (sealed[0],)}, lambda: WORDS)


@pytest.mark.parametrize("data", [b"", b"junk", b"AGE-SECRET-KEY-1AAAA", b"age-encryption.org/v1\n-> X25519 a\n"])
def test_what_is_no_sealed_key_is_told(desk: Path, sealed: tuple[str, bytes], data: bytes) -> None:
    listed = with_key(desk, (sealed[0], data))
    with pytest.raises(NoKeyError):
        keyring.unlocked(listed, lambda: WORDS)


def test_while_nobody_is_named_a_laptop_has_a_key_of_its_own(desk: Path) -> None:
    trial = {**said(), "EDITOR_KEYS": ()}
    assert keyring.queue_if_any(trial) is None
    public = keyring.laptop_keys()
    opened = keyring.unlocked(trial, lambda: pytest.fail("nothing is asked"))
    assert (opened.public,) == public == keyring.laptop_keys()
    assert opened.is_trial
    assert opened.home == desk / "laptop"
    assert keyring.laptop_spool() == desk / "laptop" / "spool"
    found = keyring.queue_if_any(trial)
    assert found
    assert opened.open(found[1].seal(b"?")) == b"?"


def test_tokens_are_sealed_to_the_editor_alone(desk: Path) -> None:
    opened = Editor(desk).keyring()
    assert opened.tokens() == {}
    opened.keep_token("https://one.example.org/", " CANARY-TOKEN ")
    opened.keep_token("https://two.example.org/", "other")
    assert opened.tokens() == {"https://one.example.org/": "CANARY-TOKEN", "https://two.example.org/": "other"}
    opened.keep_token("https://two.example.org/", "")
    assert opened.tokens() == {"https://one.example.org/": "CANARY-TOKEN"}
    assert b"CANARY" not in (desk / "token.age").read_bytes()
    (desk / "token.age").write_bytes(pyrage.encrypt(b"{}", [pyrage.x25519.Identity.generate().to_public()]))
    with pytest.raises(NotForUsError):
        opened.tokens()


def test_what_is_sealed_to_others_or_damaged_is_not_ours(desk: Path, sealed: tuple[str, bytes]) -> None:
    opened = Editor(desk).keyring()
    whole = opened.seal(b"words")
    foreign = pyrage.encrypt(b"words", [pyrage.x25519.Identity.generate().to_public()])
    for data in (foreign, whole[:-1], whole[:40], b"", b"\xff" * 300, sealed[1]):
        with pytest.raises(NotForUsError):
            opened.open(data)


def test_the_folder_is_private_and_git_does_not_see_it(desk: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert keyring.folder() == desk
    (desk / "key.age").write_bytes(b"?")
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=all") == ""
    if os.name == "posix":
        assert desk.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_get_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = tmp_path / "content"
    for place in (content, content / "extra" / "desk"):
        monkeypatch.setenv("MAGAZINE_DESK", str(place))
        with pytest.raises(FolderError, match="MAGAZINE_DESK"):
            keyring.folder(content)
        assert not place.exists()


def test_a_folder_that_git_keeps_is_refused(desk: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (keyring.folder() / "key.age").write_bytes(b"?")
    git(tmp_path, "add", "--force", "desk/key.age")
    with pytest.raises(FolderError, match="git"):
        keyring.folder()
