"""A real nginx on loopback with the files of a folder: ranges, entity tags, gzip; it counts the bytes that it sends."""

import contextlib
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake_server import free_port, until
from toolbox import need

KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SETTINGS = """
pid {own}/pid;
error_log {own}/error.log;
worker_processes 1;
daemon off;
user root;
events {{}}
http {{
    types {{ text/html html; application/atom+xml xml; text/plain txt minisig; image/jpeg jpg; }}
    default_type application/octet-stream;
    gzip on; gzip_types text/plain application/atom+xml; gzip_min_length 200; gzip_comp_level 6;
    log_format sizes '$request_length $bytes_sent $request_uri';
    access_log {own}/sizes sizes;
    {temporary}
    server {{ listen 127.0.0.1:{port}; server_tokens off; root {site}; }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running server: its ``address`` and what it wrote down."""

    address: str
    own: Path

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [line.split()[2] for line in self._lines]

    @property
    def on_the_wire(self) -> int:
        """Bytes of all requests and answers so far."""
        return sum(int(number) for line in self._lines for number in line.split()[:2])

    @property
    def _lines(self) -> list[str]:
        return (self.own / "sizes").read_text().splitlines()


@contextlib.contextmanager
def nginx_below(site: Path) -> Iterator[Nginx]:
    """The server of a folder, until the end of the block."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="magazine-nginx-") as folder:
        own = Path(folder)
        temporary = "".join(f"{kind}_temp_path {own}/{kind}; " for kind in KINDS)
        (own / "nginx.conf").write_text(SETTINGS.format(own=own, port=port, site=site, temporary=temporary))
        process = subprocess.Popen([need("nginx"), "-p", folder, "-c", str(own / "nginx.conf")], stderr=subprocess.PIPE)
        address = f"http://127.0.0.1:{port}/"
        try:
            until(lambda: _answers(address) or process.poll() is not None)
            assert process.poll() is None, process.stderr.read()
            (own / "sizes").write_text("")
            yield Nginx(address, own)
        finally:
            process.terminate()
            process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
