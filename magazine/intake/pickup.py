"""Where editors fetch sealed files, with a token of which the intake knows the SHA-256 alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from http import HTTPStatus

from flask import Blueprint, Response, abort, current_app, jsonify, request

from magazine.intake.sealing import is_sealed
from magazine.intake.spool import FullError
from magazine.intake.taking import Intake

MAX_SEALED = 65_536  # bytes
DIGEST = "Digest-Sha256"
BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,200}=*)", re.IGNORECASE)  # RFC 6750, 2.1

queue = Blueprint("queue", __name__, url_prefix="/queue")


def new_token() -> tuple[str, str]:
    """A token for the desk, and its SHA-256 for the server."""
    token = secrets.token_urlsafe(32)
    return token, _digest(token)


@queue.before_request
def check_token() -> None:
    """Let only editors in; where no token is set there is nothing here."""
    known = _here().settings.token
    if not known:
        abort(HTTPStatus.NOT_FOUND)
    given = BEARER.fullmatch(request.headers.get("Authorization", ""))
    if not hmac.compare_digest(_digest(given[1] if given else ""), known):
        abort(HTTPStatus.UNAUTHORIZED)


@queue.get("")
def names() -> Response:
    """The names of all files."""
    return jsonify({"names": _here().spool.names()})


@queue.get("/<name>")
def read(name: str) -> Response:
    """A sealed file."""
    try:
        return Response(_here().spool.read(name), mimetype="application/octet-stream")
    except FileNotFoundError:
        abort(HTTPStatus.NOT_FOUND)


@queue.delete("/<name>")
def remove(name: str) -> Response:
    """Remove a file that the editor proves to hold whole."""
    spool = _here().spool
    if name not in spool.names():
        abort(HTTPStatus.NOT_FOUND)
    if not spool.remove(name, request.headers.get(DIGEST, "").strip().lower()):
        abort(HTTPStatus.PRECONDITION_FAILED)
    return Response(status=HTTPStatus.NO_CONTENT)


@queue.post("")
def put() -> Response:
    """Keep a file that an editor returns for another one."""
    if (request.content_length or 0) > MAX_SEALED:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    sealed = request.get_data(cache=False)
    if not is_sealed(sealed):
        abort(HTTPStatus.BAD_REQUEST)
    here = _here()
    try:
        name = here.spool.store(sealed, here.today())
    except FullError:
        abort(HTTPStatus.INSUFFICIENT_STORAGE)
    answer = jsonify({"name": name})
    answer.status_code = HTTPStatus.CREATED
    return answer


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _here() -> Intake:
    here: Intake = current_app.extensions["intake"]
    return here
