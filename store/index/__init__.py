"""The index of a collection: FAISS's inverted lists, and exact scores from the embeddings."""

from store.index.exact import Ids, Scores, scan
from store.index.gallery import Gallery
from store.index.ivf import Index
from store.index.kinds import MEMORY, Kind, kind_for
from store.index.rows import RowTable, beside

__all__ = [
    "MEMORY",
    "Gallery",
    "Ids",
    "Index",
    "Kind",
    "RowTable",
    "Scores",
    "beside",
    "kind_for",
    "scan",
]
