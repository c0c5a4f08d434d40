"""The servers that let the world in, as they are set up in ``docs/intake/``: real ones, and what they write."""

import contextlib
import os
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from intake_server import NO_LIMITS, ROOT, TOKEN, IntakeServer, form, free_port, kept, running, until
from test_intake_canaries import ADDRESS, PLACES, canary, found_in_files, headers
from toolbox import need, run

pytestmark = [pytest.mark.slow, pytest.mark.judge]
SHIPPED = ROOT / "docs" / "intake"
INTAKE = "127.0.0.1:8010"


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    """The shipped servers without their certificate, at a port of ours."""
    shipped = (SHIPPED / "nginx.conf").read_text(encoding="utf-8").replace(INTAKE, f"127.0.0.1:{upstream}")
    plain = re.sub(r"(?m)^\s*(ssl_|listen \[).*\n", "", shipped.split("server {\n    listen 80;")[0])
    plain = plain.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log info;\nevents {{}}\n"
        f"http {{\naccess_log {folder}/access.log;\n{temporary}{plain}\n}}\n"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    return [need("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    shipped = (SHIPPED / "Caddyfile").read_text(encoding="utf-8").replace(INTAKE, f"127.0.0.1:{upstream}")
    plain = shipped.replace("intake.example.org {", f"http://127.0.0.1:{port} {{")
    plain = plain.replace("output discard\n\t}\n", "output discard\n\t}\n\tadmin off\n")
    (folder / "Caddyfile").write_text(plain, encoding="utf-8")
    return [need("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


FRONTS = {"nginx": nginx, "caddy": caddy}


@contextlib.contextmanager
def front(name: str, folder: Path, upstream: int) -> Iterator[str]:
    """The address of a server in front of the port ``upstream``; all that it says is in ``said.txt``."""
    folder.mkdir()
    port = free_port()
    command = FRONTS[name](folder, port, upstream)
    with (folder / "said.txt").open("wb") as said:
        environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    try:
        assert until(lambda: accepts(port)), (folder / "said.txt").read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def post(address: str, fields: dict[str, str]) -> int:
    request = urllib.request.Request(address, urlencode(fields).encode(), headers())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("name", FRONTS)
def test_nothing_of_a_reader_is_written_in_front(tmp_path: Path, name: str) -> None:
    need(name)
    with (
        running(tmp_path / "intake", environment=NO_LIMITS) as server,
        front(name, tmp_path / "front", server.port) as at,
    ):
        for _ in range(20):
            assert post(at, form(canary("text"), name=canary("name"))) == 200
        assert post(at, form(canary("text") * 300)) == 200  # longer than the usual buffers
        assert post(at, form("ө" * 30_000 + canary("text"))) == 413
        assert post(f"{at}nothing?{canary('query')}", form(canary("text"))) == 404
        fetched = urllib.request.Request(f"{at}queue", headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(fetched, timeout=20) as answer:
            assert answer.status == 200
        assert len(kept(server.spool)) == 21
        server.end()  # errors are what a server likes to write most
        assert post(at, form(canary("failed"))) in (502, 503, 504)
    written = [path for path in (tmp_path / "front").rglob("*") if path.is_file()]
    assert found_in_files(tmp_path.rglob("*"), 0) == []
    assert not any(ADDRESS in path.read_text(errors="replace") for path in written)
    assert not any("POST" in path.read_text(errors="replace") for path in written)


@pytest.mark.parametrize("name", FRONTS)
def test_nothing_of_a_reader_is_passed_on(tmp_path: Path, name: str) -> None:
    """What reaches the intake is the answer alone."""
    need(name)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                with contextlib.suppress(TimeoutError):
                    while b"text=" not in b"".join(heard):
                        heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with front(name, tmp_path / "front", listening.getsockname()[1]) as at:
            assert post(at, form("a")) == 200
        thread.join()
    said = b"".join(heard).decode()
    assert "Content-Type: application/x-www-form-urlencoded" in said
    for place in PLACES:
        assert canary(place) not in said
    assert "127.0.0.1" not in said
    assert "orwarded" not in said


def test_the_unit_is_what_systemd_understands(tmp_path: Path) -> None:
    analyze = need("systemd-analyze")
    unit = tmp_path / "magazine-intake.service"
    shipped = (SHIPPED / unit.name).read_text(encoding="utf-8")
    unit.write_text(shipped.replace("/opt/magazine/.venv/bin/python", "/bin/true"), encoding="utf-8")
    said = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    told = subprocess.run([analyze, "security", "--offline=true", unit], capture_output=True, text=True, check=False)
    exposure = float(re.search(r"exposure level.*: ([\d.]+)", told.stdout)[1])
    assert exposure < 2


def test_the_onion_service_is_what_tor_understands(tmp_path: Path) -> None:
    shipped = (SHIPPED / "torrc").read_text(encoding="utf-8").replace("/var/lib/tor", str(tmp_path))
    (tmp_path / "torrc").write_text(shipped, encoding="utf-8")
    tmp_path.chmod(0o700)
    assert "valid" in run(
        need("tor"), "--verify-config", "-f", tmp_path / "torrc", "--DataDirectory", tmp_path / "data"
    )


def test_the_pages_about_it_name_what_there_is() -> None:
    for name in ("README.md", "README.ru.md"):
        text = (SHIPPED / name).read_text(encoding="utf-8")
        for address in re.findall(r"\]\(([^):]+)\)", text):
            assert (SHIPPED / address).exists()


def test_the_search_would_find_a_log(tmp_path: Path) -> None:
    """With the usual log the same search finds the words: so the silence above means something."""
    need("nginx")
    server: IntakeServer
    with running(tmp_path / "intake", environment=NO_LIMITS) as server:
        folder = tmp_path / "front"
        original = FRONTS["nginx"]
        FRONTS["nginx"] = lambda *at: _with_log(original(*at), folder)
        try:
            with front("nginx", folder, server.port) as at:
                post(f"{at}?{canary('query')}", form("a"))
        finally:
            FRONTS["nginx"] = original
    assert found_in_files(folder.rglob("*"), 0)


def _with_log(command: list[str], folder: Path) -> list[str]:
    path = folder / "nginx.conf"
    path.write_text(path.read_text(encoding="utf-8").replace("access_log off;", ""), encoding="utf-8")
    return command
