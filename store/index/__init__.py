"""The index of a collection: FAISS's inverted lists, and exact scores from the embeddings."""

from store.index.cost import CHECKED
from store.index.exact import Ids, Scores, ascending, scan, taken
from store.index.files import files_of, indexes
from store.index.gallery import Gallery
from store.index.home import Home
from store.index.ivf import Index
from store.index.kinds import MEMORY, Kind, kind_for
from store.index.measure import measured
from store.index.milvus import HERE, Place, Server, answering, place_of_vectors
from store.index.protocol import VectorIndex
from store.index.rows import RowTable
from store.index.tuning import TARGET, Point, QueryKind, Tuning

__all__ = [
    "CHECKED",
    "HERE",
    "MEMORY",
    "TARGET",
    "Gallery",
    "Home",
    "Ids",
    "Index",
    "Kind",
    "Place",
    "Point",
    "QueryKind",
    "RowTable",
    "Scores",
    "Server",
    "Tuning",
    "VectorIndex",
    "answering",
    "ascending",
    "files_of",
    "indexes",
    "kind_for",
    "measured",
    "place_of_vectors",
    "scan",
    "taken",
]
