"""A real intake in processes of its own, with keys that the tests hold."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

import pyrage
from flask.testing import FlaskClient

from magazine.intake import taking
from magazine.intake.app import app
from magazine.intake.limits import Bucket
from magazine.intake.settings import read
from magazine.intake.submissions import Submission, form_key, unpacked

ROOT = Path(__file__).resolve().parent.parent
SITE = "https://magazine.example.org/"
ENTRY = "blog/post"
TOKEN = "a-token-of-the-tests"
IDENTITY = pyrage.x25519.Identity.generate()
NO_LIMITS = {f"MAGAZINE_INTAKE_{name}": "1000000" for name in ("RATE", "BURST", "CONNECTION_RATE", "CONNECTION_BURST")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def form(text: str, language: str = "ru", **more: str) -> dict[str, str]:
    """The fields of a form as a page of the site sends them."""
    return {"entry": form_key(ENTRY, language, "umbrella"), "text": text, **more}


def opened(sealed: bytes) -> Submission:
    return unpacked(pyrage.decrypt(sealed, [IDENTITY]))


def kept(spool: Path) -> list[Submission]:
    """All that is in a spool, opened."""
    return [opened(path.read_bytes()) for path in sorted(spool.glob("*.age"))]


def until(happens: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Desk:
    """An intake without its processes."""

    def __init__(self, folder: Path, bucket: Bucket | None = None, **changes: object) -> None:
        told = {"MAGAZINE_INTAKE_TOKEN": hashlib.sha256(TOKEN.encode()).hexdigest()}
        self.settings = replace(read(told, 0, folder), keys=(str(IDENTITY.to_public()),), **changes)
        self.here = taking.intake(self.settings, bucket or Bucket(10**6, 10**6))
        self.client: FlaskClient = app(self.here).test_client()

    def kept(self):
        return kept(self.settings.spool)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class IntakeServer:
    """Starts at once; ``log`` holds all that it says."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
    site: str = SITE

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.spool = self.folder / "spool"
        self.log = self.folder / "log.txt"
        self.port = free_port()
        self.begin()

    def begin(self) -> None:
        said = {"port": self.port, "spool": str(self.spool), "site": self.site, "keys": [str(IDENTITY.to_public())]}
        code = "import sys; from magazine.intake import server; sys.exit(server.main(sys.stdin.readline()))"
        environment = {
            **os.environ,
            "MAGAZINE_INTAKE_TOKEN": hashlib.sha256(TOKEN.encode()).hexdigest(),
            "MAGAZINE_LANG": "en",
            **self.environment,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.process.stdin.write((json.dumps({**said, "start": self.start}) + "\n").encode())
        self.process.stdin.close()
        assert until(self.answers), self.log.read_text(encoding="utf-8")

    def answers(self) -> bool:
        try:
            return self.request("GET", "/nothing").status == 404
        except OSError:
            return False

    def request(
        self, method: str, address: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, address, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def post(self, fields: Mapping[str, str], headers: Mapping[str, str] | None = None, address: str = "/") -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", address, urlencode(fields), {**kind, **(headers or {})})

    def processes(self) -> list[int]:
        """All processes of the intake, the supervisor first."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def kill(self) -> None:
        """All at once, as when the power fails."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=20)
        finally:
            self.kill()


@contextlib.contextmanager
def running(folder: Path, **named: object) -> Iterator[IntakeServer]:
    server = IntakeServer(folder, **named)
    try:
        yield server
    finally:
        server.end()
