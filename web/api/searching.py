"""Questions and answers: the same query and the same answer as on the command line."""

from typing import Any

from search import parse
from web import asking
from web.api.blueprint import MISSING, TOO_LARGE, blueprint, tag
from web.api.schemas import Answer, Conditions, Facets, Picture, PictureId, Question, Upload
from web.guard import reads
from web.parts import engine

TAGS = tag("search", "Words and pictures in, ranked pictures out")


@blueprint.get("/search", tags=TAGS, responses={200: Answer, 404: MISSING})
def search(query: Question) -> dict[str, Any]:
    """The pictures nearest to the query, best first."""
    return asking.answered(
        asking.question(query.q), query.k, query.offset, exact=query.exact
    ).as_dict()


@blueprint.post("/search", tags=TAGS, responses={200: Answer, 404: MISSING, 413: TOO_LARGE})
@reads
def search_by_picture(query: Question, form: Upload) -> dict[str, Any]:
    """The same with a picture, beside words or alone."""
    asked = asking.question(query.q, form.image, form.name)
    return asking.answered(asked, query.k, query.offset, exact=query.exact).as_dict()


@blueprint.get("/facets", tags=TAGS, responses={200: Facets})
def facets(query: Conditions) -> dict[str, Any]:
    """What the pictures that meet the filters have in common, and the queries narrower by it.

    An empty query counts the whole collection.
    """
    counted = engine().facets(asked := parse(query.q))
    values = {name: [one._asdict() for one in choices] for name, choices in counted.items()}
    return {"query": str(asked), "facets": values}


@blueprint.get("/pictures/<int:number>", tags=TAGS, responses={200: Picture, 404: MISSING})
def picture(path: PictureId) -> dict[str, Any]:
    """One picture by its id."""
    facts = engine().picture(path.number)._asdict()
    return facts | {"taken_at": facts["taken_at"] and facts["taken_at"].isoformat()}
