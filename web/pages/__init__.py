"""The pages: searching, one picture, the collection, signing in, help."""

from web.pages import collection, manual, picture, searching, signing
from web.pages.blueprint import blueprint

__all__ = ["blueprint", "collection", "manual", "picture", "searching", "signing"]
