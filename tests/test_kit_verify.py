"""The scripts for partners come to the same end as our own verification, with the tools there are on any machine."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from releases import SCENES, TODAY, Scene, first_keys, pinned, public, ssh
from toolbox import need

import magazine.kit
from magazine.release import keyfile, seen, sums, verification
from magazine.release.codes import MEANINGS, Code, ReleaseError
from magazine.release.seen import Seen
from magazine.release.sources import Folder

pytestmark = [pytest.mark.judge, pytest.mark.slow]
KIT = Path(magazine.kit.__file__).parent / "scripts"
COMMANDS = {
    "verify.py": [sys.executable, "-I", str(KIT / "verify.py")],
    "verify.sh in dash": ["dash", str(KIT / "verify.sh")],
    "verify.sh in busybox": ["busybox", "ash", str(KIT / "verify.sh")],
}
TOOLS = ("minisign", "ssh-keygen")


def judged(
    scene: Scene, kit: str, tool: str, state: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [need(COMMANDS[kit][0]), *COMMANDS[kit][1:], "--state", str(state)]
    for root in pinned(scene.roots):
        command += ["--root", root]
    for name in scene.allowed:
        command += ["--allow", name]
    names = {"MAGAZINE_VERIFIER": tool, "LANG": "C.UTF-8", "PATH": os.environ["PATH"], **environment}
    need(tool)
    return subprocess.run(
        [*command, *more, str(scene.folder)], env=names, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


# what busybox brings of its own is other tools, but no other ssh-keygen
@pytest.mark.parametrize(("kit", "tool"), [(kit, tool) for kit in COMMANDS for tool in TOOLS][:-1])
@pytest.mark.parametrize("name", SCENES)
def test_a_folder(tmp_path: Path, name: str, kit: str, tool: str) -> None:
    scene = SCENES[name](tmp_path)
    state = tmp_path / seen.FILE
    if scene.seen != Seen():
        seen.kept(state, scene.seen)
    before = sorted(tmp_path.rglob("*"))
    done = judged(scene, kit, tool, state)
    assert done.returncode == scene.code, done.stdout + done.stderr
    assert sorted(set(tmp_path.rglob("*")) - {state}) == sorted(set(before) - {state})


@pytest.mark.parametrize("kit", COMMANDS)
def test_what_is_remembered_is_what_we_remember(tmp_path: Path, kit: str) -> None:
    for number, name in enumerate(("whole", "rotation", "stolen key after rotation", "edit", "freeze", "root lost")):
        scene = SCENES[name](tmp_path / str(number))
        state = tmp_path / str(number) / seen.FILE
        if scene.seen != Seen():
            seen.kept(state, scene.seen)
        judged(scene, kit, "minisign", state)
        ours = verification.verify(Folder(scene.folder), pinned(scene.roots), scene.seen, TODAY).seen
        assert seen.read(state) == ours, name


@pytest.mark.parametrize("kit", COMMANDS)
@pytest.mark.parametrize(
    ("language", "word"), [("ru_RU.UTF-8", "изменён"), ("ky_KG.UTF-8", "өзгөртүлгөн"), ("de", "changed")]
)
def test_it_speaks_three_languages(tmp_path: Path, kit: str, language: str, word: str) -> None:
    done = judged(SCENES["edit"](tmp_path), kit, "minisign", tmp_path / "s", LANG=language, PYTHONUTF8="1")
    assert word in done.stderr
    assert "petitions/law.txt" in done.stderr


def test_the_scripts_say_what_we_say() -> None:
    assert {code: every[0] for code, every in VERIFY.SENTENCES.items()} == MEANINGS


def by_itself() -> ModuleType:
    """The program verify.py, for its parts."""
    spec = importlib.util.spec_from_file_location("verify", KIT / "verify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFY = by_itself()


def test_the_scripts_speak_with_one_voice() -> None:
    sentences = [*VERIFY.SENTENCES.items(), ("root", VERIFY.NO_ROOT), ("tool", VERIFY.NO_TOOL)]
    lines = [f"{code} {sentence}" for code, every in sentences for sentence in every]
    assert (KIT / "verify.txt").read_text(encoding="utf-8").splitlines() == lines
    shell = (KIT / "verify.sh").read_text(encoding="utf-8")
    assert [line for line in lines if '{}) echo "{}" ;;'.format(*line.split(" ", 1)) not in shell] == []
    batch = (KIT / "verify.cmd").read_text(encoding="ascii")
    told = {line.split(" ")[0] for line in lines}
    assert set(re.findall(r'%say%"(\w+) "', batch)) <= told


NAMES = st.text(st.sampled_from("aAbZ0./\\ -_:\x00\té~CONnul.txt"), min_size=1, max_size=14)


@settings(deadline=None, max_examples=500)
@given(st.lists(NAMES, max_size=5), st.binary(max_size=40), st.booleans())
def test_verify_py_refuses_the_lists_that_we_refuse(names: list[str], noise: bytes, is_sorted: bool) -> None:
    names = sorted(names) if is_sorted else names
    for data in ("".join(f"{'0' * 64}  {name}\n" for name in names).encode() + noise, noise):
        assert ended(lambda data=data: VERIFY.read_sums(data)) == ended(lambda data=data: sums.parsed(data))


@settings(deadline=None, max_examples=500)
@given(st.data())
def test_verify_py_refuses_the_keys_that_we_refuse(data: st.DataObject) -> None:
    whole = keyfile.composed(keyfile.revoked(first_keys(), public("lost"), TODAY, "lost"))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 60)))
    pieces = st.lists(st.sampled_from([b"\n", b" ", b"root ", b"A", b"1", b"needs 1\n", b"\xff", b"\0"]), max_size=4)
    damaged = whole[:start] + b"".join(data.draw(pieces)) + whole[end:]
    theirs, ours = ended(lambda: VERIFY.read_keys(damaged)), ended(lambda: keyfile.parsed(damaged))
    # words that only the makers of a list look at, such as the label of a key, may differ
    assert theirs in {ours, 0}


def ended(read: Callable[[], object]) -> int:
    try:
        read()
    except (ReleaseError, VERIFY.RefusedError) as error:
        return int(error.code)
    return 0


@pytest.mark.parametrize("kit", COMMANDS)
def test_who_names_no_root_key_or_folder_is_told(tmp_path: Path, kit: str) -> None:
    scene = SCENES["whole"](tmp_path)
    scene.roots = ()
    assert judged(scene, kit, "minisign", tmp_path / "s").returncode == Code.USAGE
    assert judged(scene, kit, "minisign", tmp_path / "s", "--root", "RWnokey").returncode == Code.USAGE
    assert judged(scene, kit, "minisign", tmp_path / "s", "--unknown").returncode == Code.USAGE


@pytest.mark.parametrize("kit", COMMANDS)
def test_a_root_key_may_be_pinned_as_openssh_writes_it(tmp_path: Path, kit: str) -> None:
    scene = SCENES["whole"](tmp_path)
    scene.roots = ()
    assert judged(scene, kit, "ssh-keygen", tmp_path / "s", "--root", ssh("root")).returncode == Code.FRESH


@pytest.mark.parametrize("kit", COMMANDS)
def test_what_is_no_folder(tmp_path: Path, kit: str) -> None:
    assert judged(Scene(tmp_path / "none", Code.FRESH), kit, "minisign", tmp_path / "s").returncode == Code.UNREACHABLE


@pytest.mark.parametrize("kit", COMMANDS)
def test_a_damaged_memory_is_told(tmp_path: Path, kit: str) -> None:
    scene = SCENES["whole"](tmp_path)
    (tmp_path / "s").write_text("release many\n", encoding="ascii")
    assert judged(scene, kit, "minisign", tmp_path / "s").returncode == Code.MALFORMED
    assert (tmp_path / "s").read_text() == "release many\n"


@pytest.mark.parametrize("name", ["whole", "edit", "delete", "rotation", "freeze"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_machine_that_has_shasum_and_openssl_alone(tmp_path: Path, name: str, tool: str) -> None:
    """As macOS had it for long."""
    scene = SCENES[name](tmp_path)
    (tmp_path / "bin").mkdir()
    tools = "awk cat cmp cp cut find fold grep head mktemp mv od openssl perl rm sed shasum sort tail tr wc date"
    for command in (*tools.split(), tool):
        (tmp_path / "bin" / command).symlink_to(need(command))
    if scene.seen != Seen():
        seen.kept(tmp_path / "s", scene.seen)
    done = judged(scene, "verify.sh in dash", tool, tmp_path / "s", PATH=str(tmp_path / "bin"))
    assert done.returncode == scene.code, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["python3.8", "python3.13"])
def test_older_and_newer_pythons_run_it(tmp_path: Path, version: str) -> None:
    if not shutil.which(version) or subprocess.run([version, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"{version} is not installed")
    scene = SCENES["edit"](tmp_path)
    done = subprocess.run(
        [version, "-I", KIT / "verify.py", "--root", pinned()[0], scene.folder], capture_output=True, check=False
    )
    assert done.returncode == Code.CHANGED


def test_shellcheck_has_nothing_to_say() -> None:
    done = subprocess.run(
        [need("shellcheck"), "-s", "sh", KIT / "verify.sh"], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("missing", ["awk", "cmp", "cut", "date", "find", "grep", "sed", "sort", "tail", "tr", "wc"])
def test_a_program_that_is_not_there_makes_nothing_whole(tmp_path: Path, missing: str) -> None:
    """What it would have found must not pass for nothing."""
    scene = SCENES["delete"](tmp_path)
    (tmp_path / "bin").mkdir()
    tools = "awk base64 cat cmp cp cut date find grep head mktemp minisign mv od rm sed sha256sum sort tail tr wc"
    for command in tools.split():
        if command != missing:
            (tmp_path / "bin" / command).symlink_to(need(command))
    done = judged(scene, "verify.sh in dash", "minisign", tmp_path / "s", PATH=str(tmp_path / "bin"))
    assert done.returncode == Code.USAGE
    assert f"({missing})" in done.stderr
