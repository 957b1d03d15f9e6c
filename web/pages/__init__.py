"""The pages: searching, one picture, the collection, jobs, judging, signing in, help."""

from web.pages import collection, jobs, judging, manual, picture, searching, signing
from web.pages.blueprint import blueprint

__all__ = [
    "blueprint",
    "collection",
    "jobs",
    "judging",
    "manual",
    "picture",
    "searching",
    "signing",
]
