"""Mirrors that are looked at: one of each state on loopback, what was put into pages, who goes and comes back."""

import datetime as dt
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from mirror_server import MirrorServer
from releases import PAGES, TODAY, Press, first_keys, prev, rotation
from test_kit_sync import HEAD, answering
from toolbox import REPOSITORY, need
from web_server import WebServer

from magazine import mirrors
from magazine.release import notes
from magazine.release.keys import vault
from magazine.release.making import chain
from magazine.release.making.setup import Setup
from magazine.release.monitor import mirrors_command, register
from magazine.release.monitor.office import Office, Wanted
from magazine.release.monitor.pages import put_in
from magazine.release.monitor.register import Partner

pytestmark = pytest.mark.slow

SETTINGS: dict[str, Any] = {"SITEURL": "https://magazine.example.org", "PROXY": "", "THEME": "theme"}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An editor's computer on which release 43 stands, after 42."""
    monkeypatch.setenv("MAGAZINE_DESK", str(tmp_path / "desk"))
    monkeypatch.setenv("MAGAZINE_LANG", "en")
    content = tmp_path / "content"
    (content / "extra").mkdir(parents=True)
    Press(first_keys()).print(tmp_path / "42", 42)
    published = tmp_path / "published"
    old = prev(tmp_path / "42")
    Press(first_keys()).print(published, 43, {**PAGES, "index.html": "<p>new</p>"}, prev=old, changed=("index.html",))
    shutil.copy(published / "keys.txt", content / "extra")
    return Office(Wanted("check"), Setup(content, tmp_path / "output", published, SETTINGS, tmp_path), TODAY)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    """Serves a folder, whose name is given, and tells its address."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(WebServer(folder)).address


def listed(office: Office, *addresses: str) -> None:
    office.tables.mkdir(exist_ok=True)
    rows = mirrors.list_of([mirrors.Mirror(address, "web") for address in addresses])
    (office.tables / "list.csv").write_bytes(rows)


def states(office: Office) -> dict[str, str]:
    return {mirror.address: mirror.state for mirror in office.listed()}


def copy(office: Office, tmp_path: Path, name: str) -> Path:
    return Path(shutil.copytree(office.setup.published, tmp_path / name))


def test_a_mirror_of_each_state(office: Office, serve: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tampered = copy(office, tmp_path, "tampered")
    (tampered / "petitions/law.txt").write_text("Мы просим прощения\n", encoding="utf-8")
    Press(first_keys()).print(tmp_path / "stale", 43, prev=prev(tmp_path / "42"), date=dt.date(2020, 1, 1),
                              expires=dt.date(2020, 3, 1))  # fmt: skip
    Press(first_keys(), holders=("stranger",), ssh_holders=()).print(tmp_path / "wrong", 43)
    shutil.rmtree(tmp_path / "stale/kit", ignore_errors=True)
    Press(first_keys()).print(tmp_path / "forked", 43, {"index.html": "<p>We give up</p>"})
    expected = {
        serve(copy(office, tmp_path, "good")): "current",
        serve(tmp_path / "42"): "behind",
        serve(tampered): "tampered",
        serve(tmp_path / "forked"): "tampered",
        serve(tmp_path / "wrong"): "wrong key",
        "http://127.0.0.1:9/": "unreachable",
        serve(tmp_path / "content"): "unreachable",  # a new server that is empty says 200 to much
    }
    listed(office, *expected)
    assert mirrors_command.done(office) == 1
    assert states(office) == expected
    told = capfd.readouterr().out
    assert "petitions/law.txt was changed" in told
    assert "two different releases with the number 43" in told
    assert "It has release 42; the newest is 43." in told


def test_a_frozen_mirror_is_stale(office: Office, serve: Any, tmp_path: Path) -> None:
    listed(office, serve(copy(office, tmp_path, "frozen")))
    later = replace(office, today=TODAY + dt.timedelta(days=90))
    assert mirrors_command.done(later) == 1
    assert set(states(later).values()) == {"stale"}


def test_an_older_fork_is_known_by_the_chain(office: Office, serve: Any, tmp_path: Path) -> None:
    Press(first_keys()).print(tmp_path / "fork", 42, {"index.html": "<p>Other</p>"})
    listed(office, serve(tmp_path / "fork"))
    assert mirrors_command.done(office) == 1
    assert set(states(office).values()) == {"tampered"}
    home = vault.folder(tmp_path / "chain")
    chain.remember(home, "c" * 64, "b" * 64)
    chain.remember(home, "b" * 64, "a" * 64)
    assert chain.past(home, "c" * 64, 9) == {8: "b" * 64, 7: "a" * 64}


def test_a_mirror_behind_a_rotation_of_keys_is_behind(office: Office, serve: Any, tmp_path: Path) -> None:
    published = office.setup.published
    old = copy(office, tmp_path, "old")
    shutil.rmtree(published)
    new = Press(rotation(), holders=("new",), ssh_holders=("new-ssh",))
    new.print(published, 44, prev=notes.digest((old / "release.txt").read_bytes()))
    listed(office, serve(old))
    assert mirrors_command.done(office) == 0
    assert set(states(office).values()) == {"behind"}


def test_ten_mirrors_are_looked_at_at_once(office: Office, tmp_path: Path) -> None:
    folder = copy(office, tmp_path, "slow")
    with ExitStack() as stack:
        listed(office, *(stack.enter_context(WebServer(folder, delay=0.05)).address for _ in range(10)))
        began = time.monotonic()
        assert mirrors_command.done(office) == 0
        assert time.monotonic() - began < 10 * 0.05 * 15  # one after the other it would take that long for each file


def test_what_was_put_in_is_named(
    office: Office, serve: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = copy(office, tmp_path, "trap")
    (folder / "index.html").write_text(
        '<form action="https://evil.example.net/"></form><script>x()</script>'
        '<iframe src="//evil.example.net/"></iframe>'
        '<meta http-equiv="refresh" content="0;url=https://evil.example.net/">'
        '<a href="//evil.example.net/a">a</a><p onmouseover="y()"><button formaction="https://evil.example.net/b">'
    )
    listed(office, serve(folder))
    mirrors_command.done(office)
    told = capfd.readouterr().out
    said = (
        "evil.example.net/b", "onmouseover y()", "a form there sends", "a script was put in: x()",
        "shown within the page", "leads readers on", "a link to",
    )  # fmt: skip
    for words in said:
        assert words in told


@pytest.mark.parametrize(
    ("kind", "place", "said"),
    [
        ("text/plain", "", "«text/plain»"),
        ("text/html; charset=windows-1251", "", "charset=windows-1251"),
        ("text/html; charset=utf-8", "attachment; filename=index.html", "attachment"),
        ("", "", "«?»"),
    ],
)
def test_pages_that_browsers_do_not_show_are_told(
    office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, place: str, said: str
) -> None:
    def served(handler: BaseHTTPRequestHandler, data: bytes) -> bool:
        if not data or not handler.path.endswith(".html"):
            return False
        handler.send_response(200)
        for name, value in {"Content-Type": kind, "Content-Disposition": place}.items():
            if value:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        return True

    with MirrorServer(office.setup.published, served) as mirror:
        listed(office, mirror.address)
        assert mirrors_command.done(office) == 0
        assert states(office) == {mirror.address: "current"}
        assert capfd.readouterr().out.count(said) == 1, "once, not for each page"
        mirrors_command.done(replace(office, wanted=Wanted("report", mirror.address)))
    assert "kit/servers" in capfd.readouterr().out, "the partner is written to"


def test_a_host_that_runs_the_kit_is_not_called_a_liar(
    office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = (REPOSITORY / "magazine/kit/scripts/sync.php").read_text(encoding="utf-8")
    shutil.rmtree(office.setup.published)
    Press(first_keys()).print(office.setup.published, 44, {**PAGES, "404.html": "<p>no</p>", "kit/sync.php": script})
    with php_server(office.setup.published) as address:
        listed(office, address)
        assert mirrors_command.done(office) == 0
        assert states(office) == {address: "current"}
        assert "The host runs kit/sync.php" in capfd.readouterr().out
        (office.setup.published / "kit/sync.php").write_text("<?php echo '<?php steal();';", encoding="utf-8")
        later = replace(office, today=TODAY + dt.timedelta(days=1))
        assert mirrors_command.done(later) == 1, "it gives out another program"
        assert "kit/sync.php was changed" in capfd.readouterr().out


@contextmanager
def php_server(root: Path) -> Iterator[str]:
    """PHP's own server for a folder, as a host that runs every PHP file in it."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [need("php"), "-S", f"127.0.0.1:{port}", "-t", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def test_one_hostile_page_keeps_nobody_from_being_looked_at(office: Office, serve: Any, tmp_path: Path) -> None:
    folder = copy(office, tmp_path, "odd")
    (folder / "index.html").write_text('<a href="http://[">a</a><p onclick="x()"><button formaction="//evil.example">')
    odd, good = serve(folder), serve(copy(office, tmp_path, "good"))
    listed(office, odd, good)
    for _ in range(2):  # a quick look later on the same day does not acquit it
        assert mirrors_command.done(office) == 1
        assert states(office) == {odd: "tampered", good: "current"}


def test_two_mirrors_with_different_releases_of_one_number(office: Office, serve: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Press(first_keys()).print(tmp_path / name, 44, {"index.html": name}, prev=prev(office.setup.published))
    listed(office, serve(tmp_path / "one"), serve(tmp_path / "two"))
    assert mirrors_command.done(office) == 1
    assert set(states(office).values()) == {"tampered"}


def test_what_was_there_before_is_not_told() -> None:
    page = b'<form action="https://intake.example.org/"></form><a href="https://example.org/">a</a><script>e()</script>'
    assert list(put_in("a.html", page + b"x", page, ("https://intake.example.org/",))) == []
    assert list(put_in("a.txt", b"<form>", b"", ())) == []


def test_out_after_three_bad_days_and_in_after_three_good_ones(office: Office, serve: Any, tmp_path: Path) -> None:
    good, gone = serve(copy(office, tmp_path, "good")), "http://127.0.0.1:9/"
    listed(office, good, gone)
    shown = []
    for day in range(3):
        for _ in range(2):  # a day counts once
            mirrors_command.done(replace(office, today=TODAY + dt.timedelta(days=day)))
            shown.append(next(mirror.shown for mirror in office.listed() if mirror.address == gone))
    assert shown == [True, True, True, True, False, False]
    assert [mirror.shown for mirror in office.listed() if mirror.address == good] == [True]
    partner = Partner()
    for day, is_good in enumerate([False] * 3 + [True] * 3):
        partner = register.looked(partner, TODAY + dt.timedelta(days=day), is_good=is_good, was_full=False)
        assert register.is_shown(partner, before=day < 2) == (day < 2 or day == 5)


def test_a_letter_tells_a_partner_what_to_do(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    listed(office, "http://127.0.0.1:9/")
    mirrors_command.done(office)
    assert mirrors_command.done(replace(office, wanted=Wanted("report", "http://127.0.0.1:9/"))) == 0
    told = capfd.readouterr().out
    assert "Please look whether your host is up" in told
    assert "Спасибо" in told
    assert "рахмат" in told


def test_a_mirror_is_taken_in_by_a_word_and_out_at_once(
    office: Office, serve: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = copy(office, tmp_path, "mirror")
    address = serve(folder)
    wanted = Wanted("add", address, country="DE", contact="partner@example.org")
    assert mirrors_command.done(replace(office, wanted=wanted)) == 1
    assert "does not hold the word" in capfd.readouterr().err
    mirrors_command.done(replace(office, wanted=Wanted("token", address)))
    (folder / "mirror-token.txt").write_text(capfd.readouterr().out.split()[-1])
    assert mirrors_command.done(replace(office, wanted=wanted)) == 0
    (mirror,) = office.listed()
    assert (mirror.address, mirror.country, mirror.since) == (address, "DE", TODAY)
    assert b"partner" not in (office.tables / "list.csv").read_bytes()
    held = json.loads((office.home() / "mirrors.json").read_bytes())
    assert held[address]["contact"] == "partner@example.org"
    assert mirrors_command.done(replace(office, wanted=wanted)) == 1
    assert mirrors_command.done(replace(office, wanted=Wanted("remove", address))) == 0
    assert office.listed() == ()


def test_a_copy_that_is_not_right_is_not_taken_in(office: Office, serve: Any, tmp_path: Path) -> None:
    folder = copy(office, tmp_path, "bad")
    (folder / "index.html").write_text("x")
    address = serve(folder)
    (folder / "mirror-token.txt").write_text(register.word(office.home(), address))
    assert mirrors_command.done(replace(office, wanted=Wanted("add", address))) == 1
    assert not (office.tables / "list.csv").exists()


@pytest.mark.parametrize("answer", [HEAD + b"\r\n", b"", HEAD + b"Content-Length: 99\r\n\r\nx"])
def test_a_strange_server_is_unreachable(office: Office, answer: bytes) -> None:
    with answering(answer, endless=b"a" * 65536 if answer == HEAD + b"\r\n" else b"") as address:
        listed(office, address)
        assert mirrors_command.done(office) == 1
    assert set(states(office).values()) <= {"unreachable", "tampered"}


@pytest.mark.parametrize(
    "wanted", [Wanted("blow"), Wanted("add", "http://x/"), Wanted("remove", "https://a.example.org/"), Wanted("token")]
)
def test_what_cannot_be_done_is_told(office: Office, wanted: Wanted, capfd: pytest.CaptureFixture[str]) -> None:
    assert mirrors_command.done(replace(office, wanted=wanted)) == 1
    assert capfd.readouterr().err.strip()


def test_without_mirrors_there_is_a_word_on_how_to_get_some(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    assert mirrors_command.done(replace(office, wanted=Wanted())) == 0
    assert "no mirrors yet" in capfd.readouterr().out
