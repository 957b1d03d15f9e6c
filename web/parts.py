"""What every view needs: the engine, and the way to a picture's id in an address."""

from flask import current_app, request
from werkzeug.routing import IntegerConverter

from search import Engine
from web.uploads import Uploads

ENGINE = "mindseye"
DIGITS = 18  # of a number in a request: always fits into the 64 bits of a database
MAX_UPLOAD = 32 * 1024 * 1024  # bytes; the largest picture that may be sent as a query


class PictureId(IntegerConverter):
    """``<id:number>`` in a route: the id of a picture."""

    regex = rf"\d{{1,{DIGITS}}}"


def for_machines() -> bool:
    """Whether the request is not for a page."""
    return request.path.startswith(("/api/", "/metrics", "/healthz", "/readyz"))


def uploads() -> Uploads:
    """The pictures that people searched with."""
    found: Uploads = current_app.extensions["uploads"]
    return found


def engine() -> Engine:
    """The engine that the application was made with."""
    found: Engine = current_app.extensions[ENGINE]
    return found
