"""The intake of one laptop, beside a preview: what is sent from its pages stays on this computer."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from markupsafe import escape

from magazine.cache import PROJECT
from magazine.desk.moderation import keyring

HOST = "127.0.0.1"
POLICY = re.compile(rb"(form-action )[^;\"]*")
SECONDS = 15  # for its end: it finishes what it has begun


class PreviewIntake:
    """Serves on loopback with the editors' keys, or the laptop's where there are none.

    The pages in the output keep the addresses of the settings: each page is pointed at this intake on its way to the
    browser, so that nothing that is tried out here is ever sent to the world.
    """

    def __init__(self, settings: Mapping[str, Any], site: str) -> None:
        self.settings, self.site = settings, site
        self.process: subprocess.Popen[bytes] | None = None

    @cached_property
    def port(self) -> int:
        """A port that was free."""
        with socket.create_server((HOST, 0)) as found:
            return int(found.getsockname()[1])

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}/"

    def begin(self) -> None:
        """Start it, if there is anything to be sent to an intake. Raises OSError."""
        if not self.settings["INTAKES"]:
            return
        said = {
            "port": self.port, "site": self.site, "spool": str(keyring.laptop_spool()),
            "keys": self.settings["EDITOR_KEYS"] or keyring.laptop_keys(),
            "is_beside": True,
        }  # fmt: skip
        command = [sys.executable, "-m", "magazine.intake.server"]
        # apart from the terminal: Ctrl-C is for the preview, which ends it; one that still starts would tell of it
        group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self.process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, start_new_session=True, creationflags=group
        )
        if self.process.stdin:
            self.process.stdin.write(f"{json.dumps(said)}\n".encode())
            self.process.stdin.close()

    def end(self) -> None:
        """End it, once it has finished what it has begun."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.process = None

    def renew(self, settings: Mapping[str, Any]) -> None:
        """Start it anew with other settings. Raises OSError."""
        self.end()
        self.settings = settings
        self.begin()

    def pointed(self, page: bytes) -> bytes:
        """A page whose forms lead to this intake, and whose policy lets them."""
        ours = self.address.encode()
        for intake in self.settings["INTAKES"]:
            theirs = str(escape(intake.rstrip("/"))).encode()
            page = re.sub(rb'((?:action|href)=")' + re.escape(theirs) + rb"/?", rb"\g<1>" + ours, page)
        return POLICY.sub(rb"\g<1>" + ours, page) if self.settings["INTAKES"] else page
