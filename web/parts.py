"""What every blueprint needs from the request: the engine, and the question that was asked."""

from flask import current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter

from encoders import open_picture
from search import DEFAULT_K, BadLimitError, Engine, Query

ENGINE = "mindseye"
DIGITS = 18  # of a number in a request: always fits into the 64 bits of a database


class PictureId(IntegerConverter):
    """``<id:number>`` in a route: the id of a picture."""

    regex = rf"\d{{1,{DIGITS}}}"


def engine() -> Engine:
    """The engine that the application was made with."""
    found: Engine = current_app.extensions[ENGINE]
    return found


def asked() -> Query:
    """The question in the request: ``q``, ``like`` and an uploaded ``image``, each optional.

    Raises:
        PictureError: the upload is not a picture.
        BadRequest: ``like`` is not a number.
    """
    upload = request.files.get("image")
    like = request.values.get("like", "")
    number = _whole(like)
    if like and number is None:
        raise BadRequest(f"like is {like!r}; give the id of a picture")
    return Query(
        request.values.get("q", ""),
        open_picture(upload.read()).image if upload else None,
        number,
    )


def limit(default: int = DEFAULT_K) -> int:
    """How many hits the request asks for.

    Raises:
        BadLimitError: ``k`` is not a number.
    """
    given = request.values.get("k", str(default))
    number = _whole(given)
    if number is None:
        raise BadLimitError(f"k is {given!r}; give a whole number")
    return number


def _whole(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) <= DIGITS else None
