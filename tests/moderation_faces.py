"""A queue of fifty that were sent, and moderation open in a browser or waiting for one."""

import http.client
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from moderation_desk import DAY, POST, TALE, Editor, comment, magazine

from magazine.desk.moderation.items import Item
from magazine.desk.moderation.server import Desk
from magazine.desk.moderation.session import Session
from magazine.intake.submissions import PINGBACK, WITHDRAWAL, Submission

SENT = (
    ("ru", "Спасибо за рассказ, я плакала. Номер {n}."), ("ky", "Рахмат, эжелер! Кат {n}."),
    ("en", "Thank you, sisters, for letter {n}."), ("ru", "Мы из Оша, нас {n}, **мы с вами**.\n\nДержитесь!"),
    ("ky", "Менин апам да ушундай болгон. {n}-кат."),
)  # fmt: skip


def fifty() -> list[Submission]:
    """What fifty readers sent, each text another one."""
    sent = []
    for number in range(50):
        language, text = SENT[number % len(SENT)]
        entry, parent = (TALE, "") if number % 3 else (POST, "1" if number % 2 else "")
        sent.append(
            comment(text.format(n=number + 1), language=language, entry=entry, reply_to=parent, name=f"Мира {number}")
        )
    return sent


def varied() -> list[Submission]:
    """One of each kind there is to look at."""
    return [
        comment("Спасибо! Звоните мне: 0555 000 000, ул. Липовая 17.", reply_to="1"),
        comment("Смотрите **www.example.org**\n\n> тут\n\n[сюда](https://example.org/a)", language="en", name="Mira"),
        comment("Без адреса", entry=""),
        Submission(PINGBACK, DAY, "en", "", source="https://example.org/a", target="https://magazine.example.org/blog/post.html"),
        Submission(WITHDRAWAL, DAY, "ru", receipt="4kq7-m2xh-9t4p-wz3c"),
    ]  # fmt: skip


@contextmanager
def session(
    folder: Path, sent: list[Submission], files: dict[str, str] | None = None, **given: object
) -> Iterator[Session]:
    """An editor's session with these in her queue."""
    editor = Editor(folder / "desk")
    editor.receive(*sent)
    with editor.session(magazine(folder, files), **given) as opened:
        yield opened


@contextmanager
def open_desk(
    folder: Path, sent: list[Submission], *, haste: float = 0.0, idle: float = 60.0, **given: object
) -> Iterator[Desk]:
    """Moderation in the browser, served until the block ends."""
    with session(folder, sent, **given) as opened:
        desk = Desk(opened, haste=haste, idle=idle)
        serving = threading.Thread(target=desk.serve)
        serving.start()
        try:
            yield desk
        finally:
            desk.is_over.set()
            serving.join(5)
            assert not serving.is_alive()


@dataclass(frozen=True)
class Answer:
    """What the server says."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Client:
    """Asks a desk as a browser does, or as somebody who wants to be taken for one."""

    desk: Desk
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def inside(cls, desk: Desk) -> "Client":
        """One that has come in through the door."""
        client = cls(desk)
        entered = client.ask("GET", urlsplit(desk.address).path)
        assert entered.status == 303
        client.headers["Cookie"] = entered.headers["set-cookie"].split(";")[0]
        return client

    @classmethod
    def inside_of(cls, desk: Desk, cookies: Iterable[Mapping[str, Any]]) -> "Client":
        """One that knows what a browser knows."""
        return cls(desk, {"Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)})

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        """Ask for a path of the server; a header that is None is not sent."""
        sent = {"Host": self.desk.host} | self.headers
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.server.server_port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(
                answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
            )
        finally:
            connection.close()

    def page(self, place: str) -> Answer:
        """A page of moderation, after all it leads on to."""
        answer = self.ask("GET", place if place.startswith("/") else self.desk.door.base + place)
        return self.page(answer.headers["location"]) if answer.status == 303 else answer

    def post(self, place: str, fields: Mapping[str, str], **headers: str | None) -> Answer:
        """Send a form."""
        usual = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.desk.host}"}
        return self.ask("POST", self.desk.door.base + place, urlencode(fields).encode(), **(usual | headers))

    def form(self, item: Item) -> dict[str, str]:
        """The fields of an item's form as the page has them."""
        text = self.page(f"item/{item.name}").text
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))

    def decide(self, item: Item, wanted: str, **fields: str) -> Answer:
        """Press a button below an item."""
        return self.post(f"item/{item.name}", self.form(item) | {"do": wanted} | fields)
