"""The recall of an index, measured against exact answers over a grid of efforts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from store.embeddings import Embeddings
from store.index.exact import Ids
from store.index.gallery import Gallery
from store.index.tuning import Point, QueryKind, Tuning

DEPTHS = {10: 1000, 100: 200, 1000: 50}  # nearest that are looked for, and by how many queries
K_FACTORS = {"flat": (1,), "fp16": (1, 2), "pq": (2, 4, 8, 16, 32), "rabitq": (8, 16, 32, 64)}
MOST_CANDIDATES = 4000
STEP = 2**0.5  # from one number of lists to the next
ENOUGH = 0.9995  # recall from which on more lists are not tried
GAIN = 0.0005  # of recall, below which more lists are not tried either: it is the codes that miss


def measured(
    gallery: Gallery, texts: Embeddings, target: float, embeddings: Embeddings | None = None
) -> Tuning:
    """The curves for queries in words ``(n, dim)``, and for pictures of the gallery itself.

    A picture looks for the others that are nearest to it, as one that is not in the gallery would,
    and asks with its own of ``embeddings``, if these are not what the gallery ranks by.
    """
    asking = gallery.embeddings if embeddings is None else embeddings
    ids = gallery.rows.ids()
    own = np.random.default_rng(0).permutation(ids)[: max(DEPTHS.values())]
    pictures = np.ascontiguousarray(asking[gallery.rows.rows(own)])
    curves: dict[QueryKind, list[Point]] = {
        "text": _curve(gallery, texts, np.full(len(texts), -1)),
        "picture": _curve(gallery, pictures, own),
    }
    return Tuning(len(gallery.index), gallery.index.imbalance, target, curves)


def _curve(gallery: Gallery, queries: Embeddings, own: Ids) -> list[Point]:
    """Points at every depth that the gallery has."""
    points: list[Point] = []
    for depth, count in DEPTHS.items():
        if depth < len(gallery.index):
            points += _at(gallery, queries[:count], own[:count], depth)
    return points


def _at(gallery: Gallery, queries: Embeddings, own: Ids, depth: int) -> Iterator[Point]:
    index = gallery.index
    factors = [one for one in K_FACTORS[index.kind.code] if one * depth <= MOST_CANDIDATES]
    exact = _others(gallery.scan(queries, depth + 1)[1], own, depth)
    before = 0.0
    for nprobe in _probes(index.lists) if factors else ():
        candidates = min(depth * factors[-1] + 1, len(index))
        found = _others(index.search(queries, candidates, nprobe)[1], own, candidates)
        ranks = _ranks(exact, found)
        recalls = [float((ranks < depth * factor).mean()) for factor in factors]
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


def _others(ids: Ids, own: Ids, count: int) -> Ids:
    """The first ``count`` of each row of ids that are not the query's own."""
    if (own < 0).all():
        return ids[:, :count]
    order = np.argsort(ids == own[:, None], axis=1, kind="stable")[:, :count]
    return np.take_along_axis(ids, order, 1)


def _ranks(exact: Ids, found: Ids) -> NDArray[np.int64]:
    """The place of each exact answer among those found, which is beyond them where it is not."""
    ranks = np.full(exact.shape, found.shape[1], dtype=np.int64)
    for row, (wanted, got) in enumerate(zip(exact, found, strict=True)):
        order = np.argsort(got)
        places = order[np.minimum(np.searchsorted(got, wanted, sorter=order), len(got) - 1)]
        there = got[places] == wanted
        ranks[row, there] = places[there]
    return ranks
