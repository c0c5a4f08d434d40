"""A mirror that begins well and goes on for ever, slowly or not at all: a run ends by itself, and the copy stays."""

import gzip
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from mirror_server import MirrorServer
from releases import PAGES, Press, first_keys
from test_kit_sync import follow, live, run

from magazine.release import sums
from magazine.release.codes import Code

pytestmark = [pytest.mark.judge, pytest.mark.slow]
CALM, WHOLE = 1, 2  # seconds
LARGEST = {"dash": 10_240_000, "php": 200_000_000}  # bytes of a file
Handler = BaseHTTPRequestHandler
Way = Callable[[Handler, bytes], None]


def begun(handler: Handler, **headers: str) -> None:
    handler.close_connection = True
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def going_on(handler: Handler, block: bytes, wait: float = 0, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        handler.wfile.write(block)
        handler.wfile.flush()
        time.sleep(wait)


def endless(handler: Handler, _: bytes) -> None:
    begun(handler)
    going_on(handler, b"a" * 1_000_000)


def slow(handler: Handler, data: bytes) -> None:
    begun(handler, Content_Length=str(len(data) + 100))
    going_on(handler, b"a", 0.2)


def stalling(handler: Handler, data: bytes) -> None:
    begun(handler, Content_Length=str(len(data)))
    handler.wfile.write(data[:5])
    handler.wfile.flush()
    time.sleep(CALM * 4)


def silent(handler: Handler, _: bytes) -> None:
    handler.close_connection = True
    time.sleep(CALM * 4)


def cut(handler: Handler, data: bytes) -> None:
    begun(handler, Content_Length=str(len(data)))
    handler.wfile.write(data[:-50])


def other(handler: Handler, _: bytes) -> None:
    """Never twice the same."""
    begun(handler)
    handler.wfile.write(os.urandom(2_000_000))


def bomb(handler: Handler, _: bytes) -> None:
    """A kilobyte that unpacks to a thousand."""
    begun(handler, Content_Encoding="gzip")
    handler.wfile.write(BOMB)


def headers_only(handler: Handler, _: bytes) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    going_on(handler, b"X-Way: on\r\n" * 1000, 0.02)


BOMB = gzip.compress(bytes(LARGEST["php"] + 1_000_000), compresslevel=1)
UNTRUE: tuple[Way, ...] = (endless, other, bomb)  # nothing of it is kept; of the rest the next run may go on
BROKEN: tuple[Way, ...] = (slow, stalling, silent, cut, headers_only)
CASES = {"release.txt": (endless, slow, stalling), "SHA256SUMS.txt": (bomb, slow), "index.html": (*UNTRUE, *BROKEN)}
PAGE = "<p>2</p>" * 100
LARGE = "".join(f"{number}\n" for number in range(200_000))
REFUSED = (Code.UNREACHABLE, Code.CHANGED, Code.MISSING, Code.MIXED, Code.BAD_SIGNATURE, Code.MALFORMED)


def behaving(way: Way, name: str) -> Callable[[Handler, bytes], bool]:
    def own(handler: Handler, data: bytes) -> bool:
        if handler.path != f"/{name}":
            return False
        with suppress(OSError):
            way(handler, data)
        return True

    return own


@pytest.mark.parametrize("program", ["dash", "php"])
@pytest.mark.parametrize("name", CASES)
def test_a_run_ends_by_itself_whatever_a_file_does(program: str, name: str, tmp_path: Path) -> None:
    folder, first = tmp_path / "site", tmp_path / "first"
    Press(first_keys()).print(folder, 42)
    limits = {"MAGAZINE_CALM": str(CALM), "MAGAZINE_WHOLE": str(WHOLE), "MAGAZINE_LARGEST": "10000"}
    with MirrorServer(folder) as server:
        done = run(program, first, server.address, **limits)
        assert done.returncode == 0, done.stderr
        old = live(first)
        more = {"changed": ("index.html",), "more": 1} if name == sums.SUMS else {}  # the whole list is asked for
        follow(folder, 43, {**PAGES, "index.html": PAGE}, **more)

        def judged(way: Way) -> str:
            copy = shutil.copytree(first, tmp_path / way.__name__, symlinks=True)
            with MirrorServer(folder, behaving(way, name)) as strange:
                began = time.monotonic()
                ended = run(program, copy, strange.address, **limits)
                seconds = time.monotonic() - began
                assert name in strange.asked
            size = sum(path.stat().st_size for path in copy.rglob("*") if path.is_file())
            codes = (Code.UNREACHABLE,) if way in BROKEN else REFUSED
            most = LARGEST[program] if way in (endless, bomb) else 0  # when the time is over first
            right = ended.returncode in codes and live(copy) == old and seconds < 25 and size < most + 1_000_000
            right &= "limit" not in ended.stderr
            said = f"{way.__name__}: {ended.returncode} after {seconds:.0f} s, {size} bytes, {ended.stderr}"
            return "" if right else said

        with ThreadPoolExecutor() as pool:
            assert [said for said in pool.map(judged, CASES[name]) if said] == []
        for way in CASES[name][:2]:
            done = run(program, tmp_path / way.__name__, server.address)
            assert done.returncode == 0, done.stderr
            assert live(tmp_path / way.__name__)["index.html"] == PAGE.encode()


@pytest.mark.parametrize("program", ["dash", "php"])
def test_over_a_bad_line_a_large_file_arrives_in_several_runs(program: str, tmp_path: Path) -> None:
    folder, copy = tmp_path / "site", tmp_path / "copy"
    Press(first_keys()).print(folder, 42, {**PAGES, "big.txt": LARGE})

    def breaking_off(handler: Handler, data: bytes) -> bool:
        if handler.path != "/big.txt":
            return False
        start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        handler.close_connection = True
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(data) - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.end_headers()
        handler.wfile.write(data[start : start + 500_000])
        return True

    with MirrorServer(folder, breaking_off) as server:
        for _ in range(5):
            done = run(program, copy, server.address)
            if done.returncode == 0:
                break
            assert done.returncode == Code.UNREACHABLE, done.stderr
    assert live(copy)["big.txt"] == LARGE.encode()
