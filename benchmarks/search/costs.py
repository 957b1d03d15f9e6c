"""What single queries cost on every way, for the constants of `store/index/cost.py`.

    python -m benchmarks.search.costs

For each kind of index, median times over lists, candidates and filters are laid on what the model
counts (non-negative least squares, relative errors). Then the model is put to the test: for every
filter, the way that it takes beside the one that was faster.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression

from benchmarks.search.measuring import options, surroundings
from benchmarks.search.vectors import World, gallery
from store.embeddings import Embeddings
from store.index import Gallery, Ids, Index, Kind, RowTable, kind_for
from store.index.cost import Effort, probing, scanning
from store.index.kinds import CODES

K = 10
QUERIES = 30
PROBES = (1, 4, 16, 64)
SHARES = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0)
NAMES = ("CALL", "CENTRE", *CODES, "ALLOWED", "ASKED", "REFINE")


class Timed(NamedTuple):
    """One way through one index, with the median nanoseconds of a query."""

    kind: Kind
    effort: Effort
    allowed: int | None
    took: float


def median(run: Callable[[Embeddings], object], queries: Embeddings) -> float:
    """Nanoseconds that the processor works on a query by itself."""
    run(queries[:1])
    times = []
    for number in range(len(queries)):
        start = time.process_time_ns()
        run(queries[number : number + 1])
        times.append(time.process_time_ns() - start)
    return statistics.median(times)


def timed(made: Gallery, queries: Embeddings, allowed: dict[float, Ids]) -> Iterator[Timed]:
    """Every way through the gallery's index."""
    for nprobe in PROBES:
        for k_factor in (1,) if made.index.kind.exact else (2, 32):
            for share, ids in allowed.items():
                chosen = None if share == 1 else ids

                def run(query: Embeddings, nprobe=nprobe, k_factor=k_factor, chosen=chosen):  # type: ignore[no-untyped-def]
                    return made.search(query, K, nprobe, chosen, k_factor)

                count = None if chosen is None else len(chosen)
                took = median(run, queries)
                yield Timed(made.index.kind, Effort(nprobe, k_factor), count, took)


def counted(one: Timed, size: int, dim: int) -> list[float]:
    """What the model multiplies by the constants `NAMES`."""
    met = size * one.effort.nprobe / one.kind.lists
    coded = [met * dim * (code == one.kind.code) for code in CODES]
    asked = [one.allowed or 0, met * (one.allowed is not None)]
    return [1, one.kind.lists * dim, *coded, *asked, K * one.effort.k_factor * dim]


def fitted(times: list[Timed], size: int, dim: int) -> NDArray[np.float64]:
    """The constants, in the order of `NAMES`."""
    took = np.array([one.took for one in times])
    rows = np.array([counted(one, size, dim) for one in times]) / took[:, None]
    model = LinearRegression(positive=True, fit_intercept=False)
    return np.asarray(model.fit(rows, np.ones(len(rows))).coef_)


def chosen(times: list[Timed], scans: dict[int, float], size: int, dim: int) -> Iterator[str]:
    """For each filter and kind at 16 lists: times of both ways, and what the model says."""
    for one in times:
        if one.effort.nprobe != 16 or one.allowed is None or one.effort.k_factor > 2:
            continue
        model = probing(one.kind, size, dim, one.effort, K, one.allowed)
        right = (model < scanning(one.allowed, dim)) == (one.took < scans[one.allowed])
        facts = (one.kind.code, f"{one.allowed:,}", f"{scans[one.allowed] / 1000:.0f}")
        yield f"| {' | '.join(facts)} | {one.took / 1000:.0f} | {'yes' if right else 'no'} |"


def main() -> None:
    """Measure, fit, print."""
    given = options(__doc__.splitlines()[0], pictures=60_000)
    faiss.omp_set_num_threads(1)
    size, world, random = given.pictures, World(), np.random.default_rng(0)
    vectors, queries = gallery(world, size, given.cache), world.texts(QUERIES, seed=1)
    ids = np.arange(size)
    allowed = {share: np.sort(random.choice(ids, int(size * share), False)) for share in SHARES}
    times: list[Timed] = []
    for code in CODES:
        kind = Kind(kind_for(size, world.dim).lists, code)
        made = Gallery(Index.build(kind, vectors, ids, ids), RowTable.build(ids, ids), vectors)
        times += timed(made, queries, allowed)
    scans = {
        len(some): median(lambda query, some=some: made.scan(query, K, some), queries)  # type: ignore[misc]
        for some in allowed.values()
    }
    scan = statistics.median(took / rows / world.dim for rows, took in scans.items() if rows > 5000)
    for name, constant in zip(NAMES, fitted(times, size, world.dim), strict=True):
        print(f"{name} = {constant:.3g}")
    print(f"SCAN = {scan:.3g}\n")
    print(surroundings("scikit-learn"))
    print("| lists hold | allowed | scan, µs | 16 lists, µs | the model takes the faster |")
    print("|---|---|---|---|---|")
    print("\n".join(chosen(times, scans, size, world.dim)))


if __name__ == "__main__":
    main()
