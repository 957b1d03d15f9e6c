"""What every view needs: the engine, and the way to a picture's id in an address."""

from flask import current_app, request
from werkzeug.exceptions import BadRequest
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


def whole_number(name: str) -> int:
    """The parameter of that name, 0 where it is not given.

    Raises:
        BadRequest: it is no whole number.
    """
    given = request.args.get(name, "0")
    if not given.isdecimal() or len(given) > DIGITS:
        raise BadRequest(f"{name} is {given[:40]!r}; give a whole number")
    return int(given)


def uploads() -> Uploads:
    """The pictures that people searched with."""
    found: Uploads = current_app.extensions["uploads"]
    return found


def engine() -> Engine:
    """The engine that the application was made with."""
    found: Engine = current_app.extensions[ENGINE]
    return found
