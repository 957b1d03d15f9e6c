"""The pages: searching, one picture, the collection, measuring and judging it, jobs, help."""

from web.pages import collection, evaluations, jobs, judging, manual, picture, searching, signing
from web.pages.blueprint import blueprint

__all__ = [
    "blueprint",
    "collection",
    "evaluations",
    "jobs",
    "judging",
    "manual",
    "picture",
    "searching",
    "signing",
]
