"""The index of a collection: FAISS's inverted lists, and exact scores from the embeddings."""

from store.index.exact import Ids, Scores, scan
from store.index.gallery import Gallery
from store.index.ivf import Index, lists_for
from store.index.rows import RowTable, beside

__all__ = ["Gallery", "Ids", "Index", "RowTable", "Scores", "beside", "lists_for", "scan"]
