"""Questions and answers: the engine, what it is asked, and what it gives back."""

from search.answer import Answer, Hit
from search.engine import DEFAULT_K, MAX_K, Engine, Query, require
from search.errors import BadLimitError, EmptyQueryError, NoPictureError, SearchError

__all__ = [
    "DEFAULT_K",
    "MAX_K",
    "Answer",
    "BadLimitError",
    "EmptyQueryError",
    "Engine",
    "Hit",
    "NoPictureError",
    "Query",
    "SearchError",
    "require",
]
