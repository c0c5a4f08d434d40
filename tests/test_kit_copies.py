"""What the kit tells to type works as it stands: signatures by hand, copies by ordinary programs, all links alive."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import html5lib
import pytest
from nginx_server import Nginx, nginx_below
from releases import SCENES, Press, first_keys, pinned, prev
from site_files import ADDRESSES, Site
from test_kit_sync import run
from toolbox import need, told

import magazine.kit
from magazine.kit import folder as kit
from magazine.kit.presets import Preset
from magazine.release import sums
from magazine.release.codes import Code

pytestmark = [pytest.mark.judge, pytest.mark.slow]
VERIFY = Path(magazine.kit.__file__).parent / "scripts" / "verify.sh"
PRESET = Preset("magazine.example.org")
MINISIGN, SSH, OPENSSL, WHOLE, RSYNC, LIST, WGET, HTTRACK = "A1", "A2", "A3", "B", "C1", "C2", "C3", "C4"
ARCHIVE = "an archive"
MODULE = "rsync://mirror.example.org/magazine/"  # stands in the text for a mirror's address
EDITED = "magazine/2008-12/the-report.html"


def instructions(site: str, language: str = "en") -> dict[str, str]:
    """What is to be typed, by section; lines that stand to the right."""
    found: dict[str, list[str]] = {}
    letter = number = ""
    for line in kit.files(site, pinned(), PRESET)[f"by-hand.{language}.txt"].decode().splitlines():
        if line.startswith("    "):
            found.setdefault(letter + number, []).append(line)
        elif re.match(r"[ABC]\. ", line):
            letter, number = line[0], ""
        elif re.match(r"[1-4][. ]", line):
            number = line[0]
    *found[WHOLE], one, other = found[WHOLE]
    found[ARCHIVE] = [one, other]
    return {section: "\n".join(lines) for section, lines in found.items()}


def typed(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell says to it that ends at the first command that fails."""
    names = {"PATH": os.environ["PATH"], "LC_ALL": "C", "copy": str(folder / "copy"), **environment}
    return subprocess.run(
        [need("dash"), "-e", "-c", script], cwd=folder, env=names, capture_output=True, encoding="utf-8", check=False,
        timeout=60,
    )  # fmt: skip


def verified(copy: Path) -> subprocess.CompletedProcess[str]:
    need("minisign")
    command = ["sh", str(VERIFY), *(word for root in pinned() for word in ("--root", root)), str(copy)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)


def broken_links(copy: Path) -> list[str]:
    """The relative links of all pages that lead to no file, in whatever attribute they stand."""
    found = []
    for page in sorted(copy.rglob("*.html")):
        for element in html5lib.parse(page.read_bytes(), treebuilder="lxml", namespaceHTMLElements=False).iter():
            for name in ADDRESSES if isinstance(element.tag, str) else ():
                value = element.get(name, "")
                words = [one.split()[0] for one in value.split(",")] if name == "srcset" and value else [value]
                for word in words:
                    path = word.partition("#")[0].partition("?")[0]
                    is_ours = path and not re.match(r"[a-z][a-z0-9+.-]*:|//", path)
                    if is_ours and not (page.parent / path).is_file():
                        found.append(f"{page.relative_to(copy)}: {word}")
    return found


@dataclass(frozen=True)
class Printed:
    """The whole magazine as a release, and the server that shows it below a path."""

    folder: Path
    server: Nginx

    @property
    def address(self) -> str:
        return f"{self.server.address}a/b/"

    def edit(self) -> None:
        """The next release, with a word more on one page, and everything else as it was."""
        before = {path: (path.read_bytes(), path.stat()) for path in self.folder.rglob("*") if path.is_file()}
        with (self.folder / EDITED).open("a", encoding="utf-8") as page:
            page.write("<!-- слово -->\n")
        Press(first_keys()).print(self.folder, 43, {}, prev=prev(self.folder), changed=(EDITED,))
        for path, (data, state) in before.items():
            same = path.read_bytes() == data
            os.utime(path, (state.st_mtime, state.st_mtime) if same else (state.st_mtime + 120, state.st_mtime + 120))

    def bytes(self) -> dict[str, bytes]:
        return files(self.folder)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def printed(site: Site, tmp_path: Path) -> Iterator[Printed]:
    tmp_path.chmod(0o755)
    folder = tmp_path / "server/a/b"
    shutil.copytree(site.root, folder)
    Press(first_keys()).print(folder, 42, {})
    long_ago = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    with nginx_below(tmp_path / "server") as server:
        yield Printed(folder, server)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a small release in it, named ``copy``."""
    Press(first_keys()).print(tmp_path / "copy", 42)
    return tmp_path


def test_the_commands_are_the_same_in_each_language() -> None:
    every = [instructions("https://magazine.example.org/", language) for language in ("ru", "ky", "en")]
    assert every[0].keys() == {"", MINISIGN, SSH, OPENSSL, WHOLE, ARCHIVE, RSYNC, LIST, WGET, HTTRACK}
    assert every[0] == every[1] == every[2]
    assert "@" not in "".join(every[0].values()).replace("$@", "")


@pytest.mark.parametrize(("section", "tool"), [(MINISIGN, "minisign"), (SSH, "ssh-keygen"), (OPENSSL, "openssl")])
def test_a_signature_is_verified_by_hand_with_one_tool(section: str, tool: str, desk: Path) -> None:
    script = instructions("https://magazine.example.org/")[section]
    (desk / "bin").mkdir()
    for name in ("cat", "echo", "head", "sed", "tail", "tr", tool):
        (desk / "bin" / name).symlink_to(need(name))
    done = typed(script, desk, PATH=str(desk / "bin"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("section", [MINISIGN, SSH, OPENSSL])
@pytest.mark.parametrize("file", ["keys.txt", "release.txt"])
def test_a_changed_file_is_refused_by_hand(section: str, file: str, desk: Path) -> None:
    data = (desk / "copy" / file).read_bytes()
    (desk / "copy" / file).write_bytes(data.replace(b"expires 20", b"expires 21", 1))
    assert typed(instructions("https://magazine.example.org/")[section], desk).returncode != 0


@pytest.mark.parametrize("section", [MINISIGN, SSH, OPENSSL])
def test_who_is_not_of_the_magazine_is_refused_by_hand(section: str, desk: Path) -> None:
    script = instructions("https://magazine.example.org/")[section]
    Press(first_keys(), holders=("stranger",), ssh_holders=("stranger",)).print(desk / "copy", 42)
    assert typed(script, desk).returncode != 0
    Press(first_keys(), root="stranger").print(desk / "copy", 42)
    assert typed(script, desk).returncode != 0


@pytest.mark.parametrize("section", [MINISIGN, OPENSSL])
def test_a_changed_remark_of_a_signature_is_refused_by_hand(section: str, desk: Path) -> None:
    """It repeats number and days, and whoever reads it alone must be able to rely on it."""
    path = desk / "copy/release.txt.minisig"
    path.write_text(path.read_text().replace("seq:42", "seq:43"))
    assert typed(instructions("https://magazine.example.org/")[section], desk).returncode != 0


def test_what_is_missing_changed_mixed_or_added_is_found_by_hand(desk: Path) -> None:
    script = instructions("https://magazine.example.org/")[WHOLE]
    done = typed(script, desk)
    assert done.returncode == 0, done.stderr
    own = sorted(name for name in files(desk / "copy") if sums.is_own(name))
    assert sorted(set(done.stdout.splitlines()) & files(desk / "copy").keys()) == own
    assert "seq 42" in done.stdout.splitlines()
    (desk / "copy/ru/sign.html").write_text("<form>")
    assert "ru/sign.html" in typed(script, desk).stdout.splitlines()
    for name, data in (("index.html", b"x"), (sums.SUMS, b"x"), (sums.KEYS, b"x")):
        before = (desk / "copy" / name).read_bytes()
        (desk / "copy" / name).write_bytes(data)
        assert typed(script, desk).returncode != 0, name
        (desk / "copy" / name).write_bytes(before)
    (desk / "copy/index.html").unlink()
    assert typed(script, desk).returncode != 0


def test_busybox_reads_the_list_without_what_only_gnu_knows(desk: Path) -> None:
    need("busybox")
    script = instructions("https://magazine.example.org/")[WHOLE].replace(" --strict --quiet", "")
    script = script.replace("sha256sum ", "busybox sha256sum ")
    assert typed(script, desk).returncode == 0
    (desk / "copy/index.html").write_text("x")
    assert typed(script, desk).returncode != 0


def test_an_archive_is_proven_by_its_hash(tmp_path: Path) -> None:
    scene = SCENES["packs"](tmp_path)
    name = scene.folder / "releases/42/all-42.zip"
    script = instructions("https://magazine.example.org/")[ARCHIVE].replace("magazine-42.zip", str(name))
    assert "all-42.zip" in typed(script, tmp_path, copy=str(scene.folder)).stdout
    name.write_bytes(b"PK43")
    assert typed(script, tmp_path, copy=str(scene.folder)).returncode != 0


@contextmanager
def rsync_daemon(folder: Path, own: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = own / "rsyncd.conf"
    settings.write_text(f"use chroot = no\naddress = 127.0.0.1\n[magazine]\npath = {folder}\nread only = yes\n")
    process = subprocess.Popen([need("rsync"), "--daemon", "--no-detach", f"--port={port}", f"--config={settings}"])
    try:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"rsync://127.0.0.1:{port}/magazine/"
    finally:
        process.terminate()
        process.wait()


def test_a_copy_by_rsync_opens_and_the_next_one_moves_what_changed(printed: Printed, tmp_path: Path) -> None:
    with rsync_daemon(printed.folder, tmp_path) as address:
        script = instructions(printed.address)[RSYNC].replace(MODULE, address).replace("rsync ", "rsync --stats ")
        assert typed(script, tmp_path).returncode == 0
        copy = tmp_path / "magazine"
        assert files(copy) == printed.bytes()
        assert (problems := broken_links(copy)) == [], told(problems)
        assert verified(copy).returncode == Code.FRESH
        (copy / "old.html").write_text("what the magazine has removed")
        printed.edit()
        done = typed(script, tmp_path)
    assert verified(copy).returncode == Code.FRESH, verified(copy).stderr
    moved = {name: int(number.replace(",", "")) for name, number in re.findall(r"(.+?): ([\d,]+)", done.stdout)}
    assert moved["Number of regular files transferred"] == 5, "the page, the list, the note, its two signatures"
    assert moved["Total bytes received"] + moved["Total bytes sent"] < 20_000


def test_a_copy_by_wget_opens_and_the_next_one_moves_what_changed(printed: Printed, tmp_path: Path) -> None:
    for tool in ("curl", "wget"):
        need(tool)
    told_to = instructions(printed.address)
    script = f"{told_to[LIST]}\n{told_to[WGET]}"
    done = typed(script, tmp_path)
    assert done.returncode == 0, done.stderr
    copy, whole = tmp_path / "magazine", printed.server.on_the_wire
    assert files(copy) == printed.bytes()
    assert (problems := broken_links(copy)) == [], told(problems)
    assert verified(copy).returncode == Code.FRESH
    printed.edit()
    (printed.folder / "robots.txt").unlink()
    Press(first_keys()).print(printed.folder, 44, {})
    assert typed(script, tmp_path).returncode == 0
    assert verified(copy).returncode == Code.ADDED, "what was removed stays, and a check tells it"
    (copy / "robots.txt").unlink()
    assert verified(copy).returncode == Code.FRESH
    assert printed.server.on_the_wire - whole < whole / 10


def test_a_copy_by_httrack_keeps_every_byte_and_opens(printed: Printed, tmp_path: Path) -> None:
    for tool in ("curl", "httrack"):
        need(tool)
    told_to = instructions(printed.address)
    script = f"{told_to[LIST]}\n{told_to[HTTRACK]}"
    place = kit.files(printed.address, (), PRESET)["by-hand.en.txt"].decode()
    copy = tmp_path / re.search(r"is then in (httrack/\S+)", place)[1]
    done = typed(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert files(copy) == printed.bytes()
    assert (problems := broken_links(copy)) == [], told(problems)
    assert verified(copy).returncode == Code.FRESH
    printed.edit()
    assert typed(script, tmp_path).returncode == 0
    assert verified(copy).returncode == Code.FRESH, verified(copy).stderr
    assert files(copy)[EDITED] == printed.bytes()[EDITED]


@pytest.mark.parametrize("program", ["dash", "php"])
def test_an_edit_of_the_whole_magazine_costs_a_partner_less_than_20_kb(
    program: str, printed: Printed, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    assert run(program, copy, printed.address).returncode == 0
    printed.edit()
    before = printed.server.on_the_wire
    assert run(program, copy, printed.address).returncode == 0
    assert verified(copy / "current").returncode == Code.FRESH
    assert printed.server.on_the_wire - before < 20_000
    before = printed.server.on_the_wire
    assert run(program, copy, printed.address).returncode == 0
    assert printed.server.on_the_wire - before <= 400, "to ask whether there is news"


@pytest.mark.parametrize("tool", ["wget", "httrack"])
def test_pages_lead_nowhere_wrong_for_whoever_only_follows_links(tool: str, printed: Printed, tmp_path: Path) -> None:
    commands = {
        "wget": f"wget -q -m -np -nH --cut-dirs=2 -P copy {printed.address}",
        "httrack": f"httrack {printed.address}index.html -q -O copy -I0 -s0 --disable-security-limits -%c0 -A0",
    }
    need(tool)
    assert typed(commands[tool], tmp_path).returncode == 0
    place = tmp_path / "copy" if tool == "wget" else next((tmp_path / "copy").glob("127*/a/b"))
    pages = {name for name in printed.bytes() if name.endswith(".html") and not name.endswith("404.html")}
    assert pages <= files(place).keys()
    assert broken_links(place) == []
