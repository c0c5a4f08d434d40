"""A copy is made and renewed from any mirror; whatever comes, what stands is whole, the old one or the new one."""

import errno
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror_server import Counter, MirrorServer
from releases import PAGES, SCENES, SITE, TODAY, Press, first_keys, pinned, prev, remembered
from toolbox import as_nobody, need

from magazine.progress import Progress
from magazine.release import notes, seen, signing, verification
from magazine.release.codes import MEANINGS, Code, ReleaseError
from magazine.release.copies import mirroring, partial, swapping, sync_command, upstream
from magazine.release.copies.grafting import Grafting
from magazine.release.copies.mirroring import Outcome, Wanted
from magazine.release.copies.remembering import Memory
from magazine.release.copies.sync_command import Typed
from magazine.release.copies.upstream import NearFolder
from magazine.release.fetching import Fetcher
from magazine.release.seen import Seen
from magazine.release.sources import Folder

FROM_AFAR = ("add", "add behind an own name", "add a pack", "link", "pack changed")  # nobody asks a mirror for these
LIVE = {Code.FRESH, Code.EXPIRED}
TEXTS = Path(__file__).parent.parent / "content"
State = dict[str, tuple[bytes, int]]


def synced(address: str | Path, folder: Path, **wanted: object) -> Outcome:
    memory = Memory(folder.with_name("seen.txt"))
    asked = Wanted(**{"roots": pinned(), "today": TODAY, **wanted})  # type: ignore[arg-type]
    with upstream.opened(str(address)) as source:
        return mirroring.mirrored(source, str(address), folder, asked, memory, Progress(0, sys.stderr))


def code_of(address: str | Path, folder: Path, **wanted: object) -> Code:
    try:
        return synced(address, folder, **wanted).verdict.code
    except ReleaseError as error:
        return error.code


def state(folder: Path) -> State:
    """Every file with its bytes and its time; a link by what it says."""
    found: State = {}
    for file in sorted(folder.rglob("*")):
        if file.is_symlink():
            found[str(file.relative_to(folder))] = (os.fsencode(file.readlink()), 0)
        elif file.is_file():
            found[str(file.relative_to(folder))] = (file.read_bytes(), int(file.stat().st_mtime))
    return found


def texts(folder: Path) -> dict[str, bytes]:
    return {name: data for name, (data, _) in state(folder).items()}


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody cuts the power of the machine that runs this: waiting for the disk takes most of the time."""
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two releases, of which the second changes one page, removes one and adds one."""
    press = Press(first_keys())
    press.print(tmp_path / "a", 42)
    pages = {name: text for name, text in PAGES.items() if name != "ky/story.html"}
    pages |= {"index.html": "<p>Other</p>\n", "en/story.html": "<p>Story</p>\n"}
    changed = ("en/story.html", "index.html", "ky/story.html")
    press.print(tmp_path / "b", 43, pages, prev=prev(tmp_path / "a"), changed=changed)
    return tmp_path / "a", tmp_path / "b"


@pytest.mark.parametrize("name", SCENES)
def test_every_attack(tmp_path: Path, name: str) -> None:
    scene = SCENES[name](tmp_path)
    Press(first_keys(), root="stranger").print(tmp_path / "copy", 40, {"index.html": "<p>Old</p>"})
    seen.kept(tmp_path / "seen.txt", scene.seen)
    before, code = state(tmp_path / "copy"), Code.FRESH if name in FROM_AFAR else scene.code
    with MirrorServer(scene.folder) as server:
        assert code_of(server.address, tmp_path / "copy", roots=pinned(scene.roots)) == code
    if code in LIVE:
        assert texts(tmp_path / "copy")["release.txt"] == (scene.folder / "release.txt").read_bytes()
        verdict = verification.verify(Folder(tmp_path / "copy"), pinned(scene.roots), Seen(), TODAY)
        assert verdict.is_whole, verdict.said("en")
    else:
        assert state(tmp_path / "copy") == before
    beside = {"a", "b", "c", "moved", "seen.txt", "seen.lock", "copy", "copy.part"}
    assert {file.name for file in tmp_path.iterdir()} <= beside
    assert not Path("/tmp/x").exists()


@pytest.mark.parametrize("far", [True, False])
def test_what_did_not_change_is_linked_and_keeps_its_time(tmp_path: Path, two: tuple[Path, Path], far: bool) -> None:
    copy = tmp_path / "copy"
    first = synced(two[0], copy)
    assert (first.is_live, len(first.changes.added)) == (True, 5)
    same = copy / "ru/story.html"
    kept = (same.stat().st_ino, same.stat().st_mtime)
    assert kept[1] == notes.moment(TODAY, 42)
    with MirrorServer(two[1]) as server:
        outcome = synced(server.address if far else two[1].as_uri(), copy)
        assert outcome.changes == mirroring.Changes(("en/story.html",), ("index.html",), ("ky/story.html",))
        assert texts(copy) == texts(two[1])
        assert (same.stat().st_ino, same.stat().st_mtime) == kept
        assert {(copy / name).stat().st_mtime for name in ("index.html", "release.txt")} == {notes.moment(TODAY, 43)}
        texts_ = ["release.txt.minisig", "release.txt", "release.txt.sig"]
        pages = ["en/story.html", "index.html", "ky/story.html"]
        assert not far or sorted(server.asked) == sorted(texts_ + pages), "neither the keys nor the list were needed"


def test_a_list_that_cannot_be_put_together_is_fetched(tmp_path: Path, two: tuple[Path, Path]) -> None:
    synced(two[0], tmp_path / "copy")
    Press(first_keys()).print(two[1], 43, {"x.html": "x"}, prev=prev(two[0]), changed=("index.html",))
    with MirrorServer(two[1]) as server:
        assert synced(server.address, tmp_path / "copy").is_live
        assert "SHA256SUMS.txt" in server.asked
    assert texts(tmp_path / "copy") == texts(two[1])


def test_shown_first_then_put_in_place_without_the_mirror(
    tmp_path: Path, two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    petition = notes.Text("index.html", notes.digest(b"<p>Other</p>\n"))
    pages = PAGES | {"index.html": "<p>Other</p>\n"}
    shutil.rmtree(two[1])
    Press(first_keys()).print(two[1], 43, pages, prev=prev(two[0]), petitions=(petition,))
    typed = Typed(str(two[0]), tmp_path / "copy", ",".join(pinned()), state=tmp_path / "seen.txt")
    assert sync_command.run(typed) == 0
    before = state(tmp_path / "copy")
    capsys.readouterr()
    with MirrorServer(two[1]) as server:
        far = replace(typed, address=server.address)
        assert sync_command.run(replace(far, show=True)) == 0
        said = capsys.readouterr().out.splitlines()
        assert "~ index.html" in said
        assert any("index.html" in line and "petition" in line for line in said[2:])
        assert said[-1] == MEANINGS[Code.FRESH]
        assert state(tmp_path / "copy") == before
        fetched = len(server.asked)
    assert sync_command.run(far) == 0
    assert len(server.asked) == fetched
    assert texts(tmp_path / "copy") == texts(two[1])


def test_nothing_new_asks_for_one_file_and_heals_nothing(tmp_path: Path, two: tuple[Path, Path]) -> None:
    with MirrorServer(two[0]) as server:
        synced(server.address, tmp_path / "copy")
        before, server.asked = state(tmp_path / "copy"), []
        assert not synced(server.address, tmp_path / "copy").has_news
        assert server.asked == ["release.txt.minisig"]
        assert state(tmp_path / "copy") == before
        (tmp_path / "copy/index.html").write_text("defaced", encoding="utf-8")
        assert synced(server.address, tmp_path / "copy").has_news
    assert texts(tmp_path / "copy") == texts(two[0])


def test_a_rollback_on_another_mirror_is_noticed(tmp_path: Path, two: tuple[Path, Path]) -> None:
    synced(two[1], tmp_path / "copy")
    assert code_of(two[0], tmp_path / "copy") == Code.ROLLED_BACK
    (tmp_path / "seen.txt").unlink()
    assert code_of(two[0], tmp_path / "copy") == Code.ROLLED_BACK, "the copy itself is a memory"
    assert code_of(two[0], tmp_path / "other") == Code.ROLLED_BACK, "all copies have one memory"


def test_an_old_list_of_keys_does_not_replace_a_copy_but_an_expired_release_may(tmp_path: Path) -> None:
    scene = SCENES["stolen key, old list, first reader"](tmp_path)
    outcome = synced(scene.folder, tmp_path / "copy")
    assert (outcome.verdict.code, outcome.is_live, (tmp_path / "copy").exists()) == (Code.OLD_KEYS, False, False)


def _big(tmp_path: Path, size: int = 3_000_000) -> tuple[Path, bytes]:
    data = random.Random(1).randbytes(size)
    pack = notes.Pack("releases/42/all-42.zip", size, notes.digest(data))
    Press(first_keys()).print(tmp_path / "a", 42, packs=(pack,))
    (tmp_path / "a/releases/42").mkdir(parents=True)
    (tmp_path / "a" / pack.path).write_bytes(data)
    signature = signing.signed(_secret(), data, "all-42.zip")
    (tmp_path / "a" / f"{pack.path}.minisig").write_bytes(signature)
    return tmp_path / "a" / pack.path, data


def _secret() -> signing.minisign.SecretKey:
    from releases import secret

    return secret("laptop")


def test_a_pack_that_breaks_off_is_gone_on_with(tmp_path: Path) -> None:
    _, data = _big(tmp_path)
    dead = threading.Event()

    def breaking(handler: BaseHTTPRequestHandler, found: bytes) -> bool:
        if not handler.path.endswith(".zip"):
            return False
        begin = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        if dead.is_set():
            handler.close_connection = True
            return True
        handler.send_response(206 if begin else 200)
        if begin:
            handler.send_header("Content-Range", f"bytes {begin}-{len(found) - 1}/{len(found)}")
        handler.send_header("Content-Length", str(len(found) - begin))
        handler.end_headers()
        handler.wfile.write(found[begin : begin + 1_000_000])
        handler.close_connection = True
        if begin == 1_000_000:
            dead.set()
        return True

    with MirrorServer(tmp_path / "a", breaking) as server:
        assert code_of(server.address, tmp_path / "copy", with_packs=True) == Code.UNREACHABLE
        assert not (tmp_path / "copy").exists()
        dead.clear()
        outcome = synced(server.address, tmp_path / "copy", with_packs=True)
    assert server.ranges[0] == "bytes=1000000-"
    assert server.ranges[-1] == "bytes=2000000-"
    assert (outcome.verdict.code, outcome.lacking) == (Code.FRESH, ())
    assert (tmp_path / "copy/releases/42/all-42.zip").read_bytes() == data
    assert texts(tmp_path / "copy") == texts(tmp_path / "a")


def test_packs_come_when_wished_stay_when_good_and_are_told_when_missing(tmp_path: Path) -> None:
    pack, data = _big(tmp_path, 5_000)
    synced(tmp_path / "a", tmp_path / "copy")
    assert not (tmp_path / "copy/releases").exists()
    synced(tmp_path / "a", tmp_path / "copy", with_packs=True)
    (tmp_path / "a/releases/42/all-42.zip").unlink()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    note = notes.parsed((tmp_path / "a/release.txt").read_bytes())
    Press(first_keys()).print(tmp_path / "b", 43, prev=prev(tmp_path / "a"), packs=note.packs)
    assert synced(tmp_path / "b", tmp_path / "copy").verdict.code is Code.FRESH
    assert (tmp_path / "copy" / pack.relative_to(tmp_path / "a")).read_bytes() == data
    other = synced(tmp_path / "b", tmp_path / "new", with_packs=True)
    assert (other.is_live, other.lacking) == (True, ("releases/42/all-42.zip",))


def _truncated(handler: BaseHTTPRequestHandler, data: bytes) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data) + 10))
    handler.end_headers()
    handler.wfile.write(data)
    handler.close_connection = True
    return True


def _endless(handler: BaseHTTPRequestHandler, _: bytes) -> bool:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    with suppress(OSError):
        while True:
            handler.wfile.write(b"x" * 1_000_000)
    return True


def _slow(handler: BaseHTTPRequestHandler, _: bytes) -> bool:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    with suppress(OSError):
        for _tick in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.05)
    return True


def _other_part(handler: BaseHTTPRequestHandler, data: bytes) -> bool:
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes 0-{len(data) - 1}/{len(data)}")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
    return True


def _unasked(handler: BaseHTTPRequestHandler, _: bytes) -> bool:
    """«Nothing new», though nobody asked whether anything is."""
    handler.send_response(304)
    handler.end_headers()
    return True


@pytest.mark.slow
@pytest.mark.parametrize("answer", [_truncated, _endless, _slow, _other_part, _unasked])
@pytest.mark.parametrize("file", ["release.txt.minisig", "index.html"])
def test_servers_that_misbehave(
    tmp_path: Path, two: tuple[Path, Path], answer: Callable[[BaseHTTPRequestHandler, bytes], bool], file: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(upstream, "Fetcher", lambda address, proxy: Fetcher(address, proxy, 0.6, 3.0, 0.2))
    monkeypatch.setattr("magazine.release.copies.assembling.MAX_FILE", 3_000_000)
    monkeypatch.setattr("magazine.release.copies.sparing.MAX_NEWS", 3_000_000)
    synced(two[0], tmp_path / "copy")
    before = state(tmp_path / "copy")
    with MirrorServer(two[1], lambda handler, data: handler.path == f"/{file}" and answer(handler, data)) as server:
        assert code_of(server.address, tmp_path / "copy") == Code.UNREACHABLE
    assert state(tmp_path / "copy") == before
    assert sum(len(data) for data, _ in state(tmp_path / "copy.part").values()) < 4_000_000


def test_a_part_that_somebody_has_spoilt_is_fetched_anew(tmp_path: Path, two: tuple[Path, Path]) -> None:
    sha256 = notes.digest((two[0] / "index.html").read_bytes())
    (tmp_path / "copy.part/files").mkdir(parents=True)
    (tmp_path / "copy.part/lock").touch()
    (tmp_path / f"copy.part/files/{sha256}.part").write_bytes(b"<p")
    (tmp_path / f"copy.part/files/{notes.digest((two[0] / 'ru/story.html').read_bytes())}").write_bytes(b"evil")
    (tmp_path / f"copy.part/files/{notes.digest((two[0] / 'ky/story.html').read_bytes())}.part").write_bytes(b"evil")
    with MirrorServer(two[0]) as server:
        assert synced(server.address, tmp_path / "copy").is_live
        assert "bytes=2-" in server.ranges
    assert texts(tmp_path / "copy") == texts(two[0])


def test_no_link_is_followed(tmp_path: Path, two: tuple[Path, Path]) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(two[0], outside)
    before = state(outside)
    (tmp_path / "link").symlink_to(outside)
    assert code_of(two[1], tmp_path / "link") == Code.UNSAFE
    (tmp_path / "copy.part").symlink_to(outside)
    assert code_of(two[1], tmp_path / "copy") == Code.UNSAFE
    (tmp_path / "copy.part").unlink()
    synced(two[0], tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy/ru")
    (tmp_path / "copy/ru").symlink_to(outside / "ru")
    (tmp_path / "copy/index.html").unlink()
    (tmp_path / "copy/index.html").symlink_to(outside / "index.html")
    for name in ("tree", "files"):
        swapping.removed(tmp_path / f"copy.part/{name}")
        (tmp_path / f"copy.part/{name}").symlink_to(outside)
    assert synced(two[1], tmp_path / "copy").is_live
    assert texts(tmp_path / "copy") == texts(two[1])
    assert not any(file.is_symlink() for file in (tmp_path / "copy").rglob("*"))
    assert state(outside) == before


def test_folders_that_are_no_copy_are_not_touched(tmp_path: Path, two: tuple[Path, Path]) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear", encoding="utf-8")
    assert code_of(two[0], tmp_path / "home") == Code.USAGE
    synced(two[0], tmp_path / "copy")
    (tmp_path / "copy/.git").mkdir()
    assert code_of(two[1], tmp_path / "copy") == Code.USAGE
    (tmp_path / "new.part").mkdir()
    (tmp_path / "new.part/song.mp3").write_text("la", encoding="utf-8")
    assert code_of(two[1], tmp_path / "new") == Code.USAGE
    typed = Typed(str(two[1]), Path("/"), ",".join(pinned()), state=tmp_path / "seen.txt")
    assert sync_command.run(typed) == Code.USAGE
    assert code_of(two[1], two[1]) == code_of(two[1], two[1] / "x") == Code.USAGE
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["letter.txt"]


def test_a_partners_own_file_stays_and_a_strangers_is_moved_away(tmp_path: Path, two: tuple[Path, Path]) -> None:
    synced(two[0], tmp_path / "copy")
    (tmp_path / "copy/mirror-token.txt").write_text("umbrella", encoding="utf-8")
    (tmp_path / "copy/ru/shell.php").write_text("<?php", encoding="utf-8")
    outcome = synced(two[0], tmp_path / "copy", allowed=("mirror-token.txt",))
    assert (outcome.is_live, outcome.strays) == (True, ("ru/shell.php",))
    assert [file.read_text("utf-8") for file in (tmp_path / "copy.part/added").iterdir()] == ["<?php"]
    assert texts(tmp_path / "copy") == {**texts(two[0]), "mirror-token.txt": b"umbrella"}
    for name in ("../seen.txt", "index.html"):
        assert code_of(two[1], tmp_path / "copy", allowed=(name,)) == Code.USAGE


@pytest.mark.parametrize("name", ["a.php", "a.PHP5", "ru/x.phtml", "x.cgi", "x.php.txt", ".htaccess", "a/.user.ini",
                                  "x.asp", "x.aspx", "web.config", "kit/a/sync.php", "x.shtml", "x.py"])  # fmt: skip
def test_names_that_hosts_run_are_refused(tmp_path: Path, name: str) -> None:
    Press(first_keys()).print(tmp_path / "a", 42, {name: "<?php system('id');"})
    assert code_of(tmp_path / "a", tmp_path / "copy") == Code.UNSAFE
    assert not (tmp_path / "copy").exists()


def test_the_scripts_of_the_kit_and_plain_pages_come(tmp_path: Path) -> None:
    pages = {"kit/sync.php": "<?php", "kit/verify.py": "x", "kit/sync.sh": "x", "php.html": "x", "asp/shape.html": "x"}
    Press(first_keys()).print(tmp_path / "a", 42, pages)
    assert synced(tmp_path / "a", tmp_path / "copy").is_live
    assert texts(tmp_path / "copy") == texts(tmp_path / "a")


CUTS = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.utime", "os.chmod", "open", "ctypes.dlsym"}


def _cut(number: int, work: Callable[[], object]) -> bool:
    """Do the work in a child that dies at its file operation of that number; whether it came to its end."""
    child = os.fork()
    if child == 0:
        left = [number]

        def dying(event: str, values: tuple[object, ...]) -> None:
            if event in CUTS and not (event == "open" and not isinstance(values[2], int)):
                writes = event != "open" or bool(int(str(values[2])) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
                left[0] -= writes
                if writes and left[0] < 0:
                    os._exit(9)

        try:
            sys.addaudithook(dying)
            work()
        except BaseException:  # noqa: BLE001 (a child of pytest must not go on as pytest)
            os._exit(7)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 9}
    return status == 0


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("is_at_once", [True, False])
def test_a_power_cut_at_every_file_operation(
    tmp_path: Path, is_at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_at_once:
        monkeypatch.setattr(swapping, "exchanged", lambda *_: False)
    two = (tmp_path / "small", tmp_path / "next")
    Press(first_keys()).print(two[0], 42, {"index.html": "x", "same.html": "x"})
    changed = ("index.html", "ru/new.html")
    pages = {"index.html": "y", "same.html": "x", "ru/new.html": "z"}
    Press(first_keys()).print(two[1], 43, pages, prev=prev(two[0]), changed=changed)
    synced(two[0], tmp_path / "first")
    (tmp_path / "seen.txt").rename(tmp_path / "kept.txt")
    old, new = texts(two[0]), texts(two[1])
    found: set[str] = set()
    for number in range(0 if is_at_once else 60, 500):  # until it is put in place, both go the same way
        shutil.copytree(tmp_path / "first", tmp_path / "w/copy")
        shutil.copy(tmp_path / "kept.txt", tmp_path / "w/seen.txt")
        is_done = _cut(number, lambda: synced(two[1], tmp_path / "w/copy"))
        stands = texts(tmp_path / "w/copy")
        if not stands and not is_at_once:
            assert texts(tmp_path / "w/copy.part/old") == old, number
        else:
            assert stands in (old, new), number
        found.add("gap" if not stands else "old" if stands == old else "new")
        assert synced(two[1], tmp_path / "w/copy").is_live
        assert texts(tmp_path / "w/copy") == new, number
        assert not (tmp_path / "w/copy.part/old").exists()
        if is_done:
            break
        shutil.rmtree(tmp_path / "w")
    else:
        pytest.fail("it never ended")
    assert found == {"old", "new"} | (set() if is_at_once else {"gap"})
    assert number > 60


def test_where_nothing_can_be_linked_it_is_copied_with_its_time(
    tmp_path: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links on FAT")

    monkeypatch.setattr(os, "link", unable)
    synced(two[0], tmp_path / "copy")
    before = (tmp_path / "copy/ru/story.html").stat()
    synced(two[1], tmp_path / "copy")
    after = (tmp_path / "copy/ru/story.html").stat()
    assert (after.st_mtime, after.st_ino == before.st_ino) == (before.st_mtime, False)
    assert texts(tmp_path / "copy") == texts(two[1])


def test_two_runs_at_once(tmp_path: Path, two: tuple[Path, Path]) -> None:
    synced(two[0], tmp_path / "copy")
    with partial.opened(tmp_path / "copy"):
        assert code_of(two[1], tmp_path / "copy") == Code.USAGE
    assert synced(two[1], tmp_path / "copy").is_live


def test_a_full_disk_and_a_folder_without_rights_are_told(
    tmp_path: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = Typed(str(two[0]), tmp_path / "copy", ",".join(pinned()), state=tmp_path / "seen.txt")
    assert sync_command.run(typed) == 0
    before = state(tmp_path / "copy")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert sync_command.run(replace(typed, address=str(two[1]))) == 1
    assert "No space left" in capsys.readouterr().err
    assert state(tmp_path / "copy") == before
    (tmp_path / "seen.txt").unlink()
    for one in (tmp_path, tmp_path.parent):
        one.chmod(0o755)
    with as_nobody():
        assert sync_command.run(replace(typed, folder=tmp_path / "mine/copy")) == 1
    assert "ermission" in capsys.readouterr().err


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Sixty stories in three languages, as long as ours are, and the release after a one-word edit of the newest."""
    folder = tmp_path_factory.mktemp("grown")
    said = "\n".join(file.read_text("utf-8") for file in sorted(TEXTS.rglob("ru.md")))
    chance, sentences = random.Random(7), sorted({one for one in re.split(r"(?<=[.?!])\s", said) if len(one) > 20})
    frame = "<nav>" + " ".join(sentences[:60])[:5_500] + "</nav>"
    stories = [f"{language}magazine/2012-{number % 12 + 1:02}/story-{number}.html"
               for number in range(60) for language in ("", "ky/", "en/")]  # fmt: skip
    bodies = {name: " ".join(chance.choices(sentences, k=90))[:4_000] for name in stories}

    def pages() -> dict[str, str]:
        made = {name: f"<html>{frame}<main>{body}</main></html>\n" for name, body in bodies.items()}
        entries = "".join(f'<entry>\n<link href="{SITE}{name}"/>\n<content>{bodies[name]}</content>\n</entry>\n'
                          for name in stories[0:30:3])  # fmt: skip
        stamp = f"<updated>{len(bodies[stories[0]])}</updated>"
        feeds = {f"feeds/{name}.xml": f"<feed>\n{name:480}{stamp}\n{entries}</feed>\n" for name in ("all", "story")}
        return made | feeds

    press = Press(first_keys())
    press.print(folder / "a", 42, pages())
    bodies[stories[0]] = f"{bodies[stories[0]][:2500]} красный {bodies[stories[0]][2500:]}"
    changed = ("feeds/all.xml", "feeds/story.xml", stories[0])
    press.print(folder / "b", 43, pages(), prev=prev(folder / "a"), changed=changed)
    for number, place in ((42, folder / "a"), (43, folder / "b")):
        for file in place.rglob("*"):
            os.utime(file, (notes.moment(TODAY, number),) * 2)
    return folder / "a", folder / "b"


def test_a_feed_that_was_put_together_wrongly_is_fetched_whole(tmp_path: Path, grown: tuple[Path, Path]) -> None:
    """Here two entries changed, but only one of them is of a page that did."""
    shutil.copytree(grown[0], tmp_path / "copy")
    shutil.copytree(grown[1], tmp_path / "b")
    feed = (tmp_path / "b/feeds/all.xml").read_text("utf-8")
    cut = feed.rindex("</content>")
    (tmp_path / "b/feeds/all.xml").write_text(f"{feed[: cut - 1]}!{feed[cut:]}", encoding="utf-8")
    release = notes.parsed((tmp_path / "b/release.txt").read_bytes())
    Press(first_keys()).print(tmp_path / "b", 43, {}, prev=release.prev, changed=release.changed)
    with MirrorServer(tmp_path / "b") as server:
        assert synced(server.address, tmp_path / "copy").is_live
        assert "SHA256SUMS.txt" not in server.asked
    assert texts(tmp_path / "copy") == texts(tmp_path / "b")


def test_an_edit_of_a_page_is_found_in_its_feed() -> None:
    entry = "<entry>\n<link href='x'/>&lt;p&gt;Мы пишем {}, потому что&lt;/p&gt;&lt;p&gt;{}&lt;/p&gt;</entry>"
    page = "<html><nav>Мы</nav><p>Мы пишем {}, потому что</p><p>{}</p></html>"
    words, other = ("просто", "дело"), ("очень просто", "это дело")
    grafting = Grafting(NearFolder(Path()), ())
    grafting.learn(page.format(*words).encode(), page.format(*other).encode())
    assert grafting._edited(entry.format(*words).encode()) == entry.format(*other).encode()


@given(st.lists(st.sampled_from(["а", "б ", "<p>", "\n", "в&amp;"]), max_size=30), st.binary(max_size=40))
def test_no_page_makes_the_comparison_fail(words: list[str], other: bytes) -> None:
    old = "".join(words).encode()
    for new in (other, old + other, other + old):
        grafting = Grafting(NearFolder(Path()), ())
        grafting.learn(old, new)
        assert all(edit in old for edit in grafting.edits)
        assert all(edit in new for edit in grafting.edits.values())


def test_few_bytes_go_over_the_wire(tmp_path: Path, grown: tuple[Path, Path]) -> None:
    with MirrorServer(grown[0]) as server, Counter(server.port) as counter:
        _weigh(tmp_path, grown, counter, lambda: setattr(server, "root", grown[1]))


@pytest.mark.judge
@pytest.mark.slow
def test_few_bytes_go_over_the_wire_from_nginx(tmp_path: Path, grown: tuple[Path, Path]) -> None:
    root, port = tmp_path / "root", _free_port()
    root.symlink_to(grown[0])
    (tmp_path / "nginx.conf").write_text(f"""
        daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; worker_processes 1; events {{}}
        {"user root;" if os.geteuid() == 0 else ""}
        http {{ access_log off; gzip on; gzip_types text/plain text/xml text/css;
          types {{ text/html html; text/xml xml; text/plain txt; }}
          client_body_temp_path {tmp_path}/t; proxy_temp_path {tmp_path}/t; fastcgi_temp_path {tmp_path}/t;
          uwsgi_temp_path {tmp_path}/t; scgi_temp_path {tmp_path}/t;
          server {{ listen 127.0.0.1:{port}; root {root}; }} }}
    """, encoding="utf-8")  # fmt: skip
    command = [need("nginx"), "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with suppress(ReleaseError), upstream.opened(f"http://127.0.0.1:{port}/") as source:
                source.text("release.txt", 10_000)
                break
            time.sleep(0.05)
        with Counter(port) as counter:
            _weigh(tmp_path, grown, counter, lambda: (root.unlink(), root.symlink_to(grown[1])))
    finally:
        running.terminate()
        running.wait(10)


def _weigh(tmp_path: Path, grown: tuple[Path, Path], counter: Counter, publish: Callable[[], object]) -> None:
    shutil.copytree(grown[0], tmp_path / "copy")
    weights = []
    for step in ("first", "nothing", "edit", "after"):
        if step == "edit":
            publish()
        counter.count = 0
        assert synced(counter.address, tmp_path / "copy").has_news == (step == "edit")
        weights.append(counter.count)
    assert texts(tmp_path / "copy") == texts(grown[1])
    assert weights[1] <= 400, weights
    assert weights[2] <= 20_000, weights


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_the_memory_is_that_of_the_roots(remembered_here: Seen) -> None:
    assert remembered_here.release == 42


@pytest.fixture
def remembered_here(tmp_path: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Seen:
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    assert sync_command.run(Typed(str(two[0]), tmp_path / "copy", ",".join(reversed(pinned())))) == 0
    (file,) = (tmp_path / "desk/seen").glob("*.txt")
    assert seen.read(file) == remembered(two[0])
    return seen.read(file)
