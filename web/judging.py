"""This one is right: what people say of the results of their searches, kept in the catalog."""

from dataclasses import replace

from search import Query, SearchError, parse
from store import judge, right_pictures
from web.parts import engine


class UnjudgeableError(SearchError):
    """The query has no ranking that could be measured again."""


def judged_as(query: Query) -> str | None:
    """The query as judgements keep it, or ``None`` where nothing could be right or wrong.

    How results are sorted and folded does not belong to it. Without words or pictures there is no
    ranking, and an uploaded picture is not kept for ever.
    """
    if not query.terms or any(term.kind == "image" for term in query.terms):
        return None
    return str(replace(query, sort="relevance", dupes="fold"))


def right_for(query: Query) -> set[int] | None:
    """The pictures that somebody said are right, or ``None`` where nobody can."""
    kept = judged_as(query)
    if kept is None:
        return None
    with engine().collection.catalog.reading() as connection:
        return right_pictures(connection, kept)


def say(text: str, picture: int, *, right: bool) -> str:
    """Keep that the picture is right for the query, or that it is not; the query as it is kept.

    Raises:
        QuerySyntaxError: the query cannot be read.
        UnjudgeableError: nothing can be right for it.
        NoPictureError: there is no such picture.
    """
    kept = judged_as(parse(text))
    if kept is None:
        raise UnjudgeableError(
            "only a search with words, or like pictures of the collection, can be judged"
        )
    engine().picture(picture)
    with engine().collection.catalog.changing() as connection:
        judge(connection, kept, picture, right=right)
    return kept
