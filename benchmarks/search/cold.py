"""A million vectors from a cold start: memory that answering takes, and queries/s in little memory.

    python -m benchmarks.search.cold
    systemd-run --scope -p MemoryMax=1G python -m benchmarks.search.cold

Other pictures than those of the collection are asked for, 1,000 at a time, on one thread, k = 10,
at the effort of `peers`. Nothing of the files is in memory before, so each query reads what it
needs from the disk; the first line is a single query. Memory is what the process has grown by, with
all that it has mapped, and queries/s are those since the line before.
"""

import time

import faiss

from benchmarks.search.contenders import Ours, built
from benchmarks.search.measuring import forgotten, options, resident, surroundings
from benchmarks.search.vectors import World, gallery, vectors_file

ASKED = (1, 1000, 3000, 10_000, 30_000)
AT_ONCE = 1000
EFFORT = 6, 6
K = 10


def main() -> None:
    """Print a line for each number of queries."""
    found = options(__doc__.splitlines()[0], count=1_000_000, most=ASKED[-1])
    pictures = gallery(World(), found.count, found.cache)
    index = built("ours", pictures, found.cache)[0]
    queries = World().pictures(found.most, seed=19)
    faiss.knn(queries[:8], queries[:8], 1)  # what FAISS starts once is not counted
    print(surroundings("numpy"), "\n")
    print(f"| queries of {found.count:,} × {World().dim} | memory | queries/s |")
    print("|---|---|---|")
    forgotten(index, vectors_file(found.cache))
    before, asked, start = resident(), 0, time.perf_counter()
    ours = Ours()
    ours.open(pictures, index)
    for until in (one for one in ASKED if one <= found.most):
        for first in range(asked, until, AT_ONCE):
            ours.search(queries[first : min(first + AT_ONCE, until)], K, EFFORT, 1)
        taken = time.perf_counter() - start
        grown = (resident() - before) / 1e9
        print(f"| {until:,} | {grown:.2f} GB | {(until - asked) / taken:,.0f} |", flush=True)
        asked, start = until, time.perf_counter()


if __name__ == "__main__":
    main()
