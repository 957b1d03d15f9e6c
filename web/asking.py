"""From a request to the engine and back: pages and API ask alike."""

from werkzeug.datastructures import FileStorage

from encoders import open_picture
from search import UPLOAD, Answer, Query, parse
from web.capacity import capacity
from web.metrics import metrics
from web.parts import engine

MAX_PIXELS = 50_000_000  # of an uploaded picture; decoded, that is 150 MB


def question(text: str, like: int | None = None, upload: FileStorage | None = None) -> Query:
    """The query of a request.

    Raises:
        QuerySyntaxError: the text cannot be read.
        PictureError: the upload is not a picture, or too large a one.
        BusyError: too many uploads are being decoded.
    """
    query = parse(text)
    if like is not None:
        query = query.also("like", str(like))
    if not upload:
        return query
    with capacity().place("decodings"):
        picture = open_picture(upload.read(), max_pixels=MAX_PIXELS).image
    return query.also("image", UPLOAD, picture)


def answered(query: Query, k: int) -> Answer:
    """The engine's answer, counted.

    Raises:
        BusyError: too many are searching.
        SearchError: the query cannot be answered.
        StoreError: the collection cannot be read.
    """
    with capacity().place("searches"):
        answer = engine().search(query, k)
    metrics().searched(answer)
    return answer
