"""Text queries under filters that few or many pictures meet: ours beside three others.

    python -m benchmarks.search.filters

One query at a time, k = 10, over a whole collection: a filter on the size of files, and then the
nearest of what meets it. FAISS is given the ids by a SELECT that the same index of the catalog
answers as ours; LanceDB and milvus-lite have the sizes in tables of their own. Each gets the least
effort that reaches the recall on 50 queries, and is measured on 50 others, with one thread, by the
processor's clock: it counts the work of all cores, and none of the waiting for them. Ours is
measured twice: with the sizes in memory, as after a few questions to the same state of the catalog,
and as right after a change of it, when SQLite is asked. The ratio is that of the first.
"""

import sqlite3
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

import faiss
import numpy as np

from benchmarks.search.collection import SIZES, filled, pictures
from benchmarks.search.contenders import ivf_flat
from benchmarks.search.measuring import in_turns, milliseconds, options, surroundings
from benchmarks.search.vectors import World, gallery
from search.language import parse
from search.planner import rank
from store import Collection, Ids
from store.embeddings import Embeddings

SHARES = (0.001, 0.01, 0.1, 0.5)
AIMS = (5, 5, 1.2, 1.2)  # times the best of the others
RECALL = 0.98
K = 10
QUERIES = 50
EFFORTS = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)  # lists that are probed
PART = 10_000
WANTED = "SELECT id FROM picture WHERE lying = 1 AND size < ?"


class Contender(Protocol):
    """What the benchmark asks of each; ``below`` is the size that a file must not reach."""

    name: str
    efforts: Sequence[int]

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:
        """The ids ``(K,)`` of the nearest to ``(1, dim)``."""


class Ours:
    """The planner over the collection: it chooses its effort itself."""

    name = "mindseye"
    efforts = (0,)

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:  # noqa: ARG002
        with self._collection.snapshot() as snapshot:
            found = rank(snapshot, parse(f"words size:<{below}"), query, K)
        return np.array([place.id for place in found.places])


class Changed(Ours):
    """The same without what a few questions to the same state of the catalog leave in memory."""

    name = "ours, catalog just changed"

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:
        with patch("store.columns.ASKED", np.inf):
            return super().search(query, below, effort)


class Faiss:
    """IVFFlat with `IDSelectorBatch` over the ids that SQLite selects."""

    name = "FAISS IVFFlat, IDSelectorBatch"
    efforts = EFFORTS

    def __init__(self, catalog: Path, vectors: Embeddings, cache: Path) -> None:
        self._catalog = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)
        self._index = ivf_flat(vectors, cache)

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:
        rows = self._catalog.execute(WANTED, (below,)).fetchall()
        selector = faiss.IDSelectorBatch(np.array(rows, dtype=np.int64)[:, 0])
        parameters = faiss.SearchParametersIVF(nprobe=effort, sel=selector)
        ids: Ids = self._index.search(query, K, params=parameters)[1][0]
        return ids


class Lance:
    """LanceDB: IVF_FLAT, a BTREE on the size, filtered before ranking."""

    name = "LanceDB"
    efforts = EFFORTS

    def __init__(self, vectors: Embeddings, sizes: Ids, cache: Path) -> None:
        import lancedb
        import pyarrow as pa

        database = lancedb.connect(cache / f"lance-{len(vectors)}")
        if "pictures" not in database.table_names():
            flat = pa.array(np.ascontiguousarray(vectors).ravel())
            column = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
            ids = np.arange(1, len(vectors) + 1)
            table = database.create_table(
                "pictures", pa.table({"id": ids, "size": sizes, "vector": column})
            )
            lists = int(4 * np.sqrt(len(vectors)))
            table.create_index(metric="dot", index_type="IVF_FLAT", num_partitions=lists)
            table.create_scalar_index("size")
        self._table = database.open_table("pictures")

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:
        asked = self._table.search(query[0]).where(f"size < {below}", prefilter=True)
        found = asked.nprobes(effort).limit(K).select(["id", "_distance"]).to_arrow()
        ids: Ids = found["id"].to_numpy()
        return ids


class Milvus:
    """milvus-lite: IVF_FLAT, filtered by its own expression."""

    name = "milvus-lite"
    efforts = EFFORTS

    def __init__(self, vectors: Embeddings, sizes: Ids, cache: Path) -> None:
        from pymilvus import DataType, MilvusClient

        done = cache / f"milvus-{len(vectors)}.done"
        self._client = MilvusClient(str(cache / f"milvus-{len(vectors)}.db"))
        if not done.exists():
            schema = self._client.create_schema()
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("size", DataType.INT64)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
            index = self._client.prepare_index_params()
            lists = {"nlist": int(4 * np.sqrt(len(vectors)))}
            index.add_index("vector", index_type="IVF_FLAT", metric_type="IP", params=lists)
            self._client.create_collection("pictures", schema=schema, index_params=index)
            for start in range(0, len(vectors), PART):
                part = zip(sizes[start : start + PART], vectors[start : start + PART], strict=True)
                rows = [
                    {"id": one, "size": int(size), "vector": vector}
                    for one, (size, vector) in enumerate(part, start + 1)
                ]
                self._client.insert("pictures", rows)
            self._client.flush("pictures")
            done.touch()
        self._client.load_collection("pictures")

    def search(self, query: Embeddings, below: int, effort: int) -> Ids:
        parameters = {"metric_type": "IP", "params": {"nprobe": effort}}
        words = {"filter": f"size < {below}", "search_params": parameters}
        found = self._client.search("pictures", query, limit=K, **words)
        return np.array([hit["id"] for hit in found[0]])


def all_sizes(count: int) -> Ids:
    """The size of each picture of the collection, by id from 1."""
    parts = [range(start, min(start + PART, count)) for start in range(0, count, PART)]
    return np.array([one.size for part in parts for one in pictures(part)])


def answers(one: Contender, queries: Embeddings, below: int, effort: int) -> list[Ids]:
    """What it finds, one query after the other."""
    return [one.search(query[None], below, effort) for query in queries]


def found(answered: list[Ids], truth: Ids) -> float:
    """The recall; an answer may be short."""
    return float(
        np.mean([np.isin(true, ids).mean() for ids, true in zip(answered, truth, strict=True)])
    )


def tuned(one: Contender, queries: Embeddings, below: int, truth: Ids) -> int:
    """The least effort that reaches the recall."""
    for effort in one.efforts:
        if found(answers(one, queries, below, effort), truth) >= RECALL:
            return effort
    return one.efforts[-1]


def main() -> None:
    given = options(__doc__.splitlines()[0], count=200_000, repeats=5)
    faiss.omp_set_num_threads(1)
    world, cache, count = World(), given.cache, given.count
    vectors, sizes = gallery(world, count, cache), all_sizes(count)
    collection = filled(count, cache)
    contenders: list[Contender] = [
        Ours(collection),
        Changed(Collection(collection.folder)),  # connections of its own, without columns
        Faiss(collection.folder / "catalog.sqlite", vectors, cache),
        Lance(vectors, sizes, cache),
        Milvus(vectors, sizes, cache),
    ]
    tuning, asking = world.texts(QUERIES, seed=8), world.texts(QUERIES, seed=9)
    print(surroundings("lancedb", "pymilvus", "milvus-lite"), "\n")
    print(f"| {count:,} × {world.dim}, matching | ours |", end="")
    print(f" {' | '.join(one.name for one in contenders[1:])} | ratio | aim |")
    print("|---|" + (len(contenders) + 2) * "---|")
    for share, aim in zip(SHARES, AIMS, strict=True):
        below = int(share * SIZES)
        meets = np.flatnonzero(sizes < below)
        part = np.ascontiguousarray(vectors[meets])
        truths = [
            meets[faiss.knn(some, part, K, faiss.METRIC_INNER_PRODUCT)[1]] + 1
            for some in (tuning, asking)
        ]
        efforts = [tuned(one, tuning, below, truths[0]) for one in contenders]
        runs = {
            place: partial(answers, one, asking, below, efforts[place])
            for place, one in enumerate(contenders)
        }
        taken = in_turns(runs, given.repeats, time.process_time)
        cells = [
            f"{milliseconds(taken[place], QUERIES)}, {found(run(), truths[1]):.3f}"
            for place, run in runs.items()
        ]
        medians = [float(np.median(taken[place])) for place in runs]
        ratio = min(medians[2:]) / medians[0]
        print(f"| {share:.1%} | {' | '.join(cells)} | {ratio:.1f} × | {aim} × |", flush=True)


if __name__ == "__main__":
    main()
