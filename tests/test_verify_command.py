"""``verify`` tells every finding, and its exit status and last line tell what they mean, for a folder and a mirror."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mirror_server import MirrorServer
from releases import PAGES, SCENES, Press, Scene, first_keys, pinned, prev, public, remembered, rotation

import tasks
from magazine import cache
from magazine.release import seen
from magazine.release.codes import MEANINGS, Code
from magazine.release.copies import remembering, verify_command
from magazine.release.copies.remembering import Memory
from magazine.release.copies.verify_command import Typed
from magazine.release.notes import digest
from magazine.release.seen import Seen
from magazine.site import build

FROM_AFAR = ("add", "add behind an own name", "add a pack", "link", "pack changed")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    return tmp_path / "desk"


def typed(scene: Scene, place: str, state: Path) -> Typed:
    seen.kept(state, scene.seen)
    return Typed(place, ",".join(pinned(scene.roots)), allowed=", ".join(scene.allowed), state=state)


@pytest.mark.parametrize("far", [pytest.param(True, marks=pytest.mark.slow), False])
@pytest.mark.parametrize("name", SCENES)
def test_every_attack(tmp_path: Path, name: str, far: bool, capsys: pytest.CaptureFixture[str]) -> None:
    scene = SCENES[name](tmp_path)
    code = Code.FRESH if far and name in FROM_AFAR else scene.code
    with MirrorServer(scene.folder) as server:
        asked = typed(scene, server.address if far else str(scene.folder), tmp_path / "seen.txt")
        assert verify_command.run(asked) == code
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == MEANINGS[code]
    assert len(said) >= 2, "what was found, and what it means"
    kept = seen.read(tmp_path / "seen.txt")
    assert kept.release >= scene.seen.release or kept.revoked > scene.seen.revoked


def test_packs_at_a_mirror_are_looked_at_when_wished(tmp_path: Path) -> None:
    scene = SCENES["pack changed"](tmp_path)
    with MirrorServer(scene.folder) as server:
        asked = replace(typed(scene, server.address, tmp_path / "seen.txt"), packs=True)
        assert verify_command.run(asked) == Code.CHANGED


def test_one_magazine_has_one_memory(tmp_path: Path, desk: Path) -> None:
    press = Press(first_keys())
    press.print(tmp_path / "a", 42)
    press.print(tmp_path / "b", 43, prev=prev(tmp_path / "a"))
    roots = pinned()
    assert verify_command.run(Typed(str(tmp_path / "b"), ",".join(roots))) == Code.FRESH
    with MirrorServer(tmp_path / "a") as server:
        assert verify_command.run(Typed(server.address, ",".join(reversed(roots)))) == Code.ROLLED_BACK
    (file,) = (desk / "seen").glob("*.txt")
    assert seen.read(file) == remembered(tmp_path / "b")
    assert verify_command.run(Typed(str(tmp_path / "a"), roots[0])) == Code.FRESH, "other roots, another magazine"
    assert (desk / ".gitignore").read_text("ascii") == "*\n"


def test_the_projects_own_list_names_the_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.said()["PATH"] == "content"
    monkeypatch.setattr(cache, "PROJECT", tmp_path)
    Press(first_keys()).print(tmp_path / "a", 42)
    assert verify_command.run(Typed(str(tmp_path / "a"))) == Code.USAGE
    assert "--root" in capsys.readouterr().out
    (tmp_path / "content/extra").mkdir(parents=True)
    Press(first_keys()).put_keys(tmp_path / "content/extra")
    assert verify_command.run(Typed(str(tmp_path / "a"))) == Code.FRESH


@pytest.mark.parametrize(
    ("place", "root", "code"),
    [
        ("http://127.0.0.1:9/", "", Code.UNREACHABLE),
        ("https://", "", Code.UNREACHABLE),
        ("nowhere", "", Code.UNREACHABLE),
        ("nowhere", "RWabc", Code.USAGE),
        ("nowhere", ",", Code.USAGE),
        ("nowhere", "\x1b[2J", Code.USAGE),
    ],
)
def test_what_cannot_be_asked(place: str, root: str, code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_command.run(Typed(place, root or pinned()[0])) == code
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == MEANINGS[code]
    assert "\x1b" not in said


def test_a_memory_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Press(first_keys()).print(tmp_path / "a", 42)
    (tmp_path / "seen.txt").write_text("release x\n", encoding="utf-8")
    asked = Typed(str(tmp_path / "a"), ",".join(pinned()), state=tmp_path / "seen.txt")
    assert verify_command.run(asked) == Code.MALFORMED
    assert "seen.txt" in capsys.readouterr().out
    beyond = replace(asked, state=tmp_path / "a/index.html/seen.txt")
    assert verify_command.run(beyond) == verify_command.TROUBLE


KEY = public("laptop")


def _seen(keys: int, release: int, *revoked: str, note: str = "") -> Seen:
    return Seen(release, note or digest(str(release).encode()), keys, digest(str(keys).encode()), frozenset(revoked))


@pytest.mark.parametrize(
    ("known", "new", "both"),
    [
        (_seen(1, 42), _seen(1, 43), _seen(1, 43)),
        (_seen(1, 43), _seen(1, 42), _seen(1, 43)),
        (_seen(1, 42, note="a" * 64), _seen(1, 42, note="b" * 64), _seen(1, 42, note="a" * 64)),
        (_seen(1, 99), _seen(2, 43, KEY), _seen(2, 43, KEY)),  # with other keys numbers begin anew
        (_seen(2, 43, KEY), _seen(1, 99), _seen(2, 43, KEY)),
        (_seen(1, 50), _seen(2, 43), _seen(2, 50)),
    ],
)
def test_two_runs_do_not_forget_what_the_other_has_seen(tmp_path: Path, known: Seen, new: Seen, both: Seen) -> None:
    memory = Memory(tmp_path / "desk/seen.txt")
    memory.keep(known)
    memory.keep(new)
    assert memory.read() == both == remembering.merged(known, new)


def test_a_revoked_key_is_remembered_from_a_release_that_is_refused(tmp_path: Path) -> None:
    Press(rotation()).print(tmp_path / "a", 44)
    asked = Typed(str(tmp_path / "a"), ",".join(pinned()), state=tmp_path / "seen.txt")
    assert verify_command.run(asked) == Code.REVOKED
    assert seen.read(tmp_path / "seen.txt").revoked == rotation().never


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["verify", "x", "--root", "a", "--root=b"], {"place": "x", "root": "a,b"}),
        (["verify", "x", "--packs", "--proxy", "socks5h://127.0.0.1:9050", "--state", "f"],
         {"place": "x", "packs": True, "proxy": "socks5h://127.0.0.1:9050", "state": "f"}),
        (["sync", "https://a.example.org/", "copy", "--show", "--allow", "a,b", "--allow", "c"],
         {"address": "https://a.example.org/", "folder": "copy", "show": True, "allow": "a,b,c"}),
    ],
)  # fmt: skip
def test_words_become_values(words: list[str], values: dict[str, object]) -> None:
    assert tasks.parse(words) == (words[0], values)


@pytest.mark.slow
def test_the_commands_end_with_the_code(tmp_path: Path) -> None:
    """As they are typed, with a copy whose page somebody has changed since."""
    Press(first_keys()).print(tmp_path / "a", 42)
    roots = [word for key in pinned() for word in ("--root", key)]

    def ended(name: str, *words: str) -> tuple[int, str]:
        call = f"import tasks; tasks.{name}.body(None, **tasks.parse({[name, *words, *roots]!r})[1])"
        command = [sys.executable, "-c", call]
        done = subprocess.run(command, cwd=Path(tasks.__file__).parent, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert ended("sync", str(tmp_path / "a"), str(tmp_path / "copy"))[0] == 0
    (tmp_path / "copy/index.html").write_text(PAGES["index.html"].replace("з", "с"), encoding="utf-8")
    status, said = ended("verify", str(tmp_path / "copy"))
    assert status == Code.CHANGED, said
    assert "index.html was changed." in said
