"""Pictures and thumbnails, by id only: no path comes from a request."""

from hashlib import sha256
from io import BytesIO

from flask import Blueprint, request, send_file
from PIL import Image
from werkzeug.wrappers import Response

from encoders import open_picture
from indexer import THUMBNAIL_SIDE, ArchiveError, read_bytes
from indexer import thumbnail as make_thumbnail
from search import NoPictureError
from store import FoundPicture
from web.parts import engine, uploads

blueprint = Blueprint("media", __name__)

# What browsers show as it is; anything else is sent as a JPEG made from it.
SHOWN = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
}
MAX_SIDE = 65_500  # pixels; a JPEG cannot be larger


@blueprint.get("/pictures/<id:number>/image")
def image(number: int) -> Response:
    """The picture as it lies on the disk, or as a JPEG where browsers could not show it."""
    found = engine().picture(number)
    data = _bytes(found)
    if found.format not in SHOWN:
        data = _as_jpeg(_opened(found, data))
    return _sent(data, SHOWN.get(found.format, "image/jpeg"), f"{found.sha256}-image")


@blueprint.get("/pictures/<id:number>/thumbnail")
def thumbnail(number: int) -> Response:
    """A small JPEG, from the collection or, where that has none, made from the picture."""
    found = engine().picture(number)
    data = engine().collection.thumbnails.get(number)
    if data is None:
        data = make_thumbnail(_opened(found, _bytes(found), at_least=THUMBNAIL_SIDE))
    return _sent(data, "image/jpeg", f"{found.sha256}-thumbnail")


@blueprint.get("/uploads/<name>")
def upload(name: str) -> Response:
    """A picture that somebody searched with."""
    return _sent(uploads().jpeg(name), "image/jpeg", name)


def _bytes(found: FoundPicture) -> bytes:
    for file in found.files:
        try:
            data = read_bytes(file)
        except (OSError, ArchiveError):
            continue  # another copy may still be there
        if sha256(data).hexdigest() == found.sha256:
            return data
    raise NoPictureError(f"{found.files[0]} is gone or has changed; index its folder again")


def _opened(found: FoundPicture, data: bytes, at_least: int | None = None) -> Image.Image:
    return open_picture(data, at_least=at_least, suffix=f".{found.format}").image


def _as_jpeg(shown: Image.Image) -> bytes:
    shown.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = BytesIO()
    shown.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _sent(data: bytes, kind: str, tag: str) -> Response:
    # Another collection may be served at the same address tomorrow, so browsers ask each time; the
    # tag makes the answer to an unchanged picture a few bytes.
    response = send_file(BytesIO(data), mimetype=kind, max_age=0)
    response.set_etag(tag)
    return response.make_conditional(request)
