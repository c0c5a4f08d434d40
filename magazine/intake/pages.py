"""The pages with which the intake answers: as small as the site's, in the language of the form, without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from magazine.intake.settings import PROJECT, Settings
from magazine.intake.submissions import LANGUAGES, MAX_TEXT, WITHDRAWAL, form_key
from magazine.messages import marked, say

TEMPLATES = Path(__file__).parent / "templates"
SHEETS = ("base", "form")
MAIN_LANGUAGE = "ru"
LANGUAGE_NAMES = {"ru": "Русский", "ky": "Кыргызча", "en": "English"}
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_SPACE = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+|\s+(?=!)")

WORDS = {
    "leave": marked("Leave"),
    "leave_at_once": marked("Leave this page at once"),
    "languages": marked("Languages"),
    "name": marked("Name, if you like: better not your own"),
    "answer": marked("Your answer"),
    "send": marked("Send"),
    "by_mail": marked("Or by mail:"),
    "code": marked("Your receipt code:"),
    "what_for": marked(
        "Write it down on paper, or forget it. Whoever has this code can ask us to change your answer or to take it "
        "back; without it nobody can, for we do not know who you are."
    ),
    "code_field": marked("Your receipt code"),
    "new_text": marked("New text, if the answer is to be changed; leave it empty to take the answer back"),
    "back": marked("Back to the page"),
    "or_back": marked("If you read the magazine at another address or from a file, go back with your browser."),
}
THANKS = marked("Thank you")
THANKS_TEXT = marked("Your answer is with the editors, sealed: nobody else can read it. It appears once they approve.")
WITHDRAWN = marked("We have your request")
WITHDRAWN_TEXT = marked(
    "If the code is right, the editors change your answer or take it back as soon as they see this. Copies that others "
    "have made cannot be called back."
)
TAKE_BACK = marked("Change your answer or take it back")
TAKE_BACK_TEXT = marked("You need the receipt code that was shown when you sent your answer.")
ONCE_MORE = marked("Not sent yet")
NOT_HERE = marked("There is nothing at this address")

EMPTY = marked("Nothing is written yet. Please write your answer and press “Send”.")
LONG = marked(
    "This is longer than %(limit)d letters and digits. Please shorten it, or send it in parts; nothing of it is lost."
)
LONG_NAME = marked("The name is longer than %(limit)d letters. Please shorten it and press “Send” once more.")
LINKS = marked("There are more than %(limit)d links in it. Please take some away and press “Send” once more.")
LINK_IN_NAME = marked("The name must not hold a link. Please change it and press “Send” once more.")
BAD_RECEIPT = marked("This is no whole receipt code: it has four groups of four letters and digits, like %(example)s.")
AGAIN = marked("Your words are here and nothing is lost: please look through them and press “Send” once more.")
QUICK = marked("That was quick, so we ask: please wait a little and press “Send” once more. Your words are still here.")
BUSY = marked(
    "So much is coming in that yours could not be taken. Please wait a few minutes and press “Send” once more. "
    "Your words are still here."
)
FULL = marked(
    "There is no room left for answers until the editors have fetched some. Please keep your words and come back "
    "tomorrow, or send them another way."
)
TROUBLE = marked(
    "Something is broken here, and your answer could not be kept. Please wait a few minutes and press “Send” once "
    "more. Your words are still here."
)
TOO_MUCH = marked(
    "This is too much at once. Please go back with your browser and shorten it: your text is still there."
)
BACK, RECEIPT = "\x11back", "\x11receipt"  # stand in a page that is not whole yet
EXAMPLE = "4kq7-m2xh-9t4p-wz3c"


@dataclass(frozen=True)
class Page:
    """What is sent: a page of HTML with its status."""

    status: HTTPStatus
    html: str
    retry_after: int = 0  # seconds


@dataclass(frozen=True)
class Form:
    """What a reader has sent, as it stands in a form that is given back."""

    values: Mapping[str, str]
    salt: str

    @property
    def is_withdrawal(self) -> bool:
        """Whether it asks for something to be taken back or changed."""
        return self.values.get("kind") == WITHDRAWAL

    @property
    def name(self) -> str:
        """The name that was given."""
        return self.values.get("name", "")

    @property
    def text(self) -> str:
        """All that was written."""
        return self.values.get("text", "")

    @property
    def receipt(self) -> str:
        """The receipt code, as it was typed."""
        return self.values.get("receipt", "")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that the reader does not see, with the right key."""
        key = form_key(self.values["entry"], self.values["lang"], self.salt)
        kept = [(name, self.values.get(name, "")) for name in ("kind", "parent")]
        return [("entry", key), *((name, value) for name, value in kept if value)]


class Pages:
    """All pages of one intake; ``policy`` is the Content-Security-Policy under which they are shown."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        loader = FileSystemLoader(TEMPLATES)
        environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self._template = environment.get_template("page.html")
        css = _style()
        self._css = Markup(css)  # noqa: S704 (the theme's own files)
        source = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        # rendered once: under load this page is the one that is asked for
        self._thanks = {language: self._thanks_around(language) for language in LANGUAGES}
        self.policy = (
            f"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; img-src data:; "
            f"style-src 'sha256-{source}'"
        )

    def thanks(self, values: Mapping[str, str], receipt: str) -> Page:
        """An answer is kept; the code by which its writer can take it back."""
        language = values["lang"]
        before, between, after = self._thanks[language]
        code = receipt.replace("-", "-<wbr>")
        return Page(HTTPStatus.OK, f"{before}{code}{between}{escape(self._back(values))}{after}")

    def withdrawn(self, values: Mapping[str, str]) -> Page:
        """A withdrawal is kept."""
        language = values["lang"]
        return self._page(language, WITHDRAWN, say(WITHDRAWN_TEXT, language), values=values)

    def take_back(self, language: str) -> Page:
        """The form for a withdrawal."""
        values = {"kind": WITHDRAWAL, "lang": language, "entry": ""}
        return self._page(language, TAKE_BACK, say(TAKE_BACK_TEXT, language), values=values, has_form=True, tells=True)

    def given_back(
        self, values: Mapping[str, str], status: HTTPStatus, sentence: str, retry_after: int = 0, limit: int = 0
    ) -> Page:
        """What was sent, in a form, with a sentence that says what to do."""
        language = values["lang"]
        is_full = status == HTTPStatus.INSUFFICIENT_STORAGE
        return self._page(
            language, ONCE_MORE, say(sentence, language, limit=limit, example=EXAMPLE), status, values=values,
            has_form=True, retry_after=retry_after, mail=self.settings.mail if is_full else "",
        )  # fmt: skip

    def lost(self, language: str, status: HTTPStatus) -> Page:
        """There is nothing at this address, or not to be had in this way."""
        return self._page(language, NOT_HERE, "", status)

    def refusal(self) -> Page:
        """What nobody has read, for it was too large: in all languages, for none is known."""
        told = {language: say(TOO_MUCH, language) for language in LANGUAGES}
        return self._page(MAIN_LANGUAGE, ONCE_MORE, "", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, told=told)

    def _page(
        self, language: str, title: str, sentence: str, status: HTTPStatus = HTTPStatus.OK, *,
        values: Mapping[str, str] | None = None, has_form: bool = False, tells: bool = False, receipt: str = "",
        mail: str = "", retry_after: int = 0, told: Mapping[str, str] | None = None,
    ) -> Page:  # fmt: skip
        home = self._home(language)
        html = self._template.render(
            language=language, title=say(title, language), told=told or {language: sentence},
            words=_words(language), css=self._css, exit=self.settings.exits[language],
            site=self.settings.names[language], home=home,
            languages=list(LANGUAGE_NAMES.items()) if tells else (), receipt=receipt, limit=MAX_TEXT, mail=mail,
            form=Form(values, self.settings.salt) if has_form and values else None,
            back=self._back(values) if values and not tells else "" if tells else home,
        )  # fmt: skip
        return Page(status, html, retry_after)

    def _thanks_around(self, language: str) -> list[str]:
        """The page of thanks, cut where the code and the address of the way back stand."""
        values = {"entry": BACK, "lang": language}
        page = self._page(language, THANKS, say(THANKS_TEXT, language), values=values, receipt=RECEIPT)
        return re.split(f"{RECEIPT}|{re.escape(str(escape(self._back(values))))}", page.html)

    def _home(self, language: str) -> str:
        return self.settings.site + ("" if language == MAIN_LANGUAGE else f"{language}/") + "index.html"

    def _back(self, values: Mapping[str, str]) -> str:
        """The page of the text that a form belongs to, or else the front page."""
        home = self._home(values["lang"])
        return home.removesuffix("index.html") + values["entry"] + ".html" if values["entry"] else home


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: str) -> dict[str, str]:
    return {name: say(sentence, language) for name, sentence in WORDS.items()}


def _style() -> str:
    """The theme's sheets without comments and needless white space."""
    text = "\n".join((PROJECT / "theme" / "static" / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    squeezed = CSS_SPACE.sub(lambda match: match[1] or "", CSS_COMMENT.sub("", text)).replace(";}", "}")
    return " ".join(squeezed.split())
