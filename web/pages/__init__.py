"""The pages: searching, one picture, signing in, help."""

from web.pages import manual, picture, searching, signing
from web.pages.blueprint import blueprint

__all__ = ["blueprint", "manual", "picture", "searching", "signing"]
