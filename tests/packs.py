"""Sources of packs for the tests, and a real web server that mirrors have: ranges, and a list of what was asked."""

import contextlib
import datetime as dt
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from intake_server import free_port, until
from test_kit_presets import answers
from toolbox import need

from magazine.release.packs.source import Source

DATE = dt.date(2026, 3, 1)
SITE = "https://magazine.example.org/"


def source_of(folder: Path, seq: int = 42, site: str = SITE, mirrors: tuple[str, ...] = ()) -> Source:
    """All files of a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    return Source(folder, files, seq, DATE, site, mirrors)


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder, with these files in it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@contextlib.contextmanager
def nginx(site: Path) -> Iterator[tuple[str, Path]]:
    """Its address and its log: the bytes that it sent for each request, one a line."""
    own = Path(tempfile.mkdtemp(prefix="magazine-packs-"))
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {own}/{name};" for name in kinds)
    (own / "nginx.conf").write_text(
        f"pid {own}/pid; user root; error_log {own}/error.log; events {{}}\n"
        f"http {{ log_format sent '$body_bytes_sent $status'; access_log {own}/sent.log sent; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port}; root {site}; }} }}\n"
    )
    command = [need("nginx"), "-p", str(own), "-c", str(own / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        (site / "ready").write_bytes(b"")
        assert until(lambda: answers(f"http://127.0.0.1:{port}/ready")), (own / "error.log").read_text()
        yield f"http://127.0.0.1:{port}/", own / "sent.log"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(own)


def sent(log: Path) -> int:
    """All bytes of bodies that a server sent."""
    return sum(int(line.split()[0]) for line in log.read_text().splitlines())
