"""The same vectors and the same texts on a Milvus server and in FAISS's lists in this process.

Both sides are built, measured and searched through `store`, as a collection does it: the effort is
what the measuring chose for a recall@10 of 0.98. Recall is that of texts which it had not seen. The
server's processors are those of this machine, if it runs here.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.search.measuring import in_turns, milliseconds, rate
from benchmarks.search.vectors import World, gallery, recall
from encoders import Embeddings
from store import Ids
from store.index import (
    Gallery,
    Index,
    Kind,
    Place,
    Point,
    RowTable,
    Server,
    VectorIndex,
    measured,
)
from store.index.kinds import kind_for, lists_for
from store.index.milvus import MilvusIndex
from store.index.milvus.table import Table

K = 10
TARGET = 0.98
TUNING, ASKING = 1000, 200


def on_milvus(folder: Path, given: argparse.Namespace) -> None:
    """Build all sides, and ask them in turns."""
    world = World(given.dim)
    vectors = gallery(world, given.vectors, folder)
    ids, lists = np.arange(given.vectors), lists_for(given.vectors)
    place = Place.parse(given.address)
    flat = Kind(lists, "flat")
    builds: dict[str, Callable[[], VectorIndex]] = {
        "FAISS, flat": partial(Index.build, flat, vectors, ids, ids),
        "FAISS, as by default": partial(
            Index.build, kind_for(given.vectors, given.dim), vectors, ids, ids
        ),
        "Milvus, flat": partial(
            MilvusIndex.build, place, place.name, flat, vectors, ids, ids, generation=1
        ),
    }
    sides: dict[str, tuple[Gallery, Point]] = {}
    built: dict[str, float] = {}
    for name, build in builds.items():
        began = time.perf_counter()
        index = build()
        built[name] = time.perf_counter() - began
        sides[name] = _tuned(index, ids, vectors, world)
    try:
        _tell(sides, built, world.texts(ASKING, seed=9), given.repeats)
    finally:
        Table(Server(place), place.name).drop()


def _tuned(
    index: VectorIndex, ids: Ids, vectors: Embeddings, world: World
) -> tuple[Gallery, Point]:
    made = Gallery(index, RowTable.build(ids, ids), vectors)
    made.tuning = measured(made, world.texts(TUNING, seed=8), TARGET)
    point = made.tuning.cheapest(index.kind, index.dim, "text", K)
    if point is None:
        raise SystemExit("no measured effort reaches the target; search exactly")
    return made, point


def _tell(
    sides: dict[str, tuple[Gallery, Point]], built: dict[str, float], texts: Embeddings, turns: int
) -> None:
    exact = next(iter(sides.values()))[0].scan(texts, K)[1]
    one = {name: partial(_singly, *side, texts) for name, side in sides.items()}
    every = {name: partial(_at_once, *side, texts) for name, side in sides.items()}
    single, batch = in_turns(one, turns), in_turns(every, turns)
    size = len(next(iter(sides.values()))[0].rows.ids())
    print(
        f"| {size:,} × {texts.shape[1]}, texts | lists probed | recall@10 | one at a time ", end=""
    )
    print(f"| {ASKING} at once | seconds to build |")
    print("|---|---|---|---|---|---|")
    for name, (_, point) in sides.items():
        figures = (
            f"{point.nprobe}",
            f"{recall(every[name](), exact):.3f}",
            milliseconds(single[name], ASKING),
            rate(ASKING, batch[name]),
            f"{built[name]:.0f}",
        )
        print(f"| {name} | {' | '.join(figures)} |", flush=True)


def _at_once(side: Gallery, point: Point, texts: Embeddings) -> Ids:
    return side.search(texts, K, **point.effort._asdict())[1]


def _singly(side: Gallery, point: Point, texts: Embeddings) -> Ids:
    return np.vstack([_at_once(side, point, text[None]) for text in texts])
