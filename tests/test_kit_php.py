"""PHP alone, as on cheap hosting: its own server shows the magazine, and another is called by address to copy it."""

import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from intake_server import free_port, until
from releases import PAGES, Press, first_keys, pinned
from test_kit_sync import follow, live, run
from toolbox import need

from magazine.kit import folder as kit
from magazine.kit.presets import Preset
from magazine.release.codes import Code

pytestmark = [pytest.mark.judge, pytest.mark.slow]
SECRET = "dvadtsat-bukv-dlia-cron"


@contextmanager
def served_by_php(folder: Path, *more: str, **settings: str) -> Iterator[str]:
    """The address of a folder that ``php -S`` serves."""
    port = free_port()
    given = [word for name, value in settings.items() for word in ("-d", f"{name}={value}")]
    command = [need("php"), *given, "-S", f"127.0.0.1:{port}", "-t", str(folder), *more]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(port))
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("program", ["php", "dash"])
def test_a_copy_of_what_php_serves(program: str, tmp_path: Path) -> None:
    folder, copy = tmp_path / "site", tmp_path / "copy"
    pages = {**PAGES, "kit/read-me.en.txt": "x", "kit/servers/Caddyfile": "x", ".nojekyll": "\n", "a,b (1).txt": "x"}
    Press(first_keys()).print(folder, 42, pages)
    with served_by_php(folder) as address:
        done = run(program, copy, address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert live(copy) == {one.relative_to(folder).as_posix(): one.read_bytes() for one in files(folder)}
        assert run(program, copy, address).returncode == 0
        old = live(copy)
        follow(folder, 43, {**pages, "index.html": "2"})
        (folder / "index.html").write_text("3")
        assert run(program, copy, address).returncode == Code.CHANGED
        assert live(copy) == old
        (folder / "index.html").write_text("2")
        assert run(program, copy, address).returncode == 0
        assert live(copy)["index.html"] == b"2"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("program", ["php", "dash"])
def test_an_upstream_that_runs_the_kit_instead_of_sending_it_is_told(program: str, tmp_path: Path) -> None:
    """As hosting does where the settings of the kit are not taken over: what it says is not what was signed."""
    folder, copy = tmp_path / "site", tmp_path / "copy"
    Press(first_keys()).print(folder, 42, {**PAGES, "kit/sync.php": "<?php echo 'run';"})
    with served_by_php(folder) as address:
        done = run(program, copy, address)
    assert done.returncode == Code.CHANGED
    assert "kit/sync.php" in done.stdout + done.stderr
    assert live(copy) == {}


@pytest.mark.parametrize("curl", ["with curl", "without curl"])
def test_it_is_called_by_address_with_the_secret_alone(curl: str, tmp_path: Path) -> None:
    site, web, copy = tmp_path / "site", tmp_path / "web", tmp_path / "copy"
    Press(first_keys()).print(site, 42)
    web.mkdir()
    settings = {"disable_functions": "curl_exec"} if curl == "without curl" else {}
    with served_by_php(site) as address, served_by_php(web, **settings) as called:
        script = kit.files(address, pinned(), Preset("magazine.example.org"))["sync.php"].decode()
        for blank, filled in (("$folder = ''", f"$folder = '{copy}'"), ("$secret = ''", f"$secret = '{SECRET}'")):
            assert script.count(blank) == 1
            script = script.replace(blank, filled)
        (web / "sync.php").write_text(script, encoding="utf-8")
        for query in ("", "?secret=", "?secret=another-word-of-20-letters", "?secret[]=x", "?go"):
            assert got(f"{called}sync.php{query}") == (404, ""), query
        assert not copy.exists()
        status, said = got(f"{called}sync.php?secret={SECRET}")
        assert (status, "42-" in said) == (200, True), said
        assert live(copy)["index.html"] == PAGES["index.html"].encode()
        follow(site, 43, {**PAGES, "index.html": "2"})
        shutil.move(site / "index.html", tmp_path / "index.html")
        assert got(f"{called}sync.php?secret={SECRET}")[0] == 500
        assert live(copy)["index.html"] == PAGES["index.html"].encode()
        shutil.move(tmp_path / "index.html", site / "index.html")
        assert got(f"{called}sync.php?secret={SECRET}")[0] == 200
        assert live(copy)["index.html"] == b"2"


def got(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
