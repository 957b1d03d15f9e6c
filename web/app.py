"""The application: a function of its engine."""

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from encoders import PictureError
from search import BadLimitError, EmptyQueryError, Engine, NoPictureError, SearchError
from store import StoreError
from web import api, media, pages
from web.parts import ENGINE

MAX_UPLOAD = 32 * 1024 * 1024  # bytes; the largest picture that may be sent as a query
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

STATUS = {
    EmptyQueryError: 400,
    BadLimitError: 400,
    PictureError: 400,
    NoPictureError: 404,
    SearchError: 400,
    StoreError: 503,
}


def create_app(engine: Engine) -> Flask:
    """The Flask application over one engine; nothing is opened on import."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_UPLOAD, TRUSTED_HOSTS=LOCAL_HOSTS)
    app.extensions[ENGINE] = engine
    for blueprint in (pages.blueprint, api.blueprint, media.blueprint):
        app.register_blueprint(blueprint)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_problem)
    for kind in STATUS:
        app.register_error_handler(kind, _our_problem)
    return app


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until Ctrl-C.

    Raises:
        OSError: the port is in use.
    """
    import waitress

    waitress.serve(app, host=host, port=port, threads=8, ident="mindseye")


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _http_problem(error: HTTPException) -> tuple[Response | str, int]:
    return _problem(error.code or 500, error.description or error.name)


def _our_problem(error: Exception) -> tuple[Response | str, int]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return _problem(status, str(error))


def _problem(status: int, message: str) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        return jsonify(error=message), status
    return render_template("problem.html", message=message), status
