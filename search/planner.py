"""Which way to the best pictures: an exact scan, or the index where that is cheaper and measured.

Filters decide the candidates before anything is ranked, on every way.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from encoders import Embeddings
from search.alike import Place
from search.query import Query
from store import CHECKED, Ids, QueryKind, Scores, Snapshot

EXACT = "exact"  # every picture was looked at, so nothing can be missed
FILTERED = "filtered"  # filters chose the candidates before anything was ranked
APPROXIMATE = "approximate"  # the nearest lists of the index were looked at
CHANCE = 4  # so many of a sample may be better than all that was found

Find = Callable[[Embeddings, int], tuple[Scores, Ids]]


class Ranked(NamedTuple):
    """The best places, in order, and how they were found."""

    places: list[Place]
    route: str
    recall: float


def rank(
    snapshot: Snapshot, query: Query, vector: Embeddings, wanted: int, *, exact: bool = False
) -> Ranked:
    """The ``wanted`` best pictures for the vector ``(1, dim)`` that meet the query's filters."""
    allowed = snapshot.catalog.matching(query.filters) if query.filters else None
    few = None if allowed is None else len(allowed)
    point = None if exact else snapshot.shortcut(asked_with(query), wanted, few)
    if point:
        find = partial(snapshot.search, **point.effort._asdict(), allowed=allowed)
        places = _lying(snapshot, find, vector, wanted, allowed)
        if len(places) == wanted and _plausible(snapshot, vector, places, allowed):
            route = APPROXIMATE if allowed is None else FILTERED
            return Ranked(places, route, point.recall)
    places = _lying(snapshot, _exactly(snapshot, allowed, exact), vector, wanted, allowed)
    return Ranked(places, EXACT if allowed is None else FILTERED, 1.0)


def asked_with(query: Query) -> QueryKind:
    """Pictures ask like pictures; where words take part, it is as hard as with words alone."""
    return "picture" if all(one.kind in ("image", "like") for one in query.terms) else "text"


def _exactly(snapshot: Snapshot, allowed: Ids | None, exact: bool) -> Find:
    """All candidates: one by one, or in the lists if these hold the embeddings themselves."""
    index = snapshot.index
    if exact or allowed is not None or index is None or not index.exact:
        return partial(snapshot.scan, allowed=allowed)
    return partial(snapshot.search, nprobe=index.lists)


def _lying(
    snapshot: Snapshot, find: Find, vector: Embeddings, wanted: int, allowed: Ids | None
) -> list[Place]:
    """The best of those that lie somewhere; where some do not, so many more are asked for."""
    held = len(snapshot.index) if snapshot.index else 0
    asked = wanted
    while True:
        asked = min(asked, held)
        places = _places(find(vector, asked)) if asked else []
        if allowed is not None:  # these lie somewhere
            return places
        living = snapshot.catalog.living([place.id for place in places])
        lying = [place for place in places if place.id in living]
        if len(lying) >= wanted or len(places) < asked or asked == held:
            return lying[:wanted]
        asked += 2 * (len(places) - len(lying))


def _plausible(
    snapshot: Snapshot, vector: Embeddings, places: list[Place], allowed: Ids | None
) -> bool:
    """Whether a sample of the candidates holds no more than a few that are better than the last.

    What was measured without filters holds where filters and words have nothing to do with each
    other. Where they have, the nearest lists may hold hardly any of the candidates.
    """
    if allowed is None:
        return True
    sample = allowed[:: max(1, len(allowed) // CHECKED)]
    scores, _ = snapshot.scan(vector, len(places) + CHANCE, sample)
    better = int((scores > (places[-1].score or 0)).sum())
    return better <= CHANCE + len(places) * len(sample) / len(allowed)


def _places(found: tuple[Scores, Ids]) -> list[Place]:
    scores, ids = found[0][0].tolist(), found[1][0].tolist()
    return [Place(one, score) for one, score in zip(ids, scores, strict=True) if one >= 0]
