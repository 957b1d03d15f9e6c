"""What a generation can find: candidates from the index, scores from the embeddings."""

import numpy as np

from store.embeddings import Embeddings
from store.index.exact import Ids, Scores, best, inner_products, scan, taken, untied
from store.index.ivf import Index
from store.index.rows import RowTable


class Gallery:
    """The index of a generation, the rows of its pictures, and the embeddings ``(rows, dim)``."""

    def __init__(self, index: Index, rows: RowTable, embeddings: Embeddings) -> None:
        self.index = index
        self.rows = rows
        self.embeddings = embeddings

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
        than ``k``.
        """

        def shortlist(wanted: int) -> tuple[Scores, Ids]:
            return self.index.search(queries, wanted, nprobe, allowed)

        most = max(k, len(self.index))
        if self.index.kind.exact:
            ids = untied(shortlist, k, most)
        else:
            ids = shortlist(min(k * k_factor, most))[1]
        return best(inner_products(queries, self.embeddings, self.rows.rows(ids)), ids, k)

    def scan(self, queries: Embeddings, k: int, allowed: Ids | None = None) -> tuple[Scores, Ids]:
        """The same by brute force over all embeddings, or those of the ``allowed`` ids: exact."""
        ids = self.rows.ids() if allowed is None else np.unique(allowed)
        rows = self.rows.rows(ids)
        ids, rows = ids[rows >= 0], rows[rows >= 0]
        scores, places = scan(queries, self.embeddings, rows, k)
        return scores, taken(ids, places)
