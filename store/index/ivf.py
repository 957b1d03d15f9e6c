"""FAISS's inverted lists (IVF) over the embeddings of a collection, under the catalog's ids.

A cache: `Index.build` makes it again from embeddings and catalog at any time.
"""

import math
import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from store.embeddings import Embeddings
from store.index.exact import Ids, Scores, best

ONE_LIST_UP_TO = 20_000  # below this, scanning everything takes a few milliseconds
TRAINING_ROWS_PER_LIST = 64  # FAISS warns below 39 and gains little above 100


def lists_for(count: int) -> int:
    """How many inverted lists ``count`` embeddings get: one while small, then about 4 √count.

    Source: the FAISS wiki, "Guidelines to choose an index" (4 √n to 16 √n below a million).
    """
    return 1 if count <= ONE_LIST_UP_TO else int(4 * math.sqrt(count))


class Index:
    """Inner products over unit vectors of ``dim`` values, each under its picture id."""

    def __init__(self, faiss_index: Any) -> None:
        self._faiss = faiss_index
        self.dim: int = faiss_index.d
        self.lists: int = faiss_index.nlist

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @classmethod
    def build(cls, embeddings: Embeddings, ids: Ids) -> "Index":
        """An index over ``(n, dim)`` unit vectors whose picture ids are ``(n,)``."""
        dim, lists = embeddings.shape[1], lists_for(len(ids))
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, lists, faiss.METRIC_INNER_PRODUCT)
        made = cls(index)
        made._train(embeddings)
        made.add(embeddings, ids)
        return made

    @classmethod
    def load(cls, path: Path, *, mapped: bool = True) -> "Index":
        """The index saved at ``path``; ``mapped`` leaves its lists on disk, for reading only."""
        flags = faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY if mapped else 0
        return cls(faiss.read_index(str(path), flags))

    def save(self, path: Path) -> None:
        """Write to ``path`` so that a reader sees either nothing or all of it, on disk."""
        scratch = path.with_suffix(".new")
        faiss.write_index(self._faiss, str(scratch))
        with scratch.open("rb+") as stream:
            os.fsync(stream.fileno())
        scratch.replace(path)

    def add(self, embeddings: Embeddings, ids: Ids) -> None:
        """Add ``(n, dim)`` unit vectors under their picture ids ``(n,)``."""
        self._check(embeddings)
        if len(ids) != len(embeddings):
            raise ValueError(f"{len(ids)} ids for {len(embeddings)} embeddings")
        if len(ids):
            self._faiss.add_with_ids(np.ascontiguousarray(embeddings), np.ascontiguousarray(ids))

    def remove(self, ids: Ids) -> None:
        """Forget the embeddings of these picture ids."""
        if len(ids):
            self._faiss.remove_ids(np.ascontiguousarray(ids))

    def ids(self) -> Ids:
        """The picture ids that it holds, sorted."""
        lists = self._faiss.invlists
        held = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(self.lists)
            if lists.list_size(number)
        ]
        return np.sort(np.concatenate(held)) if held else np.empty(0, dtype=np.int64)

    def search(
        self, queries: Embeddings, k: int, nprobe: int, allowed: Ids | None = None
    ) -> tuple[Scores, Ids]:
        """The lists' own scores and ids of the best ``k`` for each query: ``(queries, k)``.

        Best first by (-score, id). ``allowed`` names the only ids that may be found. Where a query
        has fewer than ``k`` answers, FAISS's padding (-1) remains at the end of its row.
        """
        self._check(queries)
        parameters = faiss.SearchParametersIVF(  # type: ignore[call-arg]
            nprobe=min(nprobe, self.lists), sel=None if allowed is None else _selector(allowed)
        )
        scores, ids = self._faiss.search(np.ascontiguousarray(queries), k, params=parameters)
        return best(scores, ids, k)

    def _train(self, embeddings: Embeddings) -> None:
        self._check(embeddings)
        if self.lists == 1:  # one list has its centre anywhere; this spares FAISS a clustering
            self._faiss.quantizer.add(np.zeros((1, self.dim), dtype=np.float32))
            self._faiss.is_trained = True
            return
        wanted = min(len(embeddings), self.lists * TRAINING_ROWS_PER_LIST)
        rows = np.random.default_rng(0).choice(len(embeddings), wanted, replace=False)
        self._faiss.train(np.ascontiguousarray(embeddings[np.sort(rows)]))

    def _check(self, rows: Embeddings) -> None:
        if rows.ndim != 2 or rows.shape[1] != self.dim:  # FAISS's own message would be empty
            raise ValueError(f"vectors of shape {rows.shape}, expected (n, {self.dim})")


def _selector(allowed: Ids) -> Any:
    """One bit for every id up to the greatest: FAISS asks it for each vector that it meets."""
    bits = np.zeros(int(allowed.max(initial=-1)) + 1, dtype=bool)
    bits[allowed] = True
    packed: Any = np.packbits(bits, bitorder="little")
    return faiss.IDSelectorBitmap(packed)  # type: ignore[call-arg]
