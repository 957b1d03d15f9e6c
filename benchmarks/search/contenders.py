"""Ways to find the nearest of many vectors: ours, and the libraries that others take.

Each builds once into a folder, with the seconds that took beside it, and is opened from there. All
give ids that are places in the vectors from which they were built. ``effort`` is whatever each of
them trades for recall, the least first: lists probed by ours and candidates for each answer, or
candidates held by a graph. Where two amounts go together there are several ``ways``.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np

from store import Ids
from store.embeddings import Embeddings
from store.index import Gallery, Index, RowTable, kind_for

PROBES = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 96)
GRAPH = (
    16,
    24,
    32,
    48,
    64,
    96,
    128,
    192,
    256,
    384,
    512,
    640,
    768,
    896,
    1024,
    1280,
    1536,
    1792,
    2048,
)


class Contender(Protocol):
    """What the benchmark asks of each."""

    name: str
    ways: Sequence[Sequence[Any]]

    def build(self, vectors: Embeddings, file: Path) -> None:
        """Make an index over ``(n, dim)`` unit vectors, and save it."""

    def open(self, vectors: Embeddings, file: Path) -> None:
        """Open what was saved; ``vectors`` are those of before, mapped."""

    def search(self, queries: Embeddings, k: int, effort: Any, threads: int) -> Ids:
        """The ids ``(queries, k)`` of the nearest."""


def ways_with(*k_factors: int) -> tuple[Sequence[tuple[int, int]], ...]:
    """Numbers of lists, with each number of candidates for an answer."""
    return tuple([(probes, factor) for probes in PROBES] for factor in k_factors)


class Ours:
    """The index of a collection: codes propose, the mapped embeddings rank."""

    name = "mindseye"
    ways = ways_with(4, 6, 8, 12, 16)

    def build(self, vectors: Embeddings, file: Path) -> None:
        ids = np.arange(len(vectors))
        Index.build(kind_for(*vectors.shape), vectors, ids, ids).save(file)

    def open(self, vectors: Embeddings, file: Path) -> None:
        ids = np.arange(len(vectors))
        self._gallery = Gallery(Index.load(file), RowTable.build(ids, ids), vectors)

    def search(self, queries: Embeddings, k: int, effort: Any, threads: int) -> Ids:
        faiss.omp_set_num_threads(threads)
        nprobe, k_factor = effort
        return self._gallery.search(queries, k, nprobe, k_factor=k_factor)[1]


class FaissHNSW:
    """What autofaiss chooses for a million vectors of 512 values and its 16 GB: HNSW32."""

    name = "FAISS HNSW32, autofaiss's choice"
    ways = (GRAPH,)

    def build(self, vectors: Embeddings, file: Path) -> None:
        index = faiss.index_factory(vectors.shape[1], "HNSW32", faiss.METRIC_INNER_PRODUCT)
        index.add(np.ascontiguousarray(vectors))
        faiss.write_index(index, str(file))

    def open(self, vectors: Embeddings, file: Path) -> None:  # noqa: ARG002
        self._index = faiss.read_index(str(file))

    def search(self, queries: Embeddings, k: int, effort: int, threads: int) -> Ids:
        faiss.omp_set_num_threads(threads)
        parameters = faiss.SearchParametersHNSW(efSearch=effort)
        found: Ids = self._index.search(queries, k, params=parameters)[1]
        return found


class Hnswlib:
    """The graph of its authors, with the parameters of its README."""

    name = "hnswlib, M 16"
    ways = (GRAPH,)

    def build(self, vectors: Embeddings, file: Path) -> None:
        import hnswlib

        index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        index.init_index(max_elements=len(vectors), ef_construction=200, M=16)
        index.add_items(vectors)
        index.save_index(str(file))

    def open(self, vectors: Embeddings, file: Path) -> None:
        import hnswlib

        self._index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        self._index.load_index(str(file))

    def search(self, queries: Embeddings, k: int, effort: int, threads: int) -> Ids:
        self._index.set_ef(effort)
        ids: Ids = self._index.knn_query(queries, k, num_threads=threads)[0].astype(np.int64)
        return ids


class Usearch:
    """Its graph over bfloat16, its default type."""

    name = "usearch, bf16"
    ways = (GRAPH,)

    def build(self, vectors: Embeddings, file: Path) -> None:
        index = self._index_of(vectors)
        index.add(np.arange(len(vectors)), np.ascontiguousarray(vectors))
        index.save(str(file))

    def open(self, vectors: Embeddings, file: Path) -> None:
        self._index = self._index_of(vectors)
        self._index.load(str(file))

    def search(self, queries: Embeddings, k: int, effort: int, threads: int) -> Ids:
        self._index.expansion_search = effort
        ids: Ids = self._index.search(queries, k, threads=threads).keys.astype(np.int64)
        return ids

    def _index_of(self, vectors: Embeddings) -> Any:
        from usearch.index import Index as Graph

        return Graph(ndim=vectors.shape[1], metric="ip", dtype="bf16")


CONTENDERS: dict[str, type[Contender]] = {
    "ours": Ours,
    "faiss": FaissHNSW,
    "hnswlib": Hnswlib,
    "usearch": Usearch,
}


def ivf_flat(vectors: Embeddings, cache: Path) -> faiss.IndexIVFFlat:
    """What one writes first: FAISS's IVFFlat with 4 √n lists, ids from 1, in memory."""
    file = cache / f"ivf-{len(vectors)}.index"
    if not file.exists():
        lists = int(4 * np.sqrt(len(vectors)))
        ip = faiss.METRIC_INNER_PRODUCT
        index = faiss.index_factory(vectors.shape[1], f"IVF{lists},Flat", ip)
        index.train(np.ascontiguousarray(vectors[: 64 * lists]))
        index.add_with_ids(np.ascontiguousarray(vectors), np.arange(1, len(vectors) + 1))
        faiss.write_index(index, str(file))
    return faiss.read_index(str(file))


def built(key: str, vectors: Embeddings, cache: Path) -> tuple[Path, dict[str, float]]:
    """The saved index of a contender, built if it is not there, and what building it took.

    Seconds by the clock and seconds of all cores: the second hardly depend on what else runs.
    """
    file = cache / f"{key}-{len(vectors)}.index"
    notes = file.with_suffix(".json")
    if not notes.exists():
        clock, cores = time.perf_counter(), time.process_time()
        CONTENDERS[key]().build(vectors, file)
        taken = {"clock": time.perf_counter() - clock, "cores": time.process_time() - cores}
        notes.write_text(json.dumps(taken))
    known: dict[str, float] = json.loads(notes.read_text())
    return file, known
