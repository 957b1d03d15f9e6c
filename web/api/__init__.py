"""The JSON API, version 1, described by itself in OpenAPI at ``/api/v1/openapi.json``."""

from web.api import collection, evaluations, jobs, judgements, searching
from web.api.blueprint import blueprint
from web.api.health import blueprint as health

__all__ = [
    "blueprint",
    "collection",
    "evaluations",
    "health",
    "jobs",
    "judgements",
    "searching",
]
