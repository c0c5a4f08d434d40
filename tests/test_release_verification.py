"""Every attack on a release is told by its own code, in a folder and at a mirror; nothing outside is touched."""

import datetime as dt
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from releases import PAGES, SCENES, TODAY, Press, Scene, first_keys, pinned, remembered, rotation

from magazine.release import seen, sums, verification
from magazine.release.codes import MEANINGS, Code, ReleaseError
from magazine.release.fetching import Fetcher
from magazine.release.seen import Seen
from magazine.release.sources import Folder, Site
from magazine.release.verification import Verdict

UNSEEN_FROM_AFAR = ("add", "add behind an own name", "add a pack", "link", "pack changed")


def judged(scene: Scene, today: dt.date = TODAY) -> Verdict:
    return verification.verify(Folder(scene.folder), pinned(scene.roots), scene.seen, today, scene.allowed)


@pytest.mark.parametrize("name", SCENES)
def test_a_folder(tmp_path: Path, name: str) -> None:
    scene = SCENES[name](tmp_path)
    verdict = judged(scene)
    assert verdict.code == scene.code, verdict.said("en")
    assert verdict.is_whole == (
        scene.code in {Code.FRESH, Code.EXPIRED} or name == "stolen key, old list, first reader"
    )
    assert len(verdict.said("ru")) == len(verdict.findings) + len(verdict.unpinned) + 1


def test_every_end_has_a_scene_and_a_meaning(tmp_path: Path) -> None:
    codes = {make(tmp_path / str(number)).code for number, make in enumerate(SCENES.values())}
    assert codes == set(Code) - {Code.USAGE, Code.UNREACHABLE}
    assert set(MEANINGS) == set(Code)


def test_a_root_key_that_nobody_has_pinned_is_told(tmp_path: Path) -> None:
    verdict = judged(replace(SCENES["whole"](tmp_path), roots=("root",)))
    assert (verdict.code, verdict.unpinned) == (Code.FRESH, pinned(("second-root",)))
    assert pinned(("second-root",))[0] in verdict.said("en")[0]


def test_a_changed_petition_is_called_one(tmp_path: Path) -> None:
    from magazine.release.notes import Text, digest

    Press(first_keys()).print(
        tmp_path, 42, petitions=(Text("petitions/law.txt", digest(PAGES["petitions/law.txt"].encode())),)
    )
    (tmp_path / "petitions/law.txt").write_text("x", encoding="utf-8")
    said = verification.verify(Folder(tmp_path), pinned(), Seen(), TODAY).said("en")
    assert said[0] == "petitions/law.txt was changed: it is the text of a petition."


def test_all_damage_is_told_at_once(tmp_path: Path) -> None:
    scene = SCENES["whole"](tmp_path)
    (scene.folder / "index.html").write_text("x", encoding="utf-8")
    (scene.folder / "ky/story.html").rename(scene.folder / "ky/other.html")
    verdict = judged(scene)
    assert [finding.code for finding in verdict.findings] == [Code.CHANGED, Code.MISSING, Code.ADDED]
    assert verdict.code == Code.CHANGED


def test_whoever_saw_a_release_remembers_it(tmp_path: Path) -> None:
    scene = SCENES["whole"](tmp_path)
    verdict = judged(scene)
    assert verdict.seen == remembered(scene.folder)
    path = tmp_path / seen.FILE
    assert seen.read(path) == Seen()
    seen.kept(path, verdict.seen)
    assert seen.read(path) == verdict.seen


def test_a_revocation_is_remembered_though_the_release_is_bad(tmp_path: Path) -> None:
    verdict = judged(SCENES["stolen key after rotation"](tmp_path))
    assert verdict.seen.keys == rotation().seq
    assert verdict.seen.revoked == rotation().never
    assert verdict.seen.release == 0


def test_damage_is_not_remembered(tmp_path: Path) -> None:
    assert judged(SCENES["edit"](tmp_path)).seen.release == 0


@pytest.mark.parametrize("data", [b"", b"x\n", b"release x\n", b"release 1\n", b"\xff"])
def test_a_damaged_memory_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "seen.txt").write_bytes(data)
    with pytest.raises(ReleaseError) as caught:
        seen.read(tmp_path / "seen.txt")
    assert caught.value.code == Code.MALFORMED


def test_what_is_no_folder(tmp_path: Path) -> None:
    verdict = verification.verify(Folder(tmp_path / "none"), pinned(), Seen(), TODAY)
    assert verdict.code == Code.UNREACHABLE
    assert verification.verify(Folder(tmp_path), pinned(), Seen(), TODAY).code == Code.MISSING


def test_nothing_is_written(tmp_path: Path) -> None:
    scene = SCENES["outside"](tmp_path)
    before = sorted(tmp_path.rglob("*"))
    judged(scene)
    assert sorted(tmp_path.rglob("*")) == before


def test_junk_in_place_of_a_signature_nobody_needs(tmp_path: Path) -> None:
    scene = SCENES["whole"](tmp_path)
    (scene.folder / "release.txt.2.minisig").write_text("<form>", encoding="utf-8")
    assert judged(scene).code == Code.MALFORMED


class Handler(http.server.SimpleHTTPRequestHandler):
    """A mirror; ``trick`` may answer in its place."""

    trick: Callable[["Handler"], bool] | None = None
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if not (type(self).trick and type(self).trick(self)):  # type: ignore[misc]
            super().do_GET()

    def log_message(self, *parts: object) -> None:
        pass


@contextmanager
def mirror(folder: Path, trick: Callable[[Handler], bool] | None = None) -> Iterator[str]:
    kind = type("Mirror", (Handler,), {"trick": staticmethod(trick) if trick else None, "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *parts: kind(*parts, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def judged_from_afar(scene: Scene, trick: Callable[[Handler], bool] | None = None, **limits: float) -> Verdict:
    with mirror(scene.folder, trick) as address, Fetcher(address, **limits) as fetcher:  # type: ignore[arg-type]
        return verification.verify(Site(fetcher), pinned(scene.roots), scene.seen, TODAY)


@pytest.mark.slow  # the same scenes as of folders
@pytest.mark.parametrize("name", [name for name in SCENES if name not in UNSEEN_FROM_AFAR])
def test_a_mirror(tmp_path: Path, name: str) -> None:
    scene = SCENES[name](tmp_path)
    verdict = judged_from_afar(scene)
    assert verdict.code == scene.code, verdict.said("en")
    assert not verdict.looked_for_added
    assert "from afar" in verdict.said("en")[-2]


def test_packs_of_a_mirror_when_they_are_asked_for(tmp_path: Path) -> None:
    scene = SCENES["pack changed"](tmp_path)
    with mirror(scene.folder) as address, Fetcher(address) as fetcher:
        assert verification.verify(Site(fetcher), pinned(), Seen(), TODAY).code == Code.FRESH
        assert verification.verify(Site(fetcher), pinned(), Seen(), TODAY, with_packs=True).code == Code.CHANGED


def answer(handler: Handler, status: int, *headers: str, body: bytes = b"") -> bool:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status} X", *headers, ""))
    handler.wfile.write(head.encode() + body)
    handler.close_connection = True
    return True


def endless(handler: Handler) -> bool:
    answer(handler, 200)
    try:
        for _ in range(5_000):
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        pass
    return True


def trickling(handler: Handler) -> bool:
    handler.wfile.write(b"HTTP/1.1 200 X\r\n")
    try:
        for _ in range(200):
            handler.wfile.write(b"X: y\r\n")
            time.sleep(0.05)
    except OSError:
        pass
    return True


def silent(handler: Handler) -> bool:
    time.sleep(2)
    return True


def bomb(handler: Handler) -> bool:
    import gzip

    return answer(handler, 200, "Content-Encoding: gzip", body=gzip.compress(bytes(40_000_000)))


TRICKS: dict[str, Callable[[Handler], bool]] = {
    "endless": endless,
    "trickling": trickling,
    "silent": silent,
    "bomb": bomb,
    "cut": lambda one: answer(one, 200, "Content-Length: 1000", body=b"x"),
    "cut gzip": lambda one: answer(one, 200, "Content-Encoding: gzip", body=b"\x1f\x8b\x08"),
    "packed twice": lambda one: answer(one, 200, "Content-Encoding: gzip, gzip", body=b"x"),
    "error": lambda one: answer(one, 500),
    "partial": lambda one: answer(one, 206, body=b"x"),
    "circle": lambda one: answer(one, 302, f"Location: {one.path}"),
    "elsewhere": lambda one: answer(one, 302, "Location: http://192.0.2.1/keys.txt"),
    "file": lambda one: answer(one, 302, "Location: file:///etc/passwd"),
    "other port": lambda one: answer(one, 302, "Location: http://127.0.0.1:9/keys.txt"),
    "no HTTP": lambda one: bool(one.wfile.write(b"SSH-2.0-x\r\n\r\n")),
}


@pytest.mark.slow
@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("file", ["keys.txt", "index.html"])
def test_a_mirror_with_tricks(tmp_path: Path, trick: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("magazine.release.sources.MAX_FILE", 1_000_000)
    scene = SCENES["whole"](tmp_path)
    started = time.monotonic()
    verdict = judged_from_afar(scene, lambda one: one.path == f"/{file}" and TRICKS[trick](one), seconds=1.0)
    assert verdict.code == Code.UNREACHABLE, verdict.said("en")
    assert time.monotonic() - started < 5


def test_all_files_together_have_their_time(tmp_path: Path) -> None:
    def slow(handler: Handler) -> bool:
        time.sleep(0.3)
        return False

    assert judged_from_afar(SCENES["whole"](tmp_path), slow, whole=0.5).code == Code.UNREACHABLE


def test_a_mirror_may_lead_on_within_its_host_and_pack_its_files(tmp_path: Path) -> None:
    import gzip

    scene = SCENES["whole"](tmp_path)

    def moved(handler: Handler) -> bool:
        if handler.path == "/keys.txt":
            return answer(handler, 301, "Location: /ru/../keys.txt?moved", "Content-Length: 0")
        if handler.path == f"/{sums.SUMS}":
            data = gzip.compress((scene.folder / sums.SUMS).read_bytes())
            return answer(handler, 200, "Content-Encoding: gzip", f"Content-Length: {len(data)}", body=data)
        return False

    assert judged_from_afar(scene, moved).code == Code.FRESH


def test_a_mirror_that_closes_what_it_promised_to_keep_open(tmp_path: Path) -> None:
    def closing(handler: Handler) -> bool:
        data = (scene.folder / handler.path[1:]).read_bytes() if (scene.folder / handler.path[1:]).exists() else b""
        return answer(handler, 200 if data else 404, f"Content-Length: {len(data)}", body=data)

    scene = SCENES["whole"](tmp_path)
    for _ in range(5):
        assert judged_from_afar(scene, closing).code == Code.FRESH


def test_nobody_is_there(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with Fetcher(address) as fetcher:
            verdict = verification.verify(Site(fetcher), pinned(), Seen(), TODAY)
    assert verdict.code == Code.UNREACHABLE


@pytest.mark.parametrize(
    "address", ["", "ftp://example.org/", "example.org", "http://a:b@example.org/", "http:///x", "http://x/?q"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ReleaseError) as caught:
        Fetcher(address)
    assert caught.value.code == Code.UNREACHABLE


def test_a_name_is_quoted_in_an_address(tmp_path: Path) -> None:
    Press(first_keys()).print(tmp_path, 42, {"index.html": "x", "a b.txt": "y", "c(1)+@,=.txt": "z"})
    scene = Scene(tmp_path, Code.FRESH)
    assert judged_from_afar(scene).code == Code.FRESH
