"""`moderate`: a key with a passphrase, a token that is kept sealed, and a whole way on one laptop."""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moderation_desk import DAY, POST, answers, comment, magazine
from toolbox import REPOSITORY

from magazine.desk.moderation import command, keyring
from magazine.desk.moderation.command import Wanted
from magazine.intake.sealing import Keys
from magazine.intake.spool import Spool
from magazine.site.build import said

pytestmark = pytest.mark.slow

PASSPHRASE = "снег трамвай лампа"
TOKEN = "t0ken-of-more-than-sixteen-letters"
INTAKE = "https://intake.example.org/"


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    settings(monkeypatch)
    return magazine(tmp_path)


def settings(monkeypatch: pytest.MonkeyPatch, *keys: str, **more: Any) -> None:
    chosen = {**said(), "INTAKES": (), "EDITOR_KEYS": keys, **more}
    monkeypatch.setattr(command, "said", lambda: chosen)


def types(monkeypatch: pytest.MonkeyPatch, *lines: str, secrets: tuple[str, ...] = ()) -> None:
    hidden, seen = iter(secrets), iter(lines)

    def ask(feed: Iterator[str]) -> str:
        line = next(feed, None)
        if line is None:
            raise EOFError
        return line

    monkeypatch.setattr("getpass.getpass", lambda _prompt: ask(hidden))
    monkeypatch.setattr("builtins.input", lambda _prompt="": ask(seen))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """An editor's public key, as the command tells it, and the file: scrypt takes its time, so it is made once."""
    home = tmp_path_factory.mktemp("editor")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as told:
        patch.setenv("MAGAZINE_DESK", str(home / "desk"))
        types(patch, secrets=(PASSPHRASE, PASSPHRASE))
        assert command.run(Wanted(new_key=True), magazine(home)) == 0
    (key,) = re.findall(r'"(age1\w+)"', told.getvalue())
    return key, (home / "desk" / keyring.KEY).read_bytes()


@pytest.fixture
def public(made: tuple[str, bytes], content: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The public key of the editor whose desk this is."""
    key, file = made
    (keyring.folder(content) / keyring.KEY).write_bytes(file)
    settings(monkeypatch, key, INTAKES=(INTAKE,))
    return key


def test_a_comment_is_moderated_on_one_laptop_without_a_passphrase(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Spool(keyring.laptop_spool()).store(Keys(keyring.laptop_keys()).seal(comment("Ура").packed()), DAY)
    types(monkeypatch, "a", "p", "y")
    assert command.run(Wanted(in_terminal=True), content) == 0
    told = capsys.readouterr().out
    assert "This is a trial" in told
    assert "1 new item has come" in told
    assert answers(content, POST)[-1] == "Ура"


def test_a_key_is_made_once_and_opens_with_its_passphrase(
    public: str, content: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spool = Spool(tmp_path / "spool")
    spool.store(Keys((public,)).seal(comment("Ура").packed()), DAY)
    types(monkeypatch, "r", "p", "y", secrets=("wrong passphrase", PASSPHRASE))
    assert command.run(Wanted(spool.folder, in_terminal=True), content) == 0
    shown = capsys.readouterr()
    assert "does not open the key" in shown.err
    assert "1 refused one is deleted" in shown.out
    assert not spool.names()
    types(monkeypatch, secrets=(PASSPHRASE, PASSPHRASE))
    assert command.run(Wanted(new_key=True), content) == 1
    assert "There is a key already" in capsys.readouterr().err


@pytest.mark.slow
def test_three_wrong_passphrases_show_nothing(
    public: str, content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, secrets=("a" * 20,) * 3)
    assert command.run(Wanted(in_terminal=True), content) == 1
    assert capsys.readouterr().out == ""


def test_without_a_key_it_says_how_to_make_one(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(monkeypatch, *keyring.laptop_keys())
    types(monkeypatch)
    assert command.run(Wanted(), content) == 1
    assert "moderate --new-key" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["1", INTAKE])
def test_a_token_is_kept_sealed(
    asked: str, public: str, content: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    types(monkeypatch, asked, secrets=(PASSPHRASE, TOKEN))
    assert command.run(Wanted(token=True), content) == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    ring = keyring.unlocked({"EDITOR_KEYS": (public,)}, lambda: PASSPHRASE, content)
    assert ring.tokens() == {INTAKE: TOKEN}


@pytest.mark.slow
@pytest.mark.parametrize(("address", "token"), [("3", TOKEN), ("1", "short"), ("1", "ключ" * 5)])
def test_what_is_no_token_or_no_intake_is_not_kept(
    address: str, token: str, public: str, content: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    types(monkeypatch, address, secrets=(PASSPHRASE, token))
    assert command.run(Wanted(token=True), content) == 1
    assert not (tmp_path / "desk" / keyring.TOKENS).exists()


@pytest.mark.parametrize("wanted", [Wanted(new_key=True), Wanted(token=True)])
def test_where_nobody_answers_it_ends(
    wanted: Wanted, content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch)
    assert command.run(wanted, content) == 1
    assert "nobody to answer" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["content", "spool"])
def test_a_folder_that_is_none_is_told(
    wrong: str, content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    wanted = Wanted(nowhere if wrong == "spool" else None)
    assert command.run(wanted, nowhere if wrong == "content" else content) == 1
    assert str(nowhere) in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_opens_a_page_and_ends_with_ctrl_c(content: Path, tmp_path: Path) -> None:
    env = {**os.environ, "BROWSER": f"{sys.executable} -c pass", "MAGAZINE_LANG": "ru", "PYTHONUTF8": "1"}
    program = f"""
import sys
from pathlib import Path
from magazine.desk.moderation.command import Wanted, run
sys.exit(run(Wanted(), Path({str(content)!r})))
"""
    running = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, env=env, encoding="utf-8",
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    address = ""
    for line in running.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+/enter/\S+", line):
            address = found[0]
            break
    cookies = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with cookies.open(address, timeout=10) as answer:
        assert 'lang="ru"' in answer.read().decode()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 0, said
    assert "Traceback" not in said
