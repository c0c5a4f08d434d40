"""The scripts that keep a partner's copy up to date: only what is whole and newer goes live, whatever is served."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from nginx_server import Nginx, nginx_below
from releases import PAGES, SCENES, Press, Scene, first_keys, pinned, prev
from toolbox import need

import magazine.kit
from magazine.release import notes, seen, sums
from magazine.release.codes import Code
from magazine.release.seen import Seen

pytestmark = [pytest.mark.judge, pytest.mark.slow]
KIT = Path(magazine.kit.__file__).parent / "scripts"
PROGRAMS = {
    "dash": ["dash", str(KIT / "sync.sh")],
    "busybox": ["busybox", "ash", str(KIT / "sync.sh")],
    "php": ["php", str(KIT / "sync.php")],
}
# what no list can tell of a server: that it has more than it says
UNSEEN = {"add", "add behind an own name", "add a pack", "link", "pack changed"}
# each program meets every way to end; all scenes are for one of them
FEW = (
    "next", "edit", "delete", "mix lists", "roll back", "freeze", "wrong key", "rotation", "stolen key after rotation",
    "stolen key, replayed list", "fork", "two of three", "one of three, twice", "outside", "letter case", "note cut",
)  # fmt: skip
ALL = (("php", tuple(SCENES)), ("dash", FEW), ("busybox", FEW[::3]))
CASES = [(program, name) for program, names in ALL for name in names]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o755)
    with nginx_below(folder) as server:
        yield server


Done = subprocess.CompletedProcess[str]


def run(program: str, copy: Path, *mirrors: str, more: tuple[str, ...] = (), **values: str) -> Done:
    return subprocess.run(**command(program, copy, mirrors, more, values), capture_output=True, check=False, timeout=90)


def command(
    program: str, copy: Path, mirrors: tuple[str, ...], more: tuple[str, ...], values: dict[str, str]
) -> dict[str, object]:
    words = [need(PROGRAMS[program][0]), *PROGRAMS[program][1:]]
    for root in values.pop("roots", " ".join(pinned())).split():
        words += ["--root", root]
    for mirror in mirrors:
        words += ["--from", mirror]
    names = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MAGAZINE_CALM": "2", "MAGAZINE_WHOLE": "4"}
    return {"args": [*words, *more, str(copy)], "env": {**names, **values}, "encoding": "utf-8"}


def live(copy: Path) -> dict[str, bytes]:
    """What readers of a copy see; nothing where it never went live."""
    tree = copy / "current"
    if not tree.exists():
        return {}
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def put(server: Nginx, name: str) -> Path:
    folder = server.site / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def first(server: Nginx, name: str) -> tuple[Path, str]:
    """A release below the server, and its address."""
    folder = put(server, name)
    Press(first_keys()).print(folder, 42)
    return folder, f"{server.address}{name}/"


def follow(folder: Path, seq: int, pages: dict[str, str], **values: object) -> None:
    """The next release in the place of the one that is there."""
    before = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*") if path.is_file()}
    old = prev(folder)
    changed = sorted(name for name in {*PAGES, *pages} if pages.get(name) != before.get(name))
    for name in PAGES:
        if name not in pages:
            (folder / name).unlink()
    Press(first_keys()).print(folder, seq, pages, **{"prev": old, "changed": tuple(changed), **values})
    for path in folder.glob("*.*"):  # as releases do: servers tell files of one size apart by their times
        os.utime(path, (10**9 + seq, 10**9 + seq))


@pytest.mark.parametrize(("program", "name"), CASES)
def test_an_attack_ends_with_its_code_and_leaves_the_copy_as_it_was(
    program: str, name: str, served: Nginx, tmp_path: Path
) -> None:
    place = f"{program}-{''.join(filter(str.isalnum, name))}"
    scene: Scene = SCENES[name](put(served, place))
    copy = tmp_path / "copy"
    copy.mkdir()
    if scene.seen != Seen():
        seen.kept(copy / seen.FILE, scene.seen)
    address = f"{served.address}{place}/{scene.folder.name}/"
    done = run(program, copy, address, roots=" ".join(pinned(scene.roots)))
    expected = Code.FRESH if name in UNSEEN else scene.code
    assert done.returncode == expected, done.stdout + done.stderr
    is_whole = expected in (Code.FRESH, Code.EXPIRED) or name == "stolen key, old list, first reader"
    assert bool(live(copy)) == is_whole
    if is_whole:
        listed = sums.parsed((copy / "current" / sums.SUMS).read_bytes())
        assert listed.keys() <= live(copy).keys()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_edit_moves_what_changed_and_little_else(program: str, served: Nginx, tmp_path: Path) -> None:
    folder, address = first(served, f"edit-{program}")
    copy = tmp_path / "copy"
    assert run(program, copy, address).returncode == 0
    kept = (copy / "current/ky/story.html").stat()
    follow(folder, 43, {**PAGES, "index.html": "<p>Зонт</p>\n", "new.html": "x"})
    before = len(served.asked)
    done = run(program, copy, address)
    assert done.returncode == 0, done.stderr
    asked = [path.removeprefix(f"/edit-{program}/") for path in served.asked[before:]]
    assert {"index.html", "new.html"} <= set(asked)
    assert not {"ky/story.html", sums.SUMS} & set(asked)
    assert live(copy)["index.html"] == "<p>Зонт</p>\n".encode()
    assert (copy / "current/ky/story.html").stat().st_mtime == kept.st_mtime
    release = notes.parsed((copy / "current/release.txt").read_bytes())
    assert (copy / "current/index.html").stat().st_mtime % 86_400 == 2 * release.seq
    assert "index.html" in done.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_removed_file_goes_and_more_than_the_note_names_comes_by_the_list(
    program: str, served: Nginx, tmp_path: Path
) -> None:
    folder, address = first(served, f"gone-{program}")
    copy = tmp_path / "copy"
    assert run(program, copy, address).returncode == 0
    pages = {name: text for name, text in PAGES.items() if name != "ky/story.html"}
    follow(folder, 43, pages)
    assert run(program, copy, address).returncode == 0
    assert "ky/story.html" not in live(copy)
    follow(folder, 44, {**PAGES, "index.html": "2"}, changed=("index.html",), more=1)
    done = run(program, copy, address)
    assert done.returncode == 0, done.stderr
    assert {"ky/story.html", "index.html"} <= live(copy).keys()


@pytest.mark.parametrize("program", ["dash", "php"])
def test_a_poll_with_nothing_new_is_small(program: str, served: Nginx, tmp_path: Path) -> None:
    _, address = first(served, f"poll-{program}")
    copy = tmp_path / "copy"
    for _ in range(2):  # the second one keeps the tag
        assert run(program, copy, address).returncode == 0
    before = served.on_the_wire
    assert run(program, copy, address).returncode == 0
    assert served.on_the_wire - before <= 400


@pytest.mark.parametrize("program", ["dash", "php"])
def test_a_partner_looks_before_it_goes_live(program: str, served: Nginx, tmp_path: Path) -> None:
    folder, address = first(served, f"show-{program}")
    copy = tmp_path / "copy"
    run(program, copy, address)
    before = live(copy)
    follow(folder, 43, {**PAGES, "index.html": "2"})
    done = run(program, copy, address, more=("--show",))
    assert done.returncode == 0
    assert "index.html" in done.stdout
    assert live(copy) == before
    asked = len(served.asked)
    assert run(program, copy, address).returncode == 0
    assert live(copy)["index.html"] == b"2"
    assert not any(path.endswith("/index.html") for path in served.asked[asked:])


@pytest.mark.parametrize("program", ["dash", "php"])
def test_the_next_mirror_is_asked_where_one_is_dead_or_lies(program: str, served: Nginx, tmp_path: Path) -> None:
    _, address = first(served, f"good-{program}")
    liar = put(served, f"liar-{program}")
    Press(first_keys()).print(liar, 42)
    (liar / "index.html").write_text("<p>Come here</p>", encoding="utf-8")
    copy = tmp_path / "copy"
    done = run(program, copy, "http://127.0.0.1:9/", f"{served.address}liar-{program}/", address)
    assert done.returncode == 0, done.stderr
    assert live(copy)["index.html"] == PAGES["index.html"].encode()


@pytest.mark.parametrize("program", ["dash", "php"])
def test_packs_and_what_is_the_partners_own(program: str, served: Nginx, tmp_path: Path) -> None:
    folder = put(served, f"packs-{program}")
    scene = SCENES["packs"](folder)
    copy = tmp_path / "copy"
    (copy / "own").mkdir(parents=True)
    (copy / "own/mirror-token.txt").write_text("word")
    pack = next(path for path in scene.folder.rglob("*.zip"))
    name = pack.relative_to(scene.folder).as_posix()
    note = notes.parsed((scene.folder / "release.txt").read_bytes())
    release = replace(note, packs=tuple(one for one in note.packs if one.path == name))
    Press(first_keys()).sign(scene.folder, release, notes.composed(release))
    done = run(program, copy, f"{served.address}packs-{program}/a/", more=("--packs",))
    assert done.returncode == 0, done.stderr
    assert live(copy)[name] == b"PK42"
    assert f"{name}.minisig" in live(copy)
    assert live(copy)["mirror-token.txt"] == b"word"


@contextmanager
def answering(answer: bytes, *, endless: bytes = b"", wait: float = 0) -> Iterator[str]:
    """A server that says the same to everybody, and perhaps goes on for ever, or slowly."""
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(answer)
            while endless and not done.is_set():
                connection.sendall(endless)
                time.sleep(wait)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        done.set()
        server.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
STRANGE = {
    "endless": {"answer": HEAD + b"\r\n", "endless": b"a" * 65536},
    "slow": {"answer": HEAD + b"Content-Length: 300\r\n\r\n", "endless": b"a", "wait": 0.4},
    "silent": {"answer": b"", "endless": b"", "wait": 0.0},
    "cut": {"answer": HEAD + b"Content-Length: 300\r\n\r\nuntrusted"},
    "no HTTP": {"answer": b"SSH-2.0-OpenSSH\r\n"},
    "a page for everything": {"answer": HEAD + b"Connection: close\r\n\r\n<!DOCTYPE html><p>Login"},
    "elsewhere": {"answer": b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"},
}


@pytest.mark.parametrize("program", ["dash", "php"])
@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_server_changes_nothing_and_ends(program: str, name: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    Press(first_keys()).print(tmp_path / "a", 42)
    with answering(**STRANGE[name]) as address:
        began = time.monotonic()
        done = run(program, copy, address)
        assert time.monotonic() - began < 30
    assert done.returncode in (Code.UNREACHABLE, Code.BAD_SIGNATURE, Code.MALFORMED, Code.MISSING), done.stderr
    assert live(copy) == {}
    assert sum(path.stat().st_size for path in copy.rglob("*") if path.is_file()) < 2_000_000


@pytest.mark.parametrize("program", ["dash", "php"])
def test_a_half_file_is_taken_up_and_thrown_away_where_it_is_wrong(program: str, served: Nginx, tmp_path: Path) -> None:
    folder = put(served, f"half-{program}")
    big = "".join(f"{number}\n" for number in range(200_000))
    pages = {**PAGES, "big.txt": big, "other.txt": big[::-1]}
    Press(first_keys()).print(folder, 42, pages)
    listed = sums.parsed((folder / sums.SUMS).read_bytes())
    copy = tmp_path / "copy"
    (copy / "parts").mkdir(parents=True)
    (copy / f"parts/{listed['big.txt']}.part").write_text(big[:1_000_000])
    (copy / f"parts/{listed['other.txt']}.part").write_text("?" * 1000)
    before = served.on_the_wire
    done = run(program, copy, f"{served.address}half-{program}/")
    assert done.returncode == 0, done.stderr
    assert live(copy)["big.txt"] == big.encode()
    assert live(copy)["other.txt"] == big[::-1].encode()
    assert served.on_the_wire > before


@pytest.mark.parametrize("program", ["dash", "php"])
def test_whenever_it_is_killed_a_whole_copy_stands_and_the_next_run_goes_on(
    program: str, served: Nginx, tmp_path: Path
) -> None:
    folder, address = first(served, f"kill-{program}")
    copy = tmp_path / "copy"
    assert run(program, copy, address).returncode == 0
    old = live(copy)
    follow(folder, 43, {**PAGES, "index.html": "2", "new.html": "3"})
    states = []
    for delay in range(1, 12):
        process = subprocess.Popen(
            **command(program, copy, (address,), (), {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(delay * 0.02)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        seen_now = live(copy)
        states.append(seen_now["index.html"])
        assert seen_now == old or seen_now["index.html"] == b"2"
    assert run(program, copy, address).returncode == 0
    assert live(copy)["new.html"] == b"3"


@pytest.mark.parametrize("program", ["dash", "php"])
def test_a_copy_that_rots_or_that_somebody_links_away_is_mended(program: str, served: Nginx, tmp_path: Path) -> None:
    folder, address = first(served, f"rot-{program}")
    copy, outside = tmp_path / "copy", tmp_path / "outside.html"
    assert run(program, copy, address).returncode == 0
    outside.write_text("mine")
    tree = (copy / "current").resolve()
    (tree / "ky/story.html").write_text("rotten")
    (tree / "ru/story.html").unlink()
    (tree / "ru/story.html").symlink_to(outside)
    follow(folder, 43, {**PAGES, "index.html": "2"})
    done = run(program, copy, address)
    assert done.returncode == 0, done.stdout + done.stderr
    assert live(copy)["ky/story.html"] == PAGES["ky/story.html"].encode()
    assert not (copy / "current/ru/story.html").is_symlink()
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("program", ["dash", "php"])
def test_one_run_at_a_time(program: str, served: Nginx, tmp_path: Path) -> None:
    folder = put(served, f"once-{program}")
    Press(first_keys()).print(folder, 42)
    copy = tmp_path / "copy"
    with answering(HEAD + b"Content-Length: 300\r\n\r\n", endless=b"a", wait=0.3) as slow:
        first = subprocess.Popen(
            **command(program, copy, (slow,), (), {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 5
        while not any(copy.glob(".lock*")) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
        second = run(program, copy, f"{served.address}once-{program}/")
        assert second.returncode == Code.UNREACHABLE
        assert live(copy) == {}
        first.kill()
        first.wait()
    assert run(program, copy, f"{served.address}once-{program}/").returncode == 0
    assert live(copy)


def test_rsync_brings_it_too(tmp_path: Path) -> None:
    need("rsync")
    Press(first_keys()).print(tmp_path / "a", 42)
    (tmp_path / "rsyncd.conf").write_text(
        f"use chroot = no\naddress = 127.0.0.1\n[magazine]\npath = {tmp_path / 'a'}\nread only = yes\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [need("rsync"), "--daemon", "--no-detach", f"--port={port}", f"--config={tmp_path / 'rsyncd.conf'}"]
    )
    try:
        copy, address = tmp_path / "copy", f"rsync://127.0.0.1:{port}/magazine/"
        until = time.monotonic() + 5
        while run("dash", copy, address).returncode and time.monotonic() < until:
            time.sleep(0.1)
        assert live(copy)["index.html"] == PAGES["index.html"].encode()
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("program", ["dash", "php"])
@pytest.mark.parametrize(("language", "word"), [("ru_RU.UTF-8", "Опубликован"), ("ky_KG.UTF-8", "Жарыяланган")])
def test_it_speaks_three_languages(program: str, language: str, word: str, served: Nginx, tmp_path: Path) -> None:
    _, address = first(served, f"words-{program}")
    assert word in run(program, tmp_path / "copy", address, LANG=language).stdout


def test_the_scripts_are_written_as_their_languages_want() -> None:
    subprocess.run([need("shellcheck"), "-s", "sh", *map(str, KIT.glob("*.sh"))], check=True)
    subprocess.run([need("php"), "-l", str(KIT / "sync.php")], check=True, stdout=subprocess.DEVNULL)
