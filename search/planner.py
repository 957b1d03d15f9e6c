"""Which way to the best pictures: an exact scan, the index, or both under filters."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from encoders import Embeddings
from search.query import Query
from store import Ids, Scores, Snapshot

EXACT = "exact"  # every list is probed, so nothing can be missed
FILTERED = "filtered"  # filters chose the candidates before anything was ranked


class Ranked(NamedTuple):
    """Picture ids with their scores, best first, and how they were found."""

    pairs: Sequence[tuple[int, float | None]]
    route: str
    recall: float


def rank(
    snapshot: Snapshot, query: Query, vector: Embeddings, wanted: int, *, exact: bool = False
) -> Ranked:
    """The ``wanted`` best pictures for the vector ``(1, dim)`` that meet the query's filters."""
    if query.filters:
        allowed = snapshot.catalog.matching(query.filters)
        pairs = _pairs(snapshot.scan(vector, min(wanted, len(allowed)), allowed))
        return Ranked(pairs, FILTERED, 1.0)
    return Ranked(_unfiltered(snapshot, vector, wanted, exact=exact), EXACT, 1.0)


def _unfiltered(
    snapshot: Snapshot, vector: Embeddings, wanted: int, *, exact: bool
) -> list[tuple[int, float]]:
    """Best of all; where pictures went since the index was made, it is asked for that many more."""
    held = len(snapshot.index) if snapshot.index else 0
    lists = snapshot.index.lists if snapshot.index else 1
    find = snapshot.scan if exact else partial(snapshot.search, nprobe=lists)
    asked = wanted
    while True:
        asked = min(asked, held)
        pairs = _pairs(find(vector, asked)) if asked else []
        living = snapshot.catalog.living([number for number, _ in pairs])
        lying = [pair for pair in pairs if pair[0] in living]
        if len(lying) >= wanted or len(pairs) < asked or asked == held:
            return lying[:wanted]
        asked += 2 * (len(pairs) - len(lying))


def _pairs(found: tuple[Scores, Ids]) -> list[tuple[int, float]]:
    scores, ids = found[0][0].tolist(), found[1][0].tolist()
    return [(number, score) for number, score in zip(ids, scores, strict=True) if number >= 0]
