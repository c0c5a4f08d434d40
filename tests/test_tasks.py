"""What an editor meets before anything is installed, tried with real Pythons, a real pip and a tiny real package."""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import tasks

ROOT = Path(tasks.__file__).parent
BARE = getattr(sys, "_base_executable", sys.executable)
SENTENCES = "magazine/translations/tasks.json"
pytestmark = pytest.mark.slow  # every test starts Pythons, some install packages
LANGUAGES = ("ru", "ky", "en")
NOWHERE = "http://127.0.0.1:9/simple"
PYENV = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
OLD = [
    found
    for found in sorted(PYENV.glob("*/bin/python"))
    if (2, 7) <= tuple(int(part) for part in re.findall(r"\d+", found.parts[-3])[:2]) < tasks.NEEDED
]
BUILD = """
import sys
import umbrella
def run(content, output):
    print("built", umbrella.COLOUR, content, output)
    return 7
"""
PREVIEW = """
import time
def run(content, output, port):
    print("serving at", repr(port), flush=True)
    time.sleep(60)
"""


def said(key, *details, lang="en"):
    """One of the sentences as far as its details are known."""
    text = tasks.TEXTS[key][LANGUAGES.index(lang)]
    return text.format(*details) if details else text.split("{}")[0]


def environment(lang="en", **more):
    """An environment in which no setting of this machine helps or hinders pip."""
    ours = re.compile(r"PIP_|PYTHON|LC_|LANG|MAGAZINE_|VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return {**clean, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "MAGAZINE_LANG": lang, **more}


def start(place, *words, python=BARE, env=None, before=(), **more):
    """Start tasks.py there."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    command = [*before, str(python), str(place / "tasks.py"), *words]
    return subprocess.Popen(command, env=env or environment(), encoding="utf-8", **pipes)


def call(place, *words, **more):
    """Run tasks.py there to its end: status, what it printed, what it said."""
    with start(place, *words, **more) as child:
        out, err = child.communicate(timeout=60)
    assert "Traceback" not in out + err, err
    return child.returncode, out, err


def bare(target):
    """Put there what a bare Python needs to speak."""
    shutil.copy(ROOT / "tasks.py", target)
    (target / SENTENCES).parent.mkdir(parents=True)
    shutil.copy(ROOT / SENTENCES, target / SENTENCES)


@pytest.fixture
def place(tmp_path):
    """A copy in a folder named as people name folders, with nothing installed."""
    target = tmp_path / "Мой журнал"
    target.mkdir()
    bare(target)
    (target / "requirements.txt").write_text("umbrella==1.0 --hash=sha256:" + "0" * 64 + "\n")
    return target


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A copy that has had its first run, with a package of our own that lies in a folder; and what that run said.

    It began with a .venv that was never finished, of a Python that is gone.
    """
    target = tmp_path_factory.mktemp("first")
    (target / ".venv" / "bin").mkdir(parents=True)
    (target / ".venv" / "rest").touch()
    (target / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    bare(target)
    (target / "requirements.txt").write_text(wheel(target, "1.0", "red"))
    for name, text in {"site/build.py": BUILD, "desk/preview.py": PREVIEW, "desk/photo.py": "import nowhere"}.items():
        module = target / "magazine" / name
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(text)
    return target, call(target, "build", "--content", "texts", env=local(target))


def wheel(place, version, colour):
    """Put a version of the package into the folder; the line that requires it."""
    target = place / "wheels" / f"umbrella-{version}-py3-none-any.whl"
    target.parent.mkdir(exist_ok=True)
    info = f"umbrella-{version}.dist-info/"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("umbrella.py", f"COLOUR = '{colour}'\n")
        archive.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: umbrella\nVersion: {version}\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", f"umbrella.py,,\n{info}METADATA,,\n{info}WHEEL,,\n{info}RECORD,,\n")
    return f"umbrella=={version} --hash=sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}\n"


@pytest.fixture
def made(first, tmp_path):
    """A copy of its own for each test that spoils it."""
    packages = next(Path(".venv/lib").joinpath(found.name) for found in (first[0] / ".venv/lib").glob("python*"))
    copy = Path(shutil.copytree(first[0], tmp_path / "made", symlinks=True, ignore=shutil.ignore_patterns("pip")))
    (copy / packages / "site-packages/pip").symlink_to(first[0] / packages / "site-packages/pip")
    return copy


def local(place, **more):
    """Pip finds packages in the folder only."""
    return environment(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(place / "wheels"), **more)


def outdate(place, colour="white"):
    """The requirements ask for a newer version since the last run; the wheel then given may be another."""
    (place / "requirements.txt").write_text(wheel(place, "2.0", "white"))
    wheel(place, "2.0", colour)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("python", OLD or [None], ids=[found.parts[-3] for found in OLD] or ["none"])
def test_old_python_is_told_so(place, python, lang):
    if python is None:
        pytest.skip("no Python older than 3.11 under pyenv")
    status, out, err = call(place, "build", python=python, env=environment(lang))
    version = python.parts[-3]
    assert (status, out, err) == (1, "", said("old", *tasks.NEEDED, version, lang=lang) + "\n")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("part", ["venv", "ensurepip"])
def test_python_without_venv_is_told_so(place, part, lang):
    (place / "shadow").mkdir()
    (place / "shadow" / f"{part}.py").write_text("raise ImportError('left out by the distribution')")
    status, out, err = call(place, "build", env=environment(lang, PYTHONPATH=str(place / "shadow")))
    assert (status, out, err) == (1, "", said("part", part, lang=lang) + "\n")
    assert "apt install python3-venv" in err


def test_first_run_installs_and_passes_the_exit_status_on(first):
    status, out, err = first[1]
    assert (status, out) == (7, "built red texts None\n")
    assert re.fullmatch(re.escape(said("installing")) + r"\.*\n", err)


def test_half_made_venv_of_a_python_that_is_gone_is_made_again(first):
    assert not (first[0] / ".venv" / "rest").exists()


def test_second_run_needs_no_network_and_no_time(first):
    began = time.monotonic()
    assert call(first[0], "build", env=environment(PIP_INDEX_URL=NOWHERE)) == (7, "built red None None\n", "")
    assert time.monotonic() - began < 5


def test_another_working_directory(first, tmp_path):
    assert call(first[0], "build", "--output=o", cwd=tmp_path)[:2] == (7, "built red None o\n")


def test_no_network_is_one_sentence_soon(made):
    outdate(made)
    began = time.monotonic()
    status, out, err = call(made, "build", env=environment("ru", PIP_INDEX_URL=NOWHERE))
    assert time.monotonic() - began < 20
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith(said("network", lang="ru"))
    assert len(err.splitlines()) == 2


def test_strange_package_is_refused(made):
    outdate(made, colour="black")
    status, _, err = call(made, "build", env=local(made))
    assert status == 1
    assert err.splitlines()[-1].startswith(said("hash"))


def test_changed_requirements_are_installed_into_the_same_venv(made):
    outdate(made)
    (made / ".venv" / "kept").touch()
    status, out, err = call(made, "build", env=local(made))
    assert (status, out) == (7, "built white None None\n")
    assert err.startswith(said("installing"))
    assert (made / ".venv" / "kept").exists()


@pytest.mark.parametrize("lines", [0, 1, 2], ids=["none", "cut", "of another Python"])
def test_stamp_counts_only_whole_and_for_this_python(made, monkeypatch, lines):
    stamp, whole = made / ".venv" / "installed.txt", (made / ".venv" / "installed.txt").read_text().splitlines()
    monkeypatch.setattr(tasks, "STAMP", str(stamp))
    monkeypatch.setattr(tasks, "VERSION", [str(made / ".venv" / "bin" / "python"), *tasks.VERSION[1:]])
    assert tasks.installed() == whole
    stamp.write_text(["", "3.", "\n".join(["3.1", *whole[1:]])][lines])
    assert tasks.installed() == []


def test_two_windows_install_one_after_the_other(made):
    stamp = made / ".venv" / "installed.txt"
    aside = stamp.rename(made / "stamp")
    with (made / ".venv.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with start(made, "build") as second:
            assert second.stderr.readline() == said("waiting") + "\n"
            assert second.poll() is None
            aside.rename(stamp)
            fcntl.flock(lock, fcntl.LOCK_UN)
            out, err = second.communicate(timeout=20)
    assert (second.returncode, out, err) == (7, "built red None None\n", "")


def test_stopping_the_installation(made):
    outdate(made)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        with start(made, "build", env=environment("ky", PIP_INDEX_URL=address), start_new_session=True) as child:
            silent.accept()  # pip asks, and waits
            os.killpg(child.pid, signal.SIGINT)
            out, err = child.communicate(timeout=20)
    assert (child.returncode, out) == (130, "")
    assert err.endswith("\n" + said("stopped", lang="ky") + "\n")
    assert "Traceback" not in err


def test_stopping_a_command(first):
    with start(first[0], "serve", "--port", "8123", env=environment("ru"), start_new_session=True) as child:
        assert child.stdout.readline() == "serving at 8123\n"
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (130, "", "\n" + said("stopped", lang="ru") + "\n")


def mounted(place, options):
    """The words that run a command where the folder is mounted in another way, seen by that command only."""
    words = ["unshare", "--mount", "--map-root-user", "sh", "-c", f'{options}; exec "$@"', str(place)]
    if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a folder for a test")
    return words


def test_folder_that_cannot_be_written(place):
    before = mounted(place, 'set -e; mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"')
    status, out, err = call(place, "build", before=before)
    assert (status, out) == (1, "")
    assert err.startswith(said("folder"))
    assert len(err.splitlines()) == 1


def test_full_disk(place):
    keep = 'set -e; mkdir "$0.copy"; cp -r "$0"/* "$0.copy"; mount -t tmpfs -o size=300k none "$0"; '
    before = mounted(place, keep + 'cp -r "$0.copy"/* "$0"; rm -r "$0.copy"')
    status, out, err = call(place, "build", before=before)
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith(said("full"))


def test_file_in_the_place_of_venv(place):
    (place / ".venv").write_text("mine")
    status, _, err = call(place, "build")
    assert status == 1
    assert err.splitlines()[-1].startswith(said("failed"))
    assert (place / ".venv").read_text() == "mine"


def test_lost_package_is_named(made):
    status, out, err = call(made, "photo", "a.jpg")
    assert (status, out) == (1, "")
    assert err == said("package", "No module named 'nowhere'", f"{tasks.ME} photo") + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_lists_every_command_in_the_readers_language(place, words, lang):
    status, out, err = call(place, *words, env=environment(lang))
    assert (status, err) == (0, "")
    for name, _, what in tasks.COMMANDS:
        assert re.search(rf"^  {name} +{re.escape(what[LANGUAGES.index(lang)])}$", out, re.MULTILINE)
    assert not (place / ".venv").exists()


@pytest.mark.parametrize("command", tasks.COMMANDS, ids=lambda command: command[0])
def test_help_of_one_command(place, command):
    name, usage, what = command
    status, out, _ = call(place, name, "--help", env=environment("ru"))
    assert status == 0
    assert what[0][1:] in out
    assert f"{tasks.ME} {name} {usage}".strip() in out
    assert all(re.search(rf"^  {word} ", out, re.MULTILINE) for word in re.findall(r"--[\w-]+", usage))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unknown_command(place, lang):
    status, out, err = call(place, "biuld", env=environment(lang))
    assert (status, out) == (2, "")
    assert err == said("unknown", "biuld", ", ".join(name for name, _, _ in tasks.COMMANDS), lang=lang) + "\n"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("build", "here"), "here"),
        (("build", "--contnet", "x"), "--contnet"),
        (("build", "--content"), "--content"),
        (("build", "--content="), "--content="),
        (("build", "--content", "--output"), "--content --output"),
        (("serve", "--port", "http"), "--port http"),
        (("photo",), "FILE"),
        (("photo", "a.jpg", "b", "c"), "c"),
        (("photo", "-x"), "-x"),
        (("export-wordpress", "--drafts=no", "a.xml"), "--drafts=no"),
        (("lint", "x"), "x"),
    ],
)
def test_wrong_words_are_named_before_anything_is_installed(capfd, monkeypatch, words, wrong):
    monkeypatch.setenv("MAGAZINE_LANG", "ky")
    with pytest.raises(SystemExit) as ended:
        tasks.main(list(words))
    usage = next(usage for name, usage, _ in tasks.COMMANDS if name == words[0])
    assert ended.value.code == 2
    assert capfd.readouterr() == ("", said("wrong", wrong, f"{tasks.ME} {words[0]} {usage}".strip(), lang="ky") + "\n")


@pytest.mark.parametrize(
    ("settings", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "ky_KG.UTF-8"}, "ky"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "ky_KG", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "MAGAZINE_LANG": "ky"}, "ky"),
    ],
)
def test_language_is_chosen(monkeypatch, settings, lang):
    for name in ("MAGAZINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert tasks.language() == lang


@pytest.mark.parametrize(
    ("line", "lang"),
    [
        ('EDITOR_LANGUAGE = "ky"', "ky"),
        ("EDITOR_LANGUAGE='ky'  # as we speak", "ky"),
        ('EDITOR_LANGUAGE = ""', "ru"),
        ("EDITOR_LANGUAGE = None", "ru"),
        ("# none", "ru"),
    ],
)
def test_the_settings_choose_before_the_system_does(tmp_path, monkeypatch, line, lang):
    for name in ("MAGAZINE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    (tmp_path / "pelicanconf.py").write_text(f"# -*- coding: utf-8 -*-\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(tasks, "__file__", str(tmp_path / "tasks.py"))
    assert tasks.language() == lang
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    assert tasks.language() == "en"


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["build"], {}),
        (["build", "--output=a b", "--content", "c"], {"output": "a b", "content": "c"}),
        (["serve", "--port", "80"], {"port": 80}),
        (["photo", "a.jpg", "magazine/x"], {"file": "a.jpg", "story": "magazine/x"}),
        (["export-wordpress", "a.xml"], {"xml": "a.xml"}),
        (["export-wordpress", "--drafts", "a.xml"], {"xml": "a.xml", "drafts": True}),
        (["test"], {"quick": False, "args": ""}),
        (["test", "--quick", "--", "-k", "a b"], {"quick": True, "args": "-k 'a b'"}),
        (["test", "-x"], {"quick": False, "args": "-x"}),
    ],
)
def test_words_become_values(words, values):
    assert tasks.parse(words) == (words[0], values)


def test_every_sentence_has_three_languages_and_the_same_details():
    told = [*tasks.TEXTS.values(), *tasks.WORDS.values(), *(what for _, _, what in tasks.COMMANDS)]
    for texts in told:
        assert len(texts) == len(set(texts)) == len(LANGUAGES)
        assert len({text.count("{}") for text in texts}) == 1
    assert all(set(re.findall(r"--[\w-]*|FILE|STORY|XML", usage)) <= set(tasks.WORDS) for _, usage, _ in tasks.COMMANDS)


def test_it_is_an_ordinary_invoke_file():
    command = [sys.executable, "-m", "invoke", "--list"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  ([\w-]+)  ", out, re.MULTILINE) == sorted(name for name, _, _ in tasks.COMMANDS)


def pins(name):
    """Every pinned package of a file with its hashes."""
    lines = (ROOT / name).read_text().replace("\\\n", "").splitlines()
    found = {}
    for line in (line for line in lines if not line.lstrip().startswith("#")):
        package, *hashes = re.split(r"\s+--hash=", line.strip())
        assert re.match(r"[\w.-]+==[\w.]+( ;|$)", package), line
        assert hashes, line
        found[package.partition(" ;")[0]] = set(hashes)
    return found


def test_requirements_are_pinned_hashed_and_name_no_place():
    needed, tested = pins("requirements.txt"), pins("tests/requirements.txt")
    assert needed.items() <= tested.items(), "refresh tests/requirements.txt as its first lines say"
    for name in ("requirements.txt", "tests/requirements.txt"):
        assert not re.search(r"https?:|--(extra-)?index|--find-links|@ ", (ROOT / name).read_text())
    direct = re.findall(r'^    "([\w-]+)[^"]*",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    missing = {name.lower() for name in direct[: direct.index("watchfiles") + 1]} - {
        package.partition("==")[0] for package in needed
    }
    assert not missing, "pyproject.toml asks for packages that requirements.txt does not have"
