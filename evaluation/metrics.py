"""Measures of a ranking, from the rank of the right answer (1 is best)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]


def ranks(scores: NDArray[np.float32], relevant: Sequence[Sequence[int]]) -> Ranks:
    """The rank of each query's best relevant answer, ``(queries,)``.

    ``scores`` is ``(queries, gallery)``; ``relevant[i]`` are the columns that answer query ``i``.
    A wrong answer with the same score counts as above: a constant encoder must gain nothing.
    """
    pairs = zip(scores, relevant, strict=True)
    return np.array([_rank(row, list(right)) for row, right in pairs], dtype=np.int64)


def _rank(row: NDArray[np.float32], right: list[int]) -> int:
    best = row[right].max()
    return 1 + int((row >= best).sum() - (row[right] >= best).sum())


def recall_at(found: Ranks, k: int) -> float:
    """The share of queries with a relevant answer among the first ``k``."""
    return float((found <= k).mean())


def median_rank(found: Ranks) -> float:
    """The middle rank of the best relevant answer."""
    return float(np.median(found))
