"""What the collection is."""

from typing import Any

from web.api.blueprint import blueprint, tag
from web.api.schemas import Status
from web.parts import engine

TAGS = tag("collection", "What is searched")


@blueprint.get("/collection", tags=TAGS, responses={200: Status})
def status() -> dict[str, Any]:
    """Where it lies, what it holds, its encoder and its generation."""
    collection = engine().collection
    counts = collection.catalog.counts()
    with collection.snapshot() as snapshot:
        index = snapshot.index
        return {
            "collection": str(collection.folder),
            "encoder": snapshot.encoder["name"],
            "dimensions": snapshot.encoder["dim"],
            "pictures": counts.pop("pictures"),
            "files": counts,
            "generation": snapshot.generation,
            "searchable": len(index) if index else 0,
            "lists": index.lists if index else 0,
        }
