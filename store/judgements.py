"""What people said is right: pictures that answer a query, in their own words.

Kept in the catalog and never taken back by indexing: a picture that is gone keeps its judgements,
and they count again once it is back.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.found import in_utc
from store.models import Judgement, Picture


class Judged(NamedTuple):
    """One picture that is right for a query, written as the query language writes it."""

    query: str
    picture: int
    judged_at: datetime


class JudgedCounts(NamedTuple):
    """How many queries have a right answer, and how many such answers there are."""

    queries: int
    pictures: int


def judge(connection: Connection, query: str, picture: int, *, right: bool) -> None:
    """Note that the picture is right for the query, or take that back; both may be repeated."""
    one = (Judgement.query == query, Judgement.picture_id == picture)
    connection.execute(delete(Judgement).where(*one))
    if right:
        now = datetime.now(UTC)
        values = {"query": query, "picture_id": picture, "judged_at": now}
        connection.execute(insert(Judgement).values(values))


def right_pictures(connection: Connection, query: str) -> set[int]:
    """The pictures that are right for the query."""
    statement = select(Judgement.picture_id).where(Judgement.query == query)
    return set(connection.scalars(statement))


def judgements(
    connection: Connection, limit: int | None = None, offset: int = 0, *, present: bool = False
) -> list[Judged]:
    """Judgements by query, in the order of the first of each; ``present`` leaves out lost pictures.

    ``limit`` of them from ``offset`` on.
    """
    columns = (Judgement.query, Judgement.picture_id, Judgement.judged_at)
    first = func.min(Judgement.id).over(partition_by=Judgement.query)
    statement = select(*columns).order_by(first, Judgement.id).limit(limit).offset(offset)
    if present:
        lying = select(Picture.id).where(Picture.lying)
        statement = statement.where(Judgement.picture_id.in_(lying))
    rows = connection.execute(statement)
    return [Judged(query, picture, in_utc(at)) for query, picture, at in rows]


def judged_counts(connection: Connection) -> JudgedCounts:
    """How much has been judged."""
    row = connection.execute(select(func.count(Judgement.query.distinct()), func.count())).one()
    return JudgedCounts(*row)
