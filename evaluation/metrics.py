"""Measures of a ranking, from the ranks of its right answers (1 is best).

All but the median are means over queries, so each query has a value of its own to compare by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]
Scores = NDArray[np.float32]
Values = NDArray[np.float64]

KS = (1, 5, 10)
DEPTH = 10  # of nDCG
NONE = -1  # pads the lists of right answers to one length


@dataclass(frozen=True)
class Outcome:
    """What a ranking did for each query, all ``(queries,)``.

    ``rank`` is that of the best right answer; ``average_precision`` and ``ndcg`` (at 10, gains of
    0 and 1) look at all of them.
    """

    rank: Ranks
    average_precision: Values
    ndcg: Values


def padded(relevant: Sequence[Sequence[int]]) -> Ranks:
    """Lists of right answers as one matrix ``(queries, most)``, short ones ended with ``NONE``."""
    most = max((len(right) for right in relevant), default=0)
    places = np.full((len(relevant), most), NONE, dtype=np.int64)
    for row, right in zip(places, relevant, strict=True):
        row[: len(right)] = right
    return places


def relevant_ranks(scores: Scores, relevant: Ranks) -> Ranks:
    """The ranks of the right answers, best first, ``(queries, most)``; 0 where there are no more.

    ``scores`` is ``(queries, gallery)``, ``relevant`` as `padded` makes it. A wrong answer with the
    same score counts as above: a constant encoder must gain nothing.
    """
    if len(scores) != len(relevant):
        raise ValueError(
            f"{len(relevant)} lists of right answers is shorter or longer than "
            f"{len(scores)} queries"
        )
    known = relevant != NONE
    own = np.where(known, np.take_along_axis(scores, np.maximum(relevant, 0), 1), -np.inf)
    own = -np.sort(-own, axis=1)
    ranks = np.zeros(relevant.shape, dtype=np.int64)
    counts = known.sum(1)
    for column in range(relevant.shape[1]):
        rows = np.flatnonzero(counts > column)
        block = scores if len(rows) == len(scores) else scores[rows]
        level = own[rows, column, None].astype(scores.dtype)
        above = np.count_nonzero(block >= level, axis=1)
        right = np.count_nonzero(own[rows] >= level, axis=1)
        ranks[rows, column] = column + 1 + above - right
    return ranks


def outcome(ranks: Ranks) -> Outcome:
    """What each query's `relevant_ranks` mean.

    Average precision as in TREC; nDCG as in Järvelin and Kekäläinen 2002 with logarithms to the
    base of 2.
    """
    found = ranks > 0
    order = np.arange(1, ranks.shape[1] + 1)
    counts = found.sum(1)
    safe = np.where(found, ranks, 1)
    precision = np.where(found, order / safe, 0).sum(1) / counts
    gains = np.where(found & (ranks <= DEPTH), 1 / np.log2(1 + safe), 0).sum(1)
    best = order <= np.minimum(counts, DEPTH)[:, None]
    ideal = np.where(best, 1 / np.log2(1 + order), 0).sum(1)  # in the same order: perfect is 1.0
    return Outcome(ranks[:, 0], precision, gains / ideal)


def ranks(scores: Scores, relevant: Sequence[Sequence[int]]) -> Ranks:
    """The rank of each query's best right answer, ``(queries,)``.

    ``scores`` is ``(queries, gallery)``; ``relevant[i]`` are the columns that answer query ``i``.
    """
    return relevant_ranks(scores, padded(relevant))[:, 0]


def recall_at(found: Ranks, k: int) -> float:
    """The share of queries with a right answer among the first ``k``."""
    return float((found <= k).mean())


def median_rank(found: Ranks) -> float:
    """The middle rank of the best right answer."""
    return float(np.median(found))


def _recall(k: int) -> Callable[[Outcome], Values]:
    return lambda one: (one.rank <= k).astype(np.float64)


MEANS: Mapping[str, Callable[[Outcome], Values]] = {
    **{f"r@{k}": _recall(k) for k in KS},
    "mean_rank": lambda one: one.rank.astype(np.float64),
    "mrr": lambda one: 1 / one.rank,
    "map": lambda one: one.average_precision,
    f"ndcg@{DEPTH}": lambda one: one.ndcg,
}
"""Measures that are means over queries: each query's value, ``(queries,)``."""

MEDIAN = "median_rank"
RANKS = (MEDIAN, "mean_rank")
"""Measures of which less is better."""
MEASURES = (*(f"r@{k}" for k in KS), *RANKS, "mrr", "map", f"ndcg@{DEPTH}")
"""Every measure, in the order in which they are shown."""
