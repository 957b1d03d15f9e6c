"""The next step of a question: every value that would narrow it, with what it leaves."""

from dataclasses import dataclass, replace

from search.query import Query
from search.values import read_filter
from store import Facets


@dataclass(frozen=True)
class Choice:
    """One value of a facet, and how many of the pictures that meet the filters have it.

    ``query`` is the question with this value as one more filter, or without it if it is ``chosen``.
    """

    value: str
    count: int
    query: str
    chosen: bool


def choices(query: Query, counted: Facets) -> dict[str, list[Choice]]:
    """What the catalog counted, as steps from this question."""
    return {
        name: [_choice(query, name, value, count) for value, count in values]
        for name, values in counted.items()
    }


def _choice(query: Query, name: str, value: str, count: int) -> Choice:
    one = read_filter(name, value, negative=False)
    chosen = one in query.filters
    others = tuple(other for other in query.filters if other != one)
    filters = others if chosen else (*others, one)
    return Choice(value, count, str(replace(query, filters=filters)), chosen)
