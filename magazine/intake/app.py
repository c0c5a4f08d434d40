"""What an intake does at which address (WSGI, by Flask); it stands below any path that a server in front gives it."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from urllib.parse import parse_qs

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import MapAdapter

from magazine.intake import discretion, forms, mentions, taking
from magazine.intake.limits import Allowance
from magazine.intake.pages import MAIN_LANGUAGE, Page
from magazine.intake.pickup import queue
from magazine.intake.submissions import LANGUAGES
from magazine.intake.taking import Intake

ALLOWANCE = "magazine.allowance"  # in the WSGI environment: what this connection may still send
SQUEEZED_FROM = 1000  # bytes
LEVEL = 5
LONGEST_CODE = 64
HEADERS = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def app(here: Intake) -> Flask:
    """The application of an intake."""
    made = _Application("magazine.intake", static_folder=None, template_folder=None)
    made.extensions["intake"] = here
    made.config.update(MAX_CONTENT_LENGTH=here.settings.limits.body, PROPAGATE_EXCEPTIONS=False)
    made.add_url_rule("/", "form", form, methods=["GET"], provide_automatic_options=False)
    made.add_url_rule("/", "answer", answer, methods=["POST"], provide_automatic_options=False)
    made.add_url_rule("/confirm", "confirm", confirm, methods=["GET"], provide_automatic_options=False)
    made.add_url_rule("/confirm", "confirmation", answer, methods=["POST"], provide_automatic_options=False)
    made.add_url_rule("/pingback", "pingback", pingback, methods=["POST"], provide_automatic_options=False)
    made.add_url_rule("/webmention", "webmention", webmention, methods=["POST"], provide_automatic_options=False)
    made.register_blueprint(queue)
    made.register_error_handler(Exception, refused)
    made.after_request(guarded)
    return made


def form() -> Response:
    """The page with which an answer is changed or taken back."""
    return _page(_here().pages.take_back(_language()))


def confirm() -> Response:
    """The page that a mail leads to; it confirms nothing by itself."""
    return _page(_here().pages.confirm(_language(), _asked("code")[:LONGEST_CODE]))


def answer() -> Response:
    """Take what a form holds. The page itself is the answer: a receipt must stand in no address."""
    sent = forms.fields(request.get_data(cache=False), request.headers.get("Content-Type", ""))
    return _page(taking.answered(_here(), sent, _allowance()))


def pingback() -> Response:
    """Take a pingback."""
    return Response(mentions.ping(_here(), request.get_data(cache=False), _allowance()), mimetype="text/xml")


def webmention() -> Response:
    """Take a webmention."""
    sent = forms.fields(request.get_data(cache=False), request.headers.get("Content-Type", ""))
    status, words = mentions.mention(_here(), sent, _allowance())
    return Response(words + "\n", status, mimetype="text/plain")


def refused(error: Exception) -> Response:
    """A page for what cannot be had; an error of ours is told without its words."""
    pages = _here().pages
    if isinstance(error, RequestEntityTooLarge):
        return _page(pages.refusal())
    if isinstance(error, HTTPException) and error.code:
        response = _page(pages.lost(_language(), HTTPStatus(error.code)))
        response.headers.extend(
            (name, value) for name, value in error.get_headers() if name in ("Allow", "WWW-Authenticate")
        )
        if error.code == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response
    discretion.tell_error(error)
    return _page(pages.lost(_language(), HTTPStatus.SERVICE_UNAVAILABLE))


def guarded(response: Response) -> Response:
    """The answer with what a browser must know of it, and squeezed if it can take that."""
    response.headers.extend([*HEADERS, ("Content-Security-Policy", _here().pages.policy)])
    if "gzip" in request.headers.get("Accept-Encoding", "") and response.mimetype == "text/html":
        data = response.get_data()
        if len(data) >= SQUEEZED_FROM:
            # what is secret on a page is new on each: its length tells nothing of another one
            response.set_data(gzip.compress(data, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


class _Application(Flask):
    """Flask at any host: by which name it was asked for, an intake need not know."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return None
        return self.url_map.bind("", path_info=request.path, default_method=request.method)


def _page(page: Page) -> Response:
    response = Response(page.html, page.status, mimetype="text/html")
    if page.retry_after:
        response.headers["Retry-After"] = str(page.retry_after)
    return response


def _language() -> str:
    asked = _asked("lang")
    return asked if asked in LANGUAGES else MAIN_LANGUAGE


def _asked(name: str) -> str:
    # Flask's own reading of a query fails at bytes that are no UTF-8
    asked: str = request.environ.get("QUERY_STRING", "")
    return parse_qs(asked).get(name, [""])[0]


def _allowance() -> Allowance:
    limits = _here().settings.limits
    known: Allowance | None = request.environ.get(ALLOWANCE)
    return known or Allowance(limits.connection_rate / 60, limits.connection_burst)


def _here() -> Intake:
    here: Intake = current_app.extensions["intake"]
    return here
