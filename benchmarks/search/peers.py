"""A million vectors: queries/s at the same recall, memory and building, ours beside graphs.

    python -m benchmarks.search.peers
    python -m benchmarks.search.peers --asked pictures

Text queries, or pictures that are not among the others, k = 10. Each contender gets the least
effort that reaches the recall on 500 queries, and is then measured on 1,000 others, in turns: one
thread by the processor's clock, which does not run while others use the core, and all threads by
the wall's. Indexes are built once and stay in ``--cache``; what building took is that of all cores
together, which hardly depends on what else runs. Memory is what a process of its own grows by when
it opens the index and answers those queries, with all that it has mapped. The files are not in
memory before, or the system would also map what lies around each row (`cold` asks more queries).
"""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np

from benchmarks.search.contenders import CONTENDERS, Contender, built
from benchmarks.search.measuring import (
    forgotten,
    in_turns,
    options,
    rate,
    resident,
    surroundings,
)
from benchmarks.search.vectors import World, gallery, recall, vectors_file
from store import Ids
from store.embeddings import Embeddings

RECALL = 0.955  # sought on the tuning queries, so that others, which vary by 0.005, find 0.95 too
K = 10
TUNING, ASKING = 500, 1000
ALL = faiss.omp_get_max_threads()


class Row(NamedTuple):
    """A contender, opened, with the effort that reaches the recall."""

    contender: Contender
    effort: Any
    memory: int  # bytes
    building: float  # seconds of all cores


def exact(pictures: Embeddings, queries: Embeddings, cache: Path, name: str) -> Ids:
    """The true nearest, by brute force, kept in the cache."""
    file = cache / f"exact-{name}-{len(pictures)}-{len(queries)}.npy"
    if not file.exists():
        np.save(file, faiss.knn(queries, pictures, K, faiss.METRIC_INNER_PRODUCT)[1])
    found: Ids = np.load(file)
    return found


def tuned(key: str, count: int, cache: Path, queries: Embeddings, truth: Ids) -> Any:
    """The least effort that reaches the recall; where there are several ways, the fastest."""
    contender = opened(key, gallery(World(), count, cache), cache)

    def enough(efforts: Sequence[Any]) -> Any:
        for effort in efforts:
            if recall(contender.search(queries, K, effort, ALL), truth) >= RECALL:
                return effort
        return efforts[-1]

    least = [enough(efforts) for efforts in contender.ways]
    runs = {one: partial(contender.search, queries, K, one, 1) for one in least}
    taken = in_turns(runs, 1, time.process_time)
    return min(least, key=lambda one: taken[one][0])


def opened(key: str, pictures: Embeddings, cache: Path) -> Contender:
    """A contender with its index open."""
    contender = CONTENDERS[key]()
    contender.open(pictures, built(key, pictures, cache)[0])
    return contender


def grown_by(key: str, count: int, cache: Path, asking: Embeddings, effort: Any) -> int:
    """Bytes by which this process grows when it opens an index and answers."""
    pictures = gallery(World(), count, cache)
    CONTENDERS[key]().build(pictures[:100], cache / "warm.index")  # imports are not counted
    forgotten(built(key, pictures, cache)[0], vectors_file(cache))
    before = resident()
    contender = opened(key, pictures, cache)
    for query in asking:
        contender.search(query[None], K, effort, 1)
    return resident() - before


def alone(call: Any, *arguments: Any) -> Any:
    """The result of a call in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()


def main() -> None:
    found = options(
        __doc__.splitlines()[0], list(CONTENDERS), count=1_000_000, repeats=5, asked="texts"
    )
    world, cache = World(), found.cache
    pictures = gallery(world, found.count, cache)
    drawn = {"texts": world.texts, "pictures": world.pictures}[found.asked]
    tuning, asking = drawn(TUNING, seed=8), drawn(ASKING, seed=9)
    truth = exact(pictures, tuning, cache, f"tuning-{found.asked}")
    rows = []
    for key in found.names:
        where = key, found.count, cache  # alone, as what this process has read is not forgotten
        effort = alone(tuned, *where, tuning, truth)
        memory = alone(grown_by, *where, asking, effort)
        contender = opened(key, pictures, cache)
        rows.append(Row(contender, effort, memory, built(key, pictures, cache)[1]["cores"]))
    print(surroundings("hnswlib", "usearch"), "\n")
    print(
        f"| {found.count:,} × {world.dim}, {found.asked} | recall@10 | one thread | {ALL} threads ",
        end="",
    )
    print("| memory | queries/s per GB | building, core-minutes |")
    print("|---|---|---|---|---|---|---|")
    truth = exact(pictures, asking, cache, f"asking-{found.asked}")
    one, every = (
        {row: partial(row.contender.search, asking, K, row.effort, threads) for row in rows}
        for threads in (1, ALL)
    )
    cores = in_turns(one, found.repeats, time.process_time)
    clock = in_turns(every, found.repeats)
    for row in rows:
        print(line(row, recall(one[row](), truth), cores[row], clock[row]))


def line(row: Row, found: float, one: list[float], every: list[float]) -> str:
    """A line of the table."""
    gigabytes = row.memory / 1e9
    cells = [f"{row.contender.name}, {row.effort}", f"{found:.3f}", rate(ASKING, one)]
    cells += [rate(ASKING, every), f"{gigabytes:.2f} GB"]
    cells += [f"{ASKING / np.median(one) / gigabytes:,.0f}", f"{row.building / 60:.1f}"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
