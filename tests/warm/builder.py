"""Builds as processes of their own: forked from one that has Pelican loaded, or fresh ones."""

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warm.nodes import Failed

PATIENCE = 120.0  # seconds after which a build hangs
PRELOADED = (
    "pelican", "pelican.generators", "pelican.readers", "pelican.writers", "pelican.plugins.i18n_subsites", "docutils",
    "markdown.extensions.tables", "markdown.extensions.footnotes", "jinja2.ext", "nh3", "typogrify.filters", "sqlite3",
    "babel.messages.pofile", "babel.messages.mofile", "babel.dates", "babel.lists", "PIL.Image", "PIL.ImageOps",
    "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "concurrent.futures", "multiprocessing",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One build: from where, to where, with which cache and environment."""

    root: Path
    content: Path
    output: Path
    cache: Path
    environment: dict[str, str]

    def variables(self) -> dict[str, str]:
        """The environment of the process."""
        own = ("MAGAZINE_", "SOURCE_DATE_EPOCH", "SITEURL", "LANG", "LC_", "TZ")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "LC_ALL": "C.UTF-8", "MAGAZINE_CACHE": str(self.cache), **self.environment}


@dataclass(frozen=True)
class Built:
    """How a build ended; ``said`` is what stood on stderr, without the paths of this very build."""

    status: int
    said: str
    seconds: float = 0.0


class Builder:
    """Builds in processes forked from one that has Pelican loaded; where nothing can fork, in fresh ones."""

    def __init__(self, folder: Path, hash_seed: str) -> None:
        self.said, self.compiled = folder / f"said-{hash_seed}", folder / f"compiled-{hash_seed}"
        self.environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        self.server: subprocess.Popen[str] | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.order: Order | None = None
        self.started = 0.0
        self.pid = 0

    def start(self, order: Order, *, fresh: bool = False, before: Sequence[str] = ()) -> None:
        """Begin a build; ``pid`` is its process and its group, ``before`` a command that runs it."""
        self.order, self.started, self.process = order, time.monotonic(), None
        if fresh or before or not hasattr(os, "fork"):
            build = ("-m", "magazine.site.build", str(order.content), str(order.output))
            command = [*before, sys.executable, *build]
            with self.said.open("wb") as said:
                self.process = subprocess.Popen(
                    command, cwd=order.root, env=order.variables(), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
                )  # fmt: skip
            self.pid = self.process.pid
            return
        if self.server is None:
            command = [sys.executable, "-m", __name__, str(self.compiled)]
            self.server = subprocess.Popen(
                command, cwd=Path(__file__).parents[1], env=self.environment, encoding="utf-8",
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        asked = {
            "root": str(order.root), "arguments": [str(order.content), str(order.output)], "said": str(self.said),
            "environment": order.variables(),
        }  # fmt: skip
        assert self.server.stdin
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        self.pid = int(self._answer())

    def wait(self) -> Built:
        """The end of the build. Raises Failed if it hangs."""
        assert self.order
        timer = _Alarm(PATIENCE, self.pid)
        with timer:
            status = self.process.wait() if self.process else int(self._answer())
        if timer.rang:
            raise Failed("hangs", [f"no end after {PATIENCE} s"])
        said = self.said.read_text(encoding="utf-8", errors="replace")
        for path, name in ((self.order.output, "OUTPUT"), (self.order.cache, "CACHE"), (self.order.root, "ROOT")):
            said = said.replace(str(path), name)
        return Built(status, said, time.monotonic() - self.started)

    def build(self, order: Order, *, fresh: bool = False, before: Sequence[str] = ()) -> Built:
        """A whole build."""
        self.start(order, fresh=fresh, before=before)
        return self.wait()

    def close(self) -> None:
        """End the loaded process."""
        if self.server:
            self.server.communicate()

    def _answer(self) -> str:
        assert self.server
        assert self.server.stdout
        return self.server.stdout.readline()


class _Alarm:
    """Kills a group of processes when its time is over."""

    def __init__(self, seconds: float, group: int) -> None:
        self.rang = False
        self.timer = threading.Timer(seconds, self._ring)
        self.group = group

    def _ring(self) -> None:
        self.rang = True
        end(self.group)

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


def end(group: int) -> None:
    """Kill what is left of a build."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def serve(compiled: Path) -> None:
    """Fork a process for each order on standard input; tell its number, then its exit status."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            __import__(name)
    _keep_compiled_templates(compiled)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
            runpy.run_module("magazine.site.build", run_name="__main__", alter_sys=True)
            return
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _keep_compiled_templates(folder: Path) -> None:
    """Compiling templates is most of a small build; Jinja keeps what it made of each source, known by its hash."""
    import jinja2

    folder.mkdir(exist_ok=True)
    made, kept = jinja2.Environment.__init__, jinja2.FileSystemBytecodeCache(str(folder))

    def environment(self: jinja2.Environment, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **{"bytecode_cache": kept, **named})

    jinja2.Environment.__init__ = environment  # type: ignore[method-assign]


def _become(order: dict[str, object]) -> None:
    """Be the process that ``python -m magazine.site.build`` would be."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    said = os.open(str(order["said"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for target, source in ((0, nothing), (1, nothing), (2, said)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    time.tzset()
    os.chdir(str(order["root"]))
    sys.path[0] = str(order["root"])
    sys.argv = ["magazine.site.build", *order["arguments"]]  # type: ignore[misc]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
