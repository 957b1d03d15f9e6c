"""The pages: searching, one picture, the collection, jobs, signing in, help."""

from web.pages import collection, jobs, manual, picture, searching, signing
from web.pages.blueprint import blueprint

__all__ = ["blueprint", "collection", "jobs", "manual", "picture", "searching", "signing"]
