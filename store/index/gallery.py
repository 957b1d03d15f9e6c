"""What a generation can find: candidates from the index, scores from the embeddings."""

from pathlib import Path

import numpy as np

from store.embeddings import Embeddings, scattered
from store.index.cost import Effort, probing, scanning
from store.index.exact import Ids, Scores, ascending, best, inner_products, scan, taken, untied
from store.index.files import files_of, rows_beside, tuning_beside
from store.index.ivf import Index
from store.index.milvus import SUFFIX, MilvusIndex
from store.index.protocol import TooDeepError, VectorIndex
from store.index.rows import RowTable
from store.index.tuning import Point, QueryKind, Tuning


class Gallery:
    """The index of a generation, the rows of its pictures, and the embeddings ``(rows, dim)``.

    ``tuning`` is what was measured of the index, ``None`` where nothing was.
    """

    def __init__(
        self,
        index: VectorIndex,
        rows: RowTable,
        embeddings: Embeddings,
        tuning: Tuning | None = None,
    ) -> None:
        self.index = index
        self.rows = rows
        self.embeddings = embeddings
        self._scattered = scattered(embeddings)
        self.tuning = tuning

    @classmethod
    def load(cls, path: Path, embeddings: Embeddings, *, mapped: bool = True) -> "Gallery":
        """What was saved at ``path``; ``mapped`` leaves it on disk, for reading only.

        Raises:
            OSError, RuntimeError, ValueError: the index or its rows are gone or damaged.
            UnreachableError: the server that holds it does not answer, or refuses us.
        """
        rows = RowTable.load(rows_beside(path))
        kind = MilvusIndex if path.suffix == SUFFIX else Index
        index: VectorIndex = kind.load(path, mapped=mapped)
        return cls(index, rows, embeddings, Tuning.load(tuning_beside(path)))

    def save(self, path: Path) -> None:
        """Write all but the embeddings, the index last, at ``path``."""
        self.rows.save(rows_beside(path))
        if self.tuning:
            self.tuning.save(tuning_beside(path))
        self.index.save(path)

    @staticmethod
    def delete(path: Path) -> None:
        """Remove what was saved at ``path``."""
        if path.suffix == SUFFIX:
            MilvusIndex.drop(path)
        for file in files_of(path):
            file.unlink(missing_ok=True)

    def shortcut(self, asked: QueryKind, k: int, candidates: int | None = None) -> Point | None:
        """How much of the index to look at for the best ``k``, if that is cheaper than a scan.

        ``candidates`` is how many pictures may be found, if not all. ``None`` where no measured
        point meets the target, or looking at all candidates costs less.
        """
        size, dim, kind = len(self.index), self.index.dim, self.index.kind
        among = size if candidates is None else min(candidates, size)
        least = probing(kind, size, dim, Effort(0, 0), k, candidates, self.index.engine)
        if self.tuning is None or scanning(among, dim) <= least:
            return None
        point = self.tuning.cheapest(kind, dim, asked, k * size / among)
        if point is None:
            return None
        cost = probing(kind, size, dim, point.effort, k, candidates, self.index.engine)
        return point if cost < scanning(among, dim) else None

    def search(
        self,
        queries: Embeddings,
        k: int,
        nprobe: int,
        allowed: Ids | None = None,
        k_factor: int = 1,
    ) -> tuple[Scores, Ids]:
        """Exact scores and ids of the best ``k`` in the ``nprobe`` lists nearest to each query.

        Both are ``(queries, k)``, best first by (-score, id), with FAISS's padding (-1) at the end
        of a row that has fewer answers. ``allowed`` names the only ids that may be found. Where the
        lists hold codes, these propose ``k_factor`` times ``k`` candidates; flat lists need no more
        than ``k``. More than the index hands over is looked for exactly, and so is the best of
        hundreds that score the same.
        """

        def shortlist(wanted: int) -> tuple[Scores, Ids]:
            return self.index.search(queries, wanted, nprobe, allowed)

        most = max(k, len(self.index))
        tied = np.zeros(len(queries), dtype=bool)
        try:
            if self.index.kind.exact:
                ids, tied = untied(shortlist, k, most)
            else:
                ids = shortlist(min(k * k_factor, most))[1]
        except TooDeepError:
            return self.scan(queries, k, allowed)
        scores, ids = best(inner_products(queries, self._scattered, self.rows.rows(ids)), ids, k)
        if tied.any():
            scores[tied], ids[tied] = self.scan(queries[tied], k, allowed)
        return scores, ids

    def scan(self, queries: Embeddings, k: int, allowed: Ids | None = None) -> tuple[Scores, Ids]:
        """The same by brute force over all embeddings, or those of the ``allowed`` ids: exact."""
        ids = self.rows.ids() if allowed is None else ascending(allowed)
        rows = self.rows.rows(ids)
        ids, rows = ids[rows >= 0], rows[rows >= 0]
        scores, places = scan(queries, self.embeddings, rows, k)
        return scores, taken(ids, places)
