"""A preview on this machine alone: builds, checks and serves, and does so again when something is saved."""

from __future__ import annotations

import contextlib
import errno
import json
import queue
import shutil
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from watchfiles import DefaultFilter, watch

from magazine import cache
from magazine.cache import PROJECT
from magazine.desk import preview_server
from magazine.desk.board import Board
from magazine.desk.preview_intake import PreviewIntake
from magazine.desk.preview_pages import PLACE, Pages
from magazine.desk.resident import Resident
from magazine.messages import say
from magazine.site.build import place_of_drafts, said

PORT = 8000
WINDOWS_ADDRESS_IN_USE = 10048
SETTINGS = "pelicanconf.py"
WATCHED = ("theme", "magazine", SETTINGS)
POLL = 0.5  # seconds
SETTLE_MS = 20  # programs save in several steps; wait for the last of them
QUIET = 0.2  # seconds after a build: who saves again meanwhile is not kept waiting by a check


def run(content: Path | None = None, output: Path | None = None, port: int | None = None) -> int:
    """Serve until Ctrl-C; the exit status."""
    content = (content or PROJECT / "content").resolve()
    output = (output or PROJECT / "output").resolve()
    asked = PORT if port is None else port
    board, intake = Board(), PreviewIntake(said(), "")
    try:
        server = preview_server.server(asked, Pages(board, output, place_of_drafts(content), intake.pointed))
    except (OSError, OverflowError) as error:
        taken = getattr(error, "errno", 0) in (errno.EADDRINUSE, WINDOWS_ADDRESS_IN_USE)
        told = say(
            "Port %(port)d cannot be used (%(reason)s). Choose another one: --port %(other)d",
            port=asked,
            reason=say("in use") if taken else error,
            other=PORT + 1 if asked != PORT + 1 else PORT + 2,
        )
        print(told, file=sys.stderr)
        return 1
    saved: queue.Queue[set[Path]] = queue.Queue()
    stop = threading.Event()
    builder, beside = _Builder(content, output, board), _Beside(content, board, stop)
    # watching starts before the first build, so that nothing saved meanwhile is missed
    for target, arguments in ((_watch, (content, saved, stop)), (server.serve_forever, ()), (beside.work, ())):
        threading.Thread(target=target, args=arguments, daemon=True).start()
    home = f"http://{preview_server.HOST}:{server.server_port}"
    try:
        intake.site = f"{home}/"
        _tell_failure(intake.begin)
        builder.build()
        print(say("Preview: %(home)s/ — pages renew themselves when something is saved. "
                  "Problems, advice and drafts: %(overview)s — Ctrl-C ends it.",
                  home=home, overview=f"{home}{PLACE}"), flush=True)  # fmt: skip
        while True:
            with contextlib.suppress(queue.Empty):
                # with a limit: on Windows a wait without one cannot be interrupted
                changed = saved.get(timeout=POLL)
                if PROJECT / SETTINGS in changed:
                    _tell_failure(lambda: intake.renew(said()))
                builder.build(changed, anew=beside.renew(changed))
    except KeyboardInterrupt:
        return 0
    finally:
        stop.set()
        beside.end()
        intake.end()
        builder.process.stop()
        server.shutdown()
        server.server_close()


class _Builder:
    """Builds the site and tells how it went; what breaks there does not end the preview."""

    def __init__(self, content: Path, output: Path, board: Board) -> None:
        self.content, self.board = content, board
        self.process = Resident("magazine.site.build", "--stay", str(content), str(output), shows_progress=True)

    def build(self, changed: Collection[Path] = (), *, anew: bool = False) -> None:
        """Build after these files have changed, and wait until it is done; a changed program is started anew."""
        inside = [path.relative_to(self.content).as_posix() for path in changed if path.is_relative_to(self.content)]
        is_done, said = self.process.ask(json.dumps({"changed": inside}), _pass_on, anew=anew)
        self.board.built(None if is_done else said.strip(), inside)


class _Beside:
    """Checks after each build, and builds the site with its drafts once somebody looks at them: no build waits."""

    def __init__(self, content: Path, board: Board, stop: threading.Event) -> None:
        self.content, self.board, self.stop = content, board, stop
        self.checker = Resident("magazine.desk.check", str(content), gives_way=True)
        self.place = place_of_drafts(content)
        self.drafter = Resident("magazine.site.build", "--stay", str(content), str(self.place), gives_way=True)
        self.is_changed = {self.checker: False, self.drafter: False}

    def renew(self, changed: Collection[Path]) -> bool:
        """Whether the program is among what changed; then those here, too, are started anew for their next work."""
        is_program = any(not path.is_relative_to(self.content) for path in changed)
        if is_program:
            self.is_changed = dict.fromkeys(self.is_changed, True)
        return is_program

    def work(self) -> None:
        """Work whenever there is some, until the preview ends."""
        while not self.stop.is_set():
            if self.board.work.wait(POLL) and not self.stop.wait(QUIET):
                self.board.work.clear()
                self._check()
                if self.board.drafts_wanted.is_set() and not self.board.work.is_set():
                    self._build_drafts()

    def end(self) -> None:
        """End what is at work; drafts that were made into pages do not outlast the preview."""
        self.checker.end()
        self.drafter.end()
        for left in self.place.parent.glob(f"*{self.place.name}*"):  # one half made, too
            shutil.rmtree(left, ignore_errors=True)
        with contextlib.suppress(OSError):
            cache.remembered("builds", self.content, self.place).unlink()

    def _check(self) -> None:
        build = self.board.builds
        is_done, said = self._ask(self.checker, "{}")
        if is_done:
            self.board.checked(build, **json.loads(said.splitlines()[-1]))
        elif not self.stop.wait(POLL):  # it broke, and nobody has ended it: what it said is all there is
            sys.stderr.write(said)
            self.board.checked(build, self.board.news.problems, self.board.news.drafts)

    def _build_drafts(self) -> None:
        whole = [draft["path"] for draft in self.board.news.drafts if not draft["is_broken"]]
        is_done, said = self._ask(self.drafter, json.dumps({"drafts": whole}))
        self.board.built_drafts(None if is_done else said.strip())

    def _ask(self, process: Resident, line: str) -> tuple[bool, str]:
        anew, self.is_changed[process] = self.is_changed[process], False
        return process.ask(line, anew=anew)


def _tell_failure(begin: Callable[[], None]) -> None:
    """Begin an intake; a preview goes on without one, and with settings that cannot be read."""
    try:
        begin()
    except Exception as error:  # noqa: BLE001 (settings are a program: anything can happen in one)
        told = say("No answer can be tried out: the intake did not start (%(reason)s).", reason=error)
        print(told, file=sys.stderr)


def _pass_on(said: str) -> None:
    sys.stdout.write(said)
    sys.stdout.flush()


def _watch(content: Path, saved: queue.Queue[set[Path]], stop: threading.Event) -> None:
    """Put into ``saved`` the paths of what was saved together."""
    places = [content, *(PROJECT / name for name in WATCHED)]
    existing = [place for place in places if place.exists()]
    for changes in watch(*existing, watch_filter=DefaultFilter(), step=SETTLE_MS, stop_event=stop):
        saved.put({Path(path) for _, path in changes})
