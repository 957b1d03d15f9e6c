"""What can be asked at all; it needs no engine, so it costs nothing to check first."""

from search.errors import BadLimitError, EmptyQueryError, UnopenedPictureError
from search.query import Query

DEFAULT_K = 20
MAX_K = 1000
MAX_OFFSET = 10_000


def require(query: Query, k: int = DEFAULT_K, offset: int = 0) -> None:
    """Refuse a question that has no answer.

    Raises:
        EmptyQueryError: the query holds neither something to look for nor a filter.
        BadLimitError: ``k`` is not between 1 and ``MAX_K``, or ``offset`` beyond ``MAX_OFFSET``.
        UnopenedPictureError: the query names a picture file that nobody has opened.
    """
    if not 1 <= k <= MAX_K:
        raise BadLimitError(f"k is {k}; it must be between 1 and {MAX_K}")
    if not 0 <= offset <= MAX_OFFSET:
        raise BadLimitError(
            f"offset is {offset}; it must be between 0 and {MAX_OFFSET}: ask more narrowly instead"
        )
    if not query.terms and not query.filters:
        raise EmptyQueryError("nothing to look for; describe a picture in a few words")
    for term in query.terms:
        if term.kind == "image" and term.picture is None:
            raise UnopenedPictureError(
                f"{term} names a file, which only the command line opens; upload the picture",
                term.value,
            )
