"""The same sources are the same bytes: on any machine, in any folder, at any time."""

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import pytest
from site_files import build_site
from toolbox import REPOSITORY, need, run

SOURCES = ("content", "theme", "magazine", "pelicanconf.py", "publishconf.py", "tasks.py")
pytestmark = pytest.mark.slow


def copied(target: Path) -> Path:
    """The sources in another folder, each file as if written just now."""
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".cache")
            shutil.copytree(source, target / name, ignore=ignored, copy_function=shutil.copy)
        else:
            shutil.copy(source, target / name)
    return target


def digests(output: Path) -> dict[str, str]:
    """Every file with the hash of its bytes."""
    files = sorted(path for path in output.rglob("*") if path.is_file())
    return {path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources that were built once, in a plain environment."""
    root = tmp_path_factory.mktemp("here")
    copied(root)
    build_site(root / "output", root, TZ="UTC", LC_ALL="C", LANG="C", PYTHONHASHSEED="1")
    return root


def other_locale() -> str:
    """A locale in which dates, letters and order differ from C, if the machine has one."""
    known = run("locale", "-a").split()
    return next((name for name in known if name.lower().replace("-", "") == "ru_ru.utf8"), "C.UTF-8")


def test_another_folder_time_zone_locale_hash_seed_and_day_give_the_same_bytes(here: Path, tmp_path: Path) -> None:
    other = copied(tmp_path / "a folder with spaces" / "ңөү")
    locale = other_locale()
    environment = {"TZ": "Asia/Bishkek", "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": "4242"}
    # not years later: a petition is closed on the day after its deadline
    tomorrow = (need("faketime"), "-f", f"@{dt.date.today() + dt.timedelta(1)} 23:59:50")
    build_site(other / "output", other, tomorrow, **environment)
    first, second = digests(here / "output"), digests(other / "output")
    assert len(first) > 50
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_second_build_in_the_same_folder_gives_the_same_bytes(here: Path) -> None:
    """Whatever the build remembers on disk, it is not seen."""
    first = digests(here / "output")
    build_site(here / "output", here, TZ="America/Lima", PYTHONHASHSEED="7")
    assert digests(here / "output") == first


def test_no_file_holds_a_path_of_the_machine(here: Path) -> None:
    traces = (str(here).encode(), str(REPOSITORY).encode(), str(Path.home()).encode() + b"/")
    holders = [
        path
        for path in (here / "output").rglob("*")
        if path.is_file() and any(trace in path.read_bytes() for trace in traces)
    ]
    assert holders == []
