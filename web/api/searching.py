"""Questions and answers: the same query and the same answer as on the command line."""

from dataclasses import asdict
from typing import Any

from search import parse
from web import asking
from web.api.blueprint import MISSING, TOO_LARGE, blueprint, tag
from web.api.schemas import (
    Answer,
    Asked,
    Facets,
    Picture,
    PictureId,
    Question,
    Reasons,
    Upload,
)
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
def facets(query: Asked) -> dict[str, Any]:
    """What the pictures that meet the filters have in common, and the queries narrower by it.

    An empty query counts the whole collection.
    """
    counted = engine().facets(asked := parse(query.q))
    values = {name: [asdict(one) for one in choices] for name, choices in counted.items()}
    return {"query": str(asked), "facets": values}


@blueprint.get("/pictures/<int:number>", tags=TAGS, responses={200: Picture, 404: MISSING})
def picture(path: PictureId) -> dict[str, Any]:
    """One picture by its id, with all that is known of it."""
    found, known = engine().described(path.number)
    facts = found._asdict() | known._asdict()
    taken = found.taken_at and found.taken_at.isoformat()
    return facts | {"taken_at": taken, "tags": [tag._asdict() for tag in known.tags]}


@blueprint.get("/pictures/<int:number>/explain", tags=TAGS, responses={200: Reasons, 404: MISSING})
def explain(path: PictureId, query: Asked) -> dict[str, Any]:
    """Why a picture matched: what each term of the query adds to its score."""
    asked = asking.question(query.q)
    parts = asking.reasons(asked, path.number)
    return {
        "query": str(asked),
        "id": engine().picture(path.number).id,
        "score": sum(part for _, part in parts) if parts else None,
        "terms": [{"term": term, "contribution": part} for term, part in parts],
    }
