"""What every blueprint needs from the request: the engine, and the question that was asked."""

from flask import current_app, request

from encoders import open_picture
from search import DEFAULT_K, BadLimitError, Engine, NoPictureError, Query

ENGINE = "mindseye"


def engine() -> Engine:
    """The engine that the application was made with."""
    found: Engine = current_app.extensions[ENGINE]
    return found


def asked() -> Query:
    """The question in the request: ``q``, ``like`` and an uploaded ``image``, each optional.

    Raises:
        PictureError: the upload is not a picture.
        NoPictureError: ``like`` is not a number.
    """
    upload = request.files.get("image")
    data = upload.read() if upload else b""
    like = request.values.get("like", "")
    if like and not like.isdecimal():
        raise NoPictureError(f"like is {like!r}; give the id of a picture")
    return Query(
        request.values.get("q", ""),
        open_picture(data).image if data else None,
        int(like) if like else None,
    )


def limit(default: int = DEFAULT_K) -> int:
    """How many hits the request asks for.

    Raises:
        BadLimitError: ``k`` is not a number.
    """
    given = request.values.get("k", str(default))
    if not given.isdecimal():
        raise BadLimitError(f"k is {given!r}; give a whole number")
    return int(given)
