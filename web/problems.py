"""Which error becomes which answer: problem+json (RFC 9457) in the API, a sentence on a page."""

import re

from flask import Flask, Response, jsonify, render_template
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from encoders import PictureError
from evaluation import EvaluationError
from search import NoPictureError, QuerySyntaxError, SearchError, UnopenedPictureError
from store import StoreError
from web.capacity import BusyError
from web.evaluations import NoRunError
from web.jobs import FolderRefusedError, JobRunningError, NoJobError
from web.parts import MAX_UPLOAD, for_machines

STATUS = {
    PictureError: 400,
    SearchError: 400,
    EvaluationError: 400,
    FolderRefusedError: 400,
    NoPictureError: 404,
    NoJobError: 404,
    NoRunError: 404,
    JobRunningError: 409,
    StoreError: 503,
    BusyError: 503,
}
KIND = "application/problem+json"
RETRY_AFTER = "1"  # seconds; a search is over much sooner


def explain_errors(app: Flask) -> None:
    """Answer every error with its status and a sentence that says what to do."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(SecurityError, _untrusted)
    for kind in STATUS:
        app.register_error_handler(kind, _ours)


def invalid(error: ValidationError) -> Response:
    """The answer to a call whose parameters the description of the API does not allow."""
    reasons = [
        f"{'.'.join(map(str, one['loc']))} is {str(one['input'])[:40]!r}; {one['msg'].lower()}"
        for one in error.errors()
    ]
    return _json(400, "urn:mindseye:bad-parameter", "Bad parameter", "; ".join(reasons))


def _http(error: HTTPException) -> Response:
    status, detail = error.code or 500, error.description or error.name
    response = _problem(status, "about:blank", error.name, detail)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _too_large(error: RequestEntityTooLarge) -> Response:
    detail = f"that is too large; send a picture of up to {MAX_UPLOAD >> 20} MB"
    return _problem(413, "about:blank", error.name, detail)


def _untrusted(error: SecurityError) -> Response:
    # As plain text: for a host that is not ours there are no addresses to put into a page.
    return Response(str(error.description), 400, mimetype="text/plain")


def _ours(error: Exception) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    words = re.findall("[A-Z][a-z]+", type(error).__name__.removesuffix("Error"))
    kind = f"urn:mindseye:{'-'.join(words).lower()}"
    response = _problem(status, kind, " ".join(words).capitalize(), str(error), **_more(error))
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _more(error: Exception) -> dict[str, int | str]:
    if isinstance(error, UnopenedPictureError):
        return {"picture": error.file}
    return {"position": error.position} if isinstance(error, QuerySyntaxError) else {}


def _problem(status: int, kind: str, title: str, detail: str, **more: int | str) -> Response:
    if for_machines():
        return _json(status, kind, title, detail, **more)
    return Response(render_template("problem.html", message=detail), status)


def _json(status: int, kind: str, title: str, detail: str, **more: int | str) -> Response:
    response = jsonify(type=kind, title=title, status=status, detail=detail, **more)
    response.status_code, response.mimetype = status, KIND
    return response
