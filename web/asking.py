"""From a request to the engine and back: pages and API ask alike."""

from PIL import Image
from werkzeug.datastructures import FileStorage

from encoders import open_picture
from search import UPLOAD, Answer, Query, parse
from web.capacity import capacity
from web.metrics import metrics
from web.parts import engine, uploads

MAX_PIXELS = 50_000_000  # of an uploaded picture; decoded, that is 150 MB


def question(text: str, upload: FileStorage | None = None, name: str = "") -> Query:
    """The query of a request, with every picture in it opened.

    The upload is the one that the query calls ``image:NAME``, or without a name one more thing to
    look for.

    Raises:
        QuerySyntaxError: the text cannot be read.
        UnopenedPictureError: it names a file, or an upload that is no longer kept.
        PictureError: the upload is not a picture, or too large a one.
        BusyError: too many uploads are being decoded.
    """
    query = parse(text)
    if upload is None:
        return query.opened(uploads().image)
    picture = decoded(upload)
    if not name:
        query = query.also("image", UPLOAD, picture)
    return query.opened(lambda file: picture if file == name else uploads().image(file))


def decoded(upload: FileStorage) -> Image.Image:
    """An uploaded picture.

    Raises:
        PictureError: it is not a picture, or too large a one.
        BusyError: too many are being decoded.
    """
    with capacity().place("decodings"):
        return open_picture(upload.read(), max_pixels=MAX_PIXELS).image


def answered(query: Query, k: int, offset: int = 0, *, exact: bool = False) -> Answer:
    """The engine's answer, counted.

    Raises:
        BusyError: too many are searching.
        SearchError: the query cannot be answered.
        StoreError: the collection cannot be read.
    """
    with capacity().place("searches"):
        answer = engine().search(query, k, offset, exact=exact)
    metrics().searched(answer)
    return answer


def reasons(query: Query, picture: int) -> list[tuple[str, float]]:
    """What each term of the query adds to the picture's score; nothing for a query without terms.

    Raises:
        BusyError: too many are searching.
        NoPictureError: there is no such picture, or a term names one that is not there.
        UnopenedPictureError: a term names a file.
    """
    if not query.terms:
        return []
    with capacity().place("searches"):
        return engine().explain(query, picture)
