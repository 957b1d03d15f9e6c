"""The index of a collection: FAISS's inverted lists, and exact scores from the embeddings."""

from store.index.cost import CHECKED
from store.index.exact import Ids, Scores, ascending, scan
from store.index.files import files_of
from store.index.gallery import Gallery
from store.index.ivf import Index
from store.index.kinds import MEMORY, Kind, kind_for
from store.index.measure import measured
from store.index.rows import RowTable
from store.index.tuning import TARGET, Point, QueryKind, Tuning

__all__ = [
    "CHECKED",
    "MEMORY",
    "TARGET",
    "Gallery",
    "Ids",
    "Index",
    "Kind",
    "Point",
    "QueryKind",
    "RowTable",
    "Scores",
    "Tuning",
    "ascending",
    "files_of",
    "kind_for",
    "measured",
    "scan",
]
