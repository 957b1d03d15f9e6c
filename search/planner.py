"""Which way to the best pictures: an exact scan, the index, or both under filters."""

from functools import partial
from typing import NamedTuple

from encoders import Embeddings
from search.alike import Place
from search.query import Query
from store import Ids, Scores, Snapshot

EXACT = "exact"  # every list is probed, so nothing can be missed
FILTERED = "filtered"  # filters chose the candidates before anything was ranked


class Ranked(NamedTuple):
    """The best places, in order, and how they were found."""

    places: list[Place]
    route: str
    recall: float


def rank(
    snapshot: Snapshot, query: Query, vector: Embeddings, wanted: int, *, exact: bool = False
) -> Ranked:
    """The ``wanted`` best pictures for the vector ``(1, dim)`` that meet the query's filters."""
    if query.filters:
        allowed = snapshot.catalog.matching(query.filters)
        places = _places(snapshot.scan(vector, min(wanted, len(allowed)), allowed))
        return Ranked(places, FILTERED, 1.0)
    return Ranked(_unfiltered(snapshot, vector, wanted, exact=exact), EXACT, 1.0)


def _unfiltered(snapshot: Snapshot, vector: Embeddings, wanted: int, *, exact: bool) -> list[Place]:
    """Best of all; where pictures went since the index was made, it is asked for that many more."""
    index = snapshot.index
    held, lists = (len(index), index.lists) if index else (0, 1)
    coded = index is not None and not index.kind.exact  # codes alone cannot rank exactly
    find = snapshot.scan if exact or coded else partial(snapshot.search, nprobe=lists)
    asked = wanted
    while True:
        asked = min(asked, held)
        places = _places(find(vector, asked)) if asked else []
        living = snapshot.catalog.living([place.id for place in places])
        lying = [place for place in places if place.id in living]
        if len(lying) >= wanted or len(places) < asked or asked == held:
            return lying[:wanted]
        asked += 2 * (len(places) - len(lying))


def _places(found: tuple[Scores, Ids]) -> list[Place]:
    scores, ids = found[0][0].tolist(), found[1][0].tolist()
    return [Place(one, score) for one, score in zip(ids, scores, strict=True) if one >= 0]
