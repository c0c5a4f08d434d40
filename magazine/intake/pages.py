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

from magazine.intake import sentences
from magazine.intake.settings import PROJECT, Settings
from magazine.intake.submissions import (
    CONFIRMATION,
    LANGUAGES,
    MAX_CONTACT,
    MAX_NAME,
    MAX_TEXT,
    SIGNATURE,
    WITHDRAWAL,
    form_key,
)
from magazine.messages import say
from magazine.regions import REGIONS
from magazine.signatures import COUNTED, LEVELS

TEMPLATES = Path(__file__).parent / "templates"
SHEETS = ("base", "form", "sign")
MAIN_LANGUAGE = "ru"
LANGUAGE_NAMES = {"ru": "Русский", "ky": "Кыргызча", "en": "English"}
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CSS_SPACE = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+|\s+(?=!)")

BACK, RECEIPT = "\x11back", "\x11receipt"  # stand in a page that is not whole yet
LETTER = "letter"
# a form without a kind is one for a comment
THANKED = {"": sentences.THANKS_TEXT, SIGNATURE: sentences.SIGNED_TEXT, LETTER: sentences.LETTER_TEXT}


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
    def is_signature(self) -> bool:
        """Whether a petition is signed with it."""
        return self.values.get("kind") == SIGNATURE

    @property
    def is_confirmation(self) -> bool:
        """Whether it confirms a signature."""
        return self.values.get("kind") == CONFIRMATION

    @property
    def level(self) -> str:
        """The level that was chosen, or the one that shows nothing."""
        return self.values.get("level") or COUNTED

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that the reader does not see, with the right key."""
        key = form_key(self.values["entry"], self.values["lang"], self.salt, self.values.get("until", ""))
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
        self._thanks = {(kind, each): self._thanks_around(kind, each) for kind in THANKED for each in LANGUAGES}
        self.policy = (
            f"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; img-src data:; "
            f"style-src 'sha256-{source}'"
        )

    def thanks(self, values: Mapping[str, str], receipt: str) -> Page:
        """An answer or a signature is kept; the code by which its writer can take it back."""
        is_confirmed = values["kind"] == SIGNATURE and values["entry"].rpartition("/")[2] in self.settings.confirmed
        before, between, after = self._thanks[LETTER if is_confirmed else values["kind"], values["lang"]]
        code = receipt.replace("-", "-<wbr>")
        return Page(HTTPStatus.OK, f"{before}{code}{between}{escape(self._back(values))}{after}")

    def withdrawn(self, values: Mapping[str, str]) -> Page:
        """A withdrawal is kept."""
        language = values["lang"]
        return self._page(language, sentences.WITHDRAWN, say(sentences.WITHDRAWN_TEXT, language), values=values)

    def over(self, values: Mapping[str, str]) -> Page:
        """It is too late to sign; nothing was kept."""
        language = values["lang"]
        return self._page(language, sentences.OVER, say(sentences.OVER_TEXT, language), HTTPStatus.GONE, values=values)

    def confirm(self, language: str, code: str) -> Page:
        """The form that confirms a signature: to open a link, as programs do that look through mail, is not enough."""
        values = {"kind": CONFIRMATION, "lang": language, "entry": "", "contact": code}
        told = say(sentences.CONFIRM_TEXT, language)
        return self._page(language, sentences.CONFIRM, told, values=values, has_form=True)

    def confirmed(self, values: Mapping[str, str]) -> Page:
        """A confirmation is kept; whether its code is known is known to nobody here."""
        language = values["lang"]
        return self._page(language, sentences.CONFIRMED, say(sentences.CONFIRMED_TEXT, language), values=values)

    def take_back(self, language: str) -> Page:
        """The form for a withdrawal."""
        values = {"kind": WITHDRAWAL, "lang": language, "entry": ""}
        told = say(sentences.TAKE_BACK_TEXT, language)
        return self._page(language, sentences.TAKE_BACK, told, values=values, has_form=True, tells=True)

    def given_back(
        self, values: Mapping[str, str], status: HTTPStatus, sentence: str, retry_after: int = 0, limit: int = 0
    ) -> Page:
        """What was sent, in a form, with a sentence that says what to do."""
        language = values["lang"]
        is_full = status == HTTPStatus.INSUFFICIENT_STORAGE
        told = say(sentence, language, limit=limit, example=sentences.EXAMPLE)
        return self._page(
            language, sentences.ONCE_MORE, told, status, values=values, has_form=True, retry_after=retry_after,
            mail=self.settings.mail if is_full else "",
        )  # fmt: skip

    def lost(self, language: str, status: HTTPStatus) -> Page:
        """There is nothing at this address, or not to be had in this way."""
        return self._page(language, sentences.NOT_HERE, "", status)

    def refusal(self) -> Page:
        """What nobody has read, for it was too large: in all languages, for none is known."""
        told = {language: say(sentences.TOO_MUCH, language) for language in LANGUAGES}
        return self._page(MAIN_LANGUAGE, sentences.ONCE_MORE, "", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, told=told)

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
            languages=list(LANGUAGE_NAMES.items()) if tells else (), receipt=receipt, mail=mail,
            levels=LEVELS, regions={code: names[language] for code, names in REGIONS.items()},
            limits={"text": MAX_TEXT, "name": MAX_NAME, "contact": MAX_CONTACT},
            is_signed=(values or {}).get("kind") == SIGNATURE,
            form=Form(values, self.settings.salt) if has_form and values else None,
            back=self._back(values) if values and not tells else "" if tells else home,
        )  # fmt: skip
        return Page(status, html, retry_after)

    def _thanks_around(self, kind: str, language: str) -> list[str]:
        """The page of thanks, cut where the code and the address of the way back stand."""
        values = {"entry": BACK, "lang": language, "kind": kind and SIGNATURE}
        page = self._page(language, sentences.THANKS, say(THANKED[kind], language), values=values, receipt=RECEIPT)
        return re.split(f"{RECEIPT}|{re.escape(str(escape(self._back(values))))}", page.html)

    def _home(self, language: str) -> str:
        return self.settings.site + ("" if language == MAIN_LANGUAGE else f"{language}/") + "index.html"

    def _back(self, values: Mapping[str, str]) -> str:
        """The page of the text that a form belongs to, or else the front page."""
        home = self._home(values["lang"])
        return home.removesuffix("index.html") + values["entry"] + ".html" if values["entry"] else home


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: str) -> dict[str, str]:
    return {name: say(sentence, language) for name, sentence in sentences.WORDS.items()}


def _style() -> str:
    """The theme's sheets without comments and needless white space."""
    text = "\n".join((PROJECT / "theme" / "static" / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    squeezed = CSS_SPACE.sub(lambda match: match[1] or "", CSS_COMMENT.sub("", text)).replace(";}", "}")
    return " ".join(squeezed.split())
