"""The list of keys is changed by a root key alone, step by step, and minisign and OpenSSH believe each step."""

import datetime as dt
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from toolbox import need, run
from workshop import OTHER_WORDS, WORDS, Said, quick

from magazine.release import keyfile
from magazine.release.keyfile import Keys
from magazine.release.keys import asking, key_commands, key_files, own_keys, vault
from magazine.release.keys.key_commands import Bench, Wanted
from magazine.release.keys.vault import VaultError
from magazine.release.making.setup import of_settings
from magazine.site.build import said

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """How strong the sealing of keys is has a test of its own."""
    quick(monkeypatch)


@dataclass
class Editors:
    """Who has a content folder, a private folder, and a stick."""

    tmp: Path
    monkeypatch: pytest.MonkeyPatch
    ask: Said = field(default_factory=Said)
    day: dt.date = TODAY

    def __post_init__(self) -> None:
        self.content, self.stick, self.second = self.tmp / "content", self.tmp / "stick", self.tmp / "second"
        self.content.mkdir()
        self.at("desk")

    def at(self, desk: str) -> Path:
        """Sit down at another computer."""
        self.desk = self.tmp / desk
        self.monkeypatch.setenv(vault.VARIABLE, str(self.desk))
        return self.desk

    def keys(self, action: str, what: str = "", word: str = "", root: Path | None = None, **more: Path) -> int:
        setup = of_settings(said(), self.content, self.tmp / "published")
        wanted = Wanted(action, what, word, root or self.stick, **more)
        return key_commands.done(Bench(wanted, setup, self.ask, self.day))

    @property
    def list(self) -> Keys:
        return key_files.read(self.content / "extra")

    def file(self, name: str = keyfile.FILE) -> Path:
        return self.content / "extra" / name


@pytest.fixture
def editors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editors:
    return Editors(tmp_path, monkeypatch)


def made(editors: Editors) -> Keys:
    assert editors.keys("make", second=editors.second) == 0
    return editors.list


def test_the_first_keys(editors: Editors, capsys: pytest.CaptureFixture[str]) -> None:
    keys = made(editors)
    roots = vault.public(editors.stick, "root"), vault.public(editors.second, "second-root")
    mine = own_keys.public(editors.desk)
    assert (keys.seq, keys.needs, keys.roots, keys.date) == (1, 1, roots, TODAY)
    assert keys.expires == TODAY + dt.timedelta(days=365)
    assert ([one.key for one in keys.active], [one.key for one in keys.active_ssh]) == ([mine.key], [mine.ssh])
    told = capsys.readouterr().out
    assert all(key_files.large(root) in told for root in roots)
    assert not list(editors.desk.glob("*root*")), "a root key lies on the computer that makes releases"
    assert sorted(path.name for path in editors.file().parent.iterdir()) == sorted(key_files.NAMES)
    assert editors.keys("make") == 1
    assert "rotate" in capsys.readouterr().err


@pytest.mark.judge
def test_minisign_and_openssh_believe_the_list(editors: Editors, tmp_path: Path) -> None:
    keys = made(editors)
    assert run(need("minisign"), "-V", "-m", editors.file(), "-P", keys.roots[0], "-Q").strip() == keys.comment
    signers = tmp_path / "roots"
    public = keyfile.as_ssh(keys.roots[0])
    signers.write_text(f"magazine {public}\n", encoding="ascii")
    command = [need("ssh-keygen"), "-Y", "verify", "-f", signers, "-I", "magazine", "-n", "magazine-keys", "-s"]
    with editors.file().open("rb") as data:
        subprocess.run([*map(str, command), str(editors.file("keys.txt.sig"))], stdin=data, check=True)


def test_new_keys_take_the_place_of_the_old_ones(editors: Editors) -> None:
    before, mine = made(editors), own_keys.public(editors.desk)
    editors.day += dt.timedelta(days=100)
    assert editors.keys("rotate") == 0
    after, new = editors.list, own_keys.public(editors.desk)
    assert (after.seq, after.expires - before.expires) == (2, dt.timedelta(days=100))
    assert ([one.key for one in after.active], [one.key for one in after.active_ssh]) == ([new.key], [new.ssh])
    assert new != mine
    assert after.revoked == ()
    with own_keys.unlocked(editors.desk, after, editors.ask) as (key, ssh):
        assert ssh is not None
        assert vault.signing.public(key) == new.key
    assert not list(editors.desk.glob("*next*"))


def test_new_keys_of_a_run_that_was_cut_short_take_their_place_later(
    editors: Editors, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(editors)
    with monkeypatch.context() as patched:
        patched.setattr(own_keys, "settle", lambda *_: None)
        assert editors.keys("rotate") == 0
    assert own_keys.public(editors.desk).key != editors.list.active[0].key
    with own_keys.unlocked(editors.desk, editors.list, editors.ask):
        assert own_keys.public(editors.desk).key == editors.list.active[0].key


def test_a_taken_laptop(editors: Editors, capsys: pytest.CaptureFixture[str]) -> None:
    taken = made(editors)
    editors.at("new-desk")
    assert editors.keys("revoke", "first", "laptop-taken") == 0
    assert "rotate" in capsys.readouterr().out
    gone = editors.list
    assert gone.active == gone.active_ssh == ()
    assert gone.never == {taken.active[0].key, taken.active_ssh[0].key}
    assert editors.keys("rotate", "new") == 0
    assert [one.label for one in (*editors.list.active, *editors.list.active_ssh)] == ["new", "new"]
    assert editors.list.never == gone.never
    assert editors.list.seq == 3


def test_a_lost_root_key(editors: Editors, capsys: pytest.CaptureFixture[str]) -> None:
    keys = made(editors)
    assert editors.keys("revoke", keys.roots[0], "lost") == 1
    assert "itself" in capsys.readouterr().err
    assert editors.keys("revoke", keys.roots[0][:12], "lost", editors.second) == 0
    assert editors.list.roots == keys.roots[1:]
    assert editors.keys("renew") == 1, "the stick that was lost and found signs again"
    assert editors.keys("root-add", root=editors.second, second=editors.tmp / "third") == 0
    assert len(editors.list.roots) == 2


def test_two_of_three_holders(editors: Editors, capsys: pytest.CaptureFixture[str]) -> None:
    made(editors)
    for desk in ("bermet", "cholpon"):
        capsys.readouterr()
        home = editors.at(desk)
        assert editors.keys("holder") == 0
        mine, told = own_keys.public(home), capsys.readouterr().out
        assert mine.key in told
        assert mine.ssh in told
        assert editors.keys("add", mine.key, desk) == 0
        assert editors.keys("add", f"{mine.ssh} a remark", desk) == 0
        assert editors.keys("holder") == 0
    assert editors.keys("needs", "4") == 1
    assert editors.keys("needs", "2") == 0
    assert (editors.list.needs, len(editors.list.active), len(editors.list.active_ssh)) == (2, 3, 3)
    assert editors.list.seq == 6
    capsys.readouterr()
    assert editors.keys("list") == 0
    assert "cholpon" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mke",), "make"),
        (("revoke", "RWnothing"), "revoke KEY REASON"),
        (("revoke", "nobody", "lost"), "nobody"),
        (("revoke", "first", "потерян"), "потерян"),
        (("add", "RW", "x"), "RW"),
        (("needs", "two"), "needs 2"),
        (("root-add",), "root-add"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    editors: Editors, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    made(editors)
    before = {path.name: path.read_bytes() for path in editors.file().parent.iterdir()}
    capsys.readouterr()
    assert editors.keys(*words) == 1
    assert told in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in editors.file().parent.iterdir()} == before


def test_nothing_is_changed_without_the_right_root_key_and_its_passphrase(
    editors: Editors, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made(editors)
    before = editors.file().read_bytes()
    assert editors.keys("renew", root=tmp_path / "empty") == 1
    assert "stick" not in capsys.readouterr().out
    editors.ask = replace(editors.ask, root="another one than it was")
    assert editors.keys("renew") == 1
    assert "passphrase" in capsys.readouterr().err
    assert editors.file().read_bytes() == before


def test_a_list_that_was_changed_by_hand_is_not_built_upon(editors: Editors) -> None:
    made(editors)
    editors.file().write_bytes(editors.file().read_bytes().replace(b"needs 1", b"needs 2"))
    assert editors.keys("renew") == 1
    with pytest.raises(VaultError):
        _ = editors.list


def test_a_change_that_is_cut_short_is_finished_or_forgotten(editors: Editors, monkeypatch: pytest.MonkeyPatch) -> None:
    made(editors)
    steps: list[str] = []
    replaced = Path.replace

    def cut(path: Path, target: Path) -> Path:
        steps.append(path.name)
        if path.parent.name == key_files.READY and len(steps) > stop:
            raise KeyboardInterrupt
        return replaced(path, target)

    for stop in range(12):
        steps.clear()
        seq = editors.list.seq
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", cut)
            try:
                assert editors.keys("renew") == 0
            except KeyboardInterrupt:
                assert len(steps) > stop
        assert editors.list.seq == seq + 1


def test_a_short_or_mistyped_passphrase_makes_no_key(editors: Editors) -> None:
    for ask in (Said(release="short", root="short"), Said(again="something quite different")):
        editors.ask = ask
        assert editors.keys("make") == 1
        assert not list(editors.stick.glob("*.key"))
        assert not list(editors.desk.glob("*.key"))
        assert not editors.file().exists()


def test_a_machine_reads_passphrases_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "words.txt"
    file.write_text(f"{WORDS}\n{OTHER_WORDS}\n", encoding="utf-8")
    monkeypatch.setenv(asking.VARIABLE, str(file))
    ask = asking.usual()
    assert (ask.known(asking.RELEASE), ask.known(asking.ROOT)) == (WORDS, OTHER_WORDS)
    file.write_text(WORDS, encoding="utf-8")
    with pytest.raises(VaultError, match="line 2"):
        ask.new(asking.NEW_ROOT)
