"""What a query was understood as: chips that each can be taken away, and queries one step away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from search import SORTS, Query, Term
from search.query import Kind, written
from store import Filter, Near


class Chip(NamedTuple):
    """One part of a query as the page shows it; ``without`` is the query that lacks it."""

    kind: str  # a kind of term, "filter" or "option"
    text: str
    negative: bool
    without: str


def chips(query: Query) -> list[Chip]:
    """The parts of the query, in the order in which it writes them."""
    terms = [_term(query, place) for place in range(len(query.terms))]
    filters = [
        Chip("filter", written(one), one.negative, str(replace(query, filters=rest)))
        for one, rest in _each(query.filters)
    ]
    plain = Query()
    options = [
        Chip("option", f"{name}:{getattr(query, name)}", False, with_option(query, **{name: usual}))
        for name in ("sort", "mode", "dupes")
        if getattr(query, name) != (usual := getattr(plain, name))
    ]
    return [*terms, *filters, *options]


def with_term(query: Query, kind: Kind, value: object, *, negative: bool = False) -> str:
    """The query with one more term, in place of one that said the same or the opposite."""
    term = Term(kind, str(value), -1.0 if negative else 1.0)
    others = [one for one in query.terms if (one.kind, one.value) != (kind, term.value)]
    return str(replace(query, terms=(*others, term)))


def with_option(query: Query, **option: str | None) -> str:
    """The query shown another way."""
    return str(replace(query, **option))  # type: ignore[arg-type]


def only(field: str, value: str | Near) -> str:
    """The query for all pictures that have this value."""
    return written(Filter(field, value))


def sortings(query: Query) -> list[tuple[str, str]]:
    """Every order with the query that asks for it."""
    return [(name, with_option(query, sort=name)) for name in SORTS]


def _term(query: Query, place: int) -> Chip:
    term = query.terms[place]
    rest = (*query.terms[:place], *query.terms[place + 1 :])
    weight = "" if abs(term.weight) == 1 else f" × {abs(term.weight):g}"
    return Chip(term.kind, term.value + weight, term.weight < 0, str(replace(query, terms=rest)))


def _each(filters: Sequence[Filter]) -> list[tuple[Filter, tuple[Filter, ...]]]:
    return [(one, (*filters[:place], *filters[place + 1 :])) for place, one in enumerate(filters)]
