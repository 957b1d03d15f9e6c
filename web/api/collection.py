"""What the collection is, and which files it could not read."""

from typing import Any

from store import FAILED, facts
from web.api.blueprint import blueprint, tag
from web.api.schemas import Failures, Slice, Status
from web.parts import engine

TAGS = tag("collection", "What is searched")


@blueprint.get("/collection", tags=TAGS, responses={200: Status})
def status() -> dict[str, Any]:
    """Where it lies, what it holds, its encoder, its generation, and its size."""
    return facts(engine().collection).as_dict()


@blueprint.get("/collection/failures", tags=TAGS, responses={200: Failures})
def failures(query: Slice) -> dict[str, Any]:
    """Files that could not be read, with the reason."""
    catalog = engine().collection.catalog
    found = catalog.failures(query.limit, query.offset)
    reasons = [{"path": one.path, "reason": one.reason} for one in found]
    return {"failed": catalog.counts().get(FAILED, 0), "failures": reasons}
