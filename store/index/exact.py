"""Exact scores from the embeddings, by one kernel, whatever route found the candidates.

A matrix product may give two equal rows different last bits, as it takes some rows in blocks and
the rest one by one. FAISS's product of one vector with one row does not, so every score that is
shown comes from it: equal embeddings score equal, and ties break by id on every route.
"""

from collections.abc import Callable

import faiss
import numpy as np
from numpy.typing import NDArray

from store.embeddings import Embeddings, gathered

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]

NOBODY = -1  # FAISS's padding, where there is no further answer
SPARE = 8  # asked for beyond k, so that a tie at the end can be seen
MOST_TIED = 500  # beyond k: more are looked for one query after the other
ROUNDING = 2e-6  # how far two float32 products of the same unit vectors may lie apart
BATCH = 8  # from this many queries on, one matrix product reads less memory than they would
BLOCK_ROWS = 2048  # 4 MB of 512 float32 values
CHUNK_ROWS = 512  # what a thread takes at a time


def inner_products(queries: Embeddings, embeddings: Embeddings, rows: Ids) -> Scores:
    """The product of each query ``(q, dim)`` with its own rows ``(q, m)``: ``(q, m)``.

    Row -1 scores minus infinity.
    """
    scores = np.full(rows.shape, -np.inf, dtype=np.float32)
    if rows.size and len(embeddings):
        arrays = (scores, np.ascontiguousarray(queries), embeddings, np.ascontiguousarray(rows))
        pointers = [faiss.swig_ptr(array) for array in arrays]
        products = faiss.fvec_inner_products_by_idx  # type: ignore[attr-defined]
        products(*pointers, embeddings.shape[1], *rows.shape)
    return scores


def best(scores: Scores, ids: Ids, k: int) -> tuple[Scores, Ids]:
    """The ``k`` best of each row of ``(q, m)`` by (-score, id), padded to ``(q, k)``."""
    if (short := k - ids.shape[1]) > 0:
        missing = (0, 0), (0, short)
        scores = np.pad(scores, missing, constant_values=-np.inf)
        ids = np.pad(ids, missing, constant_values=NOBODY)
    rows = np.arange(len(ids))[:, None]
    if ids.shape[1] > k + SPARE:  # sort no more than what can be among the best
        floor = np.partition(scores, -k, axis=1)[:, -k, None]
        most = int((scores >= floor).sum(1).max(initial=k))
        places = np.argpartition(scores, -most, axis=1)[:, -most:]
        scores, ids = scores[rows, places], ids[rows, places]
    order = np.lexsort((ids, -scores))[:, :k]
    return scores[rows, order], ids[rows, order]


def untied(
    shortlist: Callable[[int], tuple[Scores, Ids]], k: int, most: int
) -> tuple[Ids, NDArray[np.bool_]]:
    """The ids of a shortlist so long that no tie at place ``k`` is cut: ``(queries, k or more)``.

    ``shortlist(n)`` gives the ``n`` best of each query, best first; there are ``most`` in all.
    Where more are tied than a list should hold for every query, it says of which queries.
    """
    wanted = min(k + SPARE, most)
    while True:
        scores, ids = shortlist(wanted)
        tied = _may_cut_a_tie(scores, ids, k) & (wanted < most)
        if 2 * wanted > k + MOST_TIED or not tied.any():
            return ids, tied
        wanted = min(2 * wanted, most)


def _may_cut_a_tie(scores: Scores, ids: Ids, k: int) -> NDArray[np.bool_]:
    """Of which queries there may be more, behind the end, that score like place ``k``."""
    more: NDArray[np.bool_] = ids[:, -1] != NOBODY
    return more & (scores[:, -1] >= scores[:, k - 1] - ROUNDING)


def scan(queries: Embeddings, embeddings: Embeddings, rows: Ids, k: int) -> tuple[Scores, Ids]:
    """Brute force: the ``k`` best of these ``rows`` ``(m,)`` for each query, best first.

    Returns scores and places in ``rows``, both ``(queries, k)``; ties break by place, and -1 pads.
    """
    if not len(rows) or not len(queries):
        return best(*_nothing(len(queries)), k)
    if len(queries) < BATCH:
        found = [_scan_one(query, embeddings, rows, k) for query in queries]
        return np.stack([scores for scores, _ in found]), np.stack([ids for _, ids in found])
    scores, ids, tied = nearest(queries, embeddings, rows, k)
    for one in np.flatnonzero(tied):  # one by one: thousands of equals would be kept for each
        scores[one], ids[one] = _scan_one(queries[one], embeddings, rows, k)
    return scores, ids


def nearest(
    queries: Embeddings, embeddings: Embeddings, rows: Ids, k: int
) -> tuple[Scores, Ids, NDArray[np.bool_]]:
    """As `scan`, by matrix products, a block of rows at a time; and of which queries a tie is cut.

    Of these the scores are right, but others may score like the last place and come before it.
    """
    scores, ids = best(*_nothing(len(queries)), k)
    left_out = np.full(len(queries), -np.inf, dtype=np.float32)  # the best that may have been
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        more, places, last = _within(queries, gathered(embeddings, block), k, scores[:, -1:])
        left_out = np.maximum(left_out, last)
        places[places != NOBODY] += start
        scores, ids = best(np.hstack([scores, more]), np.hstack([ids, places]), k)
    return scores, ids, (left_out > -np.inf) & (left_out >= scores[:, -1] - ROUNDING)


def _within(
    queries: Embeddings, block: Embeddings, k: int, floor: Scores
) -> tuple[Scores, Ids, Scores]:
    """Scores and places of some that hold the best ``k`` of a block, and what the others score.

    What scores less than the floor ``(queries, 1)`` is left out.
    """
    wanted = min(k + SPARE, len(block))
    near, places = faiss.knn(queries, block, wanted, faiss.METRIC_INNER_PRODUCT)
    others = near[:, -1] if wanted < len(block) else np.full(len(near), -np.inf, np.float32)
    places[near < floor - ROUNDING] = NOBODY
    return inner_products(queries, block, places), places, others


def ascending(ids: Ids) -> Ids:
    """Ids ``(m,)`` from 0 on in order, each once: a bit for each up to the greatest, not a sort."""
    if (ids[1:] > ids[:-1]).all():
        return ids
    there = np.zeros(int(ids.max(initial=NOBODY)) + 1, dtype=bool)
    there[ids] = True
    return np.flatnonzero(there)


def taken(values: Ids, places: Ids) -> Ids:
    """``values[places]``, and -1 where the place is -1."""
    if not len(values):
        return np.full(places.shape, NOBODY, dtype=np.int64)
    return np.where(places == NOBODY, NOBODY, values[places])


def _nothing(queries: int) -> tuple[Scores, Ids]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)


def _scan_one(query: Embeddings, embeddings: Embeddings, rows: Ids, k: int) -> tuple[Scores, Ids]:
    """One query: its rows are dealt out to the threads in chunks, and read where they lie."""
    chunks = -(-len(rows) // CHUNK_ROWS)
    dealt = np.full(chunks * CHUNK_ROWS, NOBODY, dtype=np.int64)
    dealt[: len(rows)] = rows
    same = np.tile(query, (chunks, 1))
    scores = inner_products(same, embeddings, dealt.reshape(chunks, -1)).ravel()[: len(rows)]
    floor = np.partition(scores, -k)[-k] if k < len(rows) else -np.inf
    above, tied = np.flatnonzero(scores > floor), np.flatnonzero(scores == floor)
    places = np.concatenate([above, tied[: k - len(above)]])
    scores, places = best(scores[None, places], places[None], k)
    return scores[0], places[0]
