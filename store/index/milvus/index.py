"""One table of Milvus (it calls it a collection) as the index of one generation.

A row is a picture's id, its vector, and the generations in which it came and went. A search names
its generation, so readers find what they found while the next ones are being written. What went is
only deleted some generations later.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from store.embeddings import Embeddings
from store.errors import UnreachableError
from store.index.cost import MILVUS
from store.index.exact import NOBODY, Ids, Scores
from store.index.files import writing
from store.index.kinds import FLAT, Kind, lists_for
from store.index.milvus.address import Place
from store.index.milvus.server import READING, REBUILD, WRITING, GoneError, Server
from store.index.milvus.table import FOREVER, Table
from store.index.protocol import TooDeepError

SUFFIX = ".milvus"
DEEPEST = 16_384  # answers to one query
MOST_LISTS = 65_536
PAST = 8  # generations that can still be read; what went before them is deleted
MARGIN = 1.5  # more answers than the share of allowed pictures calls for


class Saved(NamedTuple):
    """What the file of a generation says."""

    address: str
    table: str
    dim: int
    lists: int
    generation: int
    size: int


class MilvusIndex:
    """Inner products over unit vectors of ``dim`` values, each under its picture id."""

    engine = MILVUS
    imbalance = 1.0  # Milvus makes lists of its own for each part of a table

    def __init__(self, saved: Saved, patience: float) -> None:
        """Connect to the table.

        Raises:
            GoneError: it is not there, or holds another number of pictures.
            UnreachableError: the server does not answer, or refuses us.
        """
        self._saved = saved
        self._table = Table(Server(Place.parse(saved.address), patience), saved.table)
        self.dim, self.lists = saved.dim, saved.lists
        self.kind = Kind(saved.lists, FLAT)
        self.exact = saved.lists == 1  # else fresh parts have lists of Milvus's own making
        self._now = f"born <= {saved.generation} and died > {saved.generation}"

    def __len__(self) -> int:
        return self._saved.size

    @classmethod
    def kind_for(cls, count: int) -> Kind:
        """The kind of index that so many pictures get: the memory is the server's affair."""
        return Kind(min(lists_for(count), MOST_LISTS), FLAT)

    @classmethod
    def build(
        cls,
        place: Place,
        name: str,
        kind: Kind,
        embeddings: Embeddings,
        rows: Ids,
        ids: Ids,
        generation: int,
    ) -> "MilvusIndex":
        """A new table for rows ``(n,)`` of the embeddings, under their ids ``(n,)``."""
        dim = embeddings.shape[1]
        table = Table(Server(place, WRITING), name)
        table.create(dim, kind.lists)
        table.put(ids, embeddings, rows, generation)
        table.settle(len(ids))
        saved = Saved(str(place), name, dim, kind.lists, generation, len(ids))
        return cls(saved, WRITING).checked()

    @classmethod
    def load(cls, path: Path, *, mapped: bool = True) -> "MilvusIndex":
        """The index that the file at ``path`` names; ``mapped`` is for reading only."""
        return cls(_saved(path), READING if mapped else WRITING).checked()

    @staticmethod
    def address_in(path: Path) -> str | None:
        """Where the index is that the file at ``path`` names, if it can be read."""
        try:
            return _saved(path).address
        except (OSError, ValueError, TypeError):
            return None

    @staticmethod
    def drop(path: Path) -> None:
        """Drop the table that the file names, if it can be and no other generation is in it."""
        with suppress(OSError, ValueError, TypeError, UnreachableError):
            own = _saved(path)
            others = (one for one in path.parent.glob(f"*{SUFFIX}") if one != path)
            if own.table not in [_saved(one).table for one in others]:
                Table(Server(Place.parse(own.address), READING), own.table).drop()

    def save(self, path: Path) -> None:
        """Write where it is to ``path`` so that a reader sees either nothing or all of it."""
        with writing(path) as scratch:
            scratch.write_text(json.dumps(self._saved._asdict()), encoding="utf-8")

    def checked(self) -> "MilvusIndex":
        """The same, if it holds as many pictures as it should."""
        self._table.load()
        if (count := self._table.count(self._now)) != len(self):
            raise GoneError(
                f"{self._saved.address} holds {count} of {len(self)} vectors; {REBUILD}"
            )
        return self

    def renewed(
        self, embeddings: Embeddings, rows: Ids, ids: Ids, generation: int
    ) -> "MilvusIndex":
        """The table with what came and what went in this generation, for those who read it."""
        before, table = self._saved.generation, self._table
        table.delete(f"died <= {before - PAST} or born > {before}")  # or: an unfinished attempt
        table.mark(f"died > {before} and died < {FOREVER}", FOREVER)  # it had let these go
        held = self.ids()
        new = ~np.isin(ids, held, assume_unique=True)
        table.mark(np.setdiff1d(held, ids, assume_unique=True), generation)
        table.put(ids[new], embeddings, rows[new], generation)
        table.settle(int(new.sum()))
        saved = self._saved._replace(generation=generation, size=len(ids))
        return MilvusIndex(saved, WRITING).checked()

    def ids(self) -> Ids:
        """The picture ids that it holds, sorted."""
        parts = [ids for ids, _ in self._table.read(self._now)]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)

    def holds(self, ids: Ids) -> bool:
        """Whether it holds as many."""
        return len(ids) == len(self)

    def vectors(self) -> Iterator[tuple[Ids, Embeddings]]:
        """All ids ``(n,)`` with their vectors ``(n, dim)``, some at a time."""
        return self._table.read(self._now, dim=self.dim)

    def search(
        self, queries: Embeddings, k: int, nprobe: int, allowed: Ids | None = None
    ) -> tuple[Scores, Ids]:
        """Scores and ids of the best ``k`` for each query ``(queries, k)``, as `VectorIndex`.

        Milvus takes 4 µs to read each id of a list of them, which is longer than it takes to look
        at its embedding. So with ``allowed`` more answers are asked for, and others are dropped.
        """
        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"vectors of shape {queries.shape}, expected (n, {self.dim})")
        if allowed is None:
            return self._nearest(queries, k, nprobe)
        wanted = int(MARGIN * k * len(self) / max(1, len(allowed))) + 1
        while True:
            wanted = min(max(wanted, k), max(k, len(self)))
            scores, ids = self._nearest(queries, wanted, nprobe)
            kept = np.isin(ids, allowed)
            enough = (kept.sum(1) >= k) | (ids[:, -1] == NOBODY)
            if enough.all() or wanted >= len(self):
                return _first(scores, ids, kept, k)
            wanted *= 2

    def _nearest(self, queries: Embeddings, k: int, nprobe: int) -> tuple[Scores, Ids]:
        if k > DEEPEST:
            raise TooDeepError(f"{k} answers of Milvus, which gives {DEEPEST}")
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        ids = np.full((len(queries), k), NOBODY, dtype=np.int64)
        if len(self):
            found = self._table.search(queries, k, min(nprobe, self.lists), self._now)
            for row, hits in enumerate(found):
                scores[row, : len(hits.ids)] = hits.distances
                ids[row, : len(hits.ids)] = hits.ids
        return scores, ids


def _saved(path: Path) -> Saved:
    return Saved(**json.loads(path.read_text(encoding="utf-8")))


def _first(scores: Scores, ids: Ids, kept: Any, k: int) -> tuple[Scores, Ids]:
    """Of each row the first ``k`` that are kept, in their order, padded."""
    order = np.argsort(~kept, axis=1, kind="stable")[:, :k]
    kept = np.take_along_axis(kept, order, 1)
    scores = np.where(kept, np.take_along_axis(scores, order, 1), -np.inf).astype(np.float32)
    return scores, np.where(kept, np.take_along_axis(ids, order, 1), NOBODY)
