"""What the browser shows of a preview: the site's pages, which renew themselves, and pages of the preview's own.

Nothing of it reaches the output: pages are changed on their way to the browser, and drafts stand in another folder.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import escape

from magazine.desk.board import BEGINNING, BROKEN, WHOLE, Board, News
from magazine.messages import editor_language, say
from magazine.rules import ADVICE, ERROR, WARNING
from magazine.stamps import digest

PLACE = "/.preview/"
DRAFTS, WAIT = f"{PLACE}drafts/", f"{PLACE}wait/"
OLD = "old"  # the query of a page that is asked for although it is an old one
FRONT = "/"
TEMPLATES = Path(__file__).parent / "templates"
Told = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Page:
    """A page as it is served; its ``state`` is another one when the page is."""

    status: HTTPStatus
    data: bytes

    @property
    def state(self) -> str:
        """A stamp of it."""
        return digest(self.status, self.data).hex()

    def renewing(self) -> bytes:
        """Its bytes with the script that renews it, which its policy lets in by its hash."""
        script = f'<script data-state="{self.state}">{_script()}</script></body>'.encode()
        allowed = self.data.replace(b"script-src ", f"connect-src 'self'; script-src {_source()} ".encode(), 1)
        return script.join(allowed.rsplit(b"</body>", 1))


@dataclass(frozen=True)
class Pages:
    """Chooses the page for an address: that of the site in ``output``, of the one with ``drafts``, or one of ours.

    ``pointed`` changes the pages of the site on their way.
    """

    board: Board
    output: Path
    drafts: Path
    pointed: Callable[[bytes], bytes] = bytes

    def page(self, address: str, query: str, file: Path) -> Page | None:
        """The page at an address, for which there may be a file; None if it is no page but any other file."""
        chosen = self._chosen(address, query, file)
        return replace(chosen, data=self.pointed(chosen.data)) if chosen else None

    def _chosen(self, address: str, query: str, file: Path) -> Page | None:
        news = self.board.news
        if address == PLACE:
            return _own(say("Preview"), news, groups=_groups(news.problems), drafts=news.drafts, is_overview=True)
        file = file / "index.html" if file.is_dir() and address.endswith("/") else file
        if address.startswith(DRAFTS):
            self.board.want_drafts()
            return self._draft(address.removeprefix(DRAFTS), news, file)
        if not _is_page(address):
            return None
        if news.stage == BROKEN and query != OLD:
            return _broken(say("The site could not be built"), _stopping(news), news.said, file.is_file())
        if news.stage == BEGINNING and not file.is_file():
            return _own(
                say("The site is being built. It appears here by itself."), news, HTTPStatus.SERVICE_UNAVAILABLE
            )
        return _of(file, news)

    def _draft(self, address: str, news: News, file: Path) -> Page | None:
        folders = {PurePosixPath(draft["path"]).parent
                   for draft in news.drafts if draft["is_broken"] and draft["address"] == address}  # fmt: skip
        if folders:
            problems = [one for one in news.problems if PurePosixPath(one["file"]).parent in folders]
            return _broken(say("This draft cannot be shown yet"), problems, "", has_old=False)
        if not _is_page(address):
            return None
        if news.drafts_stage == WHOLE:
            return _of(file, news)
        if news.drafts_stage == BEGINNING:
            title = say("The drafts are being built. They appear here by themselves.")
            return _own(title, news, HTTPStatus.SERVICE_UNAVAILABLE)
        return _broken(say("The drafts cannot be shown yet"), _stopping(news), news.drafts_said, has_old=False)


def _is_page(address: str) -> bool:
    return address.endswith(("/", ".html")) or not address


def _of(file: Path, news: News) -> Page:
    """A page of the site, with a way to what the preview has to tell."""
    with contextlib.suppress(OSError):
        way = f'<p lang="{_language()}"><a href="{PLACE}">{escape(say("Preview: problems, advice, drafts"))}</a></p>'
        return Page(HTTPStatus.OK, f"{way}</body>".encode().join(file.read_bytes().rsplit(b"</body>", 1)))
    return _own(say("There is no such page"), news, HTTPStatus.NOT_FOUND)


def _broken(title: str, problems: Told, said: str, has_old: bool) -> Page:
    groups = _groups(problems)
    how = say("As soon as it is mended and saved, the page appears here by itself.")
    shown = "" if groups else said
    return _own(title, None, HTTPStatus.SERVICE_UNAVAILABLE, groups=groups, how=how, said=shown, has_old=has_old)


def _stopping(news: News) -> Told:
    return [problem for problem in news.problems if problem["severity"] == ERROR]


def _groups(problems: Told) -> list[tuple[str, str, Told]]:
    """The problems of each severity there is, under its heading."""
    headings = {ERROR: say("What stops the build"), WARNING: say("Notes"), ADVICE: say("Advice")}
    groups = ((severity, heading, [one for one in problems if one["severity"] == severity])
              for severity, heading in headings.items())  # fmt: skip
    return [group for group in groups if group[2]]


def _own(title: str, news: News | None, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> Page:
    words = {
        "old": say("Show the old page all the same"), "front": say("To the front page"),
        "overview": say("Preview: problems, advice, drafts"), "checking": say("The texts are being checked …"),
        "none": say("No problem was found."), "drafts": say("Drafts"), "draft": say("in a draft"),
        "hidden": say("They are in no file of the site; this computer alone shows them."),
        "no_draft": say("There is no draft."), "broken": say("cannot be shown yet"),
    }  # fmt: skip
    page = _template().render(
        title=title, news=news, language=_language(), words=words, overview=PLACE, drafts_place=DRAFTS, front=FRONT,
        old=f"?{OLD}", is_waiting=status != HTTPStatus.OK, **shown,
    )  # fmt: skip
    return Page(status, page.encode())


def _language() -> str:
    return editor_language(os.environ)


@cache
def _script() -> str:
    return (TEMPLATES / "preview.js").read_text(encoding="utf-8").replace("WAIT", WAIT).strip()


@cache
def _source() -> str:
    """The script as a policy names it (Content Security Policy Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()}'"


@cache
def _template() -> Template:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "preview.html"
    )
