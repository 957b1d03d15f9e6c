"""What people said is right: the benchmark that a collection gets from its own users."""

from typing import Any

from pydantic import BaseModel, Field

from store import judged_counts, judgements
from web.api.blueprint import MISSING, blueprint, tag
from web.api.schemas import MAX_ID, MAX_QUERY, Slice
from web.judging import say
from web.parts import engine

TAGS = tag("judgements", "Pictures that are right for a query; `mindseye evaluate --judged`")


class NewJudgement(BaseModel):
    """Somebody's word."""

    q: str = Field(max_length=MAX_QUERY, description="a query in the query language")
    picture: int = Field(ge=1, le=MAX_ID, description="the id of a picture")
    right: bool = Field(True, description="false takes it back")


class Judgement(BaseModel):
    """A query as it is kept, and whether the picture is right for it."""

    query: str
    picture: int
    right: bool


class JudgedPicture(BaseModel):
    """One picture that is right for a query."""

    query: str
    picture: int
    judged_at: str


class JudgementList(BaseModel):
    """Some of what was judged, by query, and how much there is."""

    queries: int
    pictures: int
    judgements: list[JudgedPicture]


@blueprint.get("/judgements", tags=TAGS, responses={200: JudgementList})
def judgement_list(query: Slice) -> dict[str, Any]:
    """What was judged right."""
    with engine().collection.catalog.reading() as connection:
        counts = judged_counts(connection)
        found = judgements(connection, query.limit, query.offset)
    listed = [one._asdict() | {"judged_at": one.judged_at.isoformat()} for one in found]
    return counts._asdict() | {"judgements": listed}


@blueprint.put("/judgements", tags=TAGS, responses={200: Judgement, 404: MISSING})
def judge(body: NewJudgement) -> dict[str, Any]:
    """Say that a picture is right for a query, or take that back."""
    kept = say(body.q, body.picture, right=body.right)
    return {"query": kept, "picture": body.picture, "right": body.right}
