"""FAISS's inverted lists (IVF) over the embeddings of a collection, under the catalog's ids.

A cache: `Index.build` makes it again from embeddings and catalog at any time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from store.embeddings import Embeddings, gathered
from store.index.cost import FAISS, Engine
from store.index.device import Copy
from store.index.exact import Ids, Scores
from store.index.files import writing
from store.index.kinds import Kind, kind_of
from store.index.training import train

BLOCK_ROWS = 2048  # that are read at once: 4 MB of 512 float32 values


class Index:
    """Inner products over unit vectors of ``dim`` values, each under its picture id."""

    def __init__(self, faiss_index: Any) -> None:
        """Take an IVF index of FAISS, which may stand behind a transform.

        Raises:
            ValueError: it is of no kind that we make.
        """
        self._faiss = faiss_index
        self._ivf = _ivf(faiss_index)
        self.dim: int = faiss_index.d
        self.kind: Kind = kind_of(self._ivf)
        self.lists: int = self._ivf.nlist
        self._gpus = Copy(self._ivf)

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @property
    def engine(self) -> Engine:
        """What a search costs."""
        return FAISS

    @property
    def exact(self) -> bool:
        """Whether all lists together find what looking at every embedding would find."""
        return self.kind.exact

    @property
    def imbalance(self) -> float:
        """How uneven the lists are: 1 if all are as long, 2 if a search meets twice as many."""
        return float(self._ivf.invlists.imbalance_factor())

    @classmethod
    def build(cls, kind: Kind, embeddings: Embeddings, rows: Ids, ids: Ids) -> "Index":
        """An index of this kind over rows ``(n,)`` of the embeddings, under their ids ``(n,)``."""
        dim = embeddings.shape[1]
        made = cls(faiss.index_factory(dim, kind.factory(dim), faiss.METRIC_INNER_PRODUCT))
        made._train(embeddings, rows)
        made._fill(embeddings, rows, ids)
        return made

    @classmethod
    def load(cls, path: Path, *, mapped: bool = True) -> "Index":
        """The index saved at ``path``; ``mapped`` leaves its lists on disk, for reading only."""
        flags = faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY if mapped else 0
        made = cls(faiss.read_index(str(path), flags))
        if mapped:  # or 32 threads start for every search, to read what is in memory already
            lists: Any = faiss.downcast_InvertedLists(made._ivf.invlists)
            lists.prefetch_nthread = 0
        return made

    def save(self, path: Path) -> None:
        """Write to ``path`` so that a reader sees either nothing or all of it, on disk."""
        with writing(path) as scratch:
            faiss.write_index(self._faiss, str(scratch))

    def add(self, embeddings: Embeddings, ids: Ids) -> None:
        """Add ``(n, dim)`` unit vectors under their picture ids ``(n,)``."""
        self._check(embeddings)
        if len(ids) != len(embeddings):
            raise ValueError(f"{len(ids)} ids for {len(embeddings)} embeddings")
        if len(ids):
            with self._gpus.assigning():
                self._faiss.add_with_ids(
                    np.ascontiguousarray(embeddings), np.ascontiguousarray(ids)
                )
            self._gpus.drop()

    def remove(self, ids: Ids) -> None:
        """Forget the embeddings of these picture ids."""
        if len(ids):
            self._faiss.remove_ids(np.ascontiguousarray(ids))
            self._gpus.drop()

    def renewed(
        self,
        embeddings: Embeddings,
        rows: Ids,
        ids: Ids,
        generation: int,  # noqa: ARG002  (each has a file of its own)
    ) -> "Index":
        """The same, holding exactly rows ``(n,)`` of the embeddings, under their ids ``(n,)``."""
        held = self.ids()
        new = ~np.isin(ids, held, assume_unique=True)
        self.remove(np.setdiff1d(held, ids, assume_unique=True))
        self._fill(embeddings, rows[new], ids[new])
        return self

    def holds(self, ids: Ids) -> bool:
        """Whether it holds exactly these, sorted."""
        return np.array_equal(self.ids(), ids)

    def ids(self) -> Ids:
        """The picture ids that it holds, sorted."""
        lists = self._ivf.invlists
        held = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(self.lists)
            if lists.list_size(number)
        ]
        return np.sort(np.concatenate(held)) if held else np.empty(0, dtype=np.int64)

    def vectors(self) -> Iterator[tuple[Ids, Embeddings]]:
        """Of each list its picture ids ``(n,)`` and its vectors ``(n, dim)``, where it keeps them.

        Raises:
            ValueError: it keeps codes.
        """
        if not self.kind.exact:
            raise ValueError(f"an index of the kind {self.kind.code} keeps no vectors")
        lists = self._ivf.invlists
        for number in range(self.lists):
            if size := lists.list_size(number):
                codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size)
                ids = faiss.rev_swig_ptr(lists.get_ids(number), size)
                yield ids, codes.view(np.float32).reshape(size, self.dim)

    def search(
        self, queries: Embeddings, k: int, nprobe: int, allowed: Ids | None = None
    ) -> tuple[Scores, Ids]:
        """The lists' own scores and ids of the best ``k`` for each query: ``(queries, k)``.

        Best first; equal scores in any order. ``allowed`` names the only ids that may be found.
        Where a query has fewer than ``k`` answers, FAISS's padding (-1) ends its row.
        """
        self._check(queries)
        whole = self._gpus.whole(len(queries)) if allowed is None else None
        parameters: Any = faiss.SearchParametersIVF(  # type: ignore[call-arg]
            nprobe=min(nprobe, self.lists), sel=None if allowed is None else _selector(allowed)
        )
        if isinstance(self._faiss, faiss.IndexPreTransform):
            parameters = faiss.SearchParametersPreTransform(  # type: ignore[call-arg]
                index_params=parameters
            )
        scores, ids = (whole or self._faiss).search(
            np.ascontiguousarray(queries), k, params=parameters
        )
        return scores, ids

    def _train(self, embeddings: Embeddings, rows: Ids) -> None:
        self._check(embeddings)
        if self.lists == 1:  # one list has its centre anywhere; this spares FAISS a clustering
            self._ivf.quantizer.add(np.zeros((1, self.dim), dtype=np.float32))
            self._ivf.is_trained = True
            for size in (len(rows), 0):  # room for all, or it would grow by copying itself
                self._ivf.invlists.resize(0, size)
            return
        turned = isinstance(self._faiss, faiss.IndexPreTransform)
        turn = faiss.downcast_VectorTransform(self._faiss.chain.at(0)) if turned else None
        train(self._ivf, turn, embeddings, rows)
        self._faiss.is_trained = True

    def _fill(self, embeddings: Embeddings, rows: Ids, ids: Ids) -> None:
        for start in range(0, len(rows), BLOCK_ROWS):
            block = slice(start, start + BLOCK_ROWS)
            self.add(gathered(embeddings, rows[block]), ids[block])

    def _check(self, rows: Embeddings) -> None:
        if rows.ndim != 2 or rows.shape[1] != self.dim:  # FAISS's own message would be empty
            raise ValueError(f"vectors of shape {rows.shape}, expected (n, {self.dim})")


def _ivf(faiss_index: Any) -> Any:
    """The inverted lists themselves, which may stand behind a transform."""
    return faiss.downcast_index(faiss.extract_index_ivf(faiss_index))


def _selector(allowed: Ids) -> Any:
    """One bit for every id up to the greatest: FAISS asks it for each vector that it meets."""
    bits = np.zeros(int(allowed.max(initial=-1)) + 1, dtype=bool)
    bits[allowed] = True
    packed: Any = np.packbits(bits, bitorder="little")
    return faiss.IDSelectorBitmap(packed)  # type: ignore[call-arg]
