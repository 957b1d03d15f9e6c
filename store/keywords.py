"""Pictures by the words of their names, captions and tags, as each database looks words up."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    Select,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)

WORDS: Any = literal_column("'words'::regconfig")  # from the migrations


def holding(words: Sequence[str], dialect: str) -> tuple[Any, Select[Any]]:
    """Ids of the pictures that hold any of the words or phrases, best first, ties by id.

    Returns the column of ids and the statement. SQLite ranks by BM25 (FTS5), PostgreSQL by how
    often and how near to each other the words are (``ts_rank_cd``).
    """
    return _postgres(words) if dialect == "postgresql" else _sqlite(words)


def _sqlite(words: Sequence[str]) -> tuple[Any, Select[Any]]:
    keyword = table("keyword", column("rowid"), column("rank"))
    wanted = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    matching = text("keyword MATCH :words").bindparams(words=wanted)
    best = select(keyword.c.rowid).where(matching).order_by(keyword.c.rank, keyword.c.rowid)
    return keyword.c.rowid, best


def _postgres(words: Sequence[str]) -> tuple[Any, Select[Any]]:
    keyword = table("keyword", column("picture_id"), column("words"))
    asked: list[Any] = [func.phraseto_tsquery(WORDS, word) for word in words]
    wanted = reduce(lambda one, other: one.op("||")(other), asked)
    rank = func.ts_rank_cd(keyword.c.words, wanted)
    best = select(keyword.c.picture_id).where(keyword.c.words.op("@@")(wanted))
    return keyword.c.picture_id, best.order_by(rank.desc(), keyword.c.picture_id)
