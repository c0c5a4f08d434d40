"""Moderation in the browser of this machine, for who was handed its address, and for nobody else."""

from __future__ import annotations

import functools
import secrets
import threading
import time
from http import HTTPStatus
from typing import Any

from magazine.desk.moderation import group_words, page, verification, words
from magazine.desk.moderation.door import ENTER, Door
from magazine.desk.moderation.handler import Handler, Server
from magazine.desk.moderation.items import APPROVED, DECISIONS, OPEN
from magazine.desk.moderation.keyring import ModerationError
from magazine.desk.moderation.page import FIELDS, LOOK, LOOKS, LOWER, Pages
from magazine.desk.moderation.session import Session
from magazine.messages import say

HOST = "127.0.0.1"
IDLE = 30 * 60.0  # seconds without anybody asking
HASTE = 0.4  # seconds after which a decision cannot be the second half of a double press


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
        self.server = Server((HOST, 0), functools.partial(_Handler, desk=self))

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


class _Handler(Handler):
    desk: Desk

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
        elif place == "signatures":
            text = desk.pages.group(name, told)
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
        elif place == "signatures":
            self._decide_group(name, form)
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
        if wanted in (*DECISIONS, LOWER) and desk.is_too_quick(name):
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
            elif wanted == LOWER:
                session.lower(name)
            elif wanted in DECISIONS:
                session.decide(name, wanted)
        except ModerationError as error:
            self._send(desk.pages.item(name, [str(error)], typed), HTTPStatus.UNPROCESSABLE_ENTITY)
            return
        if wanted == LOWER or (wanted in DECISIONS and wanted != OPEN):
            if wanted == APPROVED and words.is_personal(before.flags):
                desk.told.append(say("Approved, although something in it may lead to a person."))
            self._redirect(desk.next_after(name, order))
        else:
            desk.told.append(say("Done."))
            self._redirect(here)

    def _decide_group(self, key: str, form: dict[str, str]) -> None:
        desk, session, wanted = self.desk, self.desk.session, form.get("do", "")
        here = f"{desk.door.base}signatures/{key}"
        if wanted == "undo":
            self._undo(here)
            return
        group = session.group(key)
        if form.get("state") != page.state_of_group(group):
            told = say("This was changed in another window meanwhile. Look at it again.")
            self._send(desk.pages.group(key, [told]), HTTPStatus.CONFLICT)
            return
        if desk.is_too_quick(key):
            told = say("That was too quick to have been read. Nothing is decided.")
            self._send(desk.pages.group(key, [told]))
            return
        if wanted == group_words.APPROVE:
            desk.told.append(group_words.approved(session.approve_unflagged(key)))
        elif action := next((one for one in group_words.actions(group) if one.name == wanted), None):
            session.choose(key, action.parts, action.decision)
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
        step, base = self.desk.session.undo(), self.desk.door.base
        told = say("The last step was taken back.") if step else say("There is nothing to take back.")
        self.desk.told.append(told)
        if step:
            here = f"{base}signatures/{step.group}" if step.group else f"{base}item/{step.item}"
        self._redirect(here)
