"""Questions and answers: the query language, the engine, and what it gives back."""

from search.alike import duplicates
from search.answer import Answer, Hit
from search.engine import Engine
from search.errors import (
    BadLimitError,
    EmptyQueryError,
    NoPictureError,
    QuerySyntaxError,
    SearchError,
    UnopenedPictureError,
)
from search.facets import Choice
from search.language import parse
from search.query import DUPES, MODES, SORTS, UPLOAD, Query, Term
from search.request import DEFAULT_K, MAX_K, MAX_OFFSET, require

__all__ = [
    "DEFAULT_K",
    "DUPES",
    "MAX_K",
    "MAX_OFFSET",
    "MODES",
    "SORTS",
    "UPLOAD",
    "Answer",
    "BadLimitError",
    "Choice",
    "EmptyQueryError",
    "Engine",
    "Hit",
    "NoPictureError",
    "Query",
    "QuerySyntaxError",
    "SearchError",
    "Term",
    "UnopenedPictureError",
    "duplicates",
    "parse",
    "require",
]
