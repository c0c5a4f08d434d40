"""The settings for web servers, each by the real server on loopback."""

import gzip
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_server import free_port, until
from test_gate_rules import INTAKE, SCRIPT, page, picture, source
from toolbox import need

from magazine.kit.presets import FRESH, LASTING, Preset, texts

pytestmark = pytest.mark.judge
ONION = f"http://{'a' * 56}.onion"
PRESET = Preset("magazine.example.org", (INTAKE,), (source(SCRIPT),), ONION)
MODULES = ("mpm_event", "authz_core", "dir", "mime", "headers", "rewrite", "setenvif", "deflate", "filter", "autoindex")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
FILES = {
    "index.html": page("<p>Зонт</p>").encode(),
    "404.html": page("<p>Нет</p>").encode(),
    "robots.txt": "Зонт".encode(),
    "feeds/all.xml": b"<feed/>",
    "sitemap.xml": b"<urlset/>",
    "a.jpg": picture(),
    "a.webp": picture("WEBP"),
    "releases/7/magazine-7.zip": b"PK",
    "releases/7/magazine-7.zip.minisig": b"untrusted comment: a\n",
    "releases/7/a.zim": b"ZIM",
    "releases/7/a.torrent": b"d",
    "kit/sync.php": b"<?php echo 6*7;",
    "kit/sync.sh": b"#!/bin/sh\n",
    ".git/config": b"[user]\n",
    "ready.html": b"plain",
    "ready.html.gz": gzip.compress(b"packed"),
}
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    "a.webp": "image/webp",
    "feeds/all.xml": "application/atom+xml; charset=utf-8",
    "sitemap.xml": "application/xml; charset=utf-8",
    "a.jpg": "image/jpeg",
    "releases/7/magazine-7.zip": "application/zip",
    "kit/sync.sh": "text/plain; charset=utf-8",
    "releases/7/magazine-7.zip.minisig": "text/plain; charset=utf-8",
    "releases/7/a.zim": "application/octet-stream",
    "releases/7/a.torrent": "application/x-bittorrent",
    "kit/sync.php": "text/plain; charset=utf-8",
}


def nginx(folder: Path, site: Path, port: int) -> list[str]:
    shipped = texts(PRESET)["nginx.conf"].replace("/var/www/magazine", str(site)).replace("listen [::]:80;", "")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    logs = f"error_log {folder}/error.log info;\nevents {{}}\nhttp {{\naccess_log {folder}/access.log;\n"
    whole = f"pid {folder}/pid;\n{logs}"
    (folder / "nginx.conf").write_text(
        f"{whole}{temporary}{shipped.replace('listen 80', f'listen 127.0.0.1:{port}')}}}\n"
    )
    return [need("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def apache(folder: Path, site: Path, port: int) -> list[str]:
    shipped = texts(PRESET)
    (site / ".htaccess").write_text(shipped["htaccess.txt"])
    loaded = "".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n" for name in MODULES)
    host = shipped["apache.conf"].replace("/var/www/magazine", str(site)).replace("*:80", f"127.0.0.1:{port}")
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nListen 127.0.0.1:{port}\nServerName localhost\n{loaded}{user}"
        f"ErrorLog {folder}/error.log\nTypesConfig /etc/mime.types\n"
        f"<Directory />\nRequire all denied\n</Directory>\n{host}"
    )
    return [need("apache2"), "-f", str(folder / "apache.conf"), "-X"]


def caddy(folder: Path, site: Path, port: int) -> list[str]:
    shipped = texts(PRESET)["Caddyfile"].replace("/var/www/magazine", str(site))
    plain = shipped.replace(f"{PRESET.host} {{", f"http://127.0.0.1:{port} {{").replace(
        "{\n\tlog", "{\n\tadmin off\n\tlog", 1
    )
    (folder / "Caddyfile").write_text(plain)
    return [need("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


SERVERS = {"nginx": nginx, "apache": apache, "caddy": caddy}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def asked(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        answer = urllib.request.build_opener(Stay).open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def answers(address: str) -> bool:
    try:
        return asked(address)[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """The address of a server and the folder of all that it writes; others may read it: servers drop their rights."""
    folder = Path(tempfile.mkdtemp(prefix="magazine-presets-"))
    folder.chmod(0o755)
    site, own = folder / "site", folder / "own"
    own.mkdir()
    for name, data in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)
    port = free_port()
    command = SERVERS[request.param](own, site, port)
    environment = {**os.environ, "HOME": str(own), "XDG_DATA_HOME": str(own), "XDG_CONFIG_HOME": str(own)}
    with (own / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        try:
            until(lambda: answers(f"http://127.0.0.1:{port}/index.html") or process.poll() is not None)
            assert process.poll() is None, (own / "said.txt").read_text()
            yield f"http://127.0.0.1:{port}/", own
        finally:
            process.terminate()
            process.wait(10)
            shutil.rmtree(folder)


def test_every_answer_guards_its_reader(server: tuple[str, Path]) -> None:
    for name, status in (("index.html", 200), ("a.jpg", 200), ("missing.html", 404), ("feeds/all.xml", 200)):
        found, headers, _ = asked(server[0] + name)
        assert found == status, name
        assert headers["referrer-policy"] == "no-referrer", name
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["x-frame-options"] == "DENY", name
        assert headers["content-security-policy"] == PRESET.policy, name
        assert "set-cookie" not in headers
        assert not re.search(r"\d", headers.get("server", "")) or "Apache" in headers["server"]


@pytest.mark.parametrize("name", TYPES)
def test_every_file_has_its_type_and_stays_as_it_is(server: tuple[str, Path], name: str) -> None:
    status, headers, body = asked(server[0] + name)
    assert (status, headers["content-type"].lower(), body) == (200, TYPES[name], FILES[name])


def test_numbered_files_last_and_all_else_is_asked_for_again(server: tuple[str, Path]) -> None:
    assert asked(server[0] + "releases/7/magazine-7.zip")[1]["cache-control"] == LASTING
    status, headers, _ = asked(server[0] + "index.html")
    assert (status, headers["cache-control"]) == (200, FRESH)
    again, _, body = asked(server[0] + "index.html", If_None_Match=headers["etag"])
    assert (again, body) == (304, b"")


def test_texts_are_compressed_and_ready_files_sent_as_they_are(server: tuple[str, Path]) -> None:
    status, headers, body = asked(server[0] + "index.html", Accept_Encoding="gzip")
    assert (status, headers["content-encoding"], gzip.decompress(body)) == (200, "gzip", FILES["index.html"])
    status, headers, body = asked(server[0] + "ready.html", Accept_Encoding="gzip")
    assert (status, headers.get("content-encoding"), body) == (200, "gzip", FILES["ready.html.gz"])
    assert headers["content-type"].startswith("text/html")
    assert "accept-encoding" in headers["vary"].lower()
    assert asked(server[0] + "ready.html")[2] == b"plain"


def test_the_onion_address_of_each_page_is_named(server: tuple[str, Path]) -> None:
    assert asked(server[0] + "feeds/all.xml")[1]["onion-location"] == f"{ONION}/feeds/all.xml"


def test_nothing_hidden_is_shown_and_no_folder_is_listed(server: tuple[str, Path]) -> None:
    assert asked(server[0] + ".git/config")[0] == 404
    status, _, body = asked(server[0] + "releases/7/")
    assert status in (200, 403, 404)
    assert b"magazine-7" not in body
    status, _, body = asked(server[0] + "missing.html")
    assert (status, body) == (404, FILES["404.html"])


def test_no_reader_is_written_down(server: tuple[str, Path]) -> None:
    asked(server[0] + "index.html?canary=umbrella")
    asked(server[0] + "canary-umbrella.html")
    written = b"".join(path.read_bytes() for path in server[1].rglob("*") if path.is_file())
    assert b"umbrella" not in written


def test_without_an_onion_address_none_is_named() -> None:
    for text in texts(Preset("magazine.example.org")).values():
        assert "nion" not in text
        assert "@" not in re.sub(r"(?m)@\w+ (?:path|not)|(?:header|error|file_server) @\w+", "", text)


WRONG: list[dict[str, object]] = [
    {"host": 'a"; }'}, {"intakes": ("https://a.example/ *",)}, {"intakes": ("ftp://a/",)}, {"folder": "a"},
    {"scripts": ("'unsafe-inline'",)}, {"onion": "http://a.onion"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_would_change_the_settings_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Preset(**{"host": "magazine.example.org", **wrong})
