"""How query, index and memory grow with the collection, as a table and a plot.

    python -m benchmarks.search.growth --most 1000000

A text query is asked through the planner, filters and metadata left out; building is the index
alone, in seconds of all cores; memory is what a process of its own grows by when it opens the
collection, whose files are not in memory yet, and answers 200 text queries, with all that it has
mapped. They are timed when they are asked again. The recall that an answer
carries was measured when its index was made; beside it stands that of these 200, which the
measuring has not seen. Collections stay in ``--cache``.
"""

import time
from math import ceil, floor, log10
from pathlib import Path

import matplotlib as mpl
import numpy as np

from benchmarks.search.collection import filled, folder
from benchmarks.search.contenders import built
from benchmarks.search.measuring import forgotten, options, resident, surroundings
from benchmarks.search.peers import alone
from benchmarks.search.vectors import World, gallery, recall
from search import parse
from search.planner import Ranked, rank
from store import Collection
from store.embeddings import Embeddings

PLOT = Path(__file__).parent.parent.parent / "docs" / "growth.png"
COUNTS = (10_000, 100_000, 1_000_000, 3_000_000)
ASKED, K = 200, 10
TITLES = ("ms a text query", "core-seconds to build", "MB of memory")


def asked(count: int, cache: Path) -> tuple[float, float, str]:
    """Milliseconds of a query (median), megabytes, and the route with both recalls."""
    queries = World().texts(ASKED, seed=9)
    forgotten(*(file for file in folder(count, cache).iterdir() if file.is_file()))
    before = resident()
    collection = Collection(folder(count, cache))
    for query in queries:
        one_query(collection, query[None])
    grown = (resident() - before) / 1e6
    taken, answers = zip(*(one_query(collection, query[None]) for query in queries), strict=True)
    with collection.snapshot() as snapshot:
        exact = snapshot.scan(queries, K)[1]
    found = np.array([[place.id for place in one.places] for one in answers])
    cells = f"{answers[0].route}, {answers[0].recall:.3f} | {recall(found, exact):.3f}"
    return 1000 * float(np.median(taken)), grown, cells


def make(count: int, cache: Path) -> None:
    """The collection, in a process whose memory is not measured."""
    filled(count, cache).close()


def one_query(collection: Collection, query: Embeddings) -> tuple[float, Ranked]:
    """Seconds of one query, and its answer."""
    start = time.perf_counter()
    with collection.snapshot() as snapshot:
        found = rank(snapshot, parse("words"), query, K)
    return time.perf_counter() - start, found


def plot(counts: list[int], figures: list[tuple[float, float, float]]) -> None:
    """Three curves over the number of pictures, both axes logarithmic."""
    mpl.use("Agg")
    from matplotlib import pyplot

    drawing, axes = pyplot.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    for axis, title, values in zip(axes, TITLES, zip(*figures, strict=True), strict=True):
        axis.loglog(counts, values, marker="o", color="#0b6e6e")
        axis.set(title=title, xlabel="pictures", xticks=counts)
        axis.set_xticklabels([f"{count:,}" for count in counts])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
        for count, value in zip(counts, values, strict=True):
            label = f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
            axis.annotate(label, (count, value), (0, 7), textcoords="offset points", ha="center")
        axis.margins(0.15)
        axis.set_ylim(10 ** floor(log10(min(values) / 1.5)), 10 ** ceil(log10(max(values) * 1.5)))
    drawing.savefig(PLOT, dpi=110)


def main() -> None:
    given = options(__doc__.splitlines()[0], most=1_000_000)
    print(surroundings("numpy"), "\n")
    print(f"| pictures | {' | '.join(TITLES)} | route, recall@10 | of new queries |")
    print("|---|---|---|---|---|---|")
    counts = [count for count in COUNTS if count <= given.most]
    figures = []
    for count in counts:
        alone(make, count, given.cache)
        query, memory, route = alone(asked, count, given.cache)
        building = built("ours", gallery(World(), count, given.cache), given.cache)[1]["cores"]
        figures.append((query, building, memory))
        cells = f"{query:.1f} | {building:.1f} | {memory:.0f} | {route}"
        print(f"| {count:,} | {cells} |", flush=True)
    plot(counts, figures)


if __name__ == "__main__":
    main()
