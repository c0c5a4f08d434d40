"""What the kit's read-me promises is so: from cron, with either tool of each pair, from each kind of address."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from nginx_server import Nginx, nginx_below
from releases import PAGES, Press, first_keys, pinned
from test_kit_sync import follow, live
from toolbox import need

from magazine.kit import folder as kit
from magazine.kit.presets import Preset
from magazine.release.codes import Code

pytestmark = [pytest.mark.judge, pytest.mark.slow]
# all that sync.sh and verify.sh need besides what the read-me names
USUAL = (
    "awk base64 cat cmp cp cut date dirname find grep head ln mkdir mktemp mv od rm sed sh sha256sum sort sync "
    "tail timeout touch tr wc"
)
PAIRS = [("curl", "minisign"), ("wget", "minisign"), ("curl", "ssh-keygen"), ("wget", "ssh-keygen")]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Path, Nginx]]:
    """A partner's home with the folder ``kit`` in it, filled in for the server beside it."""
    tmp_path.chmod(0o755)
    (tmp_path / "site").mkdir()
    Press(first_keys()).print(tmp_path / "site", 42)
    with nginx_below(tmp_path / "site") as server:
        for name, data in kit.files(server.address, pinned(), Preset("magazine.example.org")).items():
            (tmp_path / "home/kit" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "home/kit" / name).write_bytes(data)
        yield tmp_path / "home", server


def line_of(home: Path, start: str) -> str:
    """The command of the read-me that begins so."""
    lines = (home / "kit/read-me.en.txt").read_text(encoding="utf-8").splitlines()
    return next(line.strip() for line in lines if line.strip().startswith(start))


def from_cron(home: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    names = {"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", **environment}
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=home, env=names, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def only(folder: Path, tools: str) -> str:
    folder.mkdir()
    for tool in tools.split():
        (folder / tool).symlink_to(need(tool))
    return str(folder)


@pytest.mark.parametrize(("client", "verifier"), PAIRS)
def test_the_line_for_cron_works_with_either_tool(
    client: str, verifier: str, home: tuple[Path, Nginx], tmp_path: Path
) -> None:
    place, _ = home
    script = line_of(place, "17 * * * *").removeprefix("17 * * * * ")
    path = only(tmp_path / "bin", f"{USUAL} {client} {verifier}")
    done = from_cron(place, script, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not found" not in done.stderr
    assert live(place / "magazine")["index.html"] == PAGES["index.html"].encode()
    follow(tmp_path / "site", 43, {**PAGES, "index.html": "2", "new.html": "3"})
    assert from_cron(place, script, PATH=path).returncode == 0
    assert live(place / "magazine")["new.html"] == b"3"
    assert from_cron(place, script, PATH=path).stdout.strip() == "There is nothing new."
    follow(tmp_path / "site", 44, {**PAGES, "index.html": "4"})
    (tmp_path / "site/index.html").write_text("Come here")
    assert from_cron(place, script, PATH=path).returncode == Code.CHANGED
    (tmp_path / "site/index.html").unlink()
    assert from_cron(place, script, PATH=path).returncode == Code.MISSING
    assert live(place / "magazine")["index.html"] == b"2"


def test_busybox_alone_is_enough_beside_a_verifier(home: tuple[Path, Nginx], tmp_path: Path) -> None:
    place, _ = home
    (tmp_path / "bin").mkdir()
    for tool in (*USUAL.split(), "wget"):
        (tmp_path / "bin" / tool).symlink_to(need("busybox"))
    (tmp_path / "bin/minisign").symlink_to(need("minisign"))
    script = line_of(place, "17 * * * *").removeprefix("17 * * * * ")
    done = from_cron(place, script, PATH=str(tmp_path / "bin"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert live(place / "magazine")["index.html"] == PAGES["index.html"].encode()


def test_rsync_over_a_remote_shell(home: tuple[Path, Nginx], tmp_path: Path) -> None:
    """The shell stands for ssh: it lets go of the name and the host, and runs what is left."""
    need("rsync")
    place, _ = home
    (tmp_path / "shell").write_text('#!/bin/sh\n[ "$1 $2 $3" = "-l who host" ] && shift 3 && exec "$@"\n')
    (tmp_path / "shell").chmod(0o755)
    script = f"sh $HOME/kit/sync.sh --from who@host:{tmp_path}/site/ $HOME/magazine"
    done = from_cron(place, script, RSYNC_RSH=str(tmp_path / "shell"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert live(place / "magazine")["index.html"] == PAGES["index.html"].encode()


def test_php_with_the_folder_written_into_it(home: tuple[Path, Nginx]) -> None:
    need("php")
    place, _ = home
    script = place / "kit/sync.php"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("$folder = ''", f"$folder = '{place}/magazine'"), encoding="utf-8")
    done = from_cron(place, "php kit/sync.php")
    assert done.returncode == 0, done.stdout + done.stderr
    assert live(place / "magazine")["index.html"] == PAGES["index.html"].encode()


@pytest.mark.parametrize("program", ["sh kit/verify.sh", "python3 -I kit/verify.py"])
def test_what_is_ones_own_is_shown_and_let_be_by_name(program: str, home: tuple[Path, Nginx]) -> None:
    place, _ = home
    (place / "magazine/own").mkdir(parents=True)
    (place / "magazine/own/mine.txt").write_text("mine")
    assert from_cron(place, "sh kit/sync.sh magazine").returncode == 0
    assert live(place / "magazine")["mine.txt"] == b"mine"
    assert from_cron(place, f"{program} magazine/current/").returncode == Code.ADDED
    done = from_cron(place, f"{program} --allow mine.txt magazine/current/")
    assert done.returncode == Code.FRESH, done.stderr


def test_all_files_that_the_read_me_names_are_there(home: tuple[Path, Nginx]) -> None:
    place, _ = home
    there = {path.relative_to(place / "kit").as_posix() for path in (place / "kit").rglob("*")}
    for language in ("ru", "ky", "en"):
        words = (place / f"kit/read-me.{language}.txt").read_text(encoding="utf-8")
        named = set(re.findall(r"(?<![/.\w])[a-z-]+(?:\.[a-z]{2})?\.(?:sh|php|py|cmd|txt)\b", words))
        assert f"by-hand.{language}.txt" in named
        assert named - there == {"tasks.py", "release.txt"}
        assert len(words.splitlines()) <= 35, "half a page"
    assert {"servers/nginx.conf", "servers/Caddyfile", "servers/apache.conf", "servers/htaccess.txt"} <= there
