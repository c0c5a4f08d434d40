"""The folder for partners: scripts that work as they are, since address and keys are filled in."""

import os
import subprocess
from pathlib import Path

import pytest
from nginx_server import nginx_below
from releases import Press, first_keys, pinned
from toolbox import need

from magazine.kit import folder
from magazine.kit.presets import Preset

SITE = "https://magazine.example.org/"
PRESET = Preset("magazine.example.org", ("https://intake.example.org/",))


def put(kit: Path, site: str = SITE) -> None:
    for name, data in folder.files(site, pinned(), PRESET).items():
        (kit / name).parent.mkdir(parents=True, exist_ok=True)
        (kit / name).write_bytes(data)


def test_address_and_keys_are_in_every_script_and_text() -> None:
    files = folder.files(SITE, pinned(), PRESET)
    words = [f"read-me.{code}.txt" for code in ("ru", "ky", "en")]
    for name in ("verify.sh", "verify.py", "sync.sh", "sync.php", *words):
        text = files[name].decode()
        assert all(root in text for root in pinned()), name
        assert (SITE in text) == (not name.startswith("verify")), name
        assert "@SITE@" not in text
    assert b"\r\n" in files["verify.cmd"]
    assert b"ROOT=ssh-ed25519 AAAA" in files["verify.cmd"]
    assert {"servers/nginx.conf", "servers/Caddyfile", "servers/htaccess.txt"} <= files.keys()


def test_it_is_the_same_each_time_and_needs_no_key() -> None:
    assert folder.files(SITE, pinned(), PRESET) == folder.files(SITE, pinned(), PRESET)
    assert folder.files(SITE, (), PRESET)


@pytest.mark.judge
@pytest.mark.slow
@pytest.mark.parametrize("program", ["sh", "php"])
def test_a_partner_needs_nothing_but_a_folder(program: str, tmp_path: Path) -> None:
    Press(first_keys()).print(tmp_path / "a", 42)
    tmp_path.chmod(0o755)
    with nginx_below(tmp_path / "a") as server:
        put(tmp_path / "kit", server.address)
        script = {"sh": "sync.sh", "php": "sync.php"}[program]
        names = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        command = [need(program), str(tmp_path / "kit" / script), str(tmp_path / "copy")]
        subprocess.run(command, env=names, check=True, stdout=subprocess.DEVNULL, timeout=60)
    for command in (["sh", "verify.sh"], ["python3", "-I", "verify.py"]):
        done = [command[0], *command[1:-1], str(tmp_path / "kit" / command[-1]), str(tmp_path / "copy/current/")]
        subprocess.run(done, env=names, check=True, stdout=subprocess.DEVNULL, timeout=60)
