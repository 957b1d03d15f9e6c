"""For those who watch the server: is it alive, is it ready, and the figures for Prometheus."""

from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from web.api.blueprint import REFUSED, problem, tag
from web.api.schemas import Health
from web.guard import free
from web.metrics import exposed
from web.parts import engine

TAGS = tag("health", "Whether it runs, and how well")
FIGURES = {"description": "Figures", "content": {"text/plain": {"schema": {"type": "string"}}}}

blueprint = APIBlueprint("health", __name__)


@blueprint.get("/healthz", tags=TAGS, responses={200: Health})
@free
def alive() -> dict[str, Any]:
    """The process answers."""
    return {"status": "alive"}


@blueprint.get(
    "/readyz", tags=TAGS, responses={200: Health, 503: problem("The collection cannot be read.")}
)
@free
def ready() -> dict[str, Any]:
    """The collection can be read, and questions will be answered from this generation."""
    with engine().collection.snapshot() as snapshot:
        return {"status": "ready", "generation": snapshot.generation}


@blueprint.get("/metrics", tags=TAGS, responses={200: FIGURES, 401: REFUSED[401]})
def metrics() -> Response:
    """Requests, latencies, searches by route, in Prometheus' text format."""
    return exposed()
