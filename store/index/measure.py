"""The recall of an index, measured against exact answers over a grid of efforts."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from store.embeddings import Embeddings, gathered
from store.index.exact import NOBODY, ROUNDING, Ids, Scores, inner_products, nearest, taken
from store.index.gallery import Gallery
from store.index.tuning import Point, QueryKind, Tuning

DEPTHS = {10: 1000, 100: 200, 1000: 50}  # nearest that are looked for, and by how many queries
K_FACTORS = {"flat": (1,), "fp16": (1, 2), "pq": (2, 4, 8, 16, 32), "rabitq": (8, 16, 32, 64)}
MOST_CANDIDATES = 4000
FOUND_AT_ONCE = 32_000  # candidates, of all queries that are searched for together
TIES = 32  # nearest beyond the last one that are looked at, in case they are as near
STEP = 2**0.5  # from one number of lists to the next
ENOUGH = 0.9995  # recall from which on more lists are not tried
GAIN = 0.0005  # of recall, below which more lists are not tried either: it is the codes that miss


class _Asked(NamedTuple):
    """Queries ``(n, dim)``, and the ids that are right for each, or scoring as much as they.

    ``own`` are the ids of the queries themselves, which do not count, or -1. ``tied`` says where
    not all pictures are listed that score at least ``floor``.
    """

    queries: Embeddings
    own: Ids
    exact: Ids
    floor: Scores
    tied: NDArray[np.bool_]


def measured(
    gallery: Gallery, texts: Embeddings, target: float, embeddings: Embeddings | None = None
) -> Tuning:
    """The curves for queries in words ``(n, dim)``, and for pictures of the gallery itself.

    A picture looks for the others that are nearest to it, as one that is not in the gallery would,
    and asks with its own of ``embeddings``, if these are not what the gallery ranks by.
    Whatever scores as much as the last exact answer is as good as it (Aumueller et al. 2018,
    "ANN-Benchmarks", count so too): which of a thousand equal pictures were found says nothing.
    """
    asking = gallery.embeddings if embeddings is None else embeddings
    ids = gallery.rows.ids()
    own = np.random.default_rng(0).permutation(ids)[: max(DEPTHS.values())]
    pictures = gathered(asking, gallery.rows.rows(own))
    curves: dict[QueryKind, list[Point]] = {
        "text": _curve(gallery, texts, np.full(len(texts), NOBODY)),
        "picture": _curve(gallery, pictures, own),
    }
    return Tuning(len(gallery.index), gallery.index.imbalance, target, curves)


def _curve(gallery: Gallery, queries: Embeddings, own: Ids) -> list[Point]:
    """Points at every depth that the gallery has."""
    points: list[Point] = []
    for depth, count in DEPTHS.items():
        if depth < len(gallery.index):
            points += _at(gallery, _asked(gallery, queries[:count], own[:count], depth), depth)
    return points


def _asked(gallery: Gallery, queries: Embeddings, own: Ids, depth: int) -> _Asked:
    ids = gallery.rows.ids()
    rows = gallery.rows.rows(ids)
    scores, places, _ = nearest(queries, gallery.embeddings, rows, depth + TIES)
    exact, scores = _others(own, taken(ids, places), scores)
    floor = scores[:, depth - 1] - ROUNDING
    right = np.where(scores >= floor[:, None], exact, NOBODY)
    return _Asked(queries, own, right, floor, scores[:, -1] >= floor)


def _at(gallery: Gallery, asked: _Asked, depth: int) -> Iterator[Point]:
    index = gallery.index
    factors = [one for one in K_FACTORS[index.kind.code] if one * depth <= MOST_CANDIDATES]
    before = 0.0
    for nprobe in _probes(index.lists) if factors else ():
        right = _right(gallery, asked, min(depth * factors[-1], len(index) - 1), nprobe)
        counts = [right[:, : depth * factor].sum(axis=1) for factor in factors]
        recalls = [float(np.minimum(count, depth).mean()) / depth for count in counts]
        yield from (
            Point(nprobe, factor, depth, recall)
            for factor, recall in zip(factors, recalls, strict=True)
        )
        if recalls[-1] >= ENOUGH or (recalls[-1] > 0.5 and recalls[-1] - before < GAIN):
            return
        before = recalls[-1]


def _probes(lists: int) -> Iterator[int]:
    """1, 2, 3, 4, 6, 8, 12 and so on, and all lists at the end."""
    nprobe = 1.0
    last = 0
    while nprobe < lists:
        if round(nprobe) > last:
            yield (last := round(nprobe))
        nprobe *= STEP
    yield lists


def _right(gallery: Gallery, asked: _Asked, count: int, nprobe: int) -> NDArray[np.bool_]:
    """Which of the first ``count`` candidates for each query are right ones: ``(n, count)``."""
    right = np.zeros((len(asked.queries), count), dtype=bool)
    step = max(1, FOUND_AT_ONCE // count)
    for start in range(0, len(right), step):
        some = slice(start, start + step)
        scores, ids = gallery.index.search(asked.queries[some], count + 1, nprobe)
        found = _others(asked.own[some], ids, scores)[0]
        for one, got in enumerate(found, start):
            if asked.tied[one]:
                right[one] = _score(gallery, asked.queries[one, None], got) >= asked.floor[one]
            else:
                right[one] = np.isin(got, asked.exact[one]) & (got != NOBODY)
    return right


def _others(own: Ids, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
    """Without the query's own, or else the last one, in each row: one column less."""
    order = np.argsort(ids == own[:, None], axis=1, kind="stable")[:, :-1]
    return np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)


def _score(gallery: Gallery, query: Embeddings, ids: Ids) -> Scores:
    """The product of a query ``(1, dim)`` with each of the pictures: ``(n,)``."""
    rows = gallery.rows.rows(ids)
    near = gathered(gallery.embeddings, np.maximum(rows, 0))
    places = np.where(rows < 0, NOBODY, np.arange(len(rows)))
    return inner_products(query, near, places[None]).ravel()
