"""How sure a figure is: bootstrap intervals and a permutation test, by picture.

Captions of one picture are not independent, so pictures are drawn, each with all its captions: the
cluster bootstrap (Davison and Hinkley 1997, section 3.8), with percentile intervals. Two systems
are compared by flipping the sign of each picture's differences at random (Smucker, Allan and
Carterette, CIKM 2007).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import MEANS, MEASURES, MEDIAN, Outcome, Ranks, Values

SAMPLES = 1000
CONFIDENCE = 0.95
FLIPS = 10_000
AT_ONCE = 100  # samples; with 25,000 queries 20 MB

Clusters = NDArray[np.int64]
"""Which picture each query belongs to, ``(queries,)``, from 0 without gaps."""


class Interval(TypedDict):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bootstrap:
    """How samples are drawn: the same seed gives the same intervals."""

    seed: int = 0
    samples: int = SAMPLES

    def measures(self, outcome: Outcome, clusters: Clusters) -> dict[str, Interval]:
        """Every measure with its interval."""
        values = {name: of(outcome) for name, of in MEANS.items()}
        found = self.means(values, clusters)
        found[MEDIAN] = self._median(outcome.rank, clusters)
        return {name: found[name] for name in MEASURES}

    def means(self, values: Mapping[str, Values], clusters: Clusters) -> dict[str, Interval]:
        """The mean of each of the values over queries, with its interval."""
        stacked = np.stack(list(values.values()), axis=1)
        sums = _sums(stacked, clusters)
        sizes = np.bincount(clusters)
        drawn = [
            (weights @ sums) / (weights @ sizes)[:, None] for weights in self._drawn(len(sizes))
        ]
        plain = np.array([fsum(one) / len(one) for one in values.values()])  # to the last digit
        return dict(zip(values, _intervals(plain, np.concatenate(drawn)), strict=True))

    def figures(self, of: Callable[[NDArray[np.int64]], Values], count: int) -> list[Interval]:
        """Figures of ``count`` pictures, each with its interval, whatever they are made of.

        ``of`` gives them from how often each picture counts, ``(count,)``.
        """
        drawn = [of(weights) for block in self._drawn(count) for weights in block]
        return _intervals(of(np.ones(count, dtype=np.int64)), np.stack(drawn))

    def _median(self, rank: Ranks, clusters: Clusters) -> Interval:
        order = np.argsort(rank, kind="stable")
        ordered, owners = rank[order], clusters[order]
        drawn = []
        for weights in self._drawn(int(clusters.max()) + 1):
            upto = np.cumsum(weights[:, owners], axis=1, dtype=np.int32)
            totals = upto[:, -1]
            # Of n ranks in order, the middle are number (n + 1) // 2 and n // 2 + 1.
            lower = (upto < ((totals + 1) // 2)[:, None]).sum(1)
            upper = (upto < (totals // 2 + 1)[:, None]).sum(1)
            drawn.append((ordered[lower] + ordered[upper]) / 2)
        return _intervals(np.median(rank, keepdims=True), np.concatenate(drawn)[:, None])[0]

    def _drawn(self, count: int) -> Iterator[NDArray[np.int64]]:
        """How often each of ``count`` pictures is in a sample, ``(samples, count)``, in blocks."""
        random = np.random.default_rng(self.seed)
        for start in range(0, self.samples, AT_ONCE):
            size = (min(AT_ONCE, self.samples - start), count)
            picked = random.integers(0, count, size)
            yield np.stack([np.bincount(row, minlength=count) for row in picked])


def permutation_p(differences: Values, clusters: Clusters, seed: int = 0) -> float:
    """How likely a mean difference at least this large is if it is only chance, two-sided."""
    sums = _sums(differences[:, None], clusters)[:, 0]
    observed = abs(sums.sum()) * (1 - 1e-12)  # a sum in another order is not smaller for that
    random = np.random.default_rng(seed)
    extreme = 0
    for _ in range(0, FLIPS, AT_ONCE):
        signs = random.integers(0, 2, (AT_ONCE, len(sums)), dtype=np.int8) * 2.0 - 1
        extreme += int((np.abs(signs @ sums) >= observed).sum())
    return (1 + extreme) / (1 + FLIPS)


def _sums(values: Values, clusters: Clusters) -> Values:
    """The sum of each picture's rows: ``(queries, columns)`` to ``(pictures, columns)``."""
    sums = np.zeros((int(clusters.max()) + 1, values.shape[1]))
    np.add.at(sums, clusters, values)
    return sums


def _intervals(values: Values, drawn: Values) -> list[Interval]:
    tails = (1 - CONFIDENCE) / 2
    lows, highs = np.quantile(drawn, (tails, 1 - tails), axis=0)
    triples = zip(values.tolist(), lows.tolist(), highs.tolist(), strict=True)
    return [Interval(value=value, low=low, high=high) for value, low, high in triples]
