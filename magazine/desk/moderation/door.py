"""Who may come in: who was handed the address, once, and then the browser that was let in.

Another program's pages on this machine may share cookies with it: the cookie belongs to a path that nobody can guess.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

COOKIE = "moderation"
ENTER = "/enter/"


@dataclass
class Door:
    """Who may come in: the address that is handed out opens once."""

    invitation: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}/")
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cookie_line(self) -> str:
        """The header that lets a browser come in again."""
        return f"{COOKIE}={self.cookie}; HttpOnly; SameSite=Strict; Path={self.base}"

    def knows(self, lines: list[str]) -> bool:
        """Whether one of these headers shows the cookie."""
        return any(equal(shown, self.cookie) for shown in _cookies(lines))

    def opens(self, shown: str) -> bool:
        """Whether this is the invitation, which is worth nothing from now on."""
        with self.lock:
            is_right = bool(self.invitation) and equal(shown, self.invitation)
            if is_right:
                self.invitation = ""
            return is_right


def equal(shown: str, right: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(hashlib.sha256(shown.encode()).digest(), hashlib.sha256(right.encode()).digest())


def _cookies(lines: list[str]) -> list[str]:
    """All values of our cookie: another program on this machine may have set one of the same name."""
    found = []
    for part in ";".join(lines).split(";"):
        with contextlib.suppress(CookieError):
            found += [morsel.value for name, morsel in SimpleCookie(part).items() if name == COOKIE]
    return found
