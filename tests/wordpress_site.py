"""A real WordPress for tests: Debian's packages, a database of its own on a private socket, pages on loopback.

``apt-get install wordpress wordpress-l10n php-cli php-mysql php-xml mariadb-server`` brings it. WordPress' own importer
is a plugin that neither Debian nor PyPI nor npm has: ``MAGAZINE_WORDPRESS_IMPORTER`` names its folder, the ``src`` of
https://github.com/WordPress/wordpress-importer. Where one is missing the tests are skipped, and say so.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

PACKAGES = "wordpress wordpress-l10n php-cli php-mysql php-xml mariadb-server"
PROGRAM = Path("/usr/share/wordpress")
SCRIPT = Path(__file__).with_suffix(".php")
PLUGIN = "wp-content/plugins/wordpress-importer"
QUIET = ("-d", "display_errors=stderr", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", "-d", "sendmail_path=/bin/true")
PATIENCE = 30  # seconds until a server answers
CONFIGURATION = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s');
define('DB_CHARSET', 'utf8mb4');
define('WPLANG', 'ru_RU');
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
ROUTER = """<?php
$path = __DIR__ . rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (is_file($path)) {
    return false;
}
require __DIR__ . '/index.php';
"""

# WordPress asks no host on loopback but itself; here all hosts are there
NEIGHBOURS = """<?php
add_filter('http_request_host_is_external', '__return_true');
add_filter('http_allowed_safe_ports', fn ($ports, $host, $url) => [parse_url($url, PHP_URL_PORT)], 10, 3);
"""

# Debian has the themes in packages of their own: WordPress' functions, one after the other
THEME = """<!DOCTYPE html>
<html <?php language_attributes(); ?>><head><meta charset="utf-8"><?php wp_head(); ?>
<title><?php echo wp_get_document_title(); ?></title></head><body>
<?php while (have_posts()) { the_post(); the_content(); ?><ol>
<?php wp_list_comments([], get_comments(['post_id' => get_the_ID(), 'status' => 'approve'])); ?></ol><?php } ?>
<?php wp_footer(); ?></body></html>
"""

# the two taxonomies of Polylang that a text belongs to; without them WordPress knows of no language
LANGUAGES = """<?php
add_action('init', function () {
    register_taxonomy('language', ['post', 'page'], ['hierarchical' => false, 'public' => false]);
    register_taxonomy('post_translations', ['post', 'page'], ['hierarchical' => false, 'public' => false]);
});
"""


@dataclass(frozen=True)
class WordPress:
    """One site in Russian."""

    root: Path
    address: str

    def fill(self) -> None:
        """Write something of everything that an old blog may hold; see the PHP."""
        self._ask("fill")

    def spoil(self) -> None:
        """Write an answer from an address with an ampersand: the export that holds it is no XML."""
        self._ask("spoil")

    def empty(self) -> None:
        """Take out all texts, answers, topics and authors."""
        self._ask("empty")

    def export(self, file: Path) -> Path:
        """Write the site's WXR, by WordPress' own ``export_wp()``, to a file."""
        file.write_bytes(self._ask("export"))
        return file

    def take_in(self, file: Path) -> str:
        """Let WordPress' own importer take in a WXR, pictures too; what it says."""
        folder = importer()
        if not (self.root / PLUGIN).exists():
            shutil.copytree(folder, self.root / PLUGIN)
        return str(json.loads(self._ask("take-in", file)))

    def announce(self, text: str) -> str:
        """Publish a text and ping those whom it links to, which may be on loopback; the address of the post."""
        content = self.root / "wp-content"
        (content / "mu-plugins" / "neighbours.php").write_text(NEIGHBOURS, encoding="utf-8")
        (content / "themes" / "plain").mkdir(parents=True, exist_ok=True)
        (content / "themes" / "plain" / "style.css").write_text("/* Theme Name: plain */", encoding="utf-8")
        (content / "themes" / "plain" / "index.php").write_text(THEME, encoding="utf-8")
        return str(json.loads(self._ask("announce", text)))

    def items(self) -> list[dict[str, Any]]:
        """All texts and attachments in any state: id, kind, state, title, name, date, text, answers and so on."""
        return list(json.loads(self._ask("items")))

    def _ask(self, command: str, *words: str | Path) -> bytes:
        done = subprocess.run(
            ["php", *QUIET, SCRIPT, self.root, command, *words], capture_output=True, check=False, cwd=self.root
        )
        said = done.stderr.decode(errors="replace")
        assert done.returncode == 0, f"{command}: {said}\n{done.stdout[-2000:].decode(errors='replace')}"
        assert not said, f"{command}: {said[:2000]}"
        return done.stdout


def importer() -> Path:
    """The folder of WordPress' own importer; where there is none the test is skipped."""
    named = os.environ.get("MAGAZINE_WORDPRESS_IMPORTER")
    for folder in [Path(named)] if named else [PROGRAM / PLUGIN, Path("/var/lib/wordpress") / PLUGIN]:
        if (folder / "wordpress-importer.php").is_file():
            return folder
    pytest.skip(
        "the plugin wordpress-importer is in no package: get https://github.com/WordPress/wordpress-importer and let "
        "MAGAZINE_WORDPRESS_IMPORTER name its folder src"
    )


@contextlib.contextmanager
def wordpress_below(folder: Path) -> Iterator[WordPress]:
    """A new, empty site below a folder, until the end of the block; without the packages the test is skipped."""
    missing = [tool for tool in ("php", "mariadbd", "mariadb-install-db", "mariadb") if not _found(tool)]
    if missing or not PROGRAM.is_dir():
        pytest.skip(f"{', '.join(missing) or PROGRAM} is missing: apt-get install {PACKAGES}")
    root = folder / "wordpress"
    shutil.copytree(PROGRAM, root)
    # the path of a socket has a hundred letters at most
    with tempfile.TemporaryDirectory(prefix="wp-") as short, _database(folder / "database", Path(short)) as place:
        (root / "wp-config.php").write_text(CONFIGURATION % {"socket": place}, encoding="utf-8")
        (root / "router.php").write_text(ROUTER, encoding="utf-8")
        (root / "wp-content" / "mu-plugins").mkdir()
        (root / "wp-content" / "mu-plugins" / "languages.php").write_text(LANGUAGES, encoding="utf-8")
        port = _free_port()
        site = WordPress(root, f"http://127.0.0.1:{port}")
        site._ask("install", site.address)
        with _running(
            "php", *QUIET, "-S", f"127.0.0.1:{port}", "-t", root, root / "router.php", log=folder / "php.log"
        ):
            _wait(lambda: urlopen(f"{site.address}/readme.html").close(), folder / "php.log")
            yield site


@contextlib.contextmanager
def _database(data: Path, short: Path) -> Iterator[Path]:
    """The socket of a database that nobody else can reach."""
    place, log = short / "s", data.with_suffix(".log")
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    with log.open("wb") as file:
        making = [_found("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db"]
        making += ["--auth-root-authentication-method=normal", *as_root]
        subprocess.run([str(word) for word in making], stdout=file, stderr=file, check=True)
    serving = ["--no-defaults", f"--datadir={data}", f"--socket={place}", f"--pid-file={short / 'pid'}", *as_root]
    serving += ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"]
    with _running(_found("mariadbd"), *serving, log=log):
        asking = ["mariadb", "--no-defaults", f"--socket={place}", "--user=root", "--execute=CREATE DATABASE wordpress"]
        _wait(lambda: subprocess.run(asking, check=True, capture_output=True), log)
        yield place


@contextlib.contextmanager
def _running(*command: str | Path | None, log: Path) -> Iterator[None]:
    """A process until the end of the block."""
    with log.open("ab") as file:
        process = subprocess.Popen([str(word) for word in command], stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(question: Callable[[], object], log: Path) -> None:
    """Ask until there is an answer."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            question()
        except (OSError, subprocess.CalledProcessError) as error:
            if time.monotonic() > end:
                pytest.fail(f"{error}\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        else:
            return


def _found(tool: str) -> str | None:
    """The path of a program; servers lie where not everybody looks."""
    return shutil.which(tool, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
