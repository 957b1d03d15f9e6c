"""The application: a function of its engine."""

import logging
from pathlib import Path

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from encoders import PictureError
from search import BadLimitError, EmptyQueryError, Engine, NoPictureError, SearchError
from store import StoreError
from web import api, media, pages
from web.parts import ENGINE, PictureId

MAX_UPLOAD = 32 * 1024 * 1024  # bytes; the largest picture that may be sent as a query
LOCAL_HOSTS = ["127.0.0.1", "localhost"]  # any other name is another site's, pointed at us

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",  # no other site may show these pictures
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
    app.url_map.converters["id"] = PictureId
    app.add_template_filter(lambda path: Path(path).name, "name")
    for blueprint in (pages.blueprint, api.blueprint, media.blueprint):
        app.register_blueprint(blueprint)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(SecurityError, _untrusted)
    for kind in STATUS:
        app.register_error_handler(kind, _our_problem)
    return app


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until Ctrl-C.

    Raises:
        OSError: the port is in use.
    """
    import waitress

    # A browser that wants sixty thumbnails at once is no reason for warnings on the terminal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(app, host=host, port=port, threads=8, ident="mindseye")


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _http_problem(error: HTTPException) -> tuple[Response | str, int]:
    return _problem(error.code or 500, error.description or error.name)


def _too_large(_error: RequestEntityTooLarge) -> tuple[Response | str, int]:
    return _problem(413, f"that is too large; send a picture of up to {MAX_UPLOAD >> 20} MB")


def _untrusted(error: SecurityError) -> tuple[Response, int]:
    # As plain text: for a host that is not ours there are no addresses to put into a page.
    return Response(str(error.description), mimetype="text/plain"), 400


def _our_problem(error: Exception) -> tuple[Response | str, int]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return _problem(status, str(error))


def _problem(status: int, message: str) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        return jsonify(error=message), status
    return render_template("problem.html", message=message), status
