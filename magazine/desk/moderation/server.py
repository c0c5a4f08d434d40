"""Moderation in the browser of this machine, for who was handed its address, and for nobody else; keeps no log.

What a page from elsewhere can try: its own name may lead to this machine (so only one name is answered), its forms may
send here (so each must carry a token and come from a page of ours), another program's pages on this machine may share
cookies with it (so the cookie belongs to a path that nobody can guess).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import http.server
import re
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from magazine.desk.moderation import page, verification, words
from magazine.desk.moderation.items import APPROVED, DECISIONS, OPEN
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.page import FIELDS, LOOK, LOOKS, Pages
from magazine.desk.moderation.session import Session
from magazine.messages import say

HOST = "127.0.0.1"
COOKIE = "moderation"
ENTER = "/enter/"
IDLE = 30 * 60.0  # seconds without anybody asking
HASTE = 0.4  # seconds after which a decision cannot be the second half of a double press
LARGEST = 200_000  # bytes of a form: a text of 6,000 letters, each written as nine bytes, and room
LENGTH = re.compile(r"[0-9]{1,9}")
PATIENCE = 20.0  # seconds for a browser to send what it has begun
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "Cache-Control": "no-store",
    # own pages tell themselves where a form comes from, nobody else learns anything (Referrer Policy, 3.4)
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


@dataclass
class Door:
    """Who may come in: the address that is handed out opens once."""

    invitation: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}/")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def opens(self, shown: str) -> bool:
        """Whether this is the invitation, which is worth nothing from now on."""
        with self.lock:
            is_right = bool(self.invitation) and _equal(shown, self.invitation)
            if is_right:
                self.invitation = ""
            return is_right


class Desk:
    """A session in the browser: its server, its door and its end."""

    def __init__(self, session: Session, *, idle: float = IDLE, haste: float = HASTE) -> None:
        self.session, self.idle, self.haste = session, idle, haste
        self.door = Door()
        self.pages = Pages(session, self.door.base, secrets.token_urlsafe(24))
        self.told: list[str] = []  # for the page that is shown next
        self.shown: dict[str, float] = {}  # when an item was last sent to the browser
        self.doubted: set[str] = set()  # items of which was told what speaks against approving them
        self.asked = time.monotonic()
        self.is_over = threading.Event()
        self.server = _Server((HOST, 0), functools.partial(_Handler, desk=self))

    @property
    def host(self) -> str:
        """The only name under which it answers."""
        return f"{HOST}:{self.server.server_port}"

    @property
    def address(self) -> str:
        """What the editor opens; it works once."""
        return f"http://{self.host}{ENTER}{self.door.invitation}"

    def serve(self) -> bool:
        """Serve until the editor ends it, or nobody asks for so long; whether it was the editor."""
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            while not self.is_over.wait(min(1.0, self.idle)):
                if time.monotonic() - self.asked > self.idle:
                    return False
            return True
        finally:
            self.server.shutdown()
            self.server.server_close()

    def is_too_quick(self, shown: str) -> bool:
        """Whether a page was sent just now: who presses a key twice has not read it."""
        return time.monotonic() - self.shown.get(shown, 0.0) < self.haste

    def next_after(self, name: str, order: list[str]) -> str:
        """The address of the open item that follows one in an earlier order; of the summary if none is open."""
        still = [item.name for item in self.session.items() if item.decision == OPEN]
        place = order.index(name) if name in order else -1
        following = [one for one in order[place + 1 :] if one in still] + still
        return f"{self.door.base}item/{following[0]}" if following else f"{self.door.base}publish"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """What went wrong is told by its kind alone: a traceback may quote what was sent."""
        error = sys.exception()
        if error and not isinstance(error, ConnectionError | TimeoutError):
            print(type(error).__name__, file=sys.stderr)


class _Handler(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = "moderation", ""
    timeout = PATIENCE

    def __init__(self, *arguments: Any, desk: Desk) -> None:
        self.desk = desk
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Show a page."""
        if not self._is_meant():
            return
        if self.path.startswith(ENTER):
            self._enter(self.path.removeprefix(ENTER))
        elif self._is_known() and self._is_own("none"):
            self._guarded(self._show)

    def do_POST(self) -> None:
        """Do what a form of ours asks for."""
        if self._is_meant() and self._is_known() and self._is_own() and (form := self._form()) is not None:
            self._guarded(functools.partial(self._act, form))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """A page that says no more than that it was not to be; what was asked for is never repeated."""
        title = say("This cannot be shown")
        told = [say("Moderation opens with the address that stands in the window of the command. It works once.")]
        if getattr(self, "path", "").startswith(ENTER):  # a request that cannot be read has none
            told.append(say("If you have not opened it yourself, somebody else has: press Ctrl-C there at once."))
        self._send(page.rendered("moderate_message.html", title, told=told, has_ways=False), HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Logs are public: none is written."""

    def _is_meant(self) -> bool:
        """Whether this very host is asked, and once."""
        is_meant = self.headers.get_all("Host", []) == [self.desk.host]
        if not is_meant:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        return is_meant

    def _is_known(self) -> bool:
        """Whether who asks has come in through the door."""
        is_known = self.path.startswith(self.desk.door.base) and any(
            _equal(shown, self.desk.door.cookie) for shown in _cookies(self.headers.get_all("Cookie", []))
        )
        if is_known:
            self.desk.asked = time.monotonic()
        else:
            self.send_error(HTTPStatus.FORBIDDEN)
        return is_known

    def _is_own(self, *also: str) -> bool:
        """Whether a page of ours asks, as far as the browser says (Fetch Metadata, 2.2; RFC 6454)."""
        site, origin = self.headers.get("Sec-Fetch-Site"), self.headers.get("Origin")
        is_own = site in (None, "same-origin", *also) and origin in (None, f"http://{self.desk.host}")
        if not is_own:
            self.send_error(HTTPStatus.FORBIDDEN)
        return is_own

    def _enter(self, shown: str) -> None:
        if self.headers.get("Sec-Fetch-Dest", "document") != "document" or not self.desk.door.opens(shown):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        self.desk.asked = time.monotonic()
        door = self.desk.door
        cookie = f"{COOKIE}={door.cookie}; HttpOnly; SameSite=Strict; Path={door.base}"
        self._redirect(door.base, {"Set-Cookie": cookie})

    def _form(self) -> dict[str, str] | None:
        """What was sent, if it is a form of ours; of a field that comes twice the last counts."""
        kind = self.headers.get_content_type()
        length = self.headers.get("Content-Length", "")
        if kind != FORM or not LENGTH.fullmatch(length) or int(length) > LARGEST:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length.isdecimal() else HTTPStatus.LENGTH_REQUIRED)
            return None
        body = self.rfile.read(int(length)).decode("ascii", "replace")
        sent: dict[str, list[str]] = {}
        with contextlib.suppress(ValueError):
            sent = parse_qs(body, keep_blank_values=True, max_num_fields=30)
        form = {name: values[-1] for name, values in sent.items()}
        if not _equal(form.get("token", ""), self.desk.pages.token):
            self.send_error(HTTPStatus.FORBIDDEN)
            return None
        return form

    def _guarded(self, act: Any) -> None:
        try:
            act()
        except KeyError:
            self.desk.told.append(say("This is not in the queue any more."))
            self._redirect(f"{self.desk.door.base}list")
        except (ModerationError, OSError) as error:
            if isinstance(error, ConnectionError):
                raise
            self._send(self.desk.pages.message(say("This could not be done"), [str(error)], has_ways=True))

    def _show(self) -> None:
        desk, (place, _, name) = self.desk, self._place()
        told, desk.told = desk.told, []
        if place == "item":
            text = desk.pages.item(name, told)
            desk.shown[name] = time.monotonic()
            self._send(text)
        elif place == "look":
            desk.told = told
            self._send(desk.pages.question(name))
        elif place == "list":
            self._send(desk.pages.listing(told))
        elif place == "publish":
            text = desk.pages.summary(told)
            desk.shown[place] = time.monotonic()
            self._send(text)
        elif place == "published":
            self._send(desk.pages.message(say("It is published"), told, has_ways=True))
        elif place:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            desk.told = told
            self._redirect(desk.next_after("", []))

    def _act(self, form: dict[str, str]) -> None:
        desk, (place, _, name) = self.desk, self._place()
        if place == "item":
            self._decide(name, form)
        elif place == "publish" and desk.is_too_quick(place):
            self._send(desk.pages.summary([say("That was too quick to have been read. Nothing is decided.")]))
        elif place == "publish":
            done = desk.session.publish()
            desk.told += words.published(done)
            self._redirect(f"{desk.door.base}published")
        elif place == "undo":
            self._undo(f"{desk.door.base}publish")
        elif place == "end":
            self._send(desk.pages.message(say("Moderation has ended"), [say("You can close this page.")]))
            desk.is_over.set()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _decide(self, name: str, form: dict[str, str]) -> None:
        desk, session, wanted = self.desk, self.desk.session, form.get("do", "")
        here = f"{desk.door.base}item/{name}"
        if wanted == "undo":
            self._undo(here)
            return
        before = session.item(name)
        typed = {one: form.get(one, getattr(before, one)).replace("\r\n", "\n") for one in FIELDS}
        if form.get("state") != page.state_of(before):
            told = say("This was changed in another window meanwhile. Look at it again.")
            self._send(desk.pages.item(name, [told], typed), HTTPStatus.CONFLICT)
            return
        if wanted in DECISIONS and desk.is_too_quick(name):
            self._send(desk.pages.item(name, [say("That was too quick to have been read. Nothing is decided.")], typed))
            return
        order = [item.name for item in session.items()]
        try:
            session.edit(name, **typed)
            if wanted in LOOKS and verification.can_be_looked_at(before):
                self._look(name, wanted)
                return
            if wanted == APPROVED and (doubt := verification.doubt(before)) and name not in desk.doubted:
                desk.doubted.add(name)
                desk.told.append(doubt)
                self._redirect(here)
                return
            if wanted == "redact":
                session.redact(name)
            elif wanted in DECISIONS:
                session.decide(name, wanted)
        except ModerationError as error:
            self._send(desk.pages.item(name, [str(error)], typed), HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        if wanted in DECISIONS and wanted != OPEN:
            if wanted == APPROVED and words.is_personal(before.flags):
                desk.told.append(say("Approved, although something in it may lead to a person."))
            self._redirect(desk.next_after(name, order))
        else:
            desk.told.append(say("Done."))
            self._redirect(here)

    def _look(self, name: str, wanted: str) -> None:
        """Look at the page of a mention, which may take half a minute: other pages have threads of their own."""
        session, base = self.desk.session, self.desk.door.base
        if wanted == LOOK and not verification.is_covered(session.settings):
            self._redirect(f"{base}look/{name}")
            return
        verification.look(session, name, direct=wanted != LOOK)
        self._redirect(f"{base}item/{name}")

    def _undo(self, here: str) -> None:
        item = self.desk.session.undo()
        told = say("The last step was taken back.") if item else say("There is nothing to take back.")
        self.desk.told.append(told)
        self._redirect(f"{self.desk.door.base}item/{item.name}" if item else here)

    def _place(self) -> tuple[str, str, str]:
        return self.path.removeprefix(self.desk.door.base).partition("?")[0].partition("/")

    def _redirect(self, address: str, headers: dict[str, str] | None = None) -> None:
        self._send("", HTTPStatus.SEE_OTHER, {"Location": address, **(headers or {})})

    def _send(self, text: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> None:
        data = text.encode()
        with contextlib.suppress(ConnectionError):  # the page was left meanwhile
            self.send_response(status)
            for name, value in {**HEADERS, "Content-Security-Policy": page.policy(), **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)


def _cookies(lines: list[str]) -> list[str]:
    """All values of our cookie: another program on this machine may have set one of the same name."""
    found = []
    for part in ";".join(lines).split(";"):
        with contextlib.suppress(CookieError):
            found += [morsel.value for name, morsel in SimpleCookie(part).items() if name == COOKIE]
    return found


def _equal(shown: str, right: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(hashlib.sha256(shown.encode()).digest(), hashlib.sha256(right.encode()).digest())
