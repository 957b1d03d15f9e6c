"""What the collection holds, how it was made, and which files it could not read."""

from flask import render_template

from store import facts
from web.jobs import jobs
from web.jobs.starting import folders
from web.pages.blueprint import blueprint
from web.parts import engine

FAILURES = 200  # shown; the API has all of them


@blueprint.get("/collection", endpoint="collection")
def page() -> str:
    """The collection in plain words."""
    collection = engine().collection
    return render_template(
        "collection.html",
        facts=facts(collection),
        identity=collection.encoder,
        folders=folders().known(),
        jobs=jobs().all(),
        failures=collection.catalog.failures(FAILURES),
    )
